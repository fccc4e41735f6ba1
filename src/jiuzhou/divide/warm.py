"""Compiling ahead: the first plan of a fresh installation should not wait for the compiler."""

from __future__ import annotations

import numpy as np

from jiuzhou.optimise.compiled import Floats
from jiuzhou.optimise.connect import cut_off, lay_out, reattach, seed_empty
from jiuzhou.optimise.graph import Graph
from jiuzhou.optimise.rebalance import rebalance
from jiuzhou.optimise.transport import Transport, maximise


def warm() -> None:
    """Compile every kernel of the solver, or load it from numba's cache, by dividing a tiny invented map."""
    side, p = 12, 3
    cells = np.indices((side, side)).reshape(2, -1).T.astype(np.float64)
    number = np.arange(side * side, dtype=np.int64).reshape(side, side)
    beside = np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()])
    below = np.column_stack([number[:-1].ravel(), number[1:].ravel()])
    graph = Graph.from_edges(np.vstack([beside, below]), side * side)
    km = np.ascontiguousarray(np.abs(cells[:, :1] - np.array([[0.0, 1.0, 11.0]])) + cells[:, 1:])
    weight: Floats = (1 + np.arange(side * side) % 7).astype(np.float64)
    activity = np.column_stack([weight, np.ones(side * side) * weight.mean()])
    target = np.tile(activity.sum(axis=0) / p, (p, 1))
    bands = np.stack([0.98 * target, 1.02 * target, target])
    prices = maximise(Transport(km, weight, activity, bands[0], bands[1]))
    label = np.where(np.arange(side * side) % 5 == 0, 0, np.maximum(prices.labels, 1))
    board = lay_out((km * weight[:, None], weight), activity, bands, graph, label)
    reattach(board)
    seed_empty(board)
    rebalance(board, rounds=6, polish=2, seed=0)
    cut_off(board.label, weight, graph.start, graph.neighbours)
