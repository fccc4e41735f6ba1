"""
Finding the names in an address, over arrays, compiled on first use.

A text becomes characters with the breaks before them; every name in it becomes a match with what follows it, which
says whether a short name is a place or the beginning of a street's or a firm's name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jiuzhou.geo.lexicon import HASH_FACTOR, LATIN_BELOW, NODE_BITS, Ints, Longs, Words

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])
Bytes: TypeAlias = NDArray[np.uint8]

LONGEST = 200
"""Characters of an address that are read; the rest is street."""

SIGN, GAP, START, END, NAME, TAIL = range(6)
"""Rows of a page: characters, breaks before them (1 soft, 2 hard); begin, end, name and tail of each match."""

STREET, BROAD, PLACE, TOWN, FILLER, DIRECTION, NOTHING, SPOT = range(1, 9)
"""Kinds of tails, in the order of ``lexicon``."""
_NODE = (1 << NODE_BITS) - 1
_A, _Z, _0, _9 = ord("a"), ord("z"), ord("0"), ord("9")


def compiled(kernel: _Kernel) -> _Kernel:
    """Return ``kernel`` compiled on its first call and kept on disk."""
    return cast(_Kernel, njit(cache=True)(kernel))


def inlined(kernel: _Kernel) -> _Kernel:
    """Return ``kernel`` compiled into each of its callers: for what is called for every character."""
    return cast(_Kernel, njit(inline="always")(kernel))


@compiled
def decode(text: Bytes, fold: Ints, page: Ints) -> int:
    """Write the characters of UTF-8 ``text`` and the breaks before them to ``page``; return how many."""
    count, at, broken = 0, 0, 0
    while at < len(text) and count < LONGEST:
        byte = np.int32(text[at])
        if byte < 0x80:
            point, size = byte, 1
        elif byte < 0xE0:
            point, size = byte & 0x1F, 2
        elif byte < 0xF0:
            point, size = byte & 0x0F, 3
        else:
            point, size = byte & 0x07, 4
        for place in range(1, size):
            point = point << 6 | np.int32(text[at + place]) & 0x3F if at + place < len(text) else point
        at += size
        sign = fold[point] if point < 1 << 16 else 0xFFFD
        if sign <= 0:
            broken = max(broken, 2 if sign < 0 else 1)
            continue
        page[SIGN, count], page[GAP, count] = sign, broken
        count, broken = count + 1, 0
    page[GAP, count] = 2
    return count


@inlined
def step(first: Ints, table: Longs, node: int, sign: int) -> int:
    """Return the node after ``node`` by the character ``sign``, 0 where there is none."""
    found = 0
    if node < 2:
        found = int(first[node, sign])
    else:
        key = np.int64(node) << 16 | np.int64(sign)
        half = np.int64(len(table) // 2)
        begin = half if sign < LATIN_BELOW else np.int64(0)
        slot = (key * np.int64(HASH_FACTOR) & np.int64(0xFFFFFFFF)) >> 8 & half - 1
        while table[begin + slot] >= 0 and table[begin + slot] >> NODE_BITS != key:
            slot = slot + 1 & half - 1
        slot += begin
        found = int(table[slot] & _NODE) if table[slot] >= 0 else 0
    return found


@inlined
def is_letter(sign: int) -> bool:
    """Return whether a folded character is a Latin letter."""
    return _A <= sign <= _Z


@inlined
def is_digit(sign: int) -> bool:
    """Return whether a folded character is a digit."""
    return _0 <= sign <= _9


@inlined
def word_ends(page: Ints, end: int, count: int) -> bool:
    """Return whether a word may end before the character ``end``: Latin words end at a break only."""
    return end >= count or page[GAP, end] > 0 or not (is_letter(page[SIGN, end - 1]) and is_letter(page[SIGN, end]))


@compiled
def tail_at(words: Words, page: Ints, start: int, count: int) -> tuple[int, int]:
    """Return the longest word of ``TAILS`` that begins at ``start``: its kind, 0 for none, and where it ends."""
    first, table, ends = words.first, words.table, words.ends
    node, at, kind, end = 1, start, 0, start
    while at < count and (at == start or page[GAP, at] < 2):
        node = step(first, table, node, page[SIGN, at])
        if node == 0:
            break
        at += 1
        if ends[node, 1] > 0 and word_ends(page, at, count):
            kind, end = ends[node, 1], at
    return kind, end


@compiled
def tail_of(words: Words, page: Ints, end: int, count: int) -> int:
    """Return what the words after a name say it is; a street's direction may stand between."""
    kind, after = tail_at(words, page, end, count)
    if kind == BROAD:
        return STREET
    if kind not in (DIRECTION, PLACE, SPOT):
        return kind
    second, then = tail_at(words, page, after, count)
    if kind == SPOT:  # 门 and 湖 are a place where the word ends with them: 朝阳门内, not 武进湖塘
        ends = after >= count or page[GAP, after] > 0 or is_digit(page[SIGN, after])
        return PLACE if second in (DIRECTION, PLACE, SPOT) or (second == 0 and ends) else 0
    if second == DIRECTION:
        second, then = tail_at(words, page, then, count)
    if kind == PLACE:  # a street called after a park or a school says nothing of the name before it
        return 0 if second in (STREET, BROAD) else PLACE
    return STREET if second == STREET else 0


