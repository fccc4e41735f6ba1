"""Facts of an import as Parquet files, made ready before the manifest names them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from functools import partial
from hashlib import file_digest
from pathlib import Path
from secrets import token_hex
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from jiuzhou.collect.part import ROW
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.collect.reads.importing.folders import differing_path
from jiuzhou.web.collect.writes.importing.known import DifferingFile, KnownRows, known_rows
from jiuzhou.web.collect.writes.loading.facts import ROWS_A_GROUP
from jiuzhou.web.store.models import FactBatch
from jiuzhou.web.store.tombstones import blocked, marks_of

SLAB = 1_000_000
"""Rows that are sorted together: by customer within each slab, so that memory stays bounded."""
_ORDER = ("customer_id", "ordered_at", "at", "paid_at", "opened_at")


def ready(organisation: int, table: str, path: Path, mapped: Collection[str], told: Callable[[int], None]) -> Any:
    """
    Lay the rows of a finished table that are not known yet into the folder of facts.

    Parameters
    ----------
    path
        The table as collect finished it.
    mapped
        The known columns that its source has: only where all of a table's key is among them is a row known again.
    told
        Called with the rows that were gone through.

    Returns
    -------
    dict
        ``path, digest, rows, known, differing, erased``: the file (empty where there is no new row), rows in force
        already, those of them that say something else than what stands, and rows of people who were erased. Keys of
        those that differ are written beside ``path``, see ``differing_path``.
    """
    there = _known(organisation, table, mapped)
    differing = DifferingFile(differing_path(path))
    folder = Path(settings.HOME) / "facts" / table
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".writing-{os.getpid()}-{token_hex(4)}"
    marks = marks_of(organisation)
    rows = known = seen = erased = 0
    try:
        writer: Any = None
        for slab in _slabs(path):
            seen += slab.num_rows
            allowed = _without_erased(organisation, slab, marks)
            erased += slab.num_rows - allowed.num_rows
            slab = allowed
            fresh = slab if there is None else _fresh(slab, there, differing)
            known += slab.num_rows - fresh.num_rows
            rows += fresh.num_rows
            if fresh.num_rows:
                fresh = _by_customer(organisation, table, fresh)
                writer = writer or pq.ParquetWriter(draft, fresh.schema, compression="zstd", write_page_index=True)
                writer.write_table(fresh, row_group_size=ROWS_A_GROUP)
            told(seen)
        if writer is not None:
            writer.close()
        return {**_placed(draft, folder, rows), "known": known, "differing": differing.rows, "erased": erased}
    finally:
        differing.close()
        draft.unlink(missing_ok=True)


def batch_in_force(organisation: int, table: str, digest: str) -> FactBatch | None:
    """Return the batch in force with the same content, if there is one."""
    return FactBatch.unscoped.filter(organisation=organisation, table=table, digest=digest, retired_at=None).first()


def _placed(draft: Path, folder: Path, rows: int) -> dict[str, Any]:
    if not rows:
        return {"path": "", "digest": "", "rows": 0}
    with draft.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    path = folder / f"{digest}.parquet"
    draft.chmod(0o600)
    draft.replace(path)
    return {"path": path.relative_to(settings.HOME).as_posix(), "digest": digest, "rows": rows}


def _without_erased(organisation: int, rows: pa.Table, marks: frozenset[str]) -> pa.Table:
    if not marks or "customer_id" not in rows.column_names:
        return rows
    if "email" in rows.column_names:
        names = ("customer_id", "contact_id", "name", "phone", "email")
        told = {name: rows[name].to_pylist() for name in names if name in rows.column_names}
        return rows.filter(pa.array(~blocked(organisation, told, standing=marks)))
    codes = pc.unique(rows["customer_id"])
    gone = codes.filter(pa.array(blocked(organisation, {"customer_id": codes.to_pylist()}, standing=marks)))
    return rows.filter(pc.invert(pc.is_in(rows["customer_id"], value_set=gone)))


def _slabs(path: Path) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in pq.ParquetFile(path).iter_batches(batch_size=65_536):
        held.append(batch)
        count += batch.num_rows
        if count >= SLAB:
            yield pa.Table.from_batches(held).drop_columns([ROW])
            held, count = [], 0
    if held:
        yield pa.Table.from_batches(held).drop_columns([ROW])


def _by_customer(organisation: int, table: str, rows: pa.Table) -> pa.Table:
    if table == "payments":
        rows = rows.append_column("customer_id", _customers_of(organisation, rows["order_id"]))
    keys = [name for name in _ORDER if name in rows.column_names]
    return rows.sort_by([(name, "ascending") for name in keys]) if "customer_id" in keys else rows


def _customers_of(organisation: int, orders: pa.ChunkedArray) -> pa.Array:
    found = pa.nulls(len(orders), pa.string())
    wanted = orders.combine_chunks()
    for batch in _batches(organisation, "orders", ["order_id", "customer_id"]):
        at = pc.index_in(wanted, value_set=batch["order_id"])
        found = pc.coalesce(found, batch["customer_id"].take(at))
    return found


def _known(organisation: int, table: str, mapped: Collection[str]) -> KnownRows | None:
    key = TABLES[table].key
    if not key or not set(key) <= set(mapped):
        return None
    kinds = {field.name: field.type for field in TABLES[table].arrow}
    told = [name for name in kinds if name in mapped and name not in key and not pa.types.is_nested(kinds[name])]
    return known_rows(key, told, partial(_batches, organisation, table))


def _fresh(slab: pa.Table, there: KnownRows, differing: DifferingFile) -> pa.Table:
    known, suspect = there.among(slab)
    if suspect.any():
        differing.add(there.differing(slab.filter(pa.array(suspect))))
    return slab.filter(pa.array(~known))


def _batches(organisation: int, table: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    rows = FactBatch.unscoped.filter(organisation=organisation, table=table, retired_at=None).order_by("pk")
    for path in rows.values_list("path", flat=True):
        full = Path(settings.HOME) / path
        if full.is_file():
            yield from pq.ParquetFile(full).iter_batches(batch_size=262_144, columns=columns)
