"""
One season shared by all series, as far as the history proves it.

The logarithm of all demand together is taken as a Gaussian process (Rasmussen and Williams 2006, chapters 2 and 5): a
level that wanders, a part that returns every year, a part that returns with 春节, which moves, and noise. How strong
each is, the evidence decides; without a season in the data its strength is nought.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from jiuzhou.calendar import spring_festival
from jiuzhou.kernel.arrays import EPOCH, Floats, Ints

YEAR_WEEKS = 52
_PERIOD = 365.2425
_LATEST = 208
"""Weeks that the season is learnt from; older ones say little and cost much."""
_FLOOR = 0.05
"""Added to each week, as a share of the mean, so that a week without demand has a logarithm."""
_LEAST, _MOST = 0.2, 5.0
"""Bounds of a factor: a single week must not make the rest of a series vanish, or explode."""
_SLOW_WEEKS = 5.0
"""Standard deviation of the weights that part the slow season from the quick one."""
_BEFORE, _AFTER = 28, 42
"""Days around 春节 in which demand may follow it."""

_WANDERS = (1e-4, 1e-3, 5e-3)
_RETURNS = (0.03, 0.1, 0.2, 0.4)
_WIDTHS = (0.5, 1.0, 2.0)
_FESTIVAL = (0.0, 0.1, 0.4)
_NOISE = (0.01, 0.03, 0.06, 0.12)


@dataclass(frozen=True, slots=True)
class Season:
    """
    The season of the weeks known and to come.

    Attributes
    ----------
    factors
        What each week's demand is to that of a week without season, shape ``(weeks + horizon,)``; 1 for none.
    trust
        Share of the year that was seen a second time, 0 to 1. By it the slow part of the season is shrunk, which may
        have been growth as long as it was seen once; a dip that recovers within weeks was none, and stands.
    """

    factors: Floats
    trust: float


def shared_season(total: Floats, first_day: date, horizon: int) -> Season:
    """
    Return the season of demand in all.

    Parameters
    ----------
    total
        Demand of each week known, shape ``(weeks,)``.
    first_day
        The first day of the first of these weeks.
    horizon
        Weeks to come.
    """
    weeks = len(total)
    trust = min(1.0, max(0.0, (weeks - YEAR_WEEKS) / YEAR_WEEKS))
    if trust == 0.0 or not total.any():
        return Season(np.ones(weeks + horizon), 0.0)
    late = max(0, weeks - _LATEST)
    found = np.zeros(weeks + horizon)
    found[late:] = _season(total[late:], first_day + timedelta(weeks=late), horizon)
    slow = _slow_part(found)
    return Season(np.clip(np.exp(trust * slow + (found - slow)), _LEAST, _MOST), trust)


def _slow_part(found: Floats) -> Floats:
    at = np.arange(len(found))
    nearness = np.exp(-0.5 * ((at[:, None] - at[None, :]) / _SLOW_WEEKS) ** 2)
    smoothed: Floats = (nearness @ found) / nearness.sum(axis=1)
    return smoothed


def _season(total: Floats, first_day: date, horizon: int) -> Floats:
    weeks, mean = len(total), total.mean()
    told = np.log((total + _FLOOR * mean) / mean)
    days = (first_day - EPOCH).days + 7 * np.arange(weeks + horizon)
    best, learnt = -np.inf, np.zeros(weeks + horizon)
    noise = np.eye(weeks)
    wandering = (
        1.0 + np.minimum.outer(np.arange(weeks) + 1.0, np.arange(weeks) + 1.0)[None] * np.array(_WANDERS)[:, None, None]
    )
    for returning in _returning(days):
        for level, strength in product(wandering, _NOISE):
            matrix = level + returning[:weeks, :weeks] + strength * noise
            try:
                factor = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
            except LinAlgError:
                continue
            solved = cho_solve(factor, told, check_finite=False)
            evidence = -0.5 * told @ solved - np.log(np.diag(factor[0])).sum()
            if evidence > best:
                best, learnt = evidence, returning[:, :weeks] @ solved
    return learnt


def _returning(days: Ints) -> Iterator[Floats]:
    """Yield what weeks have in common by their place in the year and beside 春节, in every strength."""
    apart = np.abs(days[:, None] - days[None, :]) % _PERIOD
    apart = np.minimum(apart, _PERIOD - apart) / 7.0
    offset = _from_festival(days)
    near = (offset >= -_BEFORE) & (offset <= _AFTER)
    both = near[:, None] & near[None, :]
    festive = np.where(both, np.exp(-0.5 * ((offset[:, None] - offset[None, :]) / 7.0) ** 2), 0.0)
    for festival in _FESTIVAL:
        yield festival * festive
        for strength, width in product(_RETURNS, _WIDTHS):
            yield strength * np.exp(-0.5 * (apart / width) ** 2) + festival * festive


def _from_festival(days: Ints) -> Ints:
    """Return the days from the nearest 春节 to the middle of each week, shape ``(n,)``."""
    years = range((EPOCH + timedelta(days=int(days[0]))).year - 1, (EPOCH + timedelta(days=int(days[-1]))).year + 2)
    festivals = np.array([(spring_festival(year) - EPOCH).days for year in years], dtype=np.int64)
    apart = days[:, None] + 3 - festivals[None, :]
    nearest: Ints = apart[np.arange(len(days)), np.abs(apart).argmin(axis=1)]
    return nearest