@compiled
def find_names(words: Words, page: Ints, count: int) -> int:
    """Write every name on the page and what follows it, the longest first at each place; return how many."""
    first, table, ends = words.first, words.table, words.ends
    found, silent, most = 0, 0, page.shape[1]
    for start in range(count):
        sign = page[SIGN, start]
        node = int(first[0, sign])
        if start < silent or (node == 0 and first[1, sign] == 0):
            continue
        if start > 0 and page[GAP, start] == 0 and is_letter(sign) and is_letter(page[SIGN, start - 1]):
            continue
        at, before = start + 1, found
        while node > 0:
            if ends[node, 0] >= 0 and found < most and word_ends(page, at, count):
                page[START, found], page[END, found], page[NAME, found] = start, at, ends[node, 0]
                found += 1
            if at >= count or page[GAP, at] == 2:
                break
            node = step(first, table, node, page[SIGN, at])
            at += 1
        if found == before:
            kind, after = tail_at(words, page, start, count)
            silent = after if kind == FILLER else silent
        for place in range((found - before) // 2):
            low, high = before + place, found - 1 - place
            page[END, low], page[END, high] = page[END, high], page[END, low]
            page[NAME, low], page[NAME, high] = page[NAME, high], page[NAME, low]
        for place in range(before, found):
            end = page[END, place]
            said = end < count and page[GAP, end] < 2 and first[1, page[SIGN, end]] > 0
            page[TAIL, place] = tail_of(words, page, end, count) if said else 0
    return found


@compiled
def uncovered(words: Words, page: Ints, span: tuple[int, int], count: int) -> int:
    """Return how many characters between two names are neither digits nor words that say nothing."""
    at, number = span[0], 0
    while at < span[1]:
        if words.first[1, page[SIGN, at]] > 0:
            kind, after = tail_at(words, page, at, count)
            if kind == FILLER:
                at = after
                continue
        number += not is_digit(page[SIGN, at])
        at += 1
    return number


@compiled
def postcode(page: Ints, count: int) -> int:
    """Return the first two digits of the first number of exactly six digits, -1 where there is none."""
    run = 0
    for at in range(count + 1):
        digit = at < count and is_digit(page[SIGN, at])
        if digit and (run == 0 or page[GAP, at] == 0):
            run += 1
            continue
        if run == 6:
            return int((page[SIGN, at - 6] - _0) * 10 + page[SIGN, at - 5] - _0)
        run = 1 if digit else 0
    return -1
