"""From a point to its prefecture, and from an adcode to a point."""

from __future__ import annotations

from functools import cache

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from jiuzhou.geo.cities import CITIES
from jiuzhou.geo.codes import prefecture_of
from jiuzhou.geo.distance import distance_blocks
from jiuzhou.geo.prefectures import Prefectures, prefectures

OFFSHORE_DEGREES = 0.1
"""A point this far outside every area still belongs to the nearest: borders are simplified and piers stick out."""

CITY_REACH_KM = 150.0
"""Without map files a point belongs to the nearest large city within this distance."""


def prefectures_at(lon: ArrayLike, lat: ArrayLike) -> list[str | None]:
    """
    Return the adcode of the prefecture-level area around each point, or None.

    With map files by their polygons; without them by the nearest large city, which is right for most customers of a
    large city and wrong for many in between.

    Parameters
    ----------
    lon, lat
        Degrees, WGS-84, shape ``(n,)``; NaN gives None.
    """
    points = np.column_stack([np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)])
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    areas = prefectures()
    codes = _by_polygon(points[known], areas) if areas is not None else _by_city(points[known])
    found: list[str | None] = [None] * len(points)
    for at, code in zip(known, codes, strict=True):
        found[at] = code
    return found


def point_of(code: str) -> tuple[float, float] | None:
    """
    Return longitude and latitude (degrees, WGS-84) for customers of whom only an adcode is known, or None.

    The centre of the prefecture's city where our table has it, otherwise a point inside its area. This is the quality
    ``city`` of the Book, not a place to drive to.
    """
    prefecture = prefecture_of(code)
    city = _city_points().get(prefecture or "")
    if city is not None:
        return city
    areas = prefectures()
    row = None if areas is None else areas.find(code)
    return None if areas is None or row is None else (float(areas.points[row, 0]), float(areas.points[row, 1]))


def _by_polygon(points: NDArray[np.float64], areas: Prefectures) -> list[str | None]:
    tree = shapely.STRtree(areas.polygons)
    spots = shapely.points(points)
    codes: list[str | None] = [None] * len(points)
    spot, area = tree.query(spots, predicate="intersects")
    for at in np.lexsort((-area, spot)):  # on a border the smaller code is written last
        codes[spot[at]] = areas.codes[area[at]]
    outside = np.array([at for at, code in enumerate(codes) if code is None], dtype=np.int64)
    near, area = tree.query_nearest(spots[outside], max_distance=OFFSHORE_DEGREES)
    for at in np.lexsort((-area, near)):
        codes[outside[near[at]]] = areas.codes[area[at]]
    return codes


def _by_city(points: NDArray[np.float64]) -> list[str | None]:
    centres = np.array([(city.lon, city.lat) for city in CITIES])
    codes: list[str | None] = []
    for _, distances in distance_blocks(points, centres):
        nearest = distances.argmin(axis=1)
        within = distances[np.arange(len(nearest)), nearest] <= CITY_REACH_KM
        codes += [CITIES[city].code if near else None for city, near in zip(nearest, within, strict=True)]
    return codes


@cache
def _city_points() -> dict[str, tuple[float, float]]:
    return {city.code: (city.lon, city.lat) for city in CITIES}
