"""
Joining the names of an address to a chain of divisions from large to small, over arrays, compiled on first use.

A pass over the matches keeps the set of divisions that all names read so far allow; each further name narrows it, goes
down in it, or is passed over.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jiuzhou.geo.compiled_words import (
    END,
    GAP,
    NAME,
    PLACE,
    SIGN,
    START,
    STREET,
    TAIL,
    TOWN,
    compiled,
    inlined,
    uncovered,
)
from jiuzhou.geo.lexicon import Floats, Ints, Meanings, Words

WIDEST = 128
"""Divisions kept at once; those beyond are left out."""

COUNT, LEVELS, READ_TO, ANCHOR, LAST_NAME, SPREAD, BY_SHORT = range(7)
"""Of a chain: divisions kept, levels read, where the last name ended, last division that stood alone, last name read,
whether the divisions kept are the parts of one zone, whether it began with a short name."""

_FULL, _FORMER, _SHORT, _ZONE, _QUARTER, _LETTER, _LATIN, _LATIN_SHORT = range(8)
_NONE = -1
_CITY_SIGN, _FIELD_SIGN, _ZONE_SIGN, _PARK_SIGN = ord("市"), ord("场"), ord("区"), ord("园")


class Chain(NamedTuple):
    """
    The divisions that a pass over the names allows, and how the pass went.

    Attributes
    ----------
    node
        The divisions kept, and room for the next set, shape ``(2, WIDEST)``.
    weight
        Their weights, same shape.
    figure
        Whole numbers by the names ``COUNT`` to ``BY_SHORT``.
    trust
        The lowest trust in a name read, shape ``(1,)``.
    """

    node: Ints
    weight: Floats
    figure: Ints
    trust: Floats


@compiled
def new_chain() -> Chain:
    """Return an empty chain."""
    room = np.empty((2, WIDEST), np.int32)
    return Chain(room, np.empty((2, WIDEST), np.float32), np.zeros(7, np.int32), np.ones(1, np.float32))


@compiled
def start_chain(chain: Chain, within: int) -> None:
    """Empty a chain, or begin it with the division the address is known to lie in."""
    chain.figure[:] = 0
    chain.figure[ANCHOR], chain.figure[LAST_NAME] = within, _NONE
    chain.trust[0] = 1.0
    if within >= 0:
        chain.node[0, 0], chain.weight[0, 0], chain.figure[COUNT] = within, 1.0, 1


@inlined
def lies_in(division: Ints, node: int, within: int, other: int) -> bool:
    """Return whether the division ``node``, said within ``within``, lies below ``other``."""
    below = division[node, 0] == other or division[node, 1] == other
    if not below and within >= 0:
        below = within == other or division[within, 0] == other or division[within, 1] == other
    return bool(below)


@inlined
def says_place(page: Ints, match: int, kind: int, district: bool, below: bool) -> bool:
    """Return whether a match may mean a division: a short name before a street's word means the street."""
    tail, end, says = page[TAIL, match], page[END, match], True
    if kind in (_FULL, _FORMER):
        says = page[SIGN, end] != _FIELD_SIGN or page[SIGN, end - 1] != _CITY_SIGN or page[GAP, end] > 0
    elif kind == _ZONE:
        says = tail != STREET or page[SIGN, end - 1] == _ZONE_SIGN or page[SIGN, end - 1] == _PARK_SIGN
    elif kind != _QUARTER and kind != _LATIN:
        firm = tail == PLACE and (district or below or kind == _LATIN_SHORT)
        says = tail != STREET and not firm and not (tail == TOWN and district)
    return says


@inlined
def keep(nodes: Ints, weights: Floats, count: int, node: int, weight: float) -> int:
    """Add a division to the next set if it is not there yet; return its size."""
    place = 0
    while place < count and nodes[1, place] != node:
        place += 1
    if place < count:
        weights[1, place] = max(weights[1, place], weight)
    elif count < WIDEST:
        nodes[1, count], weights[1, count] = node, weight
        count += 1
    return count


