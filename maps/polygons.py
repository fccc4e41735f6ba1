"""
Prefecture polygons: decode, mend into one coverage, find the neighbours, simplify together.

The source writes each ring as a string of zig-zag encoded steps from an offset, on a grid of 1/1024 degree. Rings of an
area come in any order, islands among the holes; neighbours were cut one by one, so that they overlap or gape by a cell
here and there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

GRID = 1 / 1024
WIDEST_GAP = 0.01
"""Largest face, in square degrees, that may lie between areas by mistake; the largest met has 0.0013."""


def decode_ring(text: str, offset: Sequence[int]) -> NDArray[np.float64]:
    """Return the points of an encoded ring in degrees, shape ``(n, 2)``."""
    steps = np.frombuffer(text.encode("utf-16-le"), dtype="<u2").astype(np.int64) - 64
    steps = (steps >> 1) ^ -(steps & 1)
    return (np.asarray(offset, dtype=np.int64) + steps.reshape(-1, 2).cumsum(axis=0)) * GRID


def decode_area(geometry: Mapping[str, Any]) -> shapely.Geometry:
    """Return the area of an encoded geometry: a ring inside an odd number of larger rings is a hole."""
    rings, offsets = geometry["coordinates"], geometry["encodeOffsets"]
    if geometry["type"] == "Polygon":
        rings, offsets = [rings], [offsets]
    points = [decode_ring(*ring) for part in zip(rings, offsets, strict=True) for ring in zip(*part, strict=True)]
    discs = [_valid(shapely.Polygon(ring)) for ring in points if len(ring) > 3]
    discs = sorted((disc for disc in discs if not disc.is_empty), key=lambda disc: -disc.area)
    depth = [sum(outer.contains(disc.representative_point()) for outer in discs[:at]) for at, disc in enumerate(discs)]
    if not any(depth):
        return shapely.union_all(discs, grid_size=GRID)
    area = shapely.Polygon()
    for disc, level in zip(discs, depth, strict=True):
        area = area.difference(disc) if level % 2 else area.union(disc)
    return shapely.union_all([area], grid_size=GRID)


def mend(areas: NDArray[np.object_]) -> NDArray[np.object_]:
    """
    Return ``areas`` as a coverage: no two overlap, none gapes from its neighbour, shared borders have shared points.

    Every face between the borders goes to the first area that covers it; a small face that none covers goes to the area
    with which it shares most of its border.
    """
    lines = shapely.union_all(shapely.boundary(areas), grid_size=GRID)
    faces = np.array(shapely.get_parts(shapely.polygonize([lines])))
    area, face = shapely.STRtree(shapely.point_on_surface(faces)).query(areas, predicate="contains")
    owner = np.full(len(faces), len(areas))
    np.minimum.at(owner, face, area)
    owned = owner < len(areas)
    gaps = np.flatnonzero(~owned & (shapely.area(faces) < WIDEST_GAP))
    gap, beside = shapely.STRtree(faces[owned]).query(faces[gaps], predicate="touches")
    neighbour = owner[owned][beside]
    shared = shapely.length(shapely.intersection(faces[gaps[gap]], faces[owned][beside]))
    for at in np.lexsort((-neighbour, shared)):  # the longest border is written last
        if shared[at] > 0:
            owner[gaps[gap[at]]] = neighbour[at]
    return np.array([shapely.union_all(faces[owner == number]) for number in range(len(areas))])


def touching(coverage: NDArray[np.object_]) -> list[tuple[int, int]]:
    """Return the pairs ``(i, j)``, ``i < j``, of areas that share a border, not only a corner, sorted."""
    rings, area = shapely.get_rings(shapely.get_parts(coverage), return_index=True)
    area = shapely.get_parts(coverage, return_index=True)[1][area]
    points, ring = shapely.get_coordinates(rings, return_index=True)
    cell = (points * 2 / GRID).round().astype(np.int64) @ np.array([1 << 32, 1])
    step = np.flatnonzero(ring[:-1] == ring[1:])
    ends = np.sort(np.column_stack([cell[step], cell[step + 1]]), axis=1)
    order = np.lexsort((area[ring[step]], ends[:, 1], ends[:, 0]))
    ends, owner = ends[order], area[ring[step]][order]
    twice = np.flatnonzero((ends[:-1] == ends[1:]).all(axis=1) & (owner[:-1] != owner[1:]))
    return sorted({(int(owner[at]), int(owner[at + 1])) for at in twice})


def simplify(coverage: NDArray[np.object_], tolerance: float) -> NDArray[np.object_]:
    """Return the coverage with corners under ``tolerance`` degrees cut, neighbours alike (Visvalingam-Whyatt)."""
    return np.asarray(shapely.coverage_simplify(coverage, tolerance))


def _valid(polygon: shapely.Polygon) -> shapely.Geometry:
    return shapely.make_valid(polygon, method="structure", keep_collapsed=False)
