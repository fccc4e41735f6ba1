"""The customers as rules and strategies see them: their own columns, their scores, and where the plan puts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import lookup
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.moments import local_days
from jiuzhou.kernel.plan import Plan
from jiuzhou.kernel.scores import CUSTOMER_SCORES, Scores
from jiuzhou.rules import Schema, Type, type_of

_COMPUTED: Schema = {
    "territory": Type.TEXT,
    "territory_owner": Type.TEXT,
    "province": Type.TEXT,
    "city": Type.TEXT,
    "owner_active": Type.YES_NO,
    "open_deals": Type.NUMBER,
}
_NOT_SCORES = ("customer_id", "as_of", "versions")


def fields(book: Book) -> Schema:
    """
    Return the fields a rule may name, with their types.

    They are every column of the book's customers, then their scores (``tier``, ``workload`` and ``potential`` are the
    score, else what the customer's row states), then ``territory`` and ``territory_owner`` by the plan, ``province``
    and ``city`` by the region code, ``owner_active`` (the present owner works here today) and ``open_deals`` (how
    many).
    """
    found = {name: type_of(kind) for name, kind in _types(book).items()}
    return {name: kind for name, kind in found.items() if kind is not None} | dict(_COMPUTED)


@dataclass(frozen=True, slots=True)
class Records:
    """
    The customers, by id, with one column for each field.

    Attributes
    ----------
    columns
        By field name, all of length ``count``; moments are days in the book's zone.
    """

    columns: Mapping[str, pa.ChunkedArray | pa.Array]
    count: int

    def values(self, field: str) -> list[Any]:
        """Return the field's values, ``None`` where unknown."""
        found: list[Any] = self.columns[field].to_pylist()
        return found


def records(book: Book, plan: Plan | None, scores: Scores | None, *, active_owners: frozenset[str]) -> Records:
    """
    Return the customers of ``book`` with every field of ``fields(book)``, sorted by id.

    Parameters
    ----------
    plan
        Where each customer belongs; a customer it does not know goes where most customers of its district, else of its
        city, are. ``None`` for no territories.
    scores
        ``None`` for none: those fields are null then.
    active_owners
        Ids of the owners who work here today.
    """
    customers = book.table("customers").sort_by("customer_id")
    columns: dict[str, Any] = {name: customers[name] for name in customers.column_names}
    for name, kind in _types(book).items():
        if name in CUSTOMER_SCORES.names and name not in _NOT_SCORES:
            columns[name] = _scored(name, kind, customers, scores)
        elif pa.types.is_timestamp(columns[name].type):
            columns[name] = local_days(columns[name], book.settings.zone)
    columns |= _places(customers, plan)
    owners = customers["owner_id"].to_pylist()
    columns["owner_active"] = pa.array([None if item is None else item in active_owners for item in owners], pa.bool_())
    columns["open_deals"] = _open_deals(book, customers["customer_id"])
    return Records(columns, customers.num_rows)


def _types(book: Book) -> dict[str, pa.DataType]:
    customers = book.table("customers").schema
    own = {item.name: item.type for item in customers}
    return own | {item.name: item.type for item in CUSTOMER_SCORES if item.name not in _NOT_SCORES}


def _scored(name: str, kind: pa.DataType, customers: pa.Table, scores: Scores | None) -> Any:
    own = customers[name].cast(kind) if name in customers.column_names else pa.nulls(customers.num_rows, kind)
    if scores is None:
        return own
    scored = lookup(customers["customer_id"], scores.customers["customer_id"], scores.customers[name])
    return pc.coalesce(scored.cast(kind), own)


def _places(customers: pa.Table, plan: Plan | None) -> dict[str, pa.Array]:
    codes = customers["region_code"].to_pylist()
    territory = _territories(customers["customer_id"].to_pylist(), codes, plan)
    owner = {} if plan is None else {str(item.id): item.owner_id for item in plan.territories}
    return {
        "territory": pa.array(territory, pa.string()),
        "territory_owner": pa.array([owner.get(item) if item else None for item in territory], pa.string()),
        "province": pa.array([_level(code, 2) for code in codes], pa.string()),
        "city": pa.array([_level(code, 4) for code in codes], pa.string()),
    }


def _territories(ids: list[str], codes: list[str | None], plan: Plan | None) -> list[str | None]:
    if plan is None:
        return [None] * len(ids)
    units = plan.units
    stated = zip(
        units["unit_id"].to_pylist(), units["customer_id"].to_pylist(), units["territory_id"].to_pylist(), strict=True
    )
    of_customer: dict[str, str | None] = {}
    of_area: dict[str, str] = {}
    for unit, customer, territory in stated:
        if customer is not None:
            of_customer[customer] = territory
        elif territory is not None:
            of_area[unit] = territory
    by_code = _majority(ids, codes, of_customer, 6) | of_area
    by_city = _majority(ids, codes, of_customer, 4)
    return [
        of_customer[customer] if customer in of_customer else by_code.get(code or "") or by_city.get((code or "")[:4])
        for customer, code in zip(ids, codes, strict=True)
    ]


def _majority(
    ids: list[str], codes: list[str | None], territory: Mapping[str, str | None], digits: int
) -> dict[str, str]:
    counts: dict[str, Counter[str]] = {}
    for customer, code in zip(ids, codes, strict=True):
        found = territory.get(customer)
        if code and found:
            counts.setdefault(code[:digits], Counter())[found] += 1
    return {code: min(count, key=lambda item: (-count[item], item)) for code, count in counts.items()}


def _level(code: str | None, digits: int) -> str | None:
    if not code or not code.isdigit() or len(code) != 6:
        return None
    return code[:digits].ljust(6, "0")


def _open_deals(book: Book, ids: pa.ChunkedArray) -> pa.Array:
    deals = book.table("deals")
    counts = Counter(deals.filter(pc.is_null(deals["closed_at"]))["customer_id"].to_pylist())
    return pa.array([counts[item] for item in ids.to_pylist()], pa.int64())
