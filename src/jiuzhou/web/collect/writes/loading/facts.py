"""
Facts as Parquet: one immutable file for each table of a Book, found through the manifest.

Rows lie by customer, in groups small enough that one customer's are read without the rest.
"""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from jiuzhou.kernel.book import Book
from jiuzhou.web.store.fact_files import FactFile, write_file
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import FactBatch

IN_TABLES = ("customers", "owners", "ownership", "absences")
"""Tables of a Book that the store keeps as rows; every other is a fact."""


def write_facts(organisation: int, book: Book, *, now: datetime) -> dict[str, int]:
    """Return the rows of each fact table, after the Book's took the place of what was in force."""
    written = {}
    for name in sorted(book.tables):
        if name in IN_TABLES or name not in book:
            continue
        table = _by_customer(name, book)
        write_fact(organisation, name, table, now=now)
        written[name] = table.num_rows
    return written


def write_fact(organisation: int, name: str, table: pa.Table, *, now: datetime) -> None:
    """Let ``table``, by customer, take the place of what was in force under ``name``."""
    file = write_file(name, table)
    fault("load.fact_file")
    _announce(organisation, name, file, now=now)


def _by_customer(name: str, book: Book) -> pa.Table:
    table = book.table(name)
    if name == "payments":
        orders = book.table("orders")
        at = pc.index_in(table["order_id"], value_set=orders["order_id"].combine_chunks())
        table = table.append_column("customer_id", orders["customer_id"].take(at))
    keys = [key for key in ("customer_id", "ordered_at", "at", "paid_at", "opened_at") if key in table.column_names]
    return table.sort_by([(key, "ascending") for key in keys]) if "customer_id" in keys else table


def _announce(organisation: int, name: str, file: FactFile, *, now: datetime) -> None:
    standing = FactBatch.unscoped.filter(organisation=organisation, table=name, retired_at=None)
    with transaction.atomic():
        standing.exclude(digest=file.digest).update(retired_at=now)
        if not standing.filter(digest=file.digest).exists():
            FactBatch.unscoped.create(
                organisation_id=organisation,
                table=name,
                path=file.path,
                rows=file.rows,
                digest=file.digest,
                at=now,
            )
