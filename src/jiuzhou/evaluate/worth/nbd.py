"""
Customers who never leave: purchases as a Poisson process whose rate is gamma distributed (Ehrenberg 1959).

It is the edge of the models with leaving, and the one to take where the data show no leaving at all. The moments of the
purchases tell it nothing, so that only how many there are counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import gammaln, psi

from jiuzhou.evaluate.worth.fit import dot, minimise
from jiuzhou.evaluate.worth.histories import Histories, codes_of
from jiuzhou.evaluate.worth.purchase_model import Ahead, Estimate, newcomer, poisson
from jiuzhou.kernel.arrays import Floats

_REACH = np.array([9.0, 14.0])


def log_share(r: float, alpha: float, n: Floats, t: Floats | float) -> Floats:
    """Return the log-probability of ``n`` purchases in the time ``t``, above 0, of a customer who stays."""
    counts = gammaln(r + n) - gammaln(r) - gammaln(n + 1)
    return np.asarray(counts - r * np.log1p(t / alpha) - n * np.log1p(alpha / t), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Nbd(Estimate):
    """The shape ``r`` and rate ``alpha`` of the gamma distribution of rates; ``alpha`` in the histories' time."""

    r: float
    alpha: float

    @classmethod
    def fit(cls, histories: Histories, *, begin: Floats | None = None) -> Self:
        """Return the maximum likelihood fit; the search begins at the log-parameters ``begin``."""
        x, of_x = codes_of(histories.x)
        T, of_T = codes_of(histories.T)
        at_x = np.bincount(of_x, histories.n).astype(np.float64)
        at_T = np.bincount(of_T, histories.n).astype(np.float64)
        bought = np.bincount(of_T, histories.n * histories.x).astype(np.float64)
        customers = histories.customers

        def objective(theta: Floats) -> tuple[float, Floats]:
            r, alpha = np.exp(theta)
            exponent, log_T = r * at_T + bought, np.log(alpha + T)
            value = dot(at_x, gammaln(r + x)) - dot(exponent, log_T) + customers * (r * np.log(alpha) - gammaln(r))
            by_r = dot(at_x, psi(r + x)) - dot(at_T, log_T) + customers * (np.log(alpha) - psi(r))
            by_alpha = customers * r / alpha - dot(exponent, 1 / (alpha + T))
            return -float(value) / customers, -np.array([by_r * r, by_alpha * alpha]) / customers

        rate = float(bought.sum()) / max(histories.mean_time * customers, 1e-9)
        start = np.log([1.0, 1 / max(rate, 1e-9)])
        return cls.at(minimise(objective, start, reach=_REACH, begin=begin), customers)

    def log_likelihoods(self, histories: Histories) -> Floats:
        """Return the log-likelihood of one customer of each history."""
        x, start = histories.x, self.r * np.log(self.alpha) - gammaln(self.r)
        return np.asarray(gammaln(self.r + x) + start - (self.r + x) * np.log(self.alpha + histories.T), np.float64)

    def p_alive(self, histories: Histories) -> Floats:
        """Return 1 for each history: nobody leaves."""
        return np.ones(len(histories.x))

    def expected(self, histories: Histories, t: float) -> Floats:
        """Return the purchases expected of each history's customer in the next ``t``."""
        return (self.r + histories.x) / (self.alpha + histories.T) * t

    def expected_of_newcomer(self, t: float) -> float:
        """Return the repeat purchases a customer makes on average in the time ``t`` after its first."""
        return float(self.expected(newcomer(), t)[0])

    def probability(self, n: Floats, t: float) -> Floats:
        """Return the probability that a customer makes ``n`` repeat purchases in the time ``t`` after its first."""
        return np.exp(log_share(self.r, self.alpha, n, t))

    def draw(self, T: Floats, rng: np.random.Generator) -> Histories:
        """Return one drawn history for each time observed."""
        x = poisson(rng, rng.gamma(self.r, 1 / self.alpha, len(T)) * T).astype(np.float64)
        last = np.where(x > 0, T * rng.beta(np.maximum(x, 1), 1), 0.0)
        return Histories(x, last, T, np.ones(len(T)))

    def draw_ahead(self, histories: Histories, t: float, theta: Floats, rng: np.random.Generator) -> Ahead:
        """Return the next ``t`` of one customer of each history, for each set of log-parameters, ``(2, draws)``."""
        r, alpha = np.exp(theta)[:, :, None]
        bought = poisson(rng, rng.standard_gamma(r + histories.x) * (t / (alpha + histories.T)))
        return Ahead(bought, np.ones(bought.shape))
