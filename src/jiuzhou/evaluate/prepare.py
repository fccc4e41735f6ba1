"""From the Book to relations an engine can read: plain dates instead of moments, and nothing from ``as_of`` on."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.evaluate.hindsight import primary_spells
from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.moments import local_days


@dataclass(frozen=True, slots=True)
class Known:
    """
    What was known on the eve of ``as_of``, as Ibis relations whose times are days in the Book's zone.

    Attributes
    ----------
    year_start, year_before
        First day of the year that ends with ``as_of``, and of the year before it.
    relations
        ``customers``, ``lines``, ``answers``, ``events``, ``products``, ``ownership``, ``owners``, ``payments``.
    has
        Names of the relations with at least one row, and ``usage`` where any usage or browsing is recorded.
    has_costs
        Whether any order line has a cost.
    notes
        What was left out, and why.
    """

    as_of: date
    year_start: date
    year_before: date
    relations: Mapping[str, ir.Table]
    has: frozenset[str]
    has_costs: bool
    notes: tuple[Message, ...]

    def __getitem__(self, name: str) -> ir.Table:
        return self.relations[name]


def year_earlier(day: date, years: int = 1) -> date:
    """Return the same day of the calendar ``years`` earlier; 29 February becomes the 28th where it must."""
    year = day.year - years
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def prepare(book: Book, *, as_of: date, policy: EvaluatePolicy) -> Known:
    """
    Return what the Book knew before ``as_of``.

    Moments become days in the Book's zone here, in Arrow, so that no engine's own time zone can move a purchase to
    another day. Rows of customers the Book does not have, and amounts in another currency, are left out with a note.
    """
    customers = book.table("customers").select(_CUSTOMER).sort_by("customer_id")
    voice_start = as_of - timedelta(days=policy.voice_days)
    notes: list[Message] = []
    tables = {
        "customers": customers,
        "lines": _own_currency(book, _lines(book, as_of, notes), notes).select([*_LINE, "day"]),
        "answers": _since(_before(book, "surveys", "at", as_of), voice_start).select([*_ANSWER, "day"]),
        "events": _since(_before(book, "interactions", "at", as_of), year_earlier(as_of)).select([*_EVENT, "day"]),
        "products": book.table("products").select(["product_id", "name", "category", "unit_cost"]),
        "ownership": primary_spells(book, as_of),
        "owners": book.table("owners").select(["owner_id", "name", "kind", "capacity_hours"]),
        "payments": _payments(book, as_of),
    }
    for name in ("lines", "answers", "events"):
        tables[name] = _of_customers(tables[name], customers, name, notes)
    has = {name for name, table in tables.items() if table.num_rows}
    if pc.any(pc.is_in(tables["events"]["kind"], value_set=pa.array(["usage", "browse"]))).as_py():
        has.add("usage")
    notes += [say(code) for name, code in _ABSENT.items() if name not in has]
    has_costs = _any_cost(tables["lines"], tables["products"])
    if "lines" in has and not has_costs:
        notes.append(say("evaluate.no_costs"))
    return Known(
        as_of=as_of,
        year_start=year_earlier(as_of),
        year_before=year_earlier(as_of, 2),
        relations={name: ibis.memtable(table) for name, table in tables.items()},
        has=frozenset(has),
        has_costs=has_costs,
        notes=tuple(notes),
    )


_CUSTOMER = [
    *("customer_id", "key_account", "region_code", "industry", "size_band", "potential", "workload"),
    *("visits_per_year", "visit_hours", "owner_id", "territory_id"),
]
_LINE = ["customer_id", "order_id", "product_id", "owner_id", "amount", "quantity", "cost"]
_ANSWER = ["customer_id", "kind", "score", "scale_max"]
_EVENT = ["customer_id", "kind", "owner_id"]
_ABSENT: Mapping[str, str] = {"lines": "evaluate.no_orders", "answers": "evaluate.no_surveys"}


def _lines(book: Book, as_of: date, notes: list[Message]) -> pa.Table:
    lines = _before(book, "orders", "ordered_at", as_of)
    if lines.num_rows < book.table("orders").num_rows:
        later = book.table("orders").num_rows - lines.num_rows
        notes.append(say("evaluate.future_lines", lines=later, day=as_of))
    return lines


def _before(book: Book, name: str, moment: str, as_of: date) -> pa.Table:
    table = book.table(name)
    days = local_days(table[moment], book.settings.zone)
    table = table.append_column("day", days)
    return table.filter(pc.less(days, pa.scalar(as_of)))


def _since(table: pa.Table, first: date) -> pa.Table:
    return table.filter(pc.greater_equal(table["day"], pa.scalar(first)))


def _own_currency(book: Book, lines: pa.Table, notes: list[Message]) -> pa.Table:
    kept = book.in_own_currency(lines)
    if kept.num_rows < lines.num_rows:
        foreign = lines.num_rows - kept.num_rows
        notes.append(say("evaluate.other_currency", lines=foreign, currency=book.settings.currency))
    return kept


def _of_customers(table: pa.Table, customers: pa.Table, name: str, notes: list[Message]) -> pa.Table:
    kept = table.filter(pc.is_in(table["customer_id"], value_set=customers["customer_id"].combine_chunks()))
    if kept.num_rows < table.num_rows:
        notes.append(say(_STRANGERS[name], rows=table.num_rows - kept.num_rows))
    return kept


_STRANGERS: Mapping[str, str] = {
    "lines": "evaluate.lines_of_strangers",
    "answers": "evaluate.answers_of_strangers",
    "events": "evaluate.events_of_strangers",
}


def _any_cost(lines: pa.Table, products: pa.Table) -> bool:
    if lines["cost"].null_count < lines.num_rows:
        return True
    priced = products.filter(pc.is_valid(products["unit_cost"]))["product_id"]
    return bool(pc.any(pc.is_in(lines["product_id"], value_set=priced.combine_chunks())).as_py())


def _payments(book: Book, as_of: date) -> pa.Table:
    table = book.in_own_currency(book.table("payments"))
    paid = local_days(table["paid_at"], book.settings.zone)
    due = local_days(table["due_at"], book.settings.zone)
    amounts = table.select(["order_id", "amount"]).append_column("due_day", due)
    return amounts.filter(pc.less(paid, pa.scalar(as_of)))
