"""Columns as 64-bit hashes, for finding what may be equal among more rows than fit into memory as text."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import Ints, indices

Hashes: TypeAlias = npt.NDArray[np.uint64]

_FEW = 20_000
_NULL = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_BASE = 0x2545F4914F6CDD1D
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))


def hashes_of(columns: list[pa.Array]) -> Hashes:
    """
    Return one hash for each row, shape ``(n,)``; equal rows have equal hashes, the reverse is only very likely.

    Texts by a polynomial in 2^64 over their bytes, other values by their words, each mixed by the finaliser of
    SplitMix64 (Steele, Lea, Flood 2014). Nulls equal each other. Not secret: who wants to can make texts collide, so
    a caller compares the rows themselves where it matters.
    """
    total = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        total = _mixed(total * np.uint64(_BASE) + _hashes(column))
    return total


class Index:
    """
    Texts to be found again, block after block; Arrow's own search builds its table anew each time.

    Parameters
    ----------
    keys
        Texts, each once.
    """

    def __init__(self, keys: pa.Array) -> None:
        self._keys, self._exact = keys, len(keys) <= _FEW
        if self._exact:
            return
        hashes = hashes_of([keys])
        order = np.argsort(hashes)
        self._hashes, self._order = hashes[order], order
        self._exact = bool((self._hashes[1:] == self._hashes[:-1]).any())

    def find(self, values: pa.Array) -> Ints:
        """Return where each value stands among the keys, shape ``(n,)``; -1 where it does not, or is null."""
        if self._exact:
            return indices(values, self._keys)
        place = self._order[np.minimum(np.searchsorted(self._hashes, hashes_of([values])), len(self._keys) - 1)]
        same = pc.fill_null(pc.equal(self._keys.take(pa.array(place)), values), False)
        return np.where(np.asarray(same.to_numpy(zero_copy_only=False), dtype=bool), place, -1)


def _hashes(column: pa.Array) -> Hashes:
    kind = column.type
    if pa.types.is_string(kind):
        found = _of_texts(column)
    else:
        words = pc.fill_null(_as_words(column), 0).to_numpy(zero_copy_only=False)
        found = _mixed(np.asarray(words, dtype=np.int64).view(np.uint64) + _NULL)
    if column.null_count:
        found = np.where(np.asarray(column.is_null().to_numpy(zero_copy_only=False), dtype=bool), _NULL, found)
    return found


def _as_words(column: pa.Array) -> pa.Array:
    if pa.types.is_date32(column.type):
        return column.cast(pa.int32()).cast(pa.int64())
    return column.cast(pa.int64())


def _of_texts(column: pa.Array) -> Hashes:
    starts = np.frombuffer(column.buffers()[1], dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    starts = starts.astype(np.int64)
    lengths = np.diff(starts)
    if not lengths.sum():
        return _mixed(np.zeros(len(column), dtype=np.uint64))
    data = np.frombuffer(column.buffers()[2], dtype=np.uint8)[starts[0] : starts[-1]]
    longest = int(lengths.max())
    if int(lengths.min()) == longest:
        cells = data.reshape(len(column), longest)
        total = np.zeros(len(column), dtype=np.uint64)
        for place, power in enumerate(_powers(longest)):
            total += _letters()[cells[:, place]] * power
        return _mixed(total + np.uint64(longest))
    at = np.arange(len(data), dtype=np.int64) - np.repeat(starts[:-1] - starts[0], lengths)
    terms = _letters()[data] * _powers(longest)[at]
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(terms, dtype=np.uint64)])
    ends = starts - starts[0]
    return _mixed(sums[ends[1:]] - sums[ends[:-1]] + lengths.astype(np.uint64))


@cache
def _letters() -> Hashes:
    return _mixed(np.arange(1, 257, dtype=np.uint64) * _NULL)


def _powers(count: int) -> Hashes:
    return np.cumprod(np.full(count, _BASE, dtype=np.uint64), dtype=np.uint64)


def _mixed(words: Hashes) -> Hashes:
    words = (words ^ (words >> _SHIFTS[0])) * _FIRST
    words = (words ^ (words >> _SHIFTS[1])) * _SECOND
    return np.asarray(words ^ (words >> _SHIFTS[2]), dtype=np.uint64)