@compiled
def narrowed(meanings: Meanings, page: Ints, chain: Chain, match: int, gap: int) -> tuple[int, float, int]:
    """Write to the next set what is left after a match; return its size, its trust, and how many lie lower."""
    nodes, weights, figure = chain.node, chain.weight, chain.figure
    name, held = page[NAME, match], figure[COUNT]
    count, trust, down, known = 0, 0.0, 0, figure[LEVELS] > 0
    start, senses, odds, division = meanings.start, meanings.sense, meanings.odds, meanings.division
    said_before = figure[LAST_NAME] == name or figure[LAST_NAME] == _NONE or held > 1
    said_before = said_before or senses[start[name], 0] != nodes[0, 0]
    city = _NONE
    for sense in range(start[name], start[name + 1]):
        node, within, kind = senses[sense, 0], senses[sense, 1], senses[sense, 2]
        if kind == _LETTER or not says_place(page, match, kind, division[node, 2] == 3, known):
            continue
        for place in range(held):
            other = nodes[0, place]
            if kind == _FORMER and down > 0 and other == node:
                continue
            if other == node or lies_in(division, other, _NONE, node):
                count = keep(nodes, weights, count, other, weights[0, place])
                trust = max(trust, odds[sense, 1] if kind == _QUARTER else 0.98)
            elif kind != _QUARTER and lies_in(division, node, within, other):
                far = gap > 0 and kind < _LATIN
                if far and kind == _SHORT:
                    continue
                loss = (0.88 if gap < 12 else 0.8) if far else (0.97 if kind >= _LATIN else 1.0)
                count = keep(nodes, weights, count, node, odds[sense, 0])
                trust = max(trust, odds[sense, 1] * loss)
                down += 1
                if kind == _FORMER and not said_before:  # 哈密地区哈密市: the city of then, a district now
                    nodes[1, 0], weights[1, 0], figure[SPREAD] = node, 1.0, 0
                    return 1, trust, 1
                city = within if kind == _ZONE and (down == 1 or city == within) else _NONE
    figure[SPREAD] = figure[SPREAD] if down == 0 else city >= 0
    return count, trust, down


@compiled
def begun(meanings: Meanings, page: Ints, chain: Chain, match: int) -> tuple[int, float]:
    """Write to the next set what a first match may mean; return its size and its trust."""
    nodes, weights, figure = chain.node, chain.weight, chain.figure
    name, at = page[NAME, match], page[START, match]
    start, senses, odds, division = meanings.start, meanings.sense, meanings.odds, meanings.division
    count, trust, fresh, city = 0, 0.0, at == 0 or page[GAP, at] > 0 or match == 0, _NONE
    for sense in range(start[name], start[name + 1]):
        node, within, kind = senses[sense, 0], senses[sense, 1], senses[sense, 2]
        if kind in (_QUARTER, _LETTER):
            continue
        if not says_place(page, match, kind, division[node, 2] == 3, not fresh):
            continue
        sure = odds[sense, 1]
        short = kind in (_SHORT, _LATIN_SHORT)
        if short and division[node, 2] == 3:
            sure *= 0.86 if fresh else 0.6
        elif short and page[TAIL, match] == PLACE:
            sure *= 0.75
        elif kind == _SHORT and not fresh:
            sure *= 0.85
        city = within if kind == _ZONE and (count == 0 or city == within) else _NONE
        count = keep(nodes, weights, count, node, odds[sense, 0])
        trust = max(trust, sure)
        figure[BY_SHORT] = short
    figure[SPREAD] = city >= 0
    return count, trust


