"""
Facts as Parquet: one immutable file for each table of a Book, found through the manifest.

Rows lie by customer, in groups small enough that one customer's are read without the rest. A file is in place before
the manifest names it; one that no row names is a left-over of a killed load and is written over by the next.
"""

from __future__ import annotations

import os
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction

from jiuzhou.kernel.book import Book
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import FactBatch

IN_TABLES = ("customers", "owners", "ownership", "absences")
"""Tables of a Book that the store keeps as rows; every other is a fact."""

ROWS_A_GROUP = 8192


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
    path, digest = _kept_file(name, table)
    fault("load.fact_file")
    _announce(organisation, name, path, digest, table.num_rows, now=now)


def _by_customer(name: str, book: Book) -> pa.Table:
    table = book.table(name)
    if name == "payments":
        orders = book.table("orders")
        at = pc.index_in(table["order_id"], value_set=orders["order_id"].combine_chunks())
        table = table.append_column("customer_id", orders["customer_id"].take(at))
    keys = [key for key in ("customer_id", "ordered_at", "at", "paid_at", "opened_at") if key in table.column_names]
    return table.sort_by([(key, "ascending") for key in keys]) if "customer_id" in keys else table


def _kept_file(name: str, table: pa.Table) -> tuple[Path, str]:
    folder = Path(settings.HOME) / "facts" / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".writing-{os.getpid()}"
    pq.write_table(table, draft, compression="zstd", row_group_size=ROWS_A_GROUP, write_page_index=True)
    with draft.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    path = folder / f"{digest}.parquet"
    draft.chmod(0o600)
    draft.replace(path)
    return path, digest


def _announce(organisation: int, name: str, path: Path, digest: str, rows: int, *, now: datetime) -> None:
    standing = FactBatch.unscoped.filter(organisation=organisation, table=name, retired_at=None)
    with transaction.atomic():
        standing.exclude(digest=digest).update(retired_at=now)
        if not standing.filter(digest=digest).exists():
            FactBatch.unscoped.create(
                organisation_id=organisation,
                table=name,
                path=path.relative_to(settings.HOME).as_posix(),
                rows=rows,
                digest=digest,
                at=now,
            )
