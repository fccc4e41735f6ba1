"""The first look at an import's files: their headings, a few values, and what all of it seems to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import pyarrow as pa

from jiuzhou.collect import RawTable
from jiuzhou.collect.parse import as_text, plain
from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.web.collect.reads.importing.error_files import added, import_heading, is_error_file
from jiuzhou.web.collect.reads.importing.proposing import (
    OFFERED,
    proposal,
    rows_of,
    samples_of,
    shape_of,
    table_for,
)
from jiuzhou.web.collect.writes.importing.opening import Part, parts_of, workroom
from jiuzhou.web.store.models import Import, SavedMapping


def look(row: Import, *, hold: Callable[[], None] = lambda: None) -> None:
    """
    Look at the files of ``row`` and keep what was found, with a proposal for each part; what was chosen before stays.

    Raises
    ------
    JiuzhouError
        If a file cannot be read; the import says so from then on.
    """
    tables = {key: str(choice.get("table") or "") for key, choice in row.choices.items()}
    encodings = {key: str(choice.get("encoding") or "") for key, choice in row.choices.items()}
    try:
        with workroom(row) as folder:
            found = [_seen(row, part, tables) for part in parts_of(row, folder, tables, encodings)]
    except JiuzhouError as error:
        hold()
        Import.unscoped.filter(pk=row.pk).update(state="failed", reason=error.message.to_json())
        raise
    choices = {item["key"]: _choice(row, item) for item in _without_twins(found)}
    mended = next((item["mends"] for item in found if item["mends"]), None)
    hold()
    Import.unscoped.filter(pk=row.pk, state__in=("uploaded", "failed", "looked", "checked")).update(
        state="looked", found=found, choices=choices, reason={}, mends=mended
    )


def _seen(row: Import, part: Part, tables: Mapping[str, str]) -> dict[str, Any]:
    source = part.source
    blocks = list(islice(source.blocks(None), 2))
    first = blocks[0] if blocks else RawTable(source.file, pa.table({}))
    rows = first.table.num_rows + len(first.broken)
    share = (blocks[1].mark.offset if len(blocks) > 1 and blocks[1].mark else source.size) / (source.size or 1)
    own = [heading for heading in source.headings if not (is_error_file(source.headings) and heading in added())]
    table = tables.get(part.key) or (part.table if part.sheet or _named(row, part) else table_for(own))
    columns, trust, units = proposal(own, table if table in OFFERED else "customers")
    return {
        "key": part.key,
        "file": part.file,
        "name": source.file,
        "sheet": part.sheet,
        "headings": own,
        "samples": samples_of(first.table),
        "rows": rows_of(source, rows, share),
        "exact": len(blocks) < 2,
        "about": dict(source.found),
        "table": table if table in OFFERED else "",
        "columns": columns,
        "trust": trust,
        "units": units,
        "mends": _mended(row, source.headings, first.table),
    }


def _named(row: Import, part: Part) -> bool:
    from pathlib import Path

    from jiuzhou.collect.aliases import table_of

    return table_of(Path(row.files[part.file]["name"]).stem) is not None


def _mended(row: Import, headings: tuple[str, ...], table: pa.Table) -> int | None:
    if not is_error_file(headings) or not table.num_rows:
        return None
    number = str(as_text(plain(table[import_heading(headings)].slice(0, 1)))[0].as_py() or "").strip()
    known = Import.unscoped.filter(organisation=row.organisation_id)
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    return known.filter(pk=int(number)).values_list("pk", flat=True).first()


def _without_twins(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    # Two parts cannot be one table: the larger is proposed, the others are left out until somebody says otherwise.
    best: dict[str, dict[str, Any]] = {}
    for item in found:
        held = best.get(item["table"])
        if held is None or item["rows"] > held["rows"]:
            best[item["table"]] = item
    for item in found:
        yield item if best[item["table"]] is item else {**item, "table": ""}


def _choice(row: Import, item: Mapping[str, Any]) -> dict[str, Any]:
    before: Mapping[str, Any] = row.choices.get(item["key"], {})
    choice = {
        "table": item["table"],
        "columns": {heading: item["columns"].get(heading, "") for heading in item["headings"]},
        "units": dict(item["units"]),
        "crs": before.get("crs") or "wgs84",
        "encoding": before.get("encoding") or "",
    }
    earlier = _of_the_mended(row, item) or _saved(row, item)
    if earlier is not None:
        choice |= {name: earlier[name] for name in ("table", "columns", "units", "crs") if earlier.get(name)}
    return choice


def _saved(row: Import, item: Mapping[str, Any]) -> dict[str, Any] | None:
    kept = SavedMapping.unscoped.filter(organisation=row.organisation_id, shape=shape_of(item["headings"]))
    said = (row.choices.get(item["key"]) or {}).get("table")
    found = (kept.filter(table=said) if said else kept).order_by("-at").first()
    if found is None:
        return None
    return {"table": found.table, "columns": found.columns, "units": found.units, "crs": found.crs}


def _of_the_mended(row: Import, item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if not item["mends"]:
        return None
    original = Import.unscoped.get(pk=item["mends"])
    shapes = {part["key"]: shape_of(part["headings"]) for part in original.found}
    wanted = shape_of(item["headings"])
    return next((original.choices[key] for key, shape in shapes.items() if shape == wanted), None)
