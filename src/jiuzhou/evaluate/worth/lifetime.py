"""Lifetime value of each purchase history: what is expected, and the range in which one customer may end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jiuzhou.evaluate.worth.gamma_gamma import GammaGamma
from jiuzhou.evaluate.worth.histories import Histories
from jiuzhou.evaluate.worth.purchase_model import PurchaseModel
from jiuzhou.kernel.arrays import Floats

DAYS_A_YEAR = 365.25
_SEED = 20_050_402
_ROWS_AT_ONCE = 4096
_DRAWS_IN_ALL = 20_000_000
_FEWEST_DRAWS = 100
_FARTHEST = 50.0  # log-parameters; what few customers leave open may be drawn beyond what a float holds


@dataclass(frozen=True, slots=True)
class Outlook:
    """
    How far lifetime value looks, and how.

    Attributes
    ----------
    years
        Years ahead.
    discount_rate
        Yearly.
    interval
        Share of customers meant to end within the range.
    draws
        Simulated futures for each history; fewer, but at least 100, where histories are very many.
    """

    years: float
    discount_rate: float
    interval: float
    draws: int


def discounted_purchases(model: PurchaseModel, histories: Histories, outlook: Outlook) -> Floats:
    """Return the expected purchases of each history over the outlook (in days), each quarter's worth its middle day."""
    quarters = max(1, int(np.ceil(outlook.years * 4)))
    ends = np.linspace(0, outlook.years, quarters + 1)
    before = np.zeros(len(histories.x))
    total = np.zeros(len(histories.x))
    for begin, end in zip(ends.tolist(), ends[1:].tolist(), strict=False):
        by_end = model.expected(histories, end * DAYS_A_YEAR)
        total += (by_end - before) * (1 + outlook.discount_rate) ** (-(begin + end) / 2)
        before = by_end
    return total


def spend_range(
    model: PurchaseModel, money: GammaGamma, histories: Histories, outlook: Outlook
) -> tuple[Floats, Floats]:
    """
    Return the lower and upper ends of the range of discounted spend, for each unit of ``v + x × mean value``.

    For each history, futures are drawn from what the model says of one customer like it: parameters from the normal
    distribution of their estimate, whether it is alive, its rate, when it leaves, its number of purchases and their
    values. The Gamma-Gamma parameters are taken as known. Spend is proportional to ``v + x × mean``, which is why
    the range is drawn once for each history and not for each customer.

    Returns
    -------
    tuple[Floats, Floats]
        The quantiles ``(1 - interval) / 2`` and ``(1 + interval) / 2``, shape ``(n,)`` each.
    """
    rng = np.random.default_rng(_SEED)
    draws = int(np.clip(_DRAWS_IN_ALL // max(1, len(histories.x)), min(_FEWEST_DRAWS, outlook.draws), outlook.draws))
    theta = _parameters(model, draws, rng)
    x, of_x = np.unique(histories.x, return_inverse=True)
    spread = rng.standard_gamma(np.broadcast_to(money.p * x + money.q, (draws, len(x))))
    ends = [(1 - outlook.interval) / 2, (1 + outlook.interval) / 2]
    low, high = np.zeros(len(histories.x)), np.zeros(len(histories.x))
    for first in range(0, len(histories.x), _ROWS_AT_ONCE):
        rows = np.arange(first, min(first + _ROWS_AT_ONCE, len(histories.x)))
        ahead = model.draw_ahead(histories.take(rows), outlook.years * DAYS_A_YEAR, theta, rng)
        worth = _worth(ahead.share * outlook.years, outlook.discount_rate)
        spend = worth * rng.standard_gamma(money.p * ahead.bought) / spread[:, of_x[rows]]
        low[rows], high[rows] = np.quantile(spend, ends, axis=0)
    return low, high


def _parameters(model: PurchaseModel, draws: int, rng: np.random.Generator) -> Floats:
    theta = np.repeat(model.theta[:, None], draws, axis=1)
    if model.log_covariance is None:
        return theta
    factor = np.linalg.cholesky(model.log_covariance)
    drawn = theta + np.einsum("ij,jk->ik", factor, rng.standard_normal(theta.shape))
    return np.asarray(np.clip(drawn, -_FARTHEST, _FARTHEST), dtype=np.float64)


def _worth(years: Floats, discount_rate: float) -> Floats:
    # The purchases fall evenly over the time the customer stays, so their mean worth is that of an even stream.
    force = np.log1p(discount_rate) * years
    return np.where(force > 0, -np.expm1(-force) / np.where(force > 0, force, 1), 1.0)
