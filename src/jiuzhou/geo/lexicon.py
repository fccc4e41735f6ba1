"""The gazetteer as arrays that compiled code walks: a tree of characters, the senses of each name, who lies in whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jiuzhou.geo.characters import folding
from jiuzhou.geo.divisions import divisions
from jiuzhou.geo.gazetteer import Kind, Sense, gazetteer

Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float32]

NAMES_ROOT, TAILS_ROOT = 0, 1
NODE_BITS, HASH_FACTOR, LATIN_BELOW = 20, 0x9E3779B1, 0x80
_LEVELS = {"province": 1, "prefecture": 2, "district": 3}

_TAIL_KINDS = ("street", "broad_street", "place", "town", "filler", "direction", "nothing", "spot")
"""Words after a name that say what the name is there; ``tail_words.tsv`` lists them, in the order of their numbers."""

_POSTAL = """
10 11 20 31 30 12 40 50 01 15 02 15 03 14 04 14 05 13 06 13 07 13 11 21 12 21 13 22 15 23 16 23 21 32 22 32 23 34 24 34
25 37 26 37 27 37 31 33 32 33 33 36 34 36 35 35 36 35 41 43 42 43 43 42 44 42 45 41 46 41 47 41 51 44 52 44 53 45 54 45
55 52 56 52 57 46 61 51 62 51 63 51 64 51 65 53 66 53 67 53 71 61 72 61 73 62 74 62 75 64 81 63 83 65 84 65 85 54
"""
"""First two digits of a postcode, and the first two of the adcodes there."""


class Words(NamedTuple):
    """
    The tree of characters: names from one root, tails from another.

    Attributes
    ----------
    first
        Node after the first character, by root and code point, shape ``(2, 65536)``; 0 where there is none.
    table
        Open hash table from a key ``node << 16 | code point`` to the node after it, both in one number,
        ``key << NODE_BITS | node``; -1 is free. The second half is for code points below ``LATIN_BELOW``.
    ends
        Name and kind of tail that end at a node, shape ``(n, 2)``; -1 and 0 where none does.
    """

    first: Ints
    table: Longs
    ends: Ints


class Meanings(NamedTuple):
    """
    What the names mean, divisions being numbers in the order of their codes.

    Attributes
    ----------
    start
        Senses of name ``i`` are ``start[i]:start[i + 1]``.
    sense
        Division, division within which it is said (-1 where the sense says none), and kind, shape ``(m, 3)``.
    odds
        Weight and trust of each sense, shape ``(m, 2)``.
    division
        The two divisions above each, nearest first, -1 for none, and its level from 1 to 3, shape ``(d, 3)``.
    """

    start: Ints
    sense: Ints
    odds: Floats
    division: Ints


class Lexicon(NamedTuple):
    """
    Everything the reading looks up.

    Attributes
    ----------
    fold
        What each code point is read as; see ``characters.folding``.
    postal
        Province of the first two digits of a postcode, -1 where there is none.
    """

    words: Words
    meanings: Meanings
    fold: Ints
    postal: Ints


class _Tree:
    def __init__(self) -> None:
        self.after: dict[int, int] = {}
        self.number = 2

    def insert(self, root: int, text: str) -> int:
        node = root
        for character in text:
            key = node << 16 | ord(character)
            node = self.after.setdefault(key, self.number)
            self.number += node == self.number
        return node


@cache
def lexicon() -> Lexicon:
    """Return the arrays of the gazetteer, made once in a process in about a third of a second."""
    tree, names = _Tree(), gazetteer()
    row = {code: at for at, code in enumerate(division_codes())}
    name_ends = [tree.insert(NAMES_ROOT, name) for name in names]
    tail_ends = [(tree.insert(TAILS_ROOT, word), kind) for word, kind in _tails(names).items()]
    ends = np.tile(np.array([-1, 0], dtype=np.int32), (tree.number, 1))
    ends[name_ends, 0] = np.arange(len(name_ends))
    for node, tail in tail_ends:
        ends[node, 1] = tail
    first, table = _hashed(tree)
    senses = [sense for listed in names.values() for sense in listed]
    meanings = Meanings(
        start=_whole(np.cumsum([0, *(len(listed) for listed in names.values())])),
        sense=np.array([(row[s.code], row.get(s.within, -1), int(s.kind)) for s in senses], dtype=np.int32),
        odds=np.array([(sense.weight, sense.trust) for sense in senses], dtype=np.float32),
        division=_division_rows(row),
    )
    return Lexicon(Words(first, table, ends), meanings, folding(), _postal(row))


def _tails(names: Mapping[str, tuple[Sense, ...]]) -> dict[str, int]:
    lines = Path(__file__).with_name("tail_words.tsv").read_text("utf-8").splitlines()[1:]
    listed = (line.split("\t") for line in lines)
    tails = {word: _TAIL_KINDS.index(kind) + 1 for kind, words in listed for word in words.split(" ")}
    single = {word for word in tails if len(word) == 1}
    # 道里 after 哈尔滨 and 湖南 after 南京 are names of their own: the first is no street and the second no lake
    for name, senses in names.items():
        if name[0] in single and len(name) > 1 and any(sense.kind in (Kind.SHORT, Kind.QUARTER) for sense in senses):
            tails.setdefault(name, _TAIL_KINDS.index("nothing") + 1)
    return tails


@cache
def division_codes() -> tuple[str, ...]:
    """Return the codes of all divisions in order: what the numbers of the lexicon mean."""
    return tuple(divisions().by_code)


def _hashed(tree: _Tree) -> tuple[Ints, Longs]:
    first = np.zeros((2, 1 << 16), dtype=np.int32)
    keys = np.fromiter(tree.after, dtype=np.int64, count=len(tree.after))
    values = np.fromiter(tree.after.values(), dtype=np.int64, count=len(tree.after))
    from_root = keys < 2 << 16
    first[keys[from_root] >> 16, keys[from_root] & 0xFFFF] = values[from_root]
    keys, values = keys[~from_root], values[~from_root]
    latin = (keys & 0xFFFF) < LATIN_BELOW
    size = 1 << int(2 * max(latin.sum(), (~latin).sum())).bit_length()
    # each script has its half, so that what Chinese addresses look up lies close together in memory
    table = np.concatenate([_half(keys[part], values[part], size) for part in (~latin, latin)])
    return first, table


def _half(keys: Longs, values: Longs, size: int) -> Longs:
    table = np.full(size, -1, dtype=np.int64)
    pending, slot = keys << NODE_BITS | values, (keys * HASH_FACTOR & 0xFFFFFFFF) >> 8 & size - 1
    while len(pending):  # all at once, then those whose slot another took, one slot on
        free = table[slot] < 0
        table[slot[free]] = pending[free]
        left = table[slot] != pending
        pending, slot = pending[left], slot[left] + 1 & size - 1
    return table


def _division_rows(row: dict[str, int]) -> Ints:
    tree = divisions()
    rows = np.full((len(row), 3), -1, dtype=np.int32)
    for code, at in row.items():
        for place, division in enumerate(tree.ancestors(code)):
            rows[at, place] = row[division.code]
        rows[at, 2] = _LEVELS[tree.by_code[code].level]
    return rows


def _postal(row: dict[str, int]) -> Ints:
    digits = _POSTAL.split()
    postal = np.full(100, -1, dtype=np.int32)
    for code, province in zip(digits[::2], digits[1::2], strict=True):
        postal[int(code)] = row.get(province + "0000", -1)
    return postal


def _whole(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int32)
