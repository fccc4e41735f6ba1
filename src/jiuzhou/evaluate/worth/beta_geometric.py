"""
What the two beta-geometric models share: purchases at a gamma distributed rate, after each of which a customer leaves
for good with a chance that is beta distributed. In the one a customer may leave after its first purchase too, in the
other not: one more chance to leave, and all else is the same.

The likelihood sees only the number of repeat purchases ``x``, the time of the last one ``t_x`` and the time observed
``T``; on a grid of days most customers share these three with others, so everything works on distinct histories with
counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincinv, betaln, expit, gammaln, hyp2f1, psi

from jiuzhou.evaluate.worth.fit import dot
from jiuzhou.evaluate.worth.histories import Histories, codes_of
from jiuzhou.evaluate.worth.nbd import log_share
from jiuzhou.evaluate.worth.purchase_model import Ahead, poisson
from jiuzhou.kernel.arrays import Floats, Ints

_QUANTILES = 512
_BLOCK = 16_384


@dataclass(frozen=True, slots=True)
class _Block:
    # Histories that may have ended with their last purchase, few enough for the processor's cache.
    n: Floats
    x: Floats
    of_x: Ints
    of_t_x: Ints
    of_end: Ints


class Likelihood:
    """
    The log-likelihood and its gradient over given histories.

    Gamma functions and logarithms are taken once for each distinct ``x``, ``t_x`` and ``T``; histories that cannot have
    ended need only their ``T``. The share of the mixture that is dead gives value, gradient and p(alive) alike.

    Parameters
    ----------
    first
        1 where a customer may leave after its first purchase, otherwise 0.
    """

    def __init__(self, histories: Histories, *, first: int = 0) -> None:
        n = histories.n
        self.first, self.customers = first, histories.customers
        self.x, of_x = codes_of(histories.x)
        self.t_x, of_t_x = codes_of(histories.t_x)
        self.T, of_T = codes_of(histories.T)
        self.n_at_x = np.bincount(of_x, n).astype(np.float64)
        self.n_at_T = np.bincount(of_T, n).astype(np.float64)
        self.x_at_T = np.bincount(of_T, n * histories.x).astype(np.float64)
        ended = slice(None) if first else np.flatnonzero(histories.x > 0)
        self._rows = _Block(n[ended], histories.x[ended], of_x[ended], of_t_x[ended], of_T[ended])

    def objective(self, theta: Floats) -> tuple[float, Floats]:
        """Return the mean negative log-likelihood at the log-parameters ``theta``, and its gradient in them."""
        r, alpha, a, b = np.exp(theta)
        kept = b + self.first
        n_x, x, customers = self.n_at_x, self.x, self.customers
        log_T, over_T = np.log(alpha + self.T), 1 / (alpha + self.T)
        mixture, dead_at_x, by_r, by_alpha = self._mixture(r, alpha, a, kept)
        exponent = r * self.n_at_T + self.x_at_T
        likelihood = (
            dot(n_x, gammaln(r + x) + gammaln(kept + x) - gammaln(a + kept + x))
            - dot(exponent, log_T)
            + customers * (r * np.log(alpha) - gammaln(r) + gammaln(a + b) - gammaln(b))
            + mixture
        )
        psi_abx = dot(n_x, psi(a + kept + x))
        some = dead_at_x > 0
        by_parameter = np.array(
            [
                dot(n_x, psi(r + x)) + customers * (np.log(alpha) - psi(r)) - dot(self.n_at_T, log_T) + by_r,
                customers * r / alpha - dot(exponent, over_T) + by_alpha,
                customers * psi(a + b) - psi_abx + float(dead_at_x.sum()) / a,
                customers * (psi(a + b) - psi(b))
                + dot(n_x, psi(kept + x))
                - psi_abx
                - dot(dead_at_x[some], 1 / (kept + (x[some] - 1))),
            ]
        )
        return -float(likelihood) / customers, -by_parameter * np.exp(theta) / customers

    def _mixture(self, r: float, alpha: float, a: float, kept: float) -> tuple[float, Floats, float, float]:
        log_T, log_t_x = np.log(alpha + self.T), np.log(alpha + self.t_x)
        over_T, over_t_x = 1 / (alpha + self.T), 1 / (alpha + self.t_x)
        with np.errstate(divide="ignore", invalid="ignore"):  # where nobody can have left it is not looked up
            log_leave = np.log(a) - np.log(kept + (self.x - 1))
        value, by_r, by_alpha, dead_at_x = 0.0, 0.0, 0.0, np.zeros(len(self.x))
        for rows in self._blocks():
            log_ratio = log_T[rows.of_end] - log_t_x[rows.of_t_x]
            r_plus_x = r + rows.x
            dead_odds = r_plus_x * log_ratio + log_leave[rows.of_x]
            tail = np.exp(-np.abs(dead_odds))
            dead = rows.n * (np.where(dead_odds > 0, 1.0, tail) / (1 + tail))
            value += dot(rows.n, np.log1p(tail) + np.maximum(dead_odds, 0))
            by_r += dot(dead, log_ratio)
            by_alpha += dot(dead * r_plus_x, over_T[rows.of_end] - over_t_x[rows.of_t_x])
            dead_at_x += np.bincount(rows.of_x, dead, len(self.x))
        return value, dead_at_x, by_r, by_alpha

    def _blocks(self) -> Iterator[_Block]:
        all_rows = self._rows
        for begin in range(0, len(all_rows.n), _BLOCK):
            part = slice(begin, begin + _BLOCK)
            yield _Block(
                *(all_rows.n[part], all_rows.x[part]),
                *(all_rows.of_x[part], all_rows.of_t_x[part], all_rows.of_end[part]),
            )


def p_alive_at(theta: Floats, histories: Histories, *, first: int = 0) -> Floats:
    """
    Return p(alive) for log-parameters of shape ``(4,)`` or, one column for each parameter set, ``(4, k, 1)``.

    Returns
    -------
    Floats
        Shape ``(n,)`` or ``(k, n)``, 0 to 1.
    """
    alive = expit(-_dead_odds(theta, histories, first))
    return alive if first else np.where(histories.x > 0, alive, 1.0)


def _dead_odds(theta: Floats, histories: Histories, first: int) -> Floats:
    r, alpha, a, b = np.exp(theta)
    x = np.maximum(histories.x, 1 - first)
    log_ratio = np.log(alpha + histories.T) - np.log(alpha + histories.t_x)
    before = x + (first - 1)  # b may be lost beside 1
    return np.asarray((r + x) * log_ratio + np.log(a) - np.log(b + before), dtype=np.float64)


def log_likelihoods_at(theta: Floats, histories: Histories, *, first: int) -> Floats:
    """Return the log-likelihood of one customer of each history."""
    r, alpha, a, b = np.exp(theta)
    x = histories.x
    alive = (
        (gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + histories.T))
        + betaln(a, b + first + x)
        - betaln(a, b)
    )
    odds = _dead_odds(theta, histories, first)
    return np.asarray(alive + np.where(x + first > 0, np.logaddexp(0.0, odds), 0.0), dtype=np.float64)


def expected_if_alive(theta: Floats, histories: Histories, t: float, *, first: int) -> Floats:
    """
    Return the purchases expected in the next ``t`` of who is still a customer.

    The hypergeometric series is used in Euler's transformed form, whose terms stay small for thousands of purchases,
    where the form as printed overflows.
    """
    r, alpha, a, b = np.exp(theta).tolist()
    b, near = b + first, _apart(a, 1.0)  # at a = 1 the closed form is 0/0; its limit lies as near as we like
    c = near + b + histories.x - 1
    c = np.where(np.abs(c) < 1e-9, 1e-9, c)
    z = t / (alpha + histories.T + t)
    with np.errstate(over="ignore", invalid="ignore"):
        left = (1 - z) ** (near - 1) * hyp2f1(near - 1, near + b - 1 - r, c, z)
        alive = np.asarray(c / (near - 1) * (1 - left), dtype=np.float64)
    lost = np.flatnonzero(~np.isfinite(alive))
    alive[lost] = expected_by_quantiles(theta, histories.take(lost), t, first=first)
    return alive


def expected_by_quantiles(theta: Floats, histories: Histories, t: float, *, first: int = 0) -> Floats:
    """
    Return the purchases expected in the next ``t`` of who is still a customer, good to three digits.

    Where ``t`` is thousands of times ``alpha + T`` the series may not converge. Over the rate the expectation is
    elementary; over the chance of leaving it is taken at even quantiles.
    """
    r, alpha, a, b = np.exp(theta)
    share = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    x, T = histories.x[:, None], histories.T[:, None]
    leave = np.maximum(betaincinv(a, b + first + x, share), 1e-12)
    leaves = -np.expm1(-(r + x) * np.log1p(leave * t / (alpha + T)))
    return np.asarray((leaves / leave).mean(axis=1), dtype=np.float64)


def probability_at(theta: Floats, n: Floats, t: float, *, first: int) -> Floats:
    """Return the probability of ``n`` repeat purchases in the time ``t``: still alive with them, or left with them."""
    r, alpha, a, b = np.exp(theta).tolist()
    alive = np.exp(betaln(a, b + first + n) - betaln(a, b) + log_share(r, alpha, n, t))
    chances = n + first
    some = np.maximum(chances, 1)
    left = np.exp(betaln(a + 1, b + (some - 1)) - betaln(a, b))
    at_least_n = np.where(n > 0, betainc(np.maximum(n, 1), r, t / (alpha + t)), 1.0)
    return np.asarray(alive + np.where(chances > 0, left * at_least_n, 0.0), dtype=np.float64)


def draw_from(theta: Floats, T: Floats, rng: np.random.Generator, *, first: int) -> Histories:
    """Return one history for each time observed, drawn as the model tells its story."""
    r, alpha, a, b = np.exp(theta)
    customers = len(T)
    would = poisson(rng, rng.gamma(r, 1 / alpha, customers) * T)
    last = rng.geometric(np.clip(rng.beta(a, b, customers), 1e-9, 1)) - first
    x = np.minimum(would, last).astype(np.float64)
    # Given how many there are in all, purchases lie anywhere; the x-th of them is beta distributed.
    when = rng.beta(np.maximum(x, 1), np.maximum(would, 1) - np.maximum(x, 1) + 1)
    return Histories(x, np.where(x > 0, T * when, 0.0), T, np.ones(customers))


def draw_ahead_from(theta: Floats, histories: Histories, t: float, rng: np.random.Generator, *, first: int) -> Ahead:
    """Return drawn futures for log-parameters ``(4, draws)``; histories of one ``x`` share rates and chances."""
    r, alpha, a, b = np.exp(theta)[:, :, None]
    x, of_x = np.unique(histories.x, return_inverse=True)
    rate = rng.standard_gamma(r + x)
    last = rng.geometric(np.clip(rng.beta(a, b + first + x), 1e-9, 1))[:, of_x]
    alive = rng.random((theta.shape[1], len(of_x))) < p_alive_at(theta[:, :, None], histories, first=first)
    bought = np.where(alive, poisson(rng, rate[:, of_x] * (t / (alpha + histories.T))), 0)
    return Ahead(np.minimum(bought, last), np.where(bought > last, last / (bought + 1), 1.0))


def _apart(value: float, other: float) -> float:
    return value if abs(value - other) > 1e-6 else other + 1e-6
