"""What an import of customers would change: every cell that says something else than what stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jiuzhou.collect.part import ROW
from jiuzhou.web.collect.reads.importing.differences import DIFFERENCE
from jiuzhou.web.collect.writes.importing.customers import Ground, customers_incoming, is_gone, refusal_held
from jiuzhou.web.collect.writes.importing.merging import Change, compare
from jiuzhou.web.store.book import FIELD_OF
from jiuzhou.web.store.models import Customer

_AT_ONCE = 5_000
_DERIVED = ("sort_key",)
"""Fields that nobody writes: they change with another."""
_COLUMN = {field: column for column, field in FIELD_OF.items()}
"""Columns of the Book whose field has another name."""


def write_difference(ground: Ground, customers: Path, into: Path) -> dict[str, int]:
    """
    Write the cells that would change, and return how many customers are new, change, and stay as they are.

    Parameters
    ----------
    customers
        The checked rows, as Parquet.
    into
        The file that is written, table ``DIFFERENCE``.
    """
    counts = {"added": 0, "changed": 0, "unchanged": 0, "skipped": 0, "refusals": 0, "cells": 0}
    with pq.ParquetWriter(into, DIFFERENCE, compression="zstd") as file:
        for batch in pq.ParquetFile(customers).iter_batches(batch_size=_AT_ONCE):
            rows = pa.table(batch).drop_columns([ROW])
            standing = Customer.unscoped.filter(
                organisation=ground.organisation, code__in=rows["customer_id"].to_pylist()
            )
            known = pa.array(list(standing.values_list("code", flat=True)), pa.string())
            there = rows.filter(pc.is_in(rows["customer_id"], value_set=known))
            counts["added"] += rows.num_rows - there.num_rows
            if not there.num_rows:
                continue
            incoming = customers_incoming(ground, there)
            also = ["deleted_at", "erased_at", "name"]
            found = compare(standing, incoming.columns, incoming.empty, closed=is_gone, hold=refusal_held, also=also)
            changes = [cells for one in found.changed if (cells := list(_cells(one)))]
            cells = [cell for change in changes for cell in change]
            file.write_table(pa.Table.from_pylist(cells, DIFFERENCE))
            counts["changed"] += len(changes)
            counts["unchanged"] += found.unchanged + len(found.changed) - len(changes)
            counts["skipped"] += found.skipped + incoming.erased
            counts["refusals"] += found.held
            counts["cells"] += len(cells)
    return counts


def _cells(change: Change) -> Iterator[dict[str, str]]:
    about = {"customer_id": change.row["code"], "name": change.row["name"]}
    for name in change.differs:
        before, after = change.row[name], change.wanted[name]
        if name == "extra":
            for own in sorted({*before, *after}):
                if before.get(own) != after.get(own):
                    yield {**about, "column": own, "before": _told(before.get(own)), "after": _told(after.get(own))}
        elif name not in _DERIVED:
            yield {**about, "column": _COLUMN.get(name, name), "before": _told(before), "after": _told(after)}


def _told(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "|".join(map(_told, value))
    if isinstance(value, float):
        return f"{value:g}" if value == int(value) and abs(value) < 1e6 else repr(value)
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)
