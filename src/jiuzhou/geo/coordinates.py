"""
Coordinate systems of Chinese maps: WGS-84 (GPS), GCJ-02 (AMap, Tencent) and BD-09 (Baidu), both ways.

GCJ-02 and BD-09 have no published standard; the forward formulas are the ones commonly known from reverse engineering,
the way back is an iteration over them. Outside a box around China all three are the same. The box is coarse: it holds
Korea and a part of Central Asia too, as it does in every known implementation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jiuzhou.kernel.errors import InputError

Crs = Literal["wgs84", "gcj02", "bd09"]
Degrees: TypeAlias = NDArray[np.float64]
LonLat: TypeAlias = tuple[Degrees, Degrees]
_Forward: TypeAlias = Callable[[Degrees, Degrees], LonLat]

SOUTH_WEST = (72.004, 0.8293)
NORTH_EAST = (137.8347, 55.8271)
_AXIS_M = 6378245.0  # semi-major axis and squared eccentricity of the Krasovsky 1940 ellipsoid
_ECCENTRICITY = 0.00669342162296594323
_BAIDU = np.pi * 3000 / 180
_ROUNDS = 12
_CLOSE = 1e-10


def to_wgs84(lon: ArrayLike, lat: ArrayLike, crs: str) -> LonLat:
    """
    Return longitudes and latitudes in WGS-84.

    Parameters
    ----------
    lon, lat
        Degrees, any shape; NaN stays NaN.
    crs
        The system they are in: ``wgs84``, ``gcj02`` or ``bd09``.

    Raises
    ------
    InputError
        ``geo.unknown_crs`` if there is no such system.
    """
    return convert(lon, lat, source=crs, target="wgs84")


def convert(lon: ArrayLike, lat: ArrayLike, *, source: str, target: str) -> LonLat:
    """
    Return longitudes and latitudes of the system ``source`` in the system ``target``, with an error below 1e-6°.

    Parameters
    ----------
    lon, lat
        Degrees, any shape; NaN stays NaN.
    source, target
        ``wgs84``, ``gcj02`` or ``bd09``.

    Raises
    ------
    InputError
        ``geo.unknown_crs`` if there is no such system.
    """
    for crs in (source, target):
        if crs not in get_args(Crs):
            raise InputError("geo.unknown_crs", crs=crs, known=get_args(Crs))
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    if source == target:
        return x.copy(), y.copy()
    inside = in_china_box(x, y)
    moved_x, moved_y = x[inside], y[inside]
    if source == "bd09":
        moved_x, moved_y = _solved(_gcj02_to_bd09, moved_x, moved_y)
    if source == "wgs84":
        moved_x, moved_y = _wgs84_to_gcj02(moved_x, moved_y)
    if target == "wgs84":
        moved_x, moved_y = _solved(_wgs84_to_gcj02, moved_x, moved_y)
    if target == "bd09":
        moved_x, moved_y = _gcj02_to_bd09(moved_x, moved_y)
    new_x, new_y = x.copy(), y.copy()
    new_x[inside], new_y[inside] = moved_x, moved_y
    return new_x, new_y


def in_china_box(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return whether points lie in the box in which the Chinese systems differ from WGS-84; edges belong to it."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    inside = (x >= SOUTH_WEST[0]) & (x <= NORTH_EAST[0]) & (y >= SOUTH_WEST[1]) & (y <= NORTH_EAST[1])
    return np.asarray(inside)


def _wgs84_to_gcj02(lon: Degrees, lat: Degrees) -> LonLat:
    east_m, north_m = _drift_m(lon - 105.0, lat - 35.0)
    sine = np.sin(np.radians(lat))
    squeeze = 1 - _ECCENTRICITY * sine * sine
    north_per_radian = _AXIS_M * (1 - _ECCENTRICITY) / squeeze**1.5
    east_per_radian = _AXIS_M / np.sqrt(squeeze) * np.cos(np.radians(lat))
    return lon + np.degrees(east_m / east_per_radian), lat + np.degrees(north_m / north_per_radian)


def _drift_m(x: Degrees, y: Degrees) -> LonLat:
    shared = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    root = np.sqrt(np.abs(x))
    waves_x = 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi / 3 * x) + 150 * np.sin(np.pi / 12 * x)
    waves_x += 300 * np.sin(np.pi / 30 * x)
    waves_y = 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi / 3 * y) + 160 * np.sin(np.pi / 12 * y)
    waves_y += 320 * np.sin(np.pi / 30 * y)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + (shared + waves_x) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + (shared + waves_y) * 2 / 3
    return east, north


def _gcj02_to_bd09(lon: Degrees, lat: Degrees) -> LonLat:
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BAIDU)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BAIDU)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _solved(forward: _Forward, lon: Degrees, lat: Degrees) -> LonLat:
    # the drift changes by about 1 % of a step or less, so that each round leaves about a hundredth of the error
    x, y = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        seen_x, seen_y = forward(x, y)
        step_x, step_y = lon - seen_x, lat - seen_y
        x, y = x + step_x, y + step_y
        if not np.any(np.hypot(step_x, step_y) > _CLOSE):
            break
    return x, y
