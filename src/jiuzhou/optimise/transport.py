"""
Balanced assignment to fixed centres by prices: one price for each territory and activity.

The relaxed problem is a transport LP: each unit is served once (in parts if need be), each territory's activities lie
in their bands. Its Lagrangian dual is concave in the prices, and *any* prices give a proven lower bound. We climb the
dual smoothed by an entropic minimum, with damped Newton steps and a falling temperature (Kitagawa, Mérigot & Thibert
2019 for semi-discrete transport; prices are weights of a power diagram, Aurenhammer, Hoffmann & Aronov 1998).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from jiuzhou.optimise.cholesky import solve_positive
from jiuzhou.optimise.compiled import Floats, Ints
from jiuzhou.optimise.softmin import soften

HEATS = (0.5, 0.2, 0.08, 0.03, 0.012, 0.005, 0.002, 8e-4, 3e-4, 1e-4)
_STEPS = 14
_HALVINGS = 7
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Transport:
    """
    Units, territories, costs and bands.

    Attributes
    ----------
    km
        Cost of one weight unit of each unit in each territory, shape ``(n, p)``.
    weight
        What the cost is multiplied by, shape ``(n,)``, above 0.
    activity
        What is balanced, shape ``(n, a)``, not negative. Scale each column to about the sum of ``weight``, so that
        every price is of the size of ``km``.
    low, high
        Bands of each territory and activity, shape ``(p, a)``, ``low ≤ high``.
    """

    km: Floats
    weight: Floats
    activity: Floats
    low: Floats
    high: Floats

    def __post_init__(self) -> None:
        n, p = self.km.shape
        a = self.activity.shape[1]
        if self.weight.shape != (n,) or self.activity.shape[0] != n:
            raise ValueError(f"{n} rows of km need as many weights and activities.")
        if self.low.shape != (p, a) or self.high.shape != (p, a) or (self.low > self.high).any():
            raise ValueError(f"Bands need shape ({p}, {a}) and low ≤ high.")

    @property
    def radius(self) -> float:
        """Mean distance to the nearest centre, in the unit of ``km``; above 0: the yardstick of temperatures."""
        nearest = float(np.average(self.km.min(axis=1), weights=self.weight))
        spread = float(np.average(self.km.max(axis=1) - self.km.min(axis=1), weights=self.weight))
        return max(nearest, 0.05 * spread, 1e-9)


@dataclass(frozen=True, slots=True)
class Prices:
    """
    Prices with what they prove.

    Attributes
    ----------
    prices
        Shape ``(p, a)``; positive makes a full territory dearer.
    labels
        Each unit's cheapest territory at these prices, shape ``(n,)``; the smaller number where equal.
    bound
        No fractional, and so no whole, assignment within the bands costs less.
    """

    prices: Floats
    labels: Ints
    bound: float


def dual_value(transport: Transport, prices: Floats) -> tuple[float, Ints]:
    """
    Return the exact dual value of ``prices`` (every unit against every territory) and each unit's cheapest territory.

    The value lies below the cost of every assignment within the bands, whatever the prices; a relative 1e-9 is taken
    off for rounding.
    """
    ratio = transport.activity / transport.weight[:, None]
    reduced = transport.km.copy()
    for b in range(prices.shape[1]):
        reduced += ratio[:, b, None] * prices[None, :, b]
    served = float((transport.weight * reduced.min(axis=1)).sum())
    rent = float((transport.high * np.maximum(prices, 0) + transport.low * np.minimum(prices, 0)).sum())
    value = served - rent
    return value - _ROUNDING * (abs(served) + abs(rent)), reduced.argmin(axis=1).astype(np.int64)


def maximise(transport: Transport, *, start: Floats | None = None, heats: tuple[float, ...] = HEATS) -> Prices:
    """
    Return prices near the maximum of the dual, and the best bound seen on the way.

    Parameters
    ----------
    start
        First prices, shape ``(p, a)``; zeros if not given.
    heats
        Falling temperatures, in radii of the problem.
    """
    climb = Climb(transport, start)
    best, labels = dual_value(transport, climb.prices)
    kept = climb.prices.copy()
    for heat in heats:
        climb.settle(heat * climb.radius)
        value, cheapest = dual_value(transport, climb.prices)
        if value > best:
            best, labels, kept = value, cheapest, climb.prices.copy()
    return Prices(kept, labels, best)


class Climb:
    """The state of the ascent: prices that move, and the arrays a pass over the units fills."""

    def __init__(self, transport: Transport, start: Floats | None = None) -> None:
        p, a = transport.low.shape
        self.transport = transport
        self.radius = transport.radius
        self.ratio = np.ascontiguousarray(transport.activity / transport.weight[:, None])
        self.prices = np.zeros((p, a)) if start is None else start.astype(np.float64).copy()
        self.load = np.zeros((p, a))
        self.curve = np.zeros((p * a, p * a))
        self.labels = np.zeros(len(transport.weight), dtype=np.int64)

    def settle(self, heat: float) -> None:
        """Take Newton steps at one temperature until the loads fit their smoothed bands or the steps run out."""
        value = self._value(self.prices, heat)
        for _ in range(_STEPS):
            step, slope = self.step(heat)
            if slope <= 1e-7 * abs(value):
                break
            length, prices, found = 1.0, self.prices, value
            for _ in range(_HALVINGS):
                prices = self.prices + length * step
                found = self._value(prices, heat)
                if found >= value + 1e-4 * length * slope:
                    break
                length /= 2
            else:
                self._value(self.prices, heat)
                break
            gained = found - value
            self.prices, value = prices, found
            if gained <= 1e-9 * abs(value):
                break

    def step(self, heat: float) -> tuple[Floats, float]:
        """Return the damped Newton step from the arrays of the last pass, and the slope along it."""
        t, prices = self.transport, self.prices
        middle, half = (t.high + t.low) / 2, (t.high - t.low) / 2
        root = np.sqrt(prices**2 + heat**2)
        slope = (self.load - middle - half * prices / root).ravel()
        bend = (half * heat**2 / root**3).ravel()
        damping = 1e-3 * np.maximum(middle, middle.mean() * 0.01).ravel() / self.radius
        matrix = self.curve + np.diag(bend + damping)
        step = solve_positive(matrix, slope)
        reach = 2 * self.radius
        longest = float(np.abs(step).max())
        step = step * min(1.0, reach / longest) if longest > 0 else step
        return step.reshape(prices.shape), float((step * slope).sum())

    def _value(self, prices: Floats, heat: float) -> float:
        t = self.transport
        served = soften(t.km, self.ratio, t.weight, prices, heat, (self.load, self.curve, self.labels))
        middle, half = (t.high + t.low) / 2, (t.high - t.low) / 2
        return float(served) - float((middle * prices + half * np.sqrt(prices**2 + heat**2)).sum())

    def retarget(self, km: Floats) -> None:
        """Go on with other costs of the same units; the prices stay."""
        self.transport = replace(self.transport, km=km)
        self.radius = self.transport.radius

    def nudge(self, heat: float) -> Ints:
        """Take one Newton step at temperature ``heat``, in radii; return each unit's cheapest territory before it."""
        warmth = heat * self.radius
        self._value(self.prices, warmth)
        self.prices = self.prices + self.step(warmth)[0]
        return self.labels.copy()
