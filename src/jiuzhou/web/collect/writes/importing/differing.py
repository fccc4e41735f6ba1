"""What an import would change: every cell that says something else than what stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jiuzhou.collect.part import ROW
from jiuzhou.web.collect.reads.importing.differences import DIFFERENCE, NOTHING
from jiuzhou.web.collect.writes.importing.customers import Ground, customers_incoming, is_gone, refusal_held
from jiuzhou.web.collect.writes.importing.known import KnownRows, says_otherwise
from jiuzhou.web.collect.writes.importing.merging import Change, compare
from jiuzhou.web.collect.writes.importing.sifting import sifted, standing
from jiuzhou.web.store.book import FIELD_OF
from jiuzhou.web.store.models import Customer, Import

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
    counts = dict(NOTHING)
    with pq.ParquetWriter(into, DIFFERENCE, compression="zstd") as file:
        for batch in pq.ParquetFile(customers).iter_batches(batch_size=_AT_ONCE):
            rows = pa.table(batch).drop_columns([ROW])
            held = Customer.unscoped.filter(organisation=ground.organisation, code__in=rows["customer_id"].to_pylist())
            known = pa.array(list(held.values_list("code", flat=True)), pa.string())
            there = rows.filter(pc.is_in(rows["customer_id"], value_set=known))
            counts["added"] += rows.num_rows - there.num_rows
            if not there.num_rows:
                continue
            incoming = customers_incoming(ground, there)
            also = ["deleted_at", "erased_at", "name"]
            found = compare(held, incoming.columns, incoming.empty, closed=is_gone, hold=refusal_held, also=also)
            changes = [cells for one in found.changed if (cells := list(_cells(one)))]
            cells = [cell for change in changes for cell in change]
            file.write_table(pa.Table.from_pylist(cells, DIFFERENCE))
            counts["changed"] += len(changes)
            counts["unchanged"] += found.unchanged + len(found.changed) - len(changes)
            counts["skipped"] += found.skipped + incoming.erased
            counts["refusals"] += found.held
            counts["cells"] += len(cells)
    return counts


def write_fact_difference(row: Import, table: str, path: Path, into: Path) -> dict[str, int]:
    """As ``write_difference``, of the rows of a table of facts."""
    counts = dict(NOTHING)
    there = standing(row.organisation_id, table, row)
    with pq.ParquetWriter(into, DIFFERENCE, compression="zstd") as file:
        for slab in sifted(row.organisation_id, path, there):
            counts["added"] += slab.fresh.num_rows
            counts["unchanged"] += slab.known
            counts["skipped"] += slab.erased
            if not (isinstance(there, KnownRows) and slab.otherwise.num_rows):
                continue
            changed, cells = _fact_cells(there, slab.otherwise)
            counts["changed"] += changed
            counts["unchanged"] -= changed
            counts["cells"] += cells.num_rows
            file.write_table(cells)
    return counts


def _fact_cells(there: KnownRows, rows: pa.Table) -> tuple[int, pa.Table]:
    """Return how many of ``rows`` say something else than what stands, and their cells in the order of the rows."""
    stands = there.stand(rows)
    found: list[tuple[int, str, str, str]] = []
    for name in there.told:
        at = np.flatnonzero(says_otherwise(rows[name], stands[name]).to_numpy())
        before, after = (table[name].take(pa.array(at)).to_pylist() for table in (stands, rows))
        found += [(int(one), name, _told(old), _told(new)) for one, old, new in zip(at, before, after, strict=True)]
    found.sort(key=lambda one: one[0])
    which = pa.array([one[0] for one in found], pa.int64())
    keys = rows.select(there.key).take(which).to_pylist()
    whose = rows["customer_id"].take(which).to_pylist() if "customer_id" in rows.column_names else []
    cells = [
        {
            "customer_id": (whose[nth] if whose else "") or "",
            "name": " · ".join(_told(part) for part in keys[nth].values()),
            **dict(zip(("column", "before", "after"), told, strict=True)),
        }
        for nth, (_, *told) in enumerate(found)
    ]
    return len(pc.unique(which)), pa.Table.from_pylist(cells, DIFFERENCE)


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
