"""What the customers of one chunk should get next: actions, and visits by whoever has them at present."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from jiuzhou.web.collect.writes.answers import FOLLOW_UP
from jiuzhou.web.collect.writes.loading.upsert import add_missing, among, bring_up_to_date, columns_of
from jiuzhou.web.store.bulk import update_rows
from jiuzhou.web.store.models import Action, Visit


def write_actions(
    organisation: int, customers: Sequence[int], places: Sequence[int], table: pa.Table, *, now: datetime
) -> None:
    """
    Bring the open actions of ``customers`` up to date; what is done or dismissed stays and does not come back.

    Parameters
    ----------
    places
        For each row of ``table`` its customer, as an index into ``customers``.
    """
    wanted: dict[tuple[int, str], dict[str, Any]] = {}
    for place, row in zip(places, table.to_pylist(), strict=True):
        wanted[customers[place], row["action"][:40]] = _action(customers[place], row)
    # What a customer itself asked for by a low score is not the stages' to take back.
    standing = among(Action.unscoped.exclude(kind=FOLLOW_UP), "customer", customers)
    ours = set(customers)
    for customer, kind, due in standing.exclude(state="open").values_list("customer_id", "kind", "due_on"):
        if (customer, kind) in wanted and wanted[customer, kind]["due_on"] == due:
            del wanted[customer, kind]
    open_ones = standing.filter(state="open")
    over = [
        key
        for key, *known_by in open_ones.values_list("pk", "customer_id", "kind")
        if known_by[0] in ours and tuple(known_by) not in wanted
    ]
    update_rows(Action, over, {"state": ["lapsed"] * len(over), "closed_at": [now] * len(over)}, raise_version=True)
    if wanted:
        columns = columns_of(list(wanted.values()))
        bring_up_to_date(open_ones, ["customer_id", "kind"], columns, organisation=organisation, raise_version=True)


def write_visits(
    organisation: int, customers: Sequence[int], owners: Sequence[int | None], places: Sequence[int], table: pa.Table
) -> None:
    """Add the planned visits of ``customers`` that are not there; ``owners`` has who has each of them at present."""
    rows: dict[tuple[int, Any], Mapping[str, Any]] = {}
    for place, row in zip(places, table.to_pylist(), strict=True):
        owner = owners[place]
        if owner is not None:
            rows[customers[place], row["planned_on"]] = {
                "customer_id": customers[place],
                "owner_id": owner,
                "planned_on": row["planned_on"],
                "due_on": row["due_on"],
                "days_late": row["days_late"] or 0,
                "visits_per_year": row["visits_per_year"],
                "code": row["code"],
                "params": json.loads(row["params"] or "{}"),
            }
    if rows:
        standing = among(Visit.unscoped.all(), "customer", customers)
        columns = columns_of(list(rows.values()))
        add_missing(standing, ["customer_id", "planned_on"], columns, organisation=organisation)


def _action(customer: int, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "kind": row["action"][:40],
        "priority": row["priority"] or 0.0,
        "due_on": row["due_on"],
        "value_at_stake": row["value_at_stake"],
        "expected_value": row["expected_value"],
        "marketing": bool(row["marketing"]),
        "code": row["code"],
        "params": json.loads(row["params"] or "{}"),
    }
