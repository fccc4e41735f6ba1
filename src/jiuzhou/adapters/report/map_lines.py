"""What lies under the dots of the map: borders, areas by their chief territory; and which territories touch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from jiuzhou.geo.adjacency import delaunay_pairs
from jiuzhou.geo.place import prefectures_at
from jiuzhou.geo.prefectures import Prefectures, prefectures

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Project = Callable[[Floats], Floats]

_CORNER = 0.003
"""Smallest corner of a border that is drawn, as a share of the drawing's width."""
_NEAR = 3.0
"""Areas without customers further than this many degrees from any customer belong to nobody's neighbourhood."""
_FAR = 6.0
"""Neighbours further apart than this many times the usual distance do not touch."""


@dataclass(frozen=True, slots=True)
class Ground:
    """
    What is drawn under the dots.

    Attributes
    ----------
    borders
        SVG path of the borders of all areas in view; empty without map files.
    areas, near
        For each territory, SVG path of the areas in which it has the most customers, and of the areas without
        customers whose nearest customer is its own.
    pairs
        Territories whose areas border each other.
    """

    borders: str
    areas: tuple[str, ...]
    near: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]


def ground_of(
    lonlat: Floats, label: Ints, count: int, *, box: tuple[float, float, float, float], project: Project
) -> Ground:
    """
    Return the ground of a map of customers.

    Parameters
    ----------
    lonlat, label
        Place in degrees and territory of each customer, shapes ``(n, 2)`` and ``(n,)``; territories are below
        ``count``.
    box
        West, south, east, north of the view in degrees.
    project
        From degrees to units of the drawing.
    """
    atlas = prefectures()
    window = shapely.box(*box)
    inside = np.zeros(0, np.int64) if atlas is None else np.flatnonzero(shapely.intersects(atlas.polygons, window))
    if atlas is None or not len(inside):
        return nothing_under(count)
    simple = atlas.simplified([atlas.codes[row] for row in inside], tolerance=_CORNER * (box[2] - box[0]))
    chief = _chiefs(lonlat, label, atlas)[inside]
    nearest = np.where(chief < 0, _nearest(simple, lonlat, label), -1)
    lines = shapely.line_merge(shapely.union_all(shapely.boundary(simple)))  # a border of two areas once
    every = np.full(len(atlas.codes), -1)
    every[inside] = np.maximum(chief, nearest)
    return Ground(
        "".join(_polyline(project(shapely.get_coordinates(line))) for line in _lines(lines)),
        tuple(_joined(simple[chief == territory], project) for territory in range(count)),
        tuple(_joined(simple[nearest == territory], project) for territory in range(count)),
        _unlike(every[atlas.pairs]),
    )


def nothing_under(count: int) -> Ground:
    """Return the ground without map files."""
    return Ground("", ("",) * count, ("",) * count, ())


def touching(places: Floats, label: Ints) -> tuple[tuple[int, int], ...]:
    """Return the pairs of territories with customers beside each other, sorted."""
    if len(np.unique(places, axis=0)) < 3:
        return ()
    return _unlike(label[delaunay_pairs(places, longest=_FAR)])


def _unlike(pairs: Ints) -> tuple[tuple[int, int], ...]:
    ends = np.sort(pairs[(pairs[:, 0] != pairs[:, 1]) & (pairs >= 0).all(axis=1)], axis=1)
    return tuple(sorted({(int(first), int(second)) for first, second in ends}))


def _chiefs(lonlat: Floats, label: Ints, atlas: Prefectures) -> Ints:
    # The territory with the most customers in each area, the first of equals; -1 without customers.
    codes = prefectures_at(lonlat[:, 0], lonlat[:, 1])
    row = np.array([atlas.row.get(code, -1) if code else -1 for code in codes], dtype=np.int64)
    held = np.zeros((len(atlas.codes), int(label.max(initial=0)) + 1), dtype=np.int64)
    np.add.at(held, (row[row >= 0], label[row >= 0]), 1)
    return np.asarray(np.where(held.any(axis=1), held.argmax(axis=1), -1), dtype=np.int64)


def _nearest(areas: npt.NDArray[Any], lonlat: Floats, label: Ints) -> Ints:
    # The territory of the customer nearest to each area's centre; -1 where that is far.
    centre = shapely.get_coordinates(shapely.centroid(areas))
    narrow = np.cos(np.radians(lonlat[:, 1].mean()))
    away = (centre[:, None] - lonlat[None]) * (narrow, 1.0)
    squared = (away**2).sum(axis=2)
    return np.asarray(np.where(squared.min(axis=1) <= _NEAR**2, label[squared.argmin(axis=1)], -1), dtype=np.int64)


def _joined(areas: npt.NDArray[Any], project: Project) -> str:
    return _rings(shapely.union_all(areas), project) if len(areas) else ""


def _lines(shape: Any) -> Iterable[Any]:
    return (part for part in shapely.get_parts(shape) if shapely.get_type_id(part) in (1, 2))


def _rings(shape: Any, project: Project) -> str:
    rings = shapely.get_rings(shapely.get_parts(shape))
    return "".join(_polyline(project(shapely.get_coordinates(ring))) + "Z" for ring in rings)


def _polyline(points: Floats) -> str:
    rounded = np.round(points, 1)
    moved = np.r_[True, np.any(np.diff(rounded, axis=0) != 0, axis=1)]
    first, *rest = rounded[moved].tolist()
    return f"M{first[0]:g} {first[1]:g}" + ("L" + " ".join(f"{x:g} {y:g}" for x, y in rest) if rest else "")
