"""One pass over all units at given prices: soft loads, curvature and each unit's cheapest territory."""

from __future__ import annotations

import numpy as np

from jiuzhou.optimise.compiled import Floats, Ints, compiled

_FAR = 30.0  # a territory this many temperatures dearer takes e^-30 of a unit: nothing
_FAINT = 1e-5  # products of shares below this do not shape the curvature


@compiled
def soften(
    km: Floats, ratio: Floats, weight: Floats, prices: Floats, heat: float, out: tuple[Floats, Floats, Ints]
) -> float:
    """
    Return the smoothed value of Σ weight × cheapest territory, and fill ``out`` with loads, curvature and labels.

    Parameters
    ----------
    km
        Cost of one weight unit of each unit in each territory, shape ``(n, p)``.
    ratio
        Activity for each weight unit, shape ``(n, a)``.
    weight
        Shape ``(n,)``, above 0.
    prices
        Shape ``(p, a)``.
    heat
        Temperature of the entropic minimum, in the unit of ``km``, above 0.
    out
        Loads ``(p, a)``, curvature ``(p × a, p × a)`` (positive semi-definite) and labels ``(n,)``.
    """
    load, curve, label = out
    n, p = km.shape
    a = ratio.shape[1]
    cost = np.empty(p)
    share = np.empty(p)
    place = np.empty(p, np.int64)
    load[:] = 0.0
    curve[:] = 0.0
    value = 0.0
    for i in range(n):
        least = np.inf
        best = 0
        for k in range(p):
            z = km[i, k]
            for b in range(a):
                z += ratio[i, b] * prices[k, b]
            cost[k] = z
            if z < least:
                least = z
                best = k
        label[i] = best
        total = 0.0
        m = 0
        for k in range(p):
            z = (cost[k] - least) / heat
            if z < _FAR:
                share[m] = np.exp(-z)
                place[m] = k
                total += share[m]
                m += 1
        value += weight[i] * (least - heat * np.log(total))
        for x in range(m):
            share[x] /= total
        for x in range(m):
            k = place[x]
            for b in range(a):
                load[k, b] += weight[i] * ratio[i, b] * share[x]
            for y in range(x):
                both = share[x] * share[y]
                if both > _FAINT:
                    lift = weight[i] * both / heat
                    other = place[y]
                    for b in range(a):
                        for c in range(a):
                            z = lift * ratio[i, b] * ratio[i, c]
                            curve[k * a + b, other * a + c] -= z
                            curve[other * a + b, k * a + c] -= z
                            curve[k * a + b, k * a + c] += z
                            curve[other * a + b, other * a + c] += z
    return value
