"""
Merging as a view: the Book stays as it was read, and a table of merges says which records lead to which.

Nothing is thrown away, so a merge is undone by leaving it out: ``merged(book, merges without it)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.book import Book
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.tables import TABLES

MERGES = pa.schema([(name, pa.string()) for name in ("survivor_id", "merged_id", "at", "by", "evidence")])
"""One merge: ``merged_id`` leads to ``survivor_id`` since ``at`` (ISO moment), done ``by`` whom, for what (JSON)."""

_REFERENCE = "customers.customer_id"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Merged:
    """
    A Book whose customers are each there once, and what it takes to go back.

    Attributes
    ----------
    book
        Without the merged customers; every reference to one of them leads to its survivor.
    merged_customers
        The rows that were taken out, as they were, and ``survivor_id``; ``row`` is where each stood.
    moved
        For each reference that was changed: ``table``, ``column``, ``row`` and ``was``, the id that stood there.
    """

    book: Book
    merged_customers: pa.Table
    moved: pa.Table


def merged(book: Book, merges: pa.Table) -> Merged:
    """
    Return the Book after ``merges``; the Book given is not changed.

    Rows that share a key after it (two ownerships of one customer) all stay.

    Parameters
    ----------
    merges
        Schema ``MERGES``; a survivor may itself be merged into another. An empty table gives the Book as it is.

    Raises
    ------
    InputError
        If a customer is not in the Book, is merged twice, or is led back to itself.
    """
    survivors = final_survivors(book, merges)
    if not survivors:
        return Merged(book, _no_merged(book), _MOVED.empty_table())
    old, new = pa.array(survivors.keys(), pa.string()), pa.array(survivors.values(), pa.string())
    tables: dict[str, pa.Table] = dict(book.tables)
    customers = book.table("customers")
    gone = pc.is_in(customers["customer_id"], value_set=old)
    rows = pc.indices_nonzero(gone).cast(pa.int64())
    taken = customers.filter(gone)
    leads = new.take(pc.index_in(taken["customer_id"], value_set=old))
    taken = taken.append_column("survivor_id", leads).append_column("row", rows)
    tables["customers"] = customers.filter(pc.invert(gone))
    moved = []
    for name in list(tables):
        for column in _references(name):
            tables[name], changes = _led(tables[name], name, column, old, new)
            moved.append(changes)
    return Merged(Book(book.settings, tables), taken, pa.concat_tables([_MOVED.empty_table(), *moved]))


def unmerged(after: Merged) -> Book:
    """Return the Book as it was before ``merged``, byte for byte."""
    tables = dict(after.book.tables)
    for name, column in dict.fromkeys(
        zip(after.moved["table"].to_pylist(), after.moved["column"].to_pylist(), strict=True)
    ):
        chosen = pc.and_(pc.equal(after.moved["table"], name), pc.equal(after.moved["column"], column))
        tables[name] = _put_back(tables[name], column, after.moved.filter(chosen))
    if after.merged_customers.num_rows:
        tables["customers"] = _with_rows_back(tables["customers"], after.merged_customers)
    return Book(after.book.settings, tables)


def final_survivors(book: Book, merges: pa.Table) -> Mapping[str, str]:
    """
    Return for each merged customer the one that all merges lead to in the end.

    Raises
    ------
    InputError
        As ``merged``.
    """
    ids = book.table("customers")["customer_id"]
    for column in ("survivor_id", "merged_id"):
        known = pc.is_in(merges[column], value_set=ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids)
        strangers = merges[column].filter(pc.invert(known)).to_pylist()
        if strangers:
            raise InputError("companies.merge_unknown", customers=tuple(strangers[:_SHOWN]), count=len(strangers))
    leads: dict[str, str] = {}
    for survivor, merged_id in zip(merges["survivor_id"].to_pylist(), merges["merged_id"].to_pylist(), strict=True):
        if leads.setdefault(merged_id, survivor) != survivor:
            raise InputError("companies.merged_twice", customer=merged_id, first=leads[merged_id], second=survivor)
    return {merged_id: _end(merged_id, leads) for merged_id in leads}


def _end(start: str, leads: Mapping[str, str]) -> str:
    seen, at = {start}, leads[start]
    while at in leads:
        if at in seen:
            raise InputError("companies.merge_circle", customer=start)
        seen.add(at)
        at = leads[at]
    if at == start:
        raise InputError("companies.merge_circle", customer=start)
    return at


_MOVED = pa.schema([("table", pa.string()), ("column", pa.string()), ("row", pa.int64()), ("was", pa.string())])


def _references(name: str) -> tuple[str, ...]:
    # A table that the kernel does not know names customers as all tables do.
    spec = TABLES.get(name)
    if spec is None:
        return ("customer_id",)
    return tuple(column.name for column in spec.columns if column.refers_to == _REFERENCE)


def _led(table: pa.Table, name: str, column: str, old: pa.Array, new: pa.Array) -> tuple[pa.Table, pa.Table]:
    if column not in table.column_names:
        return table, _MOVED.empty_table()
    values = table[column]
    at = pc.index_in(values, value_set=old)
    rows = pc.indices_nonzero(pc.is_valid(at))
    if not len(rows):
        return table, _MOVED.empty_table()
    count = len(rows)
    changes = pa.table(
        {
            "table": pa.array([name] * count, pa.string()),
            "column": pa.array([column] * count, pa.string()),
            "row": rows.cast(pa.int64()),
            "was": values.take(rows).cast(pa.string()),
        }
    ).cast(_MOVED)
    led = pc.coalesce(new.take(at), values)
    if name == "customers":
        # A record whose parent was its own twin has no parent: nobody is above itself.
        led = pc.if_else(pc.equal(led, table["customer_id"]), pa.scalar(None, pa.string()), led)
    return _replaced(table, column, led), changes


def _put_back(table: pa.Table, column: str, changes: pa.Table) -> pa.Table:
    at = pc.index_in(pa.array(range(table.num_rows), pa.int64()), value_set=changes["row"].combine_chunks())
    return _replaced(table, column, pc.coalesce(changes["was"].take(at), table[column]))


def _replaced(table: pa.Table, column: str, values: pa.ChunkedArray) -> pa.Table:
    place = table.schema.get_field_index(column)
    return table.set_column(place, table.schema.field(place), values)


def _with_rows_back(customers: pa.Table, taken: pa.Table) -> pa.Table:
    total = customers.num_rows + taken.num_rows
    rows = pa.array(range(total), pa.int64())
    back = pc.index_in(rows, value_set=taken["row"].combine_chunks())
    stayed = pc.subtract(pc.cumulative_sum(pc.is_null(back).cast(pa.int64())), 1)
    source = pc.coalesce(pc.add(back.cast(pa.int64()), customers.num_rows), stayed)
    both = pa.concat_tables([customers, taken.drop_columns(["survivor_id", "row"])])
    return both.take(source)


def _no_merged(book: Book) -> pa.Table:
    empty = book.table("customers").slice(0, 0)
    return empty.append_column("survivor_id", pa.array([], pa.string())).append_column("row", pa.array([], pa.int64()))
