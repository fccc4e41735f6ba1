"""
Compact shapes first: balanced location-allocation on the sphere.

Hess et al. (1965) alternate between a transport problem with fixed centres and better centres; here the transport
problem moves by one Newton step of its prices for each new set of centres. Starts come from recursive bisection
(Kalcsics, Nickel & Schröder 2005).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiuzhou.divide.sphere import Floats, km_between, to_lonlat
from jiuzhou.geo.distance import plane_around
from jiuzhou.optimise.compiled import Ints
from jiuzhou.optimise.transport import Climb, Transport

_HOT, _COOL = 0.5, 0.03
_NEAR_KM = 0.05  # keeps the weights of the median step finite


def chunks(vectors: Floats, weight: Floats, count: int, *, turn: float) -> Ints:
    """
    Return ``count`` compact parts of about equal weight by recursive bisection, shape ``(n,)``.

    Parameters
    ----------
    turn
        Angle in radians by which the map is turned before it is cut.
    """
    lonlat = to_lonlat(vectors)
    east, north = plane_around(lonlat).project(lonlat).T
    plane = np.column_stack([np.cos(turn) * east + np.sin(turn) * north, np.cos(turn) * north - np.sin(turn) * east])
    label = np.zeros(len(weight), dtype=np.int64)
    todo = [(np.arange(len(weight)), 0, count)]
    while todo:
        rows, first, parts = todo.pop()
        label[rows] = first
        if parts == 1:
            continue
        points = plane[rows]
        spread = np.ptp(points, axis=0) if len(rows) else np.zeros(2)
        order = rows[np.lexsort((rows, points[:, int(spread[1] > spread[0])]))]
        half = parts // 2
        done = np.cumsum(weight[order]) - weight[order] / 2
        cut = int(np.searchsorted(done, weight[order].sum() * half / parts))
        cut = min(max(cut, min(half, len(order) - 1)), max(len(order) - (parts - half), 0))
        todo += [(np.sort(order[:cut]), first, half), (np.sort(order[cut:]), first + half, parts - half)]
    return label


def centres_of(vectors: Floats, weight: Floats, label: NDArray[np.int64], before: Floats) -> Floats:
    """Return the mean place of each part, shape ``(p, 3)``; where a part is empty, its place ``before``."""
    sums = np.column_stack([np.bincount(label, weight * axis, minlength=len(before)) for axis in vectors.T])
    length = np.sqrt((sums**2).sum(axis=1, keepdims=True))
    return np.where(length > 0, sums / np.where(length > 0, length, 1.0), before)


def settle_shapes(
    transport: Transport, vectors: Floats, anchors: Floats, *, rounds: int, pull: tuple[float, float]
) -> tuple[Ints, Floats]:
    """
    Return a balanced division drawn towards movable anchors, and the anchors.

    Parameters
    ----------
    transport
        Its ``km`` is what counts besides the anchors: distance to fixed homes and handovers, or zeros.
    vectors
        Places of the units, shape ``(n, 3)``.
    anchors
        First places, shape ``(p, 3)``.
    rounds
        Prices and anchors move once in each.
    pull
        Weight of the distance to the anchor in the first and in the last round; it falls in geometric steps.
    """
    climb = Climb(transport)
    label = np.zeros(len(vectors), dtype=np.int64)
    for turn in range(rounds):
        part = turn / max(rounds - 1, 1)
        strength = pull[0] * (pull[1] / pull[0]) ** part
        away = km_between(vectors, anchors)
        climb.retarget(transport.km + strength * away)
        label = climb.nudge(_HOT * (_COOL / _HOT) ** min(1.0, part / 0.8))
        anchors = _towards_medians(vectors, transport.weight, label, anchors, away)
    return label, anchors


def _towards_medians(vectors: Floats, weight: Floats, label: Ints, anchors: Floats, away: Floats) -> Floats:
    # One Weiszfeld (1937) step for each territory.
    near = away[np.arange(len(label)), label]
    radius = max(float(near.mean()), _NEAR_KM)
    return centres_of(vectors, weight / (near + 0.02 * radius + _NEAR_KM), label, anchors)
