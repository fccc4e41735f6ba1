"""Moves across a boundary: one unit over it, or two units exchanged, never cutting a territory in two."""

from __future__ import annotations

import numpy as np

from jiuzhou.optimise.compiled import Floats, Ints, compiled
from jiuzhou.optimise.connect import Board, hand_over, may_leave, touches

SLACK = 0.02  # breach, in targets, at which the quadratic part of the penalty equals the linear one
_NONE = -1


@compiled
def breach(board: Board, k: int, gain: int, loss: int) -> tuple[float, float]:
    """
    Return how far territory ``k`` lies outside its bands with unit ``gain`` and without unit ``loss`` (-1 for none).

    Returns
    -------
    tuple
        Sum over activities in targets, and the same plus its quadratic part.
    """
    linear = 0.0
    steep = 0.0
    for b in range(board.load.shape[1]):
        x = board.load[k, b]
        if gain >= 0:
            x += board.activity[gain, b]
        if loss >= 0:
            x -= board.activity[loss, b]
        z = max(0.0, x - board.bands[1, k, b], board.bands[0, k, b] - x) / board.bands[2, k, b]
        linear += z
        steep += z + z * z / SLACK
    return linear, steep


@compiled
def _relief(board: Board, rent: Floats, k: int, gain: int, loss: int) -> float:
    return float(rent[k] * (breach(board, k, gain, loss)[1] - breach(board, k, _NONE, _NONE)[1]))


@compiled
def shift(board: Board, rent: Floats, order: Ints) -> int:
    """
    Move units into a neighbouring territory while cost plus penalty falls, and return how many moved.

    Parameters
    ----------
    rent
        Price of one target's breach in each territory, shape ``(p,)``, in the unit of the cost.
    order
        The units in the order in which they are tried, shape ``(n,)``.
    """
    moved = 0
    for i in order:
        j = board.label[i]
        best = -1e-9 * (1.0 + board.cost[i, j])
        goal = -1
        last = j
        left = np.nan
        for e in range(board.start[i], board.start[i + 1]):
            k = board.label[board.neighbours[e]]
            if k in (j, last):
                continue
            last = k
            if np.isnan(left):
                left = _relief(board, rent, j, _NONE, i)
            change = board.cost[i, k] - board.cost[i, j] + left + _relief(board, rent, k, i, _NONE)
            if change < best:
                best = change
                goal = k
        if goal >= 0 and may_leave(board, i):
            hand_over(board, i, goal)
            moved += 1
    return moved


@compiled
def members(board: Board) -> tuple[Ints, Ints]:
    """Return where each territory's units begin, shape ``(p + 1,)``, and the units sorted by territory."""
    n, p = board.cost.shape
    begin = np.zeros(p + 1, np.int64)
    for i in range(n):
        begin[board.label[i] + 1] += 1
    for k in range(p):
        begin[k + 1] += begin[k]
    fill = begin[:p].copy()
    unit = np.empty(n, np.int64)
    for i in range(n):
        unit[fill[board.label[i]]] = i
        fill[board.label[i]] += 1
    return begin, unit


@compiled
def try_swap(board: Board, i: int, other: int) -> bool:
    """Exchange two units of neighbouring territories if both stay in one piece, and return whether it was done."""
    j, k = board.label[i], board.label[other]
    if not may_leave(board, i):
        return False
    hand_over(board, i, k)
    if touches(board, other, j) and may_leave(board, other):
        hand_over(board, other, j)
        return True
    hand_over(board, i, j)
    return False


@compiled
def exchange(board: Board, rent: Floats, order: Ints, *, only_broken: bool) -> int:
    """
    Exchange pairs of units of neighbouring territories while cost plus penalty falls, and return how many pairs.

    Parameters
    ----------
    rent, order
        As in ``shift``.
    only_broken
        Whether only pairs with a territory out of its bands are tried.
    """
    begin, unit = members(board)
    done = 0
    for i in order:
        j = board.label[i]
        last = j
        broken = breach(board, j, _NONE, _NONE)[0] > 0
        for e in range(board.start[i], board.start[i + 1]):
            k = board.label[board.neighbours[e]]
            if k in (j, last):
                continue
            last = k
            if only_broken and not broken and breach(board, k, _NONE, _NONE)[0] <= 0:
                continue
            swapped = False
            for m in range(begin[k], begin[k + 1]):
                other = unit[m]
                if board.label[other] != k or not touches(board, other, j):
                    continue
                change = board.cost[i, k] - board.cost[i, j] + board.cost[other, j] - board.cost[other, k]
                change += _relief(board, rent, j, other, i) + _relief(board, rent, k, i, other)
                if change < -1e-9 * (1.0 + board.cost[i, j] + board.cost[other, k]) and try_swap(board, i, other):
                    swapped = True
                    break
            if swapped:
                done += 1
                break
    return done
