"""Series of weekly demand carried on: with a shared season or without, as earlier weeks would have had it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from jiuzhou.evaluate.forecast.accuracy import Accuracy, accuracy_of
from jiuzhou.evaluate.forecast.season import shared_season
from jiuzhou.evaluate.forecast.smoothing import smooth
from jiuzhou.kernel.arrays import Floats, Ints

METHODS = ("plain", "season")
LEAST_WEEKS = 8
"""Fewer weeks known are no history."""
ORIGINS = 3
RANGE = 0.8
"""Share of the weeks to come that are meant to lie between ``low`` and ``high``."""
_SAMPLE = 1_000
"""Series by which earlier forecasts are judged; the largest ones."""


@dataclass(frozen=True, slots=True)
class Trial:
    """
    What would have been forecast at an earlier time, against what came.

    Attributes
    ----------
    weeks
        Weeks that were known then.
    by_method
        How far off each of ``METHODS`` was.
    """

    weeks: int
    by_method: dict[str, Accuracy]


@dataclass(frozen=True, slots=True)
class Predicted:
    """
    Demand to come.

    Attributes
    ----------
    mean, low, high
        Expected demand and its range, at least 0, shape ``(n, horizon)``.
    method
        The one of ``METHODS`` that served earlier weeks better.
    trust
        How far the season could be proved, 0 to 1.
    trials
        Forecasts of earlier weeks, the latest last; without any, ``method`` is ``plain`` and the range is that of
        weekly errors.
    """

    mean: Floats
    low: Floats
    high: Floats
    method: str
    trust: float
    trials: tuple[Trial, ...]


def predict(values: Floats, first_day: date, horizon: int) -> Predicted:
    """
    Return what is expected of each series.

    A season is shared by all series; whether it is used, and how wide the range is, forecasts made ``horizon``,
    two and three times ``horizon`` weeks before the end decide.

    Parameters
    ----------
    values
        Demand by week, at least 0, shape ``(n, weeks)``.
    first_day
        First day of the first week.
    horizon
        Weeks to come, at least 1.
    """
    weeks = values.shape[1]
    sample = values[_largest(values)]
    origins = [weeks - horizon * back for back in range(ORIGINS, 0, -1)]
    tried = [_tried(sample, at, first_day, horizon) for at in origins if at >= max(LEAST_WEEKS, horizon)]
    method = _better([trial for trial, _ in tried])
    means, spread, trust = _carried(values, first_day, horizon)
    errors = np.concatenate([by_method[method] for _, by_method in tried]) if tried else None
    below, above = _range(errors, horizon)
    mean = means[method]
    return Predicted(
        mean=mean,
        low=np.maximum(mean + below * spread[:, None], 0.0),
        high=np.maximum(mean + above * spread[:, None], mean),
        method=method,
        trust=trust if method == "season" else 0.0,
        trials=tuple(trial for trial, _ in tried),
    )


def _carried(values: Floats, first_day: date, horizon: int) -> tuple[dict[str, Floats], Floats, float]:
    first = _first_demand(values)
    plain = smooth(values, first)
    means = {"plain": np.repeat(plain.level[:, None], horizon, axis=1)}
    season = shared_season(values.sum(axis=0), first_day, horizon)
    if season.trust == 0.0:
        return means | {"season": means["plain"]}, plain.spread, 0.0
    weeks = values.shape[1]
    without = smooth(values / season.factors[:weeks], first)
    means["season"] = without.level[:, None] * season.factors[weeks:]
    return means, plain.spread, season.trust


def _tried(values: Floats, at: int, first_day: date, horizon: int) -> tuple[Trial, dict[str, Floats]]:
    """Return the trial at a time, and by method the errors of its weeks in units of each series' spread."""
    known, came = values[:, :at], values[:, at : at + horizon]
    known, came = (part[known.any(axis=1)] for part in (known, came))
    means, spread, _ = _carried(known, first_day, horizon)
    moves = spread > 0
    errors = {name: (came - mean)[moves] / spread[moves, None] for name, mean in means.items()}
    return Trial(at, {name: accuracy_of(known, came, mean) for name, mean in means.items()}), errors


def _better(trials: list[Trial]) -> str:
    """Return the method with the smaller mean scaled error; the plain one where they are the same."""
    if not trials:
        return "plain"
    off = {name: np.mean([trial.by_method[name].mase for trial in trials]) for name in METHODS}
    return "season" if off["season"] < off["plain"] else "plain"


def _range(errors: Floats | None, horizon: int) -> tuple[Floats, Floats]:
    """Return how far below and above the mean the range reaches, in units of each series' spread, by week."""
    if errors is None or not len(errors):
        return -np.full(horizon, 1.6), np.full(horizon, 1.6)
    tail = (1 - RANGE) / 2
    below, above = np.quantile(errors, [tail, 1 - tail], axis=0)
    return np.minimum(below, 0.0), np.maximum(above, 0.0)


def _first_demand(values: Floats) -> Ints:
    return np.asarray((values > 0).argmax(axis=1), dtype=np.int64)


def _largest(values: Floats) -> Ints:
    order = np.argsort(-values.sum(axis=1), kind="stable")[:_SAMPLE]
    return np.sort(order)
