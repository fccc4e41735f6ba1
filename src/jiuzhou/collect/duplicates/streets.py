"""Where an address ends: its street and house number, found without knowing the streets."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from jiuzhou.collect.companies.letters import Letters, folded_letters
from jiuzhou.kernel.arrays import Ints

_ROADS = "路街道巷弄里坊"
_BEFORE = "省市区县镇乡州旗盟" + _ROADS + "()\n"
_MOST_LETTERS, _MOST_DIGITS = 8, 5
_PRIME = np.uint64(1_099_511_628_211)
_ROW = 10


def streets(addresses: pa.Array | pa.ChunkedArray) -> tuple[Ints, Ints]:
    """
    Return a number for the street of each address and one for street and house, shape ``(n,)`` each; 0 without them.

    The street is the letters before the first number that follows 路, 街, 道 …, back to the end of the district's
    name: 人民路 in 江苏省苏州市高新区人民路１２３号3楼. Equal texts have equal numbers (FNV hash of 64 bits), so two
    different ones have the same with a chance of about 10^-7 among a million.
    """
    plain = addresses.combine_chunks() if isinstance(addresses, pa.ChunkedArray) else addresses
    letters = np.concatenate([[np.uint32(_ROW)], folded_letters([text or "" for text in plain.to_pylist()])])
    starts = _numbers_after_roads(letters)
    rows = np.searchsorted(np.flatnonzero(letters == _ROW), starts) - 1
    first = np.concatenate([[True], np.diff(rows) != 0]) if len(rows) else np.zeros(0, dtype=bool)
    rows, starts = rows[first], starts[first]
    street = _hashes_before(letters, starts)
    both = (street ^ _houses(letters, starts)) * _PRIME
    return _placed(street, rows, len(plain)), _placed(both, rows, len(plain))


def _numbers_after_roads(letters: Letters) -> Ints:
    digit = _is_digit(letters)
    starts = np.flatnonzero(digit[1:] & ~digit[:-1]) + 1
    found: Ints = starts[np.isin(letters[starts - 1], _codes(_ROADS))]
    return found


def _hashes_before(letters: Letters, starts: Ints) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    hashes = np.full(len(starts), 14_695_981_039_346_656_037, dtype=np.uint64)
    stop, reading = _codes(_BEFORE), np.ones(len(starts), dtype=bool)
    for back in range(1, _MOST_LETTERS + 1):
        letter = letters[np.maximum(starts - back, 0)]
        if back > 1:
            reading &= ~np.isin(letter, stop) & ~_is_digit(letter)
        hashes = np.where(reading, (hashes ^ letter) * _PRIME, hashes)
    return hashes


def _houses(letters: Letters, starts: Ints) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    house, reading = np.zeros(len(starts), dtype=np.uint64), np.ones(len(starts), dtype=bool)
    for ahead in range(_MOST_DIGITS):
        letter = letters[np.minimum(starts + ahead, len(letters) - 1)]
        reading &= _is_digit(letter)
        house = np.where(reading, house * np.uint64(10) + (letter - np.uint32(48)), house)
    return house


def _placed(found: np.ndarray[tuple[int], np.dtype[np.uint64]], rows: Ints, count: int) -> Ints:
    placed = np.zeros(count, dtype=np.int64)
    placed[rows] = found.view(np.int64)
    return placed


def _is_digit(letters: Letters) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return (letters >= 48) & (letters <= 57)


def _codes(letters: str) -> Letters:
    return np.array([ord(letter) for letter in letters], dtype=np.uint32)
