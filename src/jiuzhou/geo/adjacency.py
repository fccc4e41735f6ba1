"""Who lies beside whom when there are points and no borders: Delaunay neighbours, made one connected graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import Delaunay, QhullError

Pairs: TypeAlias = NDArray[np.int64]
_FLAT = 1e-9
"""Points whose spread across a line is below this share of the spread along it count as lying on it."""


@dataclass(frozen=True, slots=True)
class Adjacency:
    """
    A connected graph of units.

    Attributes
    ----------
    pairs
        Neighbours proper, shape ``(m, 2)``, ``i < j``, sorted.
    bridges
        The links that had to be added to connect the parts, same form, none of them in ``pairs``.
    """

    pairs: Pairs
    bridges: Pairs

    def all_pairs(self) -> Pairs:
        """Return neighbours and bridges together, shape ``(m, 2)``, ``i < j``, sorted."""
        return sorted_pairs(np.vstack([self.pairs, self.bridges]))


def adjacency(points: NDArray[np.float64], *, longest: float | None = None) -> Adjacency:
    """
    Return the Delaunay neighbours of ``points`` and the bridges that connect them all.

    Parameters
    ----------
    points
        Plane coordinates, such as km of ``Plane.project``, shape ``(n, 2)``, finite.
    longest
        Neighbours across the outer rim that lie further apart than this factor times the median distance of
        neighbours are no neighbours; None keeps them all. A factor below about 3 begins to open gaps inside.

    Returns
    -------
    Adjacency
        ``pairs`` and ``bridges`` together are connected.
    """
    pairs = delaunay_pairs(points, longest=longest)
    return Adjacency(pairs, bridges(points, pairs))


def delaunay_pairs(points: NDArray[np.float64], *, longest: float | None = None) -> Pairs:
    """
    Return the Delaunay neighbours of ``points``, shape ``(m, 2)``, ``i < j``, sorted; parameters as in ``adjacency``.

    Points at the same place are neighbours of the first of them; points on one line, of the next along it.
    """
    places, first, place_of = np.unique(points, axis=0, return_index=True, return_inverse=True)
    place_of = place_of.reshape(-1)
    again = np.flatnonzero(first[place_of] != np.arange(len(points)))
    same_place = np.column_stack([first[place_of[again]], again])
    triangles, left_out = _triangles(places)
    near = _edges_kept(places, triangles, longest) if len(triangles) else _along_the_line(places)
    return sorted_pairs(np.vstack([same_place, first[near], first[left_out]]))


def bridges(points: NDArray[np.float64], pairs: Pairs) -> Pairs:
    """
    Return the shortest links that connect the parts of a graph, shape ``(k, 2)``, ``i < j``, sorted.

    They are the edges that a minimum spanning tree adds to the graph, and such a tree lies among the Delaunay
    neighbours (Shamos and Hoey, FOCS 1975).

    Parameters
    ----------
    points
        Plane coordinates, shape ``(n, 2)``.
    pairs
        The graph, shape ``(m, 2)``.
    """
    part = components(len(points), pairs)
    n_parts = int(part.max(initial=-1)) + 1
    if n_parts < 2:
        return _none()
    links = delaunay_pairs(points)
    links = links[part[links[:, 0]] != part[links[:, 1]]]
    length = np.hypot(*(points[links[:, 0]] - points[links[:, 1]]).T)
    links = links[np.lexsort((links[:, 1], links[:, 0], length))]
    ends = np.sort(part[links], axis=1)
    _, shortest = np.unique(ends, axis=0, return_index=True)
    shortest.sort()
    rank = np.arange(1, len(shortest) + 1, dtype=np.float64)  # the rank as weight: no two are equal
    graph = coo_array((rank, ends[shortest].T), shape=(n_parts, n_parts))
    chosen = minimum_spanning_tree(graph.tocsr()).data.astype(np.int64) - 1
    return sorted_pairs(links[shortest[chosen]])


def components(n_units: int, pairs: Pairs) -> NDArray[np.int64]:
    """
    Return the connected part of each unit, shape ``(n_units,)``; parts are numbered by their first unit.

    Parameters
    ----------
    n_units
        Number of units; ``pairs`` are indices below it.
    pairs
        The graph, shape ``(m, 2)``.
    """
    if n_units == 0:
        return np.empty(0, dtype=np.int64)
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n_units, n_units))
    labels = connected_components(graph, directed=False)[1]
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[inverse], dtype=np.int64)


def sorted_pairs(pairs: NDArray[np.integer]) -> Pairs:
    """Return ``pairs`` with ``i < j``, each once, sorted, without pairs of a unit with itself."""
    ends = np.sort(np.asarray(pairs, dtype=np.int64).reshape(-1, 2), axis=1)
    return np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)


def _triangles(places: NDArray[np.float64]) -> tuple[Pairs, Pairs]:
    if len(places) < 3:
        return np.empty((0, 3), dtype=np.int64), _none()
    centred = places - places.mean(axis=0)
    spread = np.linalg.svd(centred, compute_uv=False)
    if spread[1] <= _FLAT * spread[0]:
        return np.empty((0, 3), dtype=np.int64), _none()
    try:
        found = Delaunay(centred / spread[0])
    except QhullError:
        return np.empty((0, 3), dtype=np.int64), _none()
    # Qhull leaves out a point too near another; it becomes a neighbour of that one
    return found.simplices.astype(np.int64), found.coplanar[:, [0, 2]].astype(np.int64)


def _edges_kept(places: NDArray[np.float64], triangles: Pairs, longest: float | None) -> Pairs:
    edges, edge_of = np.unique(
        np.sort(triangles[:, [[0, 1], [1, 2], [0, 2]]].reshape(-1, 2), axis=1), axis=0, return_inverse=True
    )
    if longest is None:
        return edges
    edge_of = edge_of.reshape(-1, 3)
    length = np.hypot(*(places[edges[:, 0]] - places[edges[:, 1]]).T)
    long = length > longest * np.median(length)
    dropped = np.zeros(len(edges), dtype=bool)
    while True:  # peel the rim: a long edge goes, and the triangle behind it shows its own
        rim = np.bincount(edge_of.reshape(-1), minlength=len(edges)) == 1
        dropped |= rim & long
        opened = (rim & long)[edge_of].any(axis=1)
        if not opened.any():
            return edges[~dropped]
        shown = edge_of[opened].reshape(-1)
        edge_of = edge_of[~opened]
        gone = np.setdiff1d(shown, edge_of)
        dropped[gone[long[gone]]] = True


def _along_the_line(places: NDArray[np.float64]) -> Pairs:
    order = np.lexsort((places[:, 1], places[:, 0]))
    return np.column_stack([order[:-1], order[1:]]) if len(places) > 1 else _none()


def _none() -> Pairs:
    return np.empty((0, 2), dtype=np.int64)
