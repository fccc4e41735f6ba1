"""Who borders whom, as compressed rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jiuzhou.optimise.compiled import Ints


@dataclass(frozen=True, slots=True)
class Graph:
    """
    An undirected graph without loops.

    Attributes
    ----------
    start
        Shape ``(n + 1,)``: the neighbours of node ``i`` are ``neighbours[start[i]:start[i + 1]]``.
    neighbours
        Shape ``(2 × edges,)``, ascending within each node.
    """

    start: Ints
    neighbours: Ints

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.start) - 1

    @classmethod
    def from_edges(cls, edges: Ints, size: int) -> Graph:
        """
        Return the graph of ``edges``; loops and repeats are dropped.

        Parameters
        ----------
        edges
            Shape ``(m, 2)``, node numbers in ``[0, size)``, any order.
        """
        pairs = np.asarray(edges, dtype=np.int64).reshape(-1, 2)
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
        both = np.unique(np.vstack([pairs, pairs[:, ::-1]]), axis=0)
        start = np.searchsorted(both[:, 0], np.arange(size + 1)).astype(np.int64)
        return cls(start, np.ascontiguousarray(both[:, 1]))
