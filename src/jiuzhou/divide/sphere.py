"""Places as unit vectors: means, medians and great-circle distances without a projection."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiuzhou.geo.distance import EARTH_RADIUS_KM

Floats = NDArray[np.float64]


def to_vectors(lonlat: Floats) -> Floats:
    """Return unit vectors, shape ``(n, 3)``, of longitudes and latitudes in degrees, shape ``(n, 2)``."""
    lon, lat = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def to_lonlat(vectors: Floats) -> Floats:
    """Return longitudes and latitudes in degrees, shape ``(n, 2)``, of unit vectors."""
    lon = np.degrees(np.arctan2(vectors[:, 1], vectors[:, 0]))
    lat = np.degrees(np.arcsin(np.clip(vectors[:, 2], -1, 1)))
    return np.column_stack([lon, lat])


def km_between(left: Floats, right: Floats) -> Floats:
    """Return great-circle km between all pairs of unit vectors, shapes ``(n, 3)`` and ``(p, 3)`` to ``(n, p)``."""
    squared = np.zeros((len(left), len(right)))
    for axis in range(3):  # from differences: the dot product loses metres to rounding
        squared += (left[:, axis, None] - right[None, :, axis]) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(np.sqrt(squared) / 2, 1)))


def mean_place(vectors: Floats, weights: Floats | None = None) -> Floats:
    """Return the unit vector of the weighted mean of places, shape ``(3,)``; the first place where they cancel out."""
    middle = np.average(vectors, axis=0, weights=weights)
    length = float(np.linalg.norm(middle))
    return np.asarray(middle / length if length > 1e-9 else vectors[0])
