"""
The BG/BB model of purchases at given opportunities (Fader, Hardie and Shang 2010, Marketing Science 29(6), 1086-1108):
yearly donations, calls of a fair, monthly orders, at each of which a customer buys at most once.

While it stays, a customer buys at an opportunity with a probability that is beta distributed over customers (``alpha,
beta``); before each it leaves for good with one that is beta distributed too (``gamma, delta``). In a history ``t_x``
and ``T`` count opportunities after the first purchase.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import betaln, gammaln, logsumexp, psi

from jiuzhou.evaluate.worth.fit import dot, minimise
from jiuzhou.evaluate.worth.histories import Histories
from jiuzhou.evaluate.worth.purchase_model import Ahead, Estimate, newcomer
from jiuzhou.kernel.arrays import Floats

_REACH = np.full(4, 9.0)
_OPPORTUNITIES_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class BgBb(Estimate):
    """The four parameters, positive and without unit."""

    alpha: float
    beta: float
    gamma: float
    delta: float

    @classmethod
    def fit(cls, histories: Histories, *, begin: Floats | None = None) -> Self:
        """Return the maximum likelihood fit; the search begins at the log-parameters ``begin``."""

        def objective(theta: Floats) -> tuple[float, Floats]:
            value, gradient = _value_and_gradient(theta, histories)
            return -value / histories.customers, -gradient / histories.customers

        optimum = minimise(objective, np.log([1.0, 1.0, 1.0, 2.0]), reach=_REACH, begin=begin)
        return cls.at(optimum, histories.customers)

    def log_likelihoods(self, histories: Histories) -> Floats:
        """Return the log-likelihood of one customer of each history."""
        return np.asarray(logsumexp(_ends(self.theta, histories), axis=1), dtype=np.float64)

    def p_alive(self, histories: Histories) -> Floats:
        """Return the probability that a customer of each history is still one at the next opportunity."""
        return self._alive_after(histories, np.ones(1))[:, 0]

    def expected(self, histories: Histories, t: float) -> Floats:
        """Return the purchases expected of each history's customer at the next ``t`` opportunities, a whole number."""
        buys = (self.alpha + histories.x) / (self.alpha + self.beta + histories.T)
        alive = self._alive_after(histories, np.arange(1.0, round(t) + 1))
        return np.asarray(buys * alive.sum(axis=1), dtype=np.float64)

    def expected_of_newcomer(self, t: float) -> float:
        """Return the repeat purchases a customer makes on average at the ``t`` opportunities after its first."""
        return float(self.expected(newcomer(), t)[0])

    def probability(self, n: Floats, t: float) -> Floats:
        """Return the probability that a customer buys at ``n`` of the ``t`` opportunities after its first."""
        lived = np.arange(round(t) + 1.0)
        n = n[:, None]
        possible = lived >= n
        missed = np.where(possible, lived - n, 0.0)
        ways = gammaln(lived + 1) - gammaln(n + 1) - gammaln(missed + 1)
        bought = betaln(self.alpha + n, self.beta + missed) - betaln(self.alpha, self.beta)
        left = np.append(betaln(self.gamma + 1, self.delta + lived[:-1]), betaln(self.gamma, self.delta + lived[-1]))
        shares = np.exp(ways + bought + left - betaln(self.gamma, self.delta))
        return np.asarray(np.where(possible, shares, 0.0).sum(axis=1), dtype=np.float64)

    def draw(self, T: Floats, rng: np.random.Generator) -> Histories:
        """Return one drawn history for each time observed."""
        customers, most = len(T), int(T.max(initial=0))
        lived = np.minimum(rng.geometric(np.clip(rng.beta(self.gamma, self.delta, customers), 1e-9, 1)) - 1, T)
        buys = rng.beta(self.alpha, self.beta, customers)
        x, t_x = np.zeros(customers), np.zeros(customers)
        for opportunity in range(1, most + 1):
            bought = (rng.random(customers) < buys) & (lived >= opportunity)
            x += bought
            t_x[bought] = opportunity
        return Histories(x, t_x, T, np.ones(customers))

    def draw_ahead(self, histories: Histories, t: float, theta: Floats, rng: np.random.Generator) -> Ahead:
        """Return the next ``t`` opportunities of one customer of each history, for log-parameters ``(4, draws)``."""
        alpha, beta, gamma, delta = np.exp(theta)[:, :, None]
        shape, T = (theta.shape[1], len(histories.x)), histories.T
        alive = rng.random(shape) < np.exp(_ends(self.theta, histories)[:, 0] - self.log_likelihoods(histories))
        leaves = np.broadcast_to(rng.beta(gamma, delta + T), shape)
        stays = np.where(alive, np.minimum(rng.geometric(np.clip(leaves, 1e-9, 1)) - 1, round(t)), 0)
        buys = rng.beta(alpha + histories.x, beta + T - histories.x)
        return Ahead(rng.binomial(stays, buys), stays / max(round(t), 1))

    def _alive_after(self, histories: Histories, steps: Floats) -> Floats:
        # Alive at the end of what was seen, and then at each of the steps ahead.
        alive = _ends(self.theta, histories)[:, 0] - self.log_likelihoods(histories)
        seen = self.delta + histories.T[:, None]
        ahead = betaln(self.gamma, seen + steps) - betaln(self.gamma, seen)
        return np.asarray(np.exp(alive[:, None] + ahead), dtype=np.float64)


