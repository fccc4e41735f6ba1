"""What a person says files mean: checked before it is kept, and remembered by the shape of the file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from jiuzhou.collect.wishes import UNITS
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.collect.reads.importing.folders import shelf_checked
from jiuzhou.web.collect.reads.importing.naming import column_name, table_name
from jiuzhou.web.collect.reads.importing.proposing import OFFERED, is_money, shape_of
from jiuzhou.web.collect.reads.importing.troubles import IN_PLACES, SWAPPED
from jiuzhou.web.problems import InvalidError
from jiuzhou.web.store.models import Import, SavedMapping

CRS = ("wgs84", "gcj02", "bd09")
ENCODINGS = ("", "utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
_NAMES = ("table", "columns", "units", "crs", "encoding", "lenient", "geocode")
_LONGEST_CELL = 2000


def check_table(table: str) -> None:
    """
    Go on only if ``table`` is one that is imported.

    Raises
    ------
    InvalidError
        If not.
    """
    if table not in OFFERED:
        raise InvalidError({"table": say("importing.unknown_table", table=table, known=", ".join(OFFERED))})


def merged(row: Import, choices: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the import's choices with ``choices`` on top, each name and value one that there is."""
    wrong: dict[str, Message] = {}
    known = {str(part["key"]) for part in row.found} | set(row.choices)
    result = {key: dict(choice) for key, choice in row.choices.items()}
    for key, choice in choices.items():
        if key not in known:
            wrong["part"] = say("importing.unknown_part", part=str(key)[:80])
            continue
        unknown = set(choice) - set(_NAMES)
        if unknown:
            wrong[sorted(unknown)[0]] = say("customers.unknown_field", field=sorted(unknown)[0])
        _check_words(choice, wrong)
        before = result.get(key, {})
        other = "table" in choice and choice["table"] != before.get("table")
        result[key] = {**({"crs": before.get("crs", "wgs84")} if other else before), **choice}
    if wrong:
        raise InvalidError(wrong)
    return result


def _check_words(choice: Mapping[str, Any], wrong: dict[str, Message]) -> None:
    table = choice.get("table")
    if table and table not in OFFERED:
        wrong["table"] = say("importing.unknown_table", table=str(table)[:60], known=", ".join(OFFERED))
    if choice.get("crs", "wgs84") not in CRS:
        wrong["crs"] = say("importing.unknown_crs", known=", ".join(CRS))
    if choice.get("encoding", "") not in ENCODINGS:
        wrong["encoding"] = say("importing.unknown_encoding", known=", ".join(ENCODINGS[1:]))
    if not isinstance(choice.get("lenient", False), bool):
        wrong["lenient"] = say("importing.yes_or_no")
    if not isinstance(choice.get("geocode", False), bool):
        wrong["geocode"] = say("importing.yes_or_no")
    elif choice.get("geocode") and not settings.GEOCODER:
        wrong["geocode"] = say("importing.no_geocoder")
    if any(unit and unit not in UNITS for unit in choice.get("units", {}).values()):
        wrong["units"] = say("importing.unknown_unit", known=", ".join(UNITS))


