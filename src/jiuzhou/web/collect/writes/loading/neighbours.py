"""Which territories lie beside each other, and a colour for each that its neighbours do not have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from jiuzhou.geo.adjacency import delaunay_pairs

COLOURS = 12
_SAMPLE = 20_000
"""Customers that are enough to see which territories touch."""


def neighbours(points: NDArray[np.float64], label: Sequence[str]) -> dict[str, set[str]]:
    """
    Return for each territory those that hold a neighbour of one of its customers.

    Parameters
    ----------
    points
        Longitude and latitude of each customer in degrees, shape ``(n, 2)``; NaN where unknown.
    label
        The territory of each customer; empty where it has none.
    """
    named = np.array(label, dtype=object)
    placed = np.flatnonzero(np.isfinite(points).all(axis=1) & (named != ""))
    placed = placed[:: max(1, len(placed) // _SAMPLE)]
    beside: dict[str, set[str]] = {code: set() for code in sorted(set(label) - {""})}
    if len(placed) < 2:
        return beside
    for first, second in delaunay_pairs(points[placed], longest=8.0).tolist():
        one, two = str(named[placed[first]]), str(named[placed[second]])
        if one != two:
            beside[one].add(two)
            beside[two].add(one)
    return beside


def coloured(beside: Mapping[str, set[str]]) -> dict[str, int]:
    """
    Return a colour from 0 to 11 for each territory, other than its neighbours' wherever twelve are enough.

    Those with most neighbours choose first, among the colours that their neighbours left the one used least so far.
    """
    found: dict[str, int] = {}
    used = [0] * COLOURS
    for code in sorted(beside, key=lambda code: (-len(beside[code]), code)):
        taken = {found[other] for other in beside[code] if other in found}
        free = [colour for colour in range(COLOURS) if colour not in taken] or list(range(COLOURS))
        found[code] = min(free, key=lambda colour: (used[colour], colour))
        used[found[code]] += 1
    return found
