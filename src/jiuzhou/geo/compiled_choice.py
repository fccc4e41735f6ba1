"""From what a reading allows to one division, how sure it is, and what else it may be; over all texts of an array."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from jiuzhou.geo.compiled_chain import (
    ANCHOR,
    BY_SHORT,
    COUNT,
    LEVELS,
    SPREAD,
    Chain,
    lies_in,
    new_chain,
    read_backwards,
    read_forwards,
    start_chain,
)
from jiuzhou.geo.compiled_words import LONGEST, SIGN, START, Bytes, compiled, decode, find_names, postcode
from jiuzhou.geo.lexicon import Floats, Ints, Lexicon, Longs, Meanings

CANDIDATES = 8
_NONE = -1
_LAST_LETTER = ord("z") + 1
_LIKELY = 0.6
"""Share of the weights that one of several divisions needs to be the one meant."""
_UNSURE, _DOUBTED, _SAID_LATER = 0.45, 0.6, 0.85
_KNOWN = 0.95
"""Trust in a division that was known beforehand, where the text says no more."""


Pair: TypeAlias = tuple[Chain, Chain]


class Readings(NamedTuple):
    """
    What was read: number of the division, -1 for none; confidence; further candidates and how many.

    Shapes ``(n,)``, ``(n,)``, ``(n, CANDIDATES)``, ``(n,)``.
    """

    node: Ints
    confidence: Floats
    others: Ints
    number: Ints


@compiled
def keep_some(division: Ints, chain: Chain, province: int) -> None:
    """
    Leave in the set what lies in ``province``, if anything does.

    Without one, leave out what lies in another member: who writes 吉林 alone means the province.
    """
    kept, size = 0, chain.figure[COUNT]
    for place in range(size):
        node, stays = chain.node[0, place], True
        if province >= 0:
            stays = node == province or lies_in(division, node, _NONE, province)
        else:
            for other in range(size):
                stays = stays and not lies_in(division, node, _NONE, chain.node[0, other])
        if stays:
            chain.node[1, kept], chain.weight[1, kept] = node, chain.weight[0, place]
            kept += 1
    if kept:
        for place in range(kept):
            chain.node[0, place], chain.weight[0, place] = chain.node[1, place], chain.weight[1, place]
        chain.figure[COUNT] = kept


@compiled
def above_all(division: Ints, chain: Chain) -> int:
    """Return the lowest division in which all of the set lie, -1 where there is none."""
    for floor in range(2):
        above = division[chain.node[0, 0], floor]
        for place in range(1, chain.figure[COUNT]):
            node = chain.node[0, place]
            same = division[node, 0] == above or division[node, 1] == above
            above = above if same else _NONE
        if above >= 0:
            return int(above)
    return _NONE


@compiled
def settle(meanings: Meanings, chain: Chain, postal: int, out: Readings, row: int) -> None:
    """Write what the chain says of a text."""
    division, trust = meanings.division, chain.trust[0]
    out.node[row], out.confidence[row], out.number[row] = _NONE, 0.0, 0
    if chain.figure[COUNT] > 1:
        keep_some(division, chain, _NONE)
        if chain.figure[COUNT] > 1 and postal >= 0:
            keep_some(division, chain, postal)
            trust *= 0.9
    size = chain.figure[COUNT]
    if size == 0:
        return
    best, total = 0, 0.0
    for place in range(size):
        total += chain.weight[0, place]
        best = place if chain.weight[0, place] > chain.weight[0, best] else best
    share = chain.weight[0, best] / total
    if size > 1:
        out.number[row] = min(size, CANDIDATES)
        for place in range(out.number[row]):
            out.others[row, place] = chain.node[0, place]
    above = above_all(division, chain)
    if size == 1 or (share >= _LIKELY and not chain.figure[SPREAD]):
        out.node[row], out.confidence[row] = chain.node[0, best], trust * share
    elif chain.figure[SPREAD] and above >= 0:
        out.node[row], out.confidence[row] = above, trust
    else:
        sure_above = above if above >= 0 and division[above, 2] == 2 else chain.figure[ANCHOR]
        out.node[row] = sure_above
        out.confidence[row] = min(trust * share, _UNSURE) if sure_above >= 0 else 0.0


@compiled
def settle_two(meanings: Meanings, chains: Pair, postal: int, out: Readings, row: int) -> None:
    """Write what two contradicting chains say: the one that names more, less sure, with the other beside it."""
    first, second = chains
    settle(meanings, second, postal, out, row)
    other, other_sure = out.node[row], out.confidence[row]
    settle(meanings, first, postal, out, row)
    one, one_sure = out.node[row], out.confidence[row]
    if other < 0 or one < 0 or other_sure < _LIKELY or out.number[row] > 0:
        return
    level = meanings.division[:, 2]
    named = second.figure[LEVELS] - first.figure[LEVELS]
    if second.figure[LEVELS] < 2 and level[other] < 3:
        return
    if first.figure[BY_SHORT] and first.figure[LEVELS] == 1 and named > 0:
        out.node[row], out.confidence[row] = other, min(_SAID_LATER, other_sure)
    else:
        deeper = named > 0 or level[other] > level[one]
        out.node[row] = other if deeper else one
        out.confidence[row] = min(_DOUBTED if deeper else _UNSURE, one_sure, other_sure)
    out.others[row, 0], out.others[row, 1], out.number[row] = one, other, 2


@compiled
def has_latin(page: Ints, found: int) -> bool:
    """Return whether a name on the page is in Latin letters."""
    latin = False
    for match in range(found):
        latin |= page[SIGN, page[START, match]] < _LAST_LETTER
    return bool(latin)


@compiled
def better(division: Ints, one: Chain, other: Chain) -> bool:
    """Return whether ``one`` says more than ``other``: fewer divisions left, then more levels, then the lower one."""
    held, held_other = one.figure[COUNT], other.figure[COUNT]
    if held == 0 or held_other == 0 or (held == 1) != (held_other == 1):
        return bool(held == 1 or held_other == 0)
    if one.figure[LEVELS] != other.figure[LEVELS]:
        return bool(one.figure[LEVELS] > other.figure[LEVELS])
    return bool(division[one.node[0, 0], 2] > division[other.node[0, 0], 2])


@compiled
def read_one(lexicon: Lexicon, page: Ints, chains: Pair, known: tuple[int, int, int], out: Readings) -> None:
    """Write what the text on the page says; ``known``: its length, its row, the division it is known to lie in."""
    count, row, within = known
    words, meanings = lexicon.words, lexicon.meanings
    both = (words, meanings)
    first, second = chains
    found = find_names(words, page, count)
    start_chain(first, within)
    contradiction = read_forwards(both, page, first, 0, (count, found))
    levels, postal = first.figure[LEVELS], _NONE
    if first.figure[COUNT] > 1 or contradiction >= 0:
        digits = postcode(page, count)
        postal = lexicon.postal[digits] if digits >= 0 else _NONE
    if has_latin(page, found):
        start_chain(second, within)
        read_backwards(both, page, second, (count, found))
        levels = max(levels, second.figure[LEVELS])
        if better(meanings.division, second, first):
            settle(meanings, second, postal, out, row)
        else:
            settle(meanings, first, postal, out, row)
    elif contradiction >= 0 and within < 0:
        start_chain(second, within)
        read_forwards(both, page, second, contradiction, (count, found))
        settle_two(meanings, chains, postal, out, row)
    else:
        settle(meanings, first, postal, out, row)
    if within >= 0 and levels == 0:
        out.confidence[row] = _KNOWN


@compiled
def read_texts(lexicon: Lexicon, data: Bytes, offsets: Longs, within: Ints, out: Readings) -> None:
    """Read the texts that lie end to end in ``data``, each from its offset to the next, into ``out``."""
    page = np.zeros((6, LONGEST + 56), np.int32)
    chains = (new_chain(), new_chain())
    for row in range(len(offsets) - 1):
        count = decode(data[offsets[row] : offsets[row + 1]], lexicon.fold, page)
        read_one(lexicon, page, chains, (count, row, within[row]), out)


def no_readings(number: int) -> Readings:
    """Return room for the readings of ``number`` texts."""
    whole = np.full(number, _NONE, dtype=np.int32)
    others = np.full((number, CANDIDATES), _NONE, dtype=np.int32)
    return Readings(whole, np.zeros(number, dtype=np.float32), others, np.zeros(number, dtype=np.int32))
