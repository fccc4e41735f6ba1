"""Takes a plan in from ``plan.json`` and its units, as a draft; what is wrong is said with its place and remedy."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any

import pyarrow as pa

from jiuzhou.adapters.json_files import FORMATS, VERSION
from jiuzhou.adapters.plans import plan_of
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.plan import UNITS
from jiuzhou.kernel.plan import Plan as Division
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.reads.exchange import unescaped
from jiuzhou.web.divide.writes.keeping import keep_division

LARGEST = 32 * 1024 * 1024
MOST_UNITS = 1_000_000


def import_plan(actor: Actor, *, plan: bytes, units: bytes, name: str = "") -> str:
    """
    Take a plan in as a draft; return its code.

    Raises
    ------
    InputError
        If a file is too large, is no plan of ours, or names what is not there; nothing is kept then.
    """
    actor.must("plan.write")
    for file, content in (("plan.json", plan), ("units.csv", units)):
        if len(content) > LARGEST:
            raise InputError("plan.file_too_large", file=file, most=LARGEST // 2**20)
    division = read_division(plan, units)
    return keep_division(actor, division, name=name or division.id, verb="plan.import")


def read_division(plan: bytes, units: bytes) -> Division:
    """Return the division that two files describe; see ``import_plan``."""
    given = _json(plan)
    try:
        division = plan_of(given, _units(units))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError("plan.file_not_a_plan", file="plan.json", what=str(error)[:200]) from None
    _check_numbers(division)
    return division


def _json(content: bytes) -> dict[str, Any]:
    try:
        given = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise InputError("plan.file_no_json", file="plan.json") from None
    if not isinstance(given, dict) or given.get("format") != FORMATS["plan"]:
        raise InputError("plan.file_not_a_plan", file="plan.json", what="format")
    if given.get("version") not in range(1, VERSION + 1):
        raise InputError("plan.file_newer", file="plan.json")
    return given


def _units(content: bytes) -> pa.Table:
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        raise InputError("plan.file_no_csv", file="units.csv") from None
    head = [cell.strip() for cell in lines[0]] if lines else []
    missing = [name for name in ("customer_id", "territory_id", "owner_id") if name not in head]
    if missing:
        raise InputError("plan.file_columns", file="units.csv", missing=tuple(missing))
    if len(lines) > MOST_UNITS:
        raise InputError("plan.file_too_large", file="units.csv", most=LARGEST // 2**20)
    rows, seen = [], dict[str, int]()
    for number, line in enumerate(lines[1:], 2):
        if not any(line):
            continue
        if len(line) != len(head):
            raise InputError("plan.file_ragged", file="units.csv", row=number)
        row = dict(zip(head, unescaped(line), strict=True))
        customer = row["customer_id"].strip()
        if not customer:
            continue
        if customer in seen:
            raise InputError("plan.file_twice", file="units.csv", row=number, customer=customer, before=seen[customer])
        seen[customer] = number
        rows.append(_unit(row, customer))
    return pa.Table.from_pylist(rows, schema=UNITS)


def _unit(row: dict[str, str], customer: str) -> dict[str, Any]:
    return {
        "unit_id": row.get("unit_id") or customer,
        "customer_id": customer,
        "level": row.get("level") or "customer",
        "territory_id": row["territory_id"].strip() or None,
        "owner_id": row["owner_id"].strip() or None,
        "previous_territory_id": row.get("previous_territory_id") or None,
        "locked": row.get("locked", "").strip().lower() == "true",
    }


def _check_numbers(division: Division) -> None:
    for territory in division.territories:
        values = [*territory.values.values(), *territory.targets.values(), *territory.deviation.values()]
        if not all(isinstance(value, int | float) and math.isfinite(value) for value in [*values, *territory.centre]):
            raise InputError("plan.file_not_a_plan", file="plan.json", what=str(territory.id)[:64])