def needs_another_look(row: Import, wanted: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether a part is now to be read as another table or in another encoding than it was looked at."""
    for part in row.found:
        now, before = wanted.get(part["key"], {}), row.choices.get(part["key"], {})
        table = now.get("table")
        if table and (table != (before.get("table") or part["table"]) or "columns" not in now):
            return True
        if (now.get("encoding") or "") != (before.get("encoding") or ""):
            return True
    return not row.found


def check(row: Import, choices: Mapping[str, Mapping[str, Any]]) -> None:
    """
    Go on only if every part that is read can be: all its required columns are there, each once, and one table once.

    Raises
    ------
    InvalidError
        If not.
    """
    wrong: dict[str, Message] = {}
    tables: dict[str, str] = {}
    for part in row.found:
        choice = choices.get(part["key"], {})
        table = choice.get("table") or ""
        if not table:
            continue
        if table in tables:
            wrong["table"] = say("importing.table_twice", first=tables[table], second=part["name"])
        tables[table] = part["name"]
        wrong |= _columns_wrong(part, table, choice)
    if not tables and not wrong:
        wrong["table"] = say("importing.no_table")
    if wrong:
        raise InvalidError(wrong)


def _columns_wrong(part: Mapping[str, Any], table: str, choice: Mapping[str, Any]) -> dict[str, Message]:
    spec, taken = TABLES[table], dict[str, str]()
    wrong: dict[str, Message] = {}
    for heading, column in (choice.get("columns") or {}).items():
        if heading not in part["headings"]:
            wrong["columns"] = say("importing.unknown_heading", heading=heading, file=part["name"])
        elif column and spec.column(column) is None:
            wrong["columns"] = say("importing.unknown_column", column=str(column)[:60], table=table_name(table))
        elif column and column in taken:
            wrong["columns"] = say(
                "importing.column_twice", column=column_name(column), first=taken[column], second=heading
            )
        elif column:
            taken[column] = heading
    missing = [column.name for column in spec.columns if column.required and column.name not in taken]
    if missing and not wrong:
        wrong["columns"] = say("importing.column_missing", column=column_name(missing[0]), table=table_name(table))
    pair = {"lat", "lon"} & set(taken)
    if len(pair) == 1 and not wrong:
        wrong["columns"] = say("importing.half_place")
    for heading, unit in (choice.get("units") or {}).items():
        if unit and heading in part["headings"] and not is_money(table, (choice.get("columns") or {}).get(heading, "")):
            wrong["units"] = say("importing.unit_without_money", heading=heading)
    return wrong


def remember(row: Import, choices: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
    """Keep the mapping of each part for the next file of its shape."""
    for part in row.found:
        choice = choices.get(part["key"], {})
        if choice.get("table") and choice.get("columns"):
            SavedMapping.unscoped.update_or_create(
                organisation_id=row.organisation_id,
                table=choice["table"],
                shape=shape_of(part["headings"]),
                defaults={
                    "columns": choice["columns"],
                    "units": choice.get("units") or {},
                    "crs": choice.get("crs") or "",
                    "at": now,
                },
            )


def correction(row: Import, given: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return one correction as it is kept.

    Raises
    ------
    InvalidError
        If it names a table or heading that the import does not have.
    """
    table, heading, number = str(given.get("table", "")), str(given.get("heading", "")), given.get("row")
    headings = next(
        (part["headings"] for part in row.found if row.choices.get(part["key"], {}).get("table") == table), None
    )
    if headings is None:
        raise InvalidError({"table": say("importing.no_such_table_here", table=table[:60])})
    if heading not in headings:
        raise InvalidError({"heading": say("importing.unknown_heading", heading=heading[:80], file=table)})
    if number is not None and (not isinstance(number, int) or number < 1):
        raise InvalidError({"row": say("importing.bad_row")})
    return {
        "table": table,
        "heading": heading,
        "value": str(given.get("value", ""))[:_LONGEST_CELL],
        "replacement": str(given.get("replacement", "")).strip()[:_LONGEST_CELL],
        "row": number,
    }


def place_corrections(row: Import, table: str, code: str) -> list[dict[str, Any]]:
    """Return the corrections that exchange latitude and longitude, or empty both, in every row with that trouble."""
    headings = {
        column: heading
        for choice in row.choices.values()
        if choice.get("table") == table
        for heading, column in (choice.get("columns") or {}).items()
        if column in ("lat", "lon")
    }
    rejects = shelf_checked(row) / f"{table}.rejects.parquet"
    if set(headings) != {"lat", "lon"} or code not in IN_PLACES or not rejects.is_file():
        return []
    lat, lon = headings["lat"], headings["lon"]
    found = pq.read_table(rejects, columns=["row", "code", lat, lon])
    rows = found.filter(pc.equal(found["code"], code)).to_pylist()
    swapped = code == SWAPPED
    pairs = [(one["row"], at, one[other] if swapped else "") for one in rows for at, other in ((lat, lon), (lon, lat))]
    return [
        {"table": table, "heading": heading, "value": "", "replacement": value or "", "row": number}
        for number, heading, value in pairs
    ]
