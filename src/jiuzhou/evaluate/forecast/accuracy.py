"""How far forecasts were off, by measures that do not depend on the unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jiuzhou.kernel.arrays import Floats


@dataclass(frozen=True, slots=True)
class Accuracy:
    """
    How far a forecast of many series was off.

    Attributes
    ----------
    mase
        Mean absolute error over that of the naive forecast one week ahead in the history, the mean over the series
        whose history moves (Hyndman and Koehler 2006); NaN without any.
    bias
        All that was forecast over all that came, less 1; NaN where nothing came.
    wape
        Sum of the absolute errors over all that came; NaN where nothing came.
    hits
        Share of the weeks that came within their range; NaN where no range was given.
    """

    mase: float
    bias: float
    wape: float
    hits: float


def accuracy_of(
    history: Floats, came: Floats, mean: Floats, low: Floats | None = None, high: Floats | None = None
) -> Accuracy:
    """
    Return how far ``mean`` was off.

    Parameters
    ----------
    history
        Demand that was known, shape ``(n, weeks)``.
    came, mean, low, high
        What came, what was forecast and its range, shape ``(n, horizon)``.
    """
    naive = np.abs(np.diff(history, axis=1)).mean(axis=1) if history.shape[1] > 1 else np.zeros(len(history))
    moves = naive > 0
    errors = np.abs(came - mean)
    whole = came.sum()
    within = np.nan if low is None or high is None or not came.size else ((came >= low) & (came <= high)).mean()
    return Accuracy(
        mase=float((errors[moves].mean(axis=1) / naive[moves]).mean()) if moves.any() else float("nan"),
        bias=float(mean.sum() / whole - 1) if whole > 0 else float("nan"),
        wape=float(errors.sum() / whole) if whole > 0 else float("nan"),
        hits=float(within),
    )
