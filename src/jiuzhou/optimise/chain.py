"""Chains: a territory out of its band passes a unit on, and so does the next, until one has room."""

from __future__ import annotations

import numpy as np

from jiuzhou.optimise.boundary import breach, members
from jiuzhou.optimise.compiled import Flags, Floats, Ints, compiled
from jiuzhou.optimise.connect import Board, hand_over, may_leave, touches

_TRIES = 40
_NONE = -1


@compiled
def relieve(board: Board, j: int, outwards: bool) -> bool:
    """
    Lower the breach of territory ``j`` by the cheapest chain of moves in which no other territory's breach grows.

    Parameters
    ----------
    outwards
        Whether units go out of ``j`` (it has too much) or come in (too little).

    Returns
    -------
    bool
        Whether a chain was made; if none keeps every territory in one piece, nothing has changed.
    """
    banned = np.zeros(len(board.label), np.bool_)
    begin, unit = members(board)
    for _ in range(_TRIES):
        end, via, passed = _search(board, j, outwards, banned, (begin, unit))
        if end < 0:
            return False
        failed = _apply(board, end, via, passed, outwards)
        if failed < 0:
            return True
        banned[failed] = True
    return False


@compiled
def _search(board: Board, j: int, outwards: bool, banned: Flags, roster: tuple[Ints, Ints]) -> tuple[int, Ints, Ints]:
    p = board.cost.shape[1]
    price = np.full(p, np.inf)
    via = np.full(p, -1, np.int64)
    passed = np.full(p, -1, np.int64)
    closed = np.zeros(p, np.bool_)
    price[j] = 0.0
    while True:
        x = -1
        for k in range(p):
            if not closed[k] and price[k] < np.inf and (x < 0 or price[k] < price[x]):
                x = k
        if x < 0:
            return -1, via, passed
        closed[x] = True
        if x != j:
            came, went = (passed[x], _NONE) if outwards else (_NONE, passed[x])
            if breach(board, x, came, went)[0] <= breach(board, x, _NONE, _NONE)[0]:
                return x, via, passed
        _open(board, x, outwards, banned, (price, via, passed, closed), roster)


@compiled
def _open(
    board: Board,
    x: int,
    outwards: bool,
    banned: Flags,
    tree: tuple[Floats, Ints, Ints, Flags],
    roster: tuple[Ints, Ints],
) -> None:
    price, via, passed, closed = tree
    begin, unit = roster
    now = breach(board, x, _NONE, _NONE)[0]
    for m in range(begin[x], begin[x + 1]):
        v = unit[m]
        for e in range(board.start[v], board.start[v + 1]):
            y = board.label[board.neighbours[e]]
            if closed[y]:
                continue
            u = v if outwards else board.neighbours[e]
            source, goal = (x, y) if outwards else (y, x)
            total = price[x] + board.cost[u, goal] - board.cost[u, source]
            if banned[u] or total >= price[y]:
                continue
            gain, loss = (passed[x], u) if outwards else (u, passed[x])
            left = breach(board, x, gain, loss)[0]
            if left < now or (passed[x] >= 0 and left <= now):
                price[y] = total
                via[y] = x
                passed[y] = u


@compiled
def _apply(board: Board, end: int, via: Ints, passed: Ints, outwards: bool) -> int:
    """Make the chain's moves, the far end first; where one fails, undo all and return its unit, else -1."""
    p = len(via)
    unit = np.empty(p, np.int64)
    back = np.empty(p, np.int64)
    done = 0
    x = end
    while via[x] >= 0:
        u = passed[x]
        goal = x if outwards else via[x]
        if not (touches(board, u, goal) and may_leave(board, u)):
            for m in range(done - 1, -1, -1):
                hand_over(board, unit[m], back[m])
            return int(u)
        unit[done] = u
        back[done] = board.label[u]
        hand_over(board, u, goal)
        done += 1
        x = via[x]
    return -1
