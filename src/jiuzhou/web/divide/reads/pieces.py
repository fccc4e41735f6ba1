"""Whether the customers of a territory hang together, area by area."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from jiuzhou.geo.adjacency import components, delaunay_pairs
from jiuzhou.geo.distance import plane_around
from jiuzhou.geo.prefectures import prefectures


def in_one_piece(codes: Iterable[str], around: Collection[str]) -> bool:
    """
    Return whether the prefectures of one territory hang together.

    Prefectures hang together where they share a border or a sea link, or where no other prefecture with customers lies
    between them (Delaunay neighbours), as the solver takes customers to. Without map files, or where no code names an
    area, nothing can be said against it.

    Parameters
    ----------
    codes
        Region codes of the territory's customers.
    around
        Region codes of all customers of the division.
    """
    areas = prefectures()
    if areas is None:
        return True
    rows = np.array(sorted({row for code in {*codes, *around} if (row := areas.find(code)) is not None}))
    own = np.isin(rows, [row for code in codes if (row := areas.find(code)) is not None])
    if own.sum() < 2:
        return True
    near = delaunay_pairs(plane_around(areas.points[rows]).project(areas.points[rows]))
    shared = areas.pairs[np.isin(areas.pairs, rows).all(axis=1)]
    pairs = np.vstack([near, np.searchsorted(rows, shared)])
    inside = pairs[own[pairs].all(axis=1)]
    piece = components(len(rows), inside)
    return len(set(piece[own].tolist())) == 1
