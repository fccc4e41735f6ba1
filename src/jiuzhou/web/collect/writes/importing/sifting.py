"""Rows of a table of facts, as an import brings them, sifted: new, known, told otherwise, and of people erased."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jiuzhou.collect.part import ROW
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.collect.writes.importing.known import CountedRows, KnownRows, known_rows
from jiuzhou.web.store.facts import home_path
from jiuzhou.web.store.models import FactBatch, Import
from jiuzhou.web.store.tombstones import blocked, marks_of

SLAB = 1_000_000
"""Rows that are gone through together, so that memory stays bounded."""
_NUMBERED = {"orders": "line_no"}
"""Part of a key that collect gives by the order of the file where the file does not: lines of an order."""


@dataclass(frozen=True, slots=True)
class Sifted:
    """
    Some rows of a file.

    Attributes
    ----------
    fresh
        Rows that are not there yet.
    otherwise
        Rows that are known by their key and may say something else than what stands.
    rows, known, erased
        How many there were, how many of them are there already, and how many are of people who were erased.
    """

    fresh: pa.Table
    otherwise: pa.Table
    rows: int
    known: int
    erased: int


def in_force(organisation: int, table: str) -> dict[int, str]:
    """Return the path of each batch of ``table`` in force, by its key."""
    rows = FactBatch.unscoped.filter(organisation=organisation, table=table, retired_at=None).order_by("pk")
    return dict(rows.values_list("pk", "path"))


def standing(organisation: int, table: str, row: Import) -> KnownRows | CountedRows | None:
    """Return what stands of ``table``, compared in the columns that the import's own file has; ``None`` for nothing."""
    mapped = _mapped(row, table)
    spec = TABLES[table]
    key = [*spec.key] if set(spec.key) - {_NUMBERED.get(table)} <= mapped else []
    kinds = {field.name: field.type for field in spec.arrow}
    told = [name for name in kinds if name in mapped and name not in key and not pa.types.is_nested(kinds[name])]
    return known_rows(key, told, partial(batches_in_force, organisation, table))


def sifted(organisation: int, path: Path, there: KnownRows | CountedRows | None) -> Iterator[Sifted]:
    """Go through the rows of a table as collect finished it, slab by slab."""
    marks = marks_of(organisation)
    for slab in _slabs(path):
        allowed = _without_erased(organisation, slab, marks)
        count, erased = slab.num_rows, slab.num_rows - allowed.num_rows
        if there is None:
            yield Sifted(allowed, allowed.slice(0, 0), count, 0, erased)
            continue
        known, otherwise = there.among(allowed)
        fresh = allowed.filter(pa.array(~known))
        yield Sifted(fresh, allowed.filter(pa.array(otherwise)), count, int(known.sum()), erased)


def batches_in_force(organisation: int, table: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield some columns of all rows of ``table`` in force."""
    for path in in_force(organisation, table).values():
        if home_path(path).is_file():
            yield from pq.ParquetFile(home_path(path)).iter_batches(batch_size=262_144, columns=columns)


def _mapped(row: Import, table: str) -> set[str]:
    chosen = [choice for choice in row.choices.values() if choice.get("table") == table]
    return {column for choice in chosen for column in (choice.get("columns") or {}).values() if column}


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
