"""
Rows of facts that are known by their key, and those of them that a file tells otherwise.

What stands is held as two hashes a row. Only rows whose hashes differ are compared cell by cell, some at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jiuzhou.kernel.hashing import Hashes, hashes_of

Batches = Callable[[list[str]], Iterator[pa.RecordBatch]]
"""Gives some columns of all rows in force; a file that lacks one is without it."""

COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class KnownRows:
    """
    What stands of a table.

    Attributes
    ----------
    key
        Columns by which a row is known.
    told
        Columns that are compared.
    keys, contents
        Hashes of both, shape ``(n,)``, by ascending key.
    """

    key: list[str]
    told: list[str]
    keys: Hashes
    contents: Hashes
    batches: Batches

    def among(self, rows: pa.Table) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Return which of ``rows`` are known, and which of them may say something else than what stands."""
        asked = _keys(rows, self.key)
        place = np.minimum(np.searchsorted(self.keys, asked), len(self.keys) - 1)
        known = self.keys[place] == asked
        return known, known & (self.contents[place] != _contents(rows, self.told))

    def differing(self, rows: pa.Table) -> pa.Table:
        """Return keys and names of differing columns of those ``rows`` that say something else; all are known."""
        asked = _keys(rows, self.key)
        order = np.argsort(asked)
        found: list[pa.Table] = []
        at, count = np.zeros(len(asked), dtype=np.int64), 0
        for batch in self.batches([*self.key, *self.told]):
            keys = _keys(batch, self.key)
            place = np.minimum(np.searchsorted(asked[order], keys), len(asked) - 1)
            hit = asked[order][place] == keys
            mine = batch.filter(pa.array(hit))
            found.append(pa.table({name: _cast(mine, name, rows[name].type) for name in self.told}))
            at[order[place[hit]]] = count + np.arange(mine.num_rows)
            count += mine.num_rows
        stands = pa.concat_tables(found).take(pa.array(at))
        says = [(name, _says_otherwise(rows[name], stands[name])) for name in self.told]
        names = [pc.if_else(differs, name, pa.scalar(None, pa.string())) for name, differs in says]
        listed = pc.binary_join_element_wise(*names, "|", null_handling="skip")
        columns = {name: rows[name].cast(pa.string()) for name in self.key} | {COLUMNS: listed}
        return pa.table(columns).filter(pc.not_equal(listed, ""))


class DifferingFile:
    """Writes what ``KnownRows.differing`` finds, and counts it; without any there is no file."""

    def __init__(self, path: Path) -> None:
        self._path, self.rows = path, 0
        self._writer: Any = None
        path.unlink(missing_ok=True)

    def add(self, rows: pa.Table) -> None:
        """Write some rows."""
        if rows.num_rows:
            self._writer = self._writer or pq.ParquetWriter(self._path, rows.schema, compression="zstd")
            self._writer.write_table(rows)
            self.rows += rows.num_rows

    def close(self) -> None:
        """End the file."""
        if self._writer is not None:
            self._writer.close()


def known_rows(key: Sequence[str], told: Sequence[str], batches: Batches) -> KnownRows | None:
    """
    Return what stands; ``None`` where nothing does.

    Parameters
    ----------
    key
        Columns by which a row is known; where several stand under one key, the one that came last counts.
    told
        Columns that the file tells.
    """
    keys: list[Hashes] = []
    contents: list[Hashes] = []
    for batch in batches([*key, *told]):
        keys.append(_keys(batch, key))
        contents.append(_contents(batch, told))
    if not keys:
        return None
    held, said = np.concatenate(keys), np.concatenate(contents)
    order = np.argsort(held, kind="stable")
    held, said = held[order], said[order]
    last = np.append(held[1:] != held[:-1], True)
    return KnownRows(list(key), list(told), held[last], said[last], batches)


def _keys(rows: pa.Table | pa.RecordBatch, key: Sequence[str]) -> Hashes:
    return hashes_of([_whole(rows[name]) for name in key])


def _contents(rows: pa.Table | pa.RecordBatch, told: Sequence[str]) -> Hashes:
    if not told:
        return np.zeros(rows.num_rows, dtype=np.uint64)
    return hashes_of([_comparable(rows, name) for name in told])


def _comparable(rows: pa.Table | pa.RecordBatch, name: str) -> pa.Array:
    if name not in rows.schema.names:
        return pa.nulls(rows.num_rows, pa.int64())
    column = _whole(rows[name])
    if pa.types.is_decimal(column.type) or pa.types.is_floating(column.type):
        # An amount is the same whatever the number of decimals it is kept with.
        words = pc.fill_null(column.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False).view(np.int64)
        return pa.array(words, mask=np.asarray(column.is_null().to_numpy(zero_copy_only=False), dtype=bool))
    return column


def _cast(rows: pa.RecordBatch, name: str, kind: pa.DataType) -> pa.Array:
    if name not in rows.schema.names:
        return pa.nulls(rows.num_rows, kind)
    return rows[name].cast(kind, safe=False)


def _says_otherwise(comes: pa.ChunkedArray, stands: pa.ChunkedArray) -> pa.ChunkedArray:
    # An empty cell says nothing.
    return pc.and_(comes.is_valid(), pc.fill_null(pc.not_equal(comes, stands), True))


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
