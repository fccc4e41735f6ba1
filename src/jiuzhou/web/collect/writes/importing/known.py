"""
Rows of facts that stand already, and what a file tells of them.

What stands is held as hashes. Rows are known by their key where the table has one and the file tells it; of others, and
of tables without one, a row is known where the same stands: as often as it stands, so that the two equal lines of one
day stay two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.hashing import Hashes, hashes_of

Batches = Callable[[list[str]], Iterator[pa.RecordBatch]]
"""Gives some columns of all rows in force; a file that lacks one is without it."""
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class KnownRows:
    """
    What stands of a table, by its key.

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

    def among(self, rows: pa.Table) -> tuple[Mask, Mask]:
        """Return which of ``rows`` are known, and which of them may say something else than what stands."""
        place, known = places(self.keys, row_hashes(rows, self.key))
        return known, known & (self.contents[place] != row_hashes(rows, self.told))

    def stand(self, rows: pa.Table) -> pa.Table:
        """Return the compared cells as they stand of ``rows``, all known, in their order and with their types."""
        asked = row_hashes(rows, self.key)
        order = np.argsort(asked)
        found: list[pa.Table] = []
        at, count = np.zeros(len(asked), dtype=np.int64), 0
        for batch in self.batches([*self.key, *self.told]):
            place, hit = places(asked[order], row_hashes(batch, self.key))
            mine = batch.filter(pa.array(hit))
            found.append(pa.table({name: _cast(mine, name, rows[name].type) for name in self.told}))
            at[order[place[hit]]] = count + np.arange(mine.num_rows)
            count += mine.num_rows
        return pa.concat_tables(found).take(pa.array(at))


class CountedRows:
    """What stands of a table without a key: how often each content does."""

    def __init__(self, told: Sequence[str], contents: Hashes) -> None:
        self._told = list(told)
        self._contents, self._left = np.unique(contents, return_counts=True)

    def among(self, rows: pa.Table) -> tuple[Mask, Mask]:
        """Return which of ``rows`` are known; none says anything else. Rows are asked for once, slab after slab."""
        place, there = places(self._contents, row_hashes(rows, self._told))
        order = np.argsort(place, kind="stable")
        groups = place[order]
        begins = np.maximum.accumulate(np.where(np.append(True, groups[1:] != groups[:-1]), np.arange(len(groups)), 0))
        nth = np.empty(len(place), dtype=np.int64)
        nth[order] = _rank(there[order], begins)
        known = there & (nth < self._left[place])
        np.subtract.at(self._left, place[known], 1)
        return known, np.zeros(len(known), dtype=bool)


def known_rows(key: Sequence[str], told: Sequence[str], batches: Batches) -> KnownRows | CountedRows | None:
    """
    Return what stands; ``None`` where nothing does.

    Parameters
    ----------
    key
        Columns by which a row is known; where several stand under one key, the one that came last counts. Empty for
        rows that are known by all that is told.
    told
        Columns that the file tells, without the key.
    """
    keys: list[Hashes] = []
    contents: list[Hashes] = []
    for batch in batches([*key, *told]):
        contents.append(row_hashes(batch, told))
        if key:
            keys.append(row_hashes(batch, key))
    said = np.concatenate([np.zeros(0, dtype=np.uint64), *contents])
    if not len(said):
        return None
    if not key:
        return CountedRows(told, said)
    held = np.concatenate(keys)
    order = np.argsort(held, kind="stable")
    held, said = held[order], said[order]
    last = np.append(held[1:] != held[:-1], True)
    return KnownRows(list(key), list(told), held[last], said[last], batches)


def says_otherwise(comes: pa.ChunkedArray, stands: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return where ``comes`` says something else than ``stands``; an empty cell says nothing."""
    return pc.and_(comes.is_valid(), pc.fill_null(pc.not_equal(comes, stands), True))


def places(held: Hashes, asked: Hashes) -> tuple[npt.NDArray[np.int64], Mask]:
    """Return where each hash stands among those held, ascending and at least one, and whether it does."""
    place = np.minimum(np.searchsorted(held, asked), len(held) - 1)
    return place, held[place] == asked


def row_hashes(rows: pa.Table | pa.RecordBatch, names: Sequence[str]) -> Hashes:
    """Return one hash for each row over some of its columns, shape ``(n,)``; a column that is missing is empty."""
    if not names:
        return np.zeros(rows.num_rows, dtype=np.uint64)
    return hashes_of([_comparable(rows, name) for name in names])


def _rank(there: Mask, begins: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    # How many of the same group stand before: those that are not there are of a group beside, not of this one.
    before: npt.NDArray[np.int64] = np.cumsum(there) - there
    return before - before[begins]


def _comparable(rows: pa.Table | pa.RecordBatch, name: str) -> pa.Array:
    if name not in rows.schema.names:
        return pa.nulls(rows.num_rows, pa.int64())
    column = rows[name]
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_decimal(column.type) or pa.types.is_floating(column.type):
        # An amount is the same whatever the number of decimals it is kept with.
        words = pc.fill_null(column.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False).view(np.int64)
        return pa.array(words, mask=np.asarray(column.is_null().to_numpy(zero_copy_only=False), dtype=bool))
    return column


def _cast(rows: pa.RecordBatch, name: str, kind: pa.DataType) -> pa.Array:
    if name not in rows.schema.names:
        return pa.nulls(rows.num_rows, kind)
    return rows[name].cast(kind, safe=False)
