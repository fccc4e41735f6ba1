"""The facts and the people, measured: how complete, how valid, how fresh, how many lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from django.db.models import Count, F, Q

from jiuzhou.collect.figures import DATED
from jiuzhou.kernel.message import Json
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.quality.counting import count_customers, today_of
from jiuzhou.web.collect.reads.quality.shapes import table_json
from jiuzhou.web.collect.reads.quality.standing import customers_json, regions_json
from jiuzhou.web.store.facts import ask, files_of
from jiuzhou.web.store.models import Customer, Owner

_CUSTOMER = "customer_id"
_AT_ONCE = 20_000
_FROM = "FROM read_parquet($files, union_by_name = true)"


def measured(actor: Actor) -> dict[str, Json]:
    """Return the figures of every table that the organisation has, in the form of ``quality.json``."""
    today = today_of(actor)
    customers = count_customers(actor, today=today)
    tables: dict[str, Json] = {"customers": customers_json(customers), "owners": _owners(actor)}
    # Tables that are reckoned from others are no data of their own.
    given = {name: paths for name, paths in files_of(actor.organisation_id).items() if name in TABLES}
    for name, paths in sorted(given.items()):
        tables[name] = _facts(actor, name, list(paths), today)
    return {
        "as_of": today.isoformat(),
        "tables": tables,
        "notes": [],
        "regions": regions_json(customers, today),
        "locations": dict(customers.all.located),
        "overall": {"completeness": round(customers.completeness, 6)},
    }


def _owners(actor: Actor) -> Json:
    people = visible_to(actor, Owner)
    gaps = {
        "name": Q(name=""),
        "team_id": Q(team__isnull=True, kind="rep"),
        "skills": Q(skills=[], kind="rep"),
        "lat": Q(lat__isnull=True, kind="rep"),
        "capacity_hours": Q(capacity_hours__isnull=True, kind="rep"),
    }
    wrong = Q(active_from__isnull=False, active_to__lt=F("active_from"))
    found = people.aggregate(
        rows=Count("pk"),
        wrong=Count("pk", filter=wrong),
        **{name: Count("pk", filter=gap) for name, gap in gaps.items()},
    )
    rows = found["rows"] or 1
    return table_json(
        {
            "rows": found["rows"],
            "completeness": {name: 1 - found[name] / rows for name in gaps},
            "validity": 1 - found["wrong"] / rows,
            "uniqueness": 1.0,
            "freshness_days": None,
            "later": 0,
            "doubts": {},
            "consistency": 1.0,
        }
    )


def _facts(actor: Actor, table: str, paths: Sequence[str], today: date) -> Json:
    columns = list(dict.fromkeys(name for path in paths for name in pq.read_schema(path).names))
    files = {"files": list(paths)}
    counts = ", ".join(f"count({_quoted(name)})" for name in columns)
    ((rows, *filled),) = ask(f"SELECT count(*), {counts} {_FROM}", files)
    there = dict(zip(columns, filled, strict=True))
    newest, later = _days(actor, table, files, there, today)
    required = [column.name for column in TABLES[table].columns if column.required and column.name in there]
    orphans = _orphans(actor, paths) if table != "customers" and _CUSTOMER in there else 0
    whole = rows or 1
    return table_json(
        {
            "rows": rows,
            "completeness": {name: number / whole for name, number in there.items()},
            "validity": _valid(required, files) / whole if required and rows else 1.0,
            "uniqueness": _unique(table, files, there, whole),
            "freshness_days": (today - newest).days if newest else None,
            "later": later,
            "doubts": {"orphans": orphans} if orphans else {},
            "consistency": max(1 - (orphans + later) / whole, 0.0),
        }
    )


def _days(
    actor: Actor, table: str, files: Mapping[str, Any], there: Mapping[str, int], today: date
) -> tuple[date | None, int]:
    name = DATED.get(table, "")
    if not there.get(name):
        return None, 0
    # Days are days everywhere; a moment is one of the organisation's days.
    schema = pq.read_schema(files["files"][0])
    zone = UTC if name in schema.names and pa.types.is_date(schema.field(name).type) else ZoneInfo(actor.zone)
    limit = datetime.combine(today + timedelta(days=1), time(), tzinfo=zone)
    newest, later = f"max(epoch_ms({_quoted(name)}))", f"count(*) FILTER (WHERE epoch_ms({_quoted(name)}) >= $limit)"
    ((moment, after),) = ask(f"SELECT {newest}, {later} {_FROM}", {**files, "limit": int(limit.timestamp() * 1000)})
    return datetime.fromtimestamp(moment / 1000, tz=zone).date(), int(after)


def _valid(required: Sequence[str], files: Mapping[str, Any]) -> int:
    given = " AND ".join(f"{_quoted(name)} IS NOT NULL" for name in required)
    ((count,),) = ask(f"SELECT count(*) {_FROM} WHERE {given}", files)
    return int(count)


def _unique(table: str, files: Mapping[str, Any], there: Mapping[str, int], whole: int) -> float | None:
    names = TABLES[table].key
    if not names or not set(names) <= set(there):
        return None
    key = ", ".join(map(_quoted, names))
    try:
        ((count,),) = ask(f"SELECT count(*) FROM (SELECT DISTINCT {key} {_FROM})", files)
    except duckdb.OutOfMemoryException:
        return None
    return float(count) / whole


def _orphans(actor: Actor, paths: Sequence[str]) -> int:
    customers, lost = visible_to(actor, Customer), 0
    for codes, counts in _stretches(paths):
        known = set(customers.filter(code__gte=codes[0], code__lte=codes[-1]).values_list("code", flat=True))
        lost += sum(count for code, count in zip(codes, counts, strict=True) if code not in known)
    return lost


def _stretches(paths: Sequence[str]) -> Iterator[tuple[list[str], list[int]]]:
    # In the order of the codes, so that those of one stretch lie in few pages of the files and of the index.
    after = ""
    while True:
        rows = ask(
            f"SELECT {_CUSTOMER}, count(*) {_FROM} WHERE {_CUSTOMER} > $after GROUP BY 1 ORDER BY 1 LIMIT {_AT_ONCE}",
            {"files": list(paths), "after": after},
        )
        if not rows:
            return
        codes = [str(code) for code, _ in rows]
        yield codes, [int(count) for _, count in rows]
        after = codes[-1]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
