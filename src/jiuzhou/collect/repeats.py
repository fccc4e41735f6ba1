"""Rows whose key an earlier row has, among any number of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import Ints
from jiuzhou.kernel.hashing import Hashes, hashes_of

_AT_ONCE = 12_000_000
"""Hashes compared in one go, 96 MB of them; more rows are compared in several rounds."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """
    Rows whose key an earlier row has.

    Attributes
    ----------
    part, place
        The part each lies in and its place there, shape ``(n,)``; by part, then place.
    earlier_part, earlier_place
        The first row with the key.
    """

    part: Ints
    place: Ints
    earlier_part: Ints
    earlier_place: Ints


def repeats_in(keys: Callable[[int], Sequence[pa.Array]], counts: Sequence[int], *, at_once: int = _AT_ONCE) -> Repeats:
    """
    Return the rows whose key an earlier row has.

    Keys are hashed and the hashes sorted; only rows whose hash occurs twice are compared themselves, so the answer is
    exact and needs 8 bytes for each row of a round.

    Parameters
    ----------
    keys
        Returns the key columns of a part; asked for several times.
    counts
        Rows of each part.
    at_once
        Rows of one round.
    """
    rounds = rounds_for(sum(counts), at_once)
    found = [_round(keys, counts, rounds, number) for number in range(rounds)]
    together = np.concatenate(found, axis=1)
    order = np.lexsort((together[1], together[0]))
    return Repeats(*together[:, order])


def rounds_for(rows: int, at_once: int = _AT_ONCE) -> int:
    """Return into how many rounds rows are divided, so that each needs memory for at most ``at_once`` of them."""
    return max(1, -(-rows // at_once))


def _round(keys: Callable[[int], Sequence[pa.Array]], counts: Sequence[int], rounds: int, number: int) -> Ints:
    here = [_of_round(hashes_of(list(keys(part))), rounds, number) for part in range(len(counts))]
    everything = np.concatenate(here) if here else np.zeros(0, dtype=np.uint64)
    here.clear()
    everything.sort()
    twice = np.unique(everything[1:][everything[1:] == everything[:-1]])
    if not len(twice):
        return np.zeros((4, 0), dtype=np.int64)
    parts, places, columns = [], [], []
    for part in range(len(counts)):
        of_key = keys(part)
        which = np.flatnonzero(_among(hashes_of(list(of_key)), twice))
        parts.append(np.full(len(which), part, dtype=np.int64))
        places.append(which)
        columns.append([column.take(pa.array(which)) for column in of_key])
    of_part, at = np.concatenate(parts), np.concatenate(places)
    key = [pa.concat_arrays(list(column)) for column in zip(*columns, strict=True)]
    _, first, group = np.unique(_groups(key), return_index=True, return_inverse=True)
    earlier = first[group.reshape(-1)]
    again = earlier != np.arange(len(of_part))
    return np.stack([of_part[again], at[again], of_part[earlier[again]], at[earlier[again]]])


def _of_round(hashes: Hashes, rounds: int, number: int) -> Hashes:
    return hashes if rounds == 1 else hashes[hashes % np.uint64(rounds) == number]


def _among(hashes: Hashes, wanted: Hashes) -> np.ndarray:
    place = np.minimum(np.searchsorted(wanted, hashes), len(wanted) - 1)
    return np.asarray(wanted[place] == hashes)


def _groups(keys: Sequence[pa.Array]) -> Ints:
    whole = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        encoded = key.dictionary_encode()
        codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
        # Made dense again after each column, so that the product never leaves 64 bits.
        whole = np.unique(whole * (len(encoded.dictionary) + 1) + codes, return_inverse=True)[1].reshape(-1)
    return whole
