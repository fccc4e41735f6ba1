"""Maximum likelihood in a few log-parameters: a bounded, damped Newton search, and the curvature it ends on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from jiuzhou.kernel.arrays import Floats

Objective: TypeAlias = Callable[[Floats], tuple[float, Floats]]

_EDGE = 1e-3
_STEP = 1e-4
_FLAT = 1e-11
_PASSES = 200
_MOST_DAMPING = 1e9


@dataclass(frozen=True, slots=True)
class Optimum:
    """
    Where a mean negative log-likelihood is least.

    Attributes
    ----------
    theta
        Logarithms of the parameters, shape ``(k,)``.
    value
        The objective there.
    curvature
        Its second derivatives in ``theta``, shape ``(k, k)``.
    inside
        Whether the optimum lies inside the bounds with positive curvature. At an edge the data cannot tell parameters
        apart (no churn at all, say), and the curvature measures no uncertainty.
    """

    theta: Floats
    value: float
    curvature: Floats
    inside: bool


def minimise(
    objective: Objective,
    start: Floats,
    *,
    reach: Floats,
    rough: Objective | None = None,
    begin: Floats | None = None,
) -> Optimum:
    """
    Return the optimum of ``objective``, which gives value and gradient.

    A damped Newton search whose curvature comes from differences of the gradient. It is ours because a general search
    spends more time in its linear algebra's threads than such a small problem takes.

    Parameters
    ----------
    start
        Log-parameters in the middle of the box that is searched.
    reach
        How far the search may go to either side of each, shape ``(k,)``.
    rough
        The same objective on a sample: searched first, so that the whole is passed over only a few times.
    begin
        Where to begin in the box; at ``start`` unless it is given.
    """
    low, high = start - reach, start + reach
    searched = rough or objective
    theta = _search(searched, start if begin is None else np.clip(begin, low, high), low, high)
    curvature = _curvature(searched, theta)
    if rough:
        inside = _inside(theta, low, high, curvature)
        theta = _newton(objective, theta, curvature) if inside else _search(objective, theta, low, high)
    curvature = _curvature(objective, theta)
    return Optimum(theta, objective(theta)[0], curvature, _inside(theta, low, high, curvature))


def covariance(optimum: Optimum, *, rows: float) -> Floats | None:
    """Return the asymptotic covariance of the log-parameters of ``rows`` observations; ``None`` at an edge."""
    return np.asarray(np.linalg.inv(optimum.curvature * rows), np.float64) if optimum.inside else None


def _search(objective: Objective, start: Floats, low: Floats, high: Floats) -> Floats:
    theta, damping = start, 1e-3
    value, gradient = objective(theta)
    for _ in range(_PASSES):
        free = ~(((theta <= low) & (gradient > 0)) | ((theta >= high) & (gradient < 0)))
        if not free.any() or np.abs(gradient[free]).max() < _FLAT:
            break
        bends, axes = np.linalg.eigh(_curvature(objective, theta)[np.ix_(free, free)])
        while damping < _MOST_DAMPING:
            step = np.zeros(len(theta))
            # Where the surface bends downward, its bend still tells how far to go.
            step[free] = axes @ ((gradient[free] @ axes) / (np.abs(bends) + damping))
            moved = np.clip(theta - np.clip(step, -1, 1), low, high)
            moved_value, moved_gradient = objective(moved)
            if moved_value < value or _flatter(moved_value, moved_gradient, value, gradient):
                break
            damping *= 10
        else:
            break
        theta, value, gradient, damping = moved, moved_value, moved_gradient, damping / 10
    return theta


def _flatter(moved_value: float, moved_gradient: Floats, value: float, gradient: Floats) -> bool:
    # At the optimum the value no longer moves in its last digit, while the gradient still falls.
    level = moved_value <= value + 1e-14 * abs(value)
    return level and bool(np.abs(moved_gradient).max() < 0.9 * np.abs(gradient).max())


def _newton(objective: Objective, theta: Floats, curvature: Floats) -> Floats:
    gradient = objective(theta)[1]
    for _ in range(30):
        if np.abs(gradient).max() < _FLAT:
            break
        step = np.clip(np.linalg.solve(curvature, gradient), -0.5, 0.5)
        next_gradient = objective(theta - step)[1]
        if np.abs(next_gradient).max() >= np.abs(gradient).max():
            break
        theta, gradient = theta - step, next_gradient
    return theta


def _curvature(objective: Objective, theta: Floats) -> Floats:
    sides = [(objective(theta + _STEP * e)[1], objective(theta - _STEP * e)[1]) for e in np.eye(len(theta))]
    rows = np.array([(above - below) / (2 * _STEP) for above, below in sides])
    return np.asarray((rows + rows.T) / 2, dtype=np.float64)


def _inside(theta: Floats, low: Floats, high: Floats, curvature: Floats) -> bool:
    off_edge = bool(((low + _EDGE < theta) & (theta < high - _EDGE)).all())
    return off_edge and bool(np.linalg.eigvalsh(curvature).min() > 1e-9)


def dot(u: Floats, v: Floats) -> float:
    """Return the inner product, always summed in the same order."""
    # Not BLAS: its threads may sum in another order, and they spin on a busy machine.
    return float(np.einsum("i,i->", u, v))
