"""Which units border each other: Delaunay neighbours of their places, or the shared borders of their areas."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiuzhou.divide.sphere import Floats
from jiuzhou.divide.units import Units
from jiuzhou.geo.adjacency import adjacency, bridges
from jiuzhou.geo.distance import plane_around
from jiuzhou.geo.prefectures import prefectures
from jiuzhou.optimise.graph import Graph

_APART_KM = 1e-3  # customers in one building are spread over so small a spiral that nothing else changes
_GOLDEN = 2.399963


def borders(units: Units, rows: NDArray[np.int64], *, by_region: bool) -> Graph:
    """
    Return the graph of the units ``rows``, in one piece: parts without a border are linked where they are nearest.

    Parameters
    ----------
    by_region
        Whether areas border as their polygons do, where the map data are at hand.
    """
    if len(rows) == 0:
        return Graph.from_edges(np.zeros((0, 2), dtype=np.int64), 0)
    lonlat = units.lonlat[rows]
    points = spread(plane_around(lonlat).project(lonlat))
    areas = prefectures() if by_region else None
    if areas is None:
        return Graph.from_edges(adjacency(points).all_pairs(), len(rows))
    shared = areas.pairs_among([units.code[row] if units.level[row] != "customer" else "" for row in rows])
    lone = np.setdiff1d(np.arange(len(rows)), shared)
    near = adjacency(points).all_pairs()
    pairs = np.vstack([shared, near[np.isin(near, lone).any(axis=1)]])  # locked customers, areas the map lacks
    return Graph.from_edges(np.vstack([pairs, bridges(points, pairs)]), len(rows))


def spread(points: Floats) -> Floats:
    """Return ``points`` (km), equal ones moved apart by metres on a spiral, so that a triangulation keeps them all."""
    _, place, count = np.unique(np.round(points, 6), axis=0, return_inverse=True, return_counts=True)
    place = place.reshape(-1)
    order = np.argsort(place, kind="stable")
    begin = np.concatenate([[0], np.cumsum(count)[:-1]])
    rank = np.empty(len(points), dtype=np.int64)
    rank[order] = np.arange(len(points)) - begin[place[order]]
    radius = _APART_KM * np.sqrt(rank)
    moved = points + np.column_stack([radius * np.cos(_GOLDEN * rank), radius * np.sin(_GOLDEN * rank)])
    return np.asarray(moved)
