"""Looking back: who and what was known on the eve of an earlier day, and who held whom then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import lookup
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.moments import local_days


def as_known(book: Book, as_of: date) -> tuple[Book, tuple[Message, ...]]:
    """
    Return ``book`` with the customers, products and owners known on the eve of ``as_of``, and how many are left out.

    On the day the Book describes, or later, that is all of them. Looking back, customers and products are known from
    the day they bear or from their first row anywhere, whichever is earlier, and always where there is neither; owners
    from the day they bear. Each customer has the owner of the eve where ``ownership`` tells of it, else the one of its
    row. Rows that happened later stay: ``prepare`` leaves them out.
    """
    if not _looks_back(book, as_of):
        return book, ()
    customers = book.table("customers")
    known = customers.filter(_known_then(book, "customers", as_of))
    owners = book.table("owners")
    tables = {
        "customers": _held_then(known, primary_spells(book, as_of), book.table("ownership"), as_of),
        "products": book.table("products").filter(_known_then(book, "products", as_of)),
        "owners": owners.filter(pc.fill_null(pc.less(owners["active_from"], pa.scalar(as_of)), True)),
    }
    later = customers.num_rows - known.num_rows
    notes = (say("evaluate.later_customers", customers=later, day=as_of),) if later else ()
    return replace(book, tables={**book.tables, **tables}), notes


def primary_spells(book: Book, as_of: date) -> pa.Table:
    """Return who held each customer from when to when, as far as it was written down before ``as_of``."""
    # An ownership written down later was not known, even where it is dated back.
    table = book.table("ownership")
    days = local_days(table["recorded_at"], book.settings.zone)
    known = pc.fill_null(pc.less(days, pa.scalar(as_of)), True)
    spells = table.filter(pc.and_(known, _is_primary(table)))
    return spells.select(["customer_id", "owner_id", "valid_from", "valid_to"])


_DAYS = {"customers": "created_at", "products": "active_from"}
_SIGNS = {
    "customers": (
        *(("orders", "ordered_at"), ("interactions", "at"), ("surveys", "at"), ("deals", "opened_at")),
        *(("contracts", "starts_on"), ("ownership", "recorded_at")),
    ),
    "products": (("orders", "ordered_at"),),
}


def _looks_back(book: Book, as_of: date) -> bool:
    dated = book.settings.as_of is not None or "orders" in book
    return not dated or as_of < book.as_of


def _known_then(book: Book, name: str, as_of: date) -> pa.ChunkedArray:
    table = book.table(name)
    ids = table[f"{name[:-1]}_id"]
    days = _days(table[_DAYS[name]], book)
    then, later = _seen(book, name, as_of)
    dated = pc.fill_null(pc.less(days, pa.scalar(as_of)), False)
    never = pc.and_(pc.is_null(days), pc.invert(pc.is_in(ids, value_set=later)))
    return pc.or_(pc.or_(dated, never), pc.is_in(ids, value_set=then))


def _seen(book: Book, name: str, as_of: date) -> tuple[pa.Array, pa.Array]:
    then, later = [], []
    for source, moment in _SIGNS[name]:
        table = book.table(source)
        before = pc.less(_days(table[moment], book), pa.scalar(as_of))
        ids = table[f"{name[:-1]}_id"]
        then.append(pc.unique(ids.filter(pc.fill_null(before, False))))
        later.append(pc.unique(ids.filter(pc.fill_null(pc.invert(before), False))))
    return pa.concat_arrays(then), pa.concat_arrays(later)


def _days(times: pa.ChunkedArray, book: Book) -> pa.ChunkedArray:
    return times if pa.types.is_date(times.type) else local_days(times, book.settings.zone)


def _held_then(customers: pa.Table, spells: pa.Table, ownership: pa.Table, as_of: date) -> pa.Table:
    eve = pa.scalar(as_of - timedelta(days=1))
    begun = pc.less_equal(spells["valid_from"], eve)
    held = spells.filter(pc.and_(begun, pc.fill_null(pc.greater(spells["valid_to"], eve), True)))
    ordered = held.sort_by([("valid_from", "descending"), ("owner_id", "ascending")])
    ids = customers["customer_id"]
    holder = lookup(ids, ordered["customer_id"], ordered["owner_id"])
    told = ownership.filter(_is_primary(ownership))["customer_id"]
    owner = pc.if_else(pc.is_in(ids, value_set=told.combine_chunks()), holder, customers["owner_id"])
    return customers.set_column(customers.column_names.index("owner_id"), customers.schema.field("owner_id"), owner)


def _is_primary(ownership: pa.Table) -> pa.ChunkedArray:
    return pc.fill_null(pc.equal(ownership["role"], "primary"), False)
