"""
The BG/NBD model of purchases without a contract (Fader, Hardie and Lee 2005, Marketing Science 24(2), 275-284) and the
MBG/NBD (Batislam, Denizel and Filiztekin 2007, International Journal of Research in Marketing 24(3), 201-209).

A customer buys as a Poisson process whose rate is gamma distributed over customers (``r, alpha``), and after each
repeat purchase leaves for good with a probability that is beta distributed (``a, b``); in the MBG/NBD also after its
first, so that somebody who bought once may have left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from jiuzhou.evaluate.worth.beta_geometric import (
    Likelihood,
    draw_ahead_from,
    draw_from,
    expected_if_alive,
    log_likelihoods_at,
    p_alive_at,
    probability_at,
)
from jiuzhou.evaluate.worth.fit import minimise
from jiuzhou.evaluate.worth.histories import Histories
from jiuzhou.evaluate.worth.purchase_model import Ahead, Estimate, newcomer
from jiuzhou.kernel.arrays import Floats

_SAMPLE = 20_000
# Beyond a = 50 everybody leaves with nearly the same chance, and beyond b = 16,000 nobody leaves: no data tell more
# apart.
_REACH = np.array([9.0, 7.0, np.log(50.0), 9.0])


@dataclass(frozen=True, slots=True)
class BgNbd(Estimate):
    """The four parameters, positive; ``alpha`` is in the histories' unit of time."""

    r: float
    alpha: float
    a: float
    b: float

    FIRST: ClassVar[int] = 0

    @classmethod
    def fit(cls, histories: Histories, *, begin: Floats | None = None) -> Self:
        """
        Return the maximum likelihood fit.

        Parameters
        ----------
        histories
            With at least one repeat purchase; in a stated order, since sums in floating point depend on it in their
            last digits.
        begin
            Log-parameters to begin the search at.
        """
        start = np.log([0.5, max(histories.mean_time / 6, 1e-6), 1.0, 2.0])
        rough = None
        if begin is None and len(histories.x) > 2 * _SAMPLE:
            chosen = np.sort(np.random.default_rng(0).permutation(len(histories.x))[:_SAMPLE])
            rough = Likelihood(histories.take(chosen), first=cls.FIRST).objective
        likelihood = Likelihood(histories, first=cls.FIRST)
        optimum = minimise(likelihood.objective, start, reach=_REACH, rough=rough, begin=begin)
        return cls.at(optimum, histories.customers)

    def log_likelihoods(self, histories: Histories) -> Floats:
        """Return the log-likelihood of one customer of each history."""
        return log_likelihoods_at(self.theta, histories, first=self.FIRST)

    def p_alive(self, histories: Histories) -> Floats:
        """Return the probability that a customer of each history is still one; in the BG/NBD 1 after one purchase."""
        return p_alive_at(self.theta, histories, first=self.FIRST)

    def expected(self, histories: Histories, t: float) -> Floats:
        """Return the purchases expected of each history's customer in the next ``t`` (eq. 10 of the paper)."""
        return expected_if_alive(self.theta, histories, t, first=self.FIRST) * self.p_alive(histories)

    def expected_of_newcomer(self, t: float) -> float:
        """Return the repeat purchases a customer makes on average in the time ``t`` after its first (eq. 9)."""
        return float(self.expected(newcomer(), t)[0])

    def probability(self, n: Floats, t: float) -> Floats:
        """Return the probability that a customer makes ``n`` repeat purchases in the time ``t`` after its first."""
        return probability_at(self.theta, n, t, first=self.FIRST)

    def draw(self, T: Floats, rng: np.random.Generator) -> Histories:
        """Return one drawn history for each time observed."""
        return draw_from(self.theta, T, rng, first=self.FIRST)

    def draw_ahead(self, histories: Histories, t: float, theta: Floats, rng: np.random.Generator) -> Ahead:
        """Return the next ``t`` of one customer of each history, for each set of log-parameters, ``(4, draws)``."""
        return draw_ahead_from(theta, histories, t, rng, first=self.FIRST)


@dataclass(frozen=True, slots=True)
class MbgNbd(BgNbd):
    """The BG/NBD in which a customer may leave right after its first purchase."""

    FIRST: ClassVar[int] = 1