def _ends(theta: Floats, histories: Histories) -> Floats:
    # The log-likelihood of each history together with each way it may have ended: not at all, or after the missed
    # opportunity 0, 1, 2, ... since the last purchase.
    alpha, beta, gamma, delta = np.exp(theta)
    x, t_x, T = histories.x[:, None], histories.t_x[:, None], histories.T[:, None]
    lived = t_x + _missed(histories)
    left = _joint(alpha, beta, x, lived) + betaln(gamma + 1, delta + lived) - betaln(gamma, delta)
    stayed = _joint(alpha, beta, x, T) + betaln(gamma, delta + T) - betaln(gamma, delta)
    return np.hstack([stayed, np.where(lived < T, left, -np.inf)])


def _missed(histories: Histories) -> Floats:
    return np.arange(max(1.0, float((histories.T - histories.t_x).max(initial=0))))[None, :]


def _joint(alpha: float, beta: float, x: Floats, lived: Floats) -> Floats:
    return np.asarray(betaln(alpha + x, beta + (lived - x)) - betaln(alpha, beta), dtype=np.float64)


def _value_and_gradient(theta: Floats, histories: Histories) -> tuple[float, Floats]:
    width = int(_missed(histories).shape[1]) + 1
    rows = max(1, _OPPORTUNITIES_AT_ONCE // width)
    value, gradient = 0.0, np.zeros(4)
    for begin in range(0, len(histories.x), rows):
        part = histories.take(np.arange(begin, min(begin + rows, len(histories.x))))
        part_value, part_gradient = _of_part(theta, part)
        value, gradient = value + part_value, gradient + part_gradient
    return value, gradient


def _of_part(theta: Floats, histories: Histories) -> tuple[float, Floats]:
    alpha, beta, gamma, delta = np.exp(theta)
    x, t_x, T = histories.x[:, None], histories.t_x[:, None], histories.T[:, None]
    ends = _ends(theta, histories)
    total = np.asarray(logsumexp(ends, axis=1), dtype=np.float64)
    share = np.exp(ends - total[:, None])
    lived = np.hstack([T, np.minimum(t_x + _missed(histories), T)])
    dead = np.ones((1, lived.shape[1]))
    dead[0, 0] = 0.0
    psi_bought, psi_left = psi(alpha + beta + lived), psi(gamma + delta + dead + lived)
    by_parameter = [
        psi(alpha + x) - psi_bought - psi(alpha) + psi(alpha + beta),
        psi(beta + (lived - x)) - psi_bought - psi(beta) + psi(alpha + beta),
        psi(gamma + dead) - psi_left - psi(gamma) + psi(gamma + delta),
        psi(delta + lived) - psi_left - psi(delta) + psi(gamma + delta),
    ]
    sums = [dot(histories.n, np.einsum("ij,ij->i", share, one)) for one in by_parameter]
    return dot(histories.n, total), np.array(sums) * np.exp(theta)
