"""Simple exponential smoothing of many series at once, each with the weight that would have served it best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jiuzhou.kernel.arrays import Floats, Ints

WEIGHTS: Floats = np.array([0.02, 0.05, 0.08, 0.12, 0.16, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8])
"""Weights of the latest week that are tried."""
_TOGETHER = 2_048
"""Series that are gone through at once: what they need stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Smoothed:
    """
    What smoothing says of each series; each attribute has shape ``(n,)``.

    Attributes
    ----------
    level
        What every week to come is expected to be.
    weight
        That of the latest week, one of ``WEIGHTS``.
    spread
        Mean absolute error of the forecasts one week ahead; 0 where there was none.
    """

    level: Floats
    weight: Floats
    spread: Floats


def smooth(values: Floats, first: Ints) -> Smoothed:
    """
    Return each series' level by simple exponential smoothing (Brown 1959).

    The weight is the one of ``WEIGHTS`` with the least squared error one week ahead, the smallest of several.

    Parameters
    ----------
    values
        Demand by week, at least 0, shape ``(n, weeks)``, at least one week.
    first
        The week of each series' first demand, shape ``(n,)``; weeks before it say nothing.
    """
    parts = [
        _smooth(values[low : low + _TOGETHER], first[low : low + _TOGETHER]) for low in range(0, len(values), _TOGETHER)
    ]
    if not parts:
        return Smoothed(*(np.zeros(0) for _ in range(3)))
    return Smoothed(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _smooth(values: Floats, first: Ints) -> tuple[Floats, Floats, Floats]:
    rows, weeks = np.arange(len(values)), values.shape[1]
    # Until its first demand a series is taken to be what that is, which no forecast misses.
    level = np.repeat(values[rows, first][None, :], len(WEIGHTS), axis=0)
    squared, absolute, missed = np.zeros_like(level), np.zeros_like(level), np.empty_like(level)
    begins = int(first.min()) + 1
    for week in range(begins, weeks):
        np.subtract(values[:, week], level, out=missed)
        missed[:, first >= week] = 0.0
        absolute += np.abs(missed)
        level += WEIGHTS[:, None] * missed
        missed *= missed
        squared += missed
    best = squared.argmin(axis=0)
    forecasts = np.maximum(weeks - 1 - first, 1)
    return level[best, rows], WEIGHTS[best], absolute[best, rows] / forecasts
