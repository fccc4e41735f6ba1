"""Keeping territories in one piece: what may leave, and what to do with pieces cut off."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jiuzhou.optimise.compiled import Flags, Floats, Ints, compiled
from jiuzhou.optimise.graph import Graph


class Board(NamedTuple):
    """
    A division in work: what the compiled moves read and change.

    Attributes
    ----------
    cost
        Cost of each unit in each territory, shape ``(n, p)``.
    weight
        Shape ``(n,)``: which piece of a territory is the heaviest.
    activity
        Shape ``(n, a)``.
    bands
        Lower limit, upper limit and target (above 0), shape ``(3, p, a)``.
    label, load, size
        Territory of each unit, shape ``(n,)``, and the territories' activities, shape ``(p, a)``, and numbers of units,
        shape ``(p,)``; changed by moves.
    start, neighbours
        The graph's compressed rows.
    stamp, stack
        Room for searches, shapes ``(n + 1,)`` and ``(n,)``; the last stamp counts them, so that nothing is cleared.
    whole
        Whether territories must stay in one piece.
    """

    cost: Floats
    weight: Floats
    activity: Floats
    bands: Floats
    label: Ints
    load: Floats
    size: Ints
    start: Ints
    neighbours: Ints
    stamp: Ints
    stack: Ints
    whole: bool


def lay_out(
    costs: tuple[Floats, Floats], activity: Floats, bands: Floats, graph: Graph, label: Ints, *, whole: bool = True
) -> Board:
    """
    Return the board of a division.

    Parameters
    ----------
    costs
        Cost, shape ``(n, p)``, and weight, shape ``(n,)``.
    """
    n, p = costs[0].shape
    load = np.zeros((p, activity.shape[1]))
    np.add.at(load, label, activity)
    room = np.zeros(n + 1, dtype=np.int64), np.zeros(n, dtype=np.int64)
    own = label.astype(np.int64).copy()
    size = np.bincount(label, minlength=p).astype(np.int64)
    return Board(*costs, activity, bands, own, load, size, graph.start, graph.neighbours, *room, whole)


@compiled
def may_leave(board: Board, i: int) -> bool:
    """Return whether the territory of unit ``i`` stays non-empty and in one piece without it."""
    label, start, neighbours = board.label, board.start, board.neighbours
    stamp, stack = board.stamp, board.stack
    own = label[i]
    if board.size[own] < 2 or not board.whole:
        return bool(board.size[own] > 1)
    n = len(label)
    stamp[n] += 2
    wanted, seen = stamp[n], stamp[n] + 1
    left = 0
    first = -1
    for e in range(start[i], start[i + 1]):
        u = neighbours[e]
        if label[u] == own:
            stamp[u] = wanted
            left += 1
            first = u
    if left < 2:
        return left == 1
    stamp[i] = seen
    stamp[first] = seen
    stack[0] = first
    m = 1
    left -= 1
    while m > 0:
        m -= 1
        u = stack[m]
        for e in range(start[u], start[u + 1]):
            x = neighbours[e]
            if label[x] == own and stamp[x] != seen:
                if stamp[x] == wanted:
                    left -= 1
                    if left == 0:
                        return True
                stamp[x] = seen
                stack[m] = x
                m += 1
    return False


@compiled
def touches(board: Board, i: int, k: int) -> bool:
    """Return whether unit ``i`` borders territory ``k``."""
    for e in range(board.start[i], board.start[i + 1]):  # noqa: SIM110 - numba compiles no generator in any()
        if board.label[board.neighbours[e]] == k:
            return True
    return False


@compiled
def hand_over(board: Board, i: int, k: int) -> None:
    """Give unit ``i`` to territory ``k``."""
    j = board.label[i]
    for b in range(board.activity.shape[1]):
        board.load[j, b] -= board.activity[i, b]
        board.load[k, b] += board.activity[i, b]
    board.size[j] -= 1
    board.size[k] += 1
    board.label[i] = k


@compiled
def pieces(label: Ints, start: Ints, neighbours: Ints) -> Ints:
    """Return the number of the connected piece (same territory, linked) of each unit, shape ``(n,)``."""
    n = len(label)
    piece = np.full(n, -1, np.int64)
    stack = np.empty(n, np.int64)
    count = 0
    for s in range(n):
        if piece[s] >= 0:
            continue
        piece[s] = count
        stack[0] = s
        m = 1
        while m > 0:
            m -= 1
            u = stack[m]
            for e in range(start[u], start[u + 1]):
                x = neighbours[e]
                if piece[x] < 0 and label[x] == label[s]:
                    piece[x] = count
                    stack[m] = x
                    m += 1
        count += 1
    return piece


@compiled
def cut_off(label: Ints, weight: Floats, start: Ints, neighbours: Ints) -> Flags:
    """Return which units lie outside the heaviest piece of their territory, shape ``(n,)``."""
    n = len(label)
    piece = pieces(label, start, neighbours)
    heavy = np.zeros(n)
    for i in range(n):
        heavy[piece[i]] += weight[i]
    chief = np.full(label.max() + 1 if n > 0 else 1, -1, np.int64)
    for i in range(n):
        k = label[i]
        if chief[k] < 0 or heavy[piece[i]] > heavy[chief[k]]:
            chief[k] = piece[i]
    loose = np.zeros(n, np.bool_)
    for i in range(n):
        loose[i] = piece[i] != chief[label[i]]
    return loose


@compiled
def reattach(board: Board) -> int:
    """
    Give every cut-off unit to a territory it borders, from the kept pieces outwards, and return how many were cut off.

    Each territory keeps its heaviest piece; the cost chooses among the territories a unit borders. On a connected graph
    nothing is cut off afterwards.
    """
    label, cost = board.label, board.cost
    n = len(label)
    loose = cut_off(label, board.weight, board.start, board.neighbours)
    count = int(loose.sum())
    goal = np.full(n, -1, np.int64)
    grew = True
    while grew:
        grew = False
        for i in range(n):
            goal[i] = -1
            if loose[i]:
                for e in range(board.start[i], board.start[i + 1]):
                    u = board.neighbours[e]
                    k = label[u]
                    if not loose[u] and (goal[i] < 0 or (cost[i, k], k) < (cost[i, goal[i]], goal[i])):
                        goal[i] = k
        # Decided for the whole ring before any of it counts as kept: pieces fill from their edge inwards.
        for i in range(n):
            if goal[i] >= 0:
                hand_over(board, i, goal[i])
                loose[i] = False
                grew = True
    return count


@compiled
def seed_empty(board: Board) -> int:
    """
    Give each territory without a unit its cheapest unit that another can spare, and return how many got one.

    A unit can be spared when its own territory stays non-empty and in one piece without it.
    """
    n, p = board.cost.shape
    given = 0
    for k in range(p):
        if board.size[k] > 0:
            continue
        best = -1
        for i in range(n):
            dearer = best >= 0 and board.cost[i, k] / board.weight[i] >= board.cost[best, k] / board.weight[best]
            if not dearer and may_leave(board, i):
                best = i
        if best >= 0:
            hand_over(board, best, k)
            given += 1
    return given