@compiled
def begun_by_letter(meanings: Meanings, page: Ints, chain: Chain, match: int, found: int) -> int:
    """Write to the next set the province of a single character if a name in it follows at once; return its size."""
    name, end = page[NAME, match], page[END, match]
    start, senses, division = meanings.start, meanings.sense, meanings.division
    if senses[start[name], 2] != _LETTER:
        return 0
    province = senses[start[name], 0]
    for other in range(match + 1, found):
        if page[START, other] > end:
            break
        if page[START, other] < end:
            continue
        following = page[NAME, other]
        for sense in range(start[following], start[following + 1]):
            node = senses[sense, 0]
            below = lies_in(division, node, senses[sense, 1], province)
            if below and says_place(page, other, senses[sense, 2], division[node, 2] == 3, True):
                chain.node[1, 0], chain.weight[1, 0] = province, 1.0
                return 1
    return 0


@inlined
def adopt(chain: Chain, count: int, trust: float, down: int) -> None:
    """Make the next set the chain's own."""
    nodes, weights, figure = chain.node, chain.weight, chain.figure
    for place in range(count):
        nodes[0, place], weights[0, place] = nodes[1, place], weights[1, place]
    figure[COUNT] = count
    figure[LEVELS] += down > 0
    chain.trust[0] = min(chain.trust[0], trust)
    if count == 1:
        figure[ANCHOR] = nodes[0, 0]


@inlined
def read_on(lexicon: tuple[Words, Meanings], page: Ints, chain: Chain, match: int, sizes: tuple[int, int]) -> bool:
    """Take one match into the chain and return whether it belongs there."""
    words, meanings = lexicon
    if chain.figure[COUNT] == 0:
        size, trust = begun(meanings, page, chain, match)
        if size == 0:
            size, trust = begun_by_letter(meanings, page, chain, match, sizes[1]), 0.92
        down = size
    else:
        gap = 0
        if chain.figure[LEVELS] > 0 and page[START, match] > chain.figure[READ_TO]:
            gap = uncovered(words, page, (chain.figure[READ_TO], page[START, match]), sizes[0])
        size, trust, down = narrowed(meanings, page, chain, match, gap)
    if size > 0:
        adopt(chain, size, trust, down)
        chain.figure[READ_TO], chain.figure[LAST_NAME] = page[END, match], page[NAME, match]
    return size > 0


@inlined
def is_exact(division: Ints, chain: Chain) -> bool:
    """Return whether a chain has come to one district by more than its name: what follows is street."""
    figure = chain.figure
    return bool(figure[COUNT] == 1 and figure[LEVELS] > 1 and division[chain.node[0, 0], 2] == 3)


@compiled
def read_forwards(lexicon: tuple[Words, Meanings], page: Ints, chain: Chain, begin: int, sizes: tuple[int, int]) -> int:
    """Read from the match ``begin`` on; return the first match that contradicts what stands before it, or -1."""
    words, meanings = lexicon
    covered, contradiction = 0, _NONE
    for match in range(begin, sizes[1]):
        if page[START, match] < covered:
            continue
        if read_on(lexicon, page, chain, match, sizes):
            covered = page[END, match]
            if is_exact(meanings.division, chain):
                break
        elif contradiction < 0 and chain.figure[LEVELS] > 0 and page[TAIL, match] not in (STREET, PLACE, TOWN):
            kind = meanings.sense[meanings.start[page[NAME, match]], 2]
            loose = kind == _FULL and chain.figure[BY_SHORT] == 1 and chain.figure[LEVELS] == 1
            between = (chain.figure[READ_TO], page[START, match])
            if kind <= _SHORT and between[1] >= between[0]:
                contradiction = match if loose or uncovered(words, page, between, sizes[0]) == 0 else _NONE
    return contradiction


@compiled
def read_backwards(lexicon: tuple[Words, Meanings], page: Ints, chain: Chain, sizes: tuple[int, int]) -> None:
    """Read from the end, for addresses that go from small to large."""
    covered = sizes[0]
    for last in range(sizes[0], 0, -1):
        for match in range(sizes[1]):
            if page[END, match] == last and last <= covered and read_on(lexicon, page, chain, match, sizes):
                covered = page[START, match]
                break
