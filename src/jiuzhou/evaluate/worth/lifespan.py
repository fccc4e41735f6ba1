"""
What the models with a lifespan in continuous time share: purchases at a gamma distributed rate (``r, alpha``) until the
customer leaves, unseen, after a lifespan whose hazard is gamma distributed (``s, beta``) and grows at the rate
``growth``; at growth 0 the lifespans are Pareto distributed.

The customer is alive at ``T``, or left at any time since ``t_x``: the likelihood is the first plus an integral over the
second. The papers write that integral as a difference of two Gaussian hypergeometric functions, which overflows or
cancels for busy customers. Here it is taken by Gauss-Legendre quadrature of its positive integrand, in logarithms,
which gives value and gradient together and holds for a thousand purchases as for none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from jiuzhou.evaluate.worth.histories import Histories
from jiuzhou.evaluate.worth.nbd import log_share
from jiuzhou.evaluate.worth.purchase_model import Ahead, poisson
from jiuzhou.kernel.arrays import Floats

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(40)
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2
_FINE_NODES, _FINE_WEIGHTS = np.polynomial.legendre.leggauss(160)
_FINE_NODES, _FINE_WEIGHTS = (_FINE_NODES + 1) / 2, _FINE_WEIGHTS / 2
_ROWS_AT_ONCE = 4096
_NEGLIGIBLE = 60.0  # in logarithms: where the integrand has fallen this far, the rest adds no digit
_SMALL = 1e-4
_OLDEST = 700.0  # in logarithms: what a float still holds


@dataclass(frozen=True, slots=True)
class Lifespan:
    """The parameters: all positive, ``growth`` at least 0; times in the unit of the histories."""

    r: float
    alpha: float
    s: float
    beta: float
    growth: float = 0.0

    def age(self, time: Floats) -> Floats:
        """Return the time that would have done as much at a hazard that does not grow."""
        return time if self.growth == 0 else np.expm1(np.minimum(self.growth * time, _OLDEST)) / self.growth

    def time(self, age: Floats) -> Floats:
        """Return the time at which an age is reached."""
        return age if self.growth == 0 else np.log1p(self.growth * age) / self.growth

    def log_aged(self, time: Floats) -> Floats:
        """Return the logarithm of ``beta`` and the age at ``time``."""
        near = np.asarray(np.log(self.beta + self.age(time)), dtype=np.float64)
        if self.growth == 0:
            return near
        return np.where(self.growth * time < _OLDEST, near, self.growth * time - np.log(self.growth))

    def log_survival(self, time: Floats) -> Floats:
        """Return the log-probability that a lifespan is longer than ``time``."""
        return np.asarray(-self.s * (self.log_aged(time) - np.log(self.beta)), dtype=np.float64)

    def ages_by_growth(self, time: Floats) -> Floats:
        """Return the derivative of ``age`` in ``growth``."""
        g = self.growth
        grown = g * time
        exact = (time * np.exp(grown) - np.expm1(grown) / max(g, 1e-300)) / max(g, 1e-300)
        return np.where(grown < _SMALL, time**2 * (0.5 + grown / 3), exact)


def log_likelihoods(lifespan: Lifespan, histories: Histories) -> Floats:
    """Return the log-likelihood of one customer of each history."""
    return np.concatenate([_Mixture(lifespan, part).log_likelihood for part in _parts(histories)])


def p_alive(lifespan: Lifespan, histories: Histories) -> Floats:
    """Return the probability that a customer of each history has not left before ``T``."""
    return np.concatenate([np.exp(_Mixture(lifespan, part).log_alive) for part in _parts(histories)])


def mean_and_gradient(lifespan: Lifespan, histories: Histories) -> tuple[float, Floats]:
    """Return the mean log-likelihood and its gradient in the five parameters."""
    value, gradient = 0.0, np.zeros(5)
    for part in _parts(histories):
        mixture = _Mixture(lifespan, part)
        value += float(np.einsum("i,i->", part.n, mixture.log_likelihood))
        gradient += np.einsum("i,ki->k", part.n, mixture.gradients())
    return value / histories.customers, gradient / histories.customers


def expected_if_alive(lifespan: Lifespan, histories: Histories, t: float) -> Floats:
    """Return the purchases expected in the next ``t`` of who has not left: the mean rate by the mean time it stays."""
    T = histories.T
    rate = (lifespan.r + histories.x) / (lifespan.alpha + T)
    if lifespan.growth == 0:
        log_ratio = np.log1p(t / (lifespan.beta + T))
        z = (lifespan.s - 1) * log_ratio
        mean = np.where(np.abs(z) < 1e-12, 1.0, -np.expm1(-z) / np.where(z == 0, 1.0, z))
        return np.asarray(rate * (lifespan.beta + T) * log_ratio * mean, dtype=np.float64)
    times, of_time = np.unique(T, return_inverse=True)
    now = times[:, None]
    unit = np.exp(lifespan.log_aged(now) - lifespan.growth * now) / lifespan.s + 1e-12
    reach = np.log1p(t / unit)
    ahead = unit * np.expm1(reach * _FINE_NODES)
    stays = np.exp(lifespan.log_survival(now + ahead) - lifespan.log_survival(now))
    stay = np.einsum("ij,j->i", stays * (unit + ahead) * reach, _FINE_WEIGHTS)
    return np.asarray(rate * stay[of_time], dtype=np.float64)


def probability(lifespan: Lifespan, n: Floats, t: float) -> Floats:
    """Return the probability of ``n`` repeat purchases in the time ``t``: alive with them, or left with them before."""
    r, alpha, s, beta = lifespan.r, lifespan.alpha, lifespan.s, lifespan.beta
    alive = np.exp(log_share(r, alpha, n, t) + lifespan.log_survival(np.asarray(t)))
    unit = min(alpha, beta)
    reach = float(np.log1p(t / unit))
    left = unit * np.expm1(reach * _FINE_NODES)
    leaves = np.log(s / beta) + lifespan.growth * left - (s + 1) * (lifespan.log_aged(left) - np.log(beta))
    shares = np.exp(log_share(r, alpha, n[:, None], left) + leaves + np.log(unit + left))
    return np.asarray(alive + reach * np.einsum("ij,j->i", shares, _FINE_WEIGHTS), dtype=np.float64)


def draw(lifespan: Lifespan, T: Floats, rng: np.random.Generator) -> Histories:
    """Return one history for each time observed, drawn as the model tells its story."""
    customers = len(T)
    hazard = np.maximum(rng.gamma(lifespan.s, 1 / lifespan.beta, customers), 1e-300)
    stays = np.minimum(lifespan.time(rng.standard_exponential(customers) / hazard), T)
    x = poisson(rng, rng.gamma(lifespan.r, 1 / lifespan.alpha, customers) * stays).astype(np.float64)
    last = np.where(x > 0, stays * rng.beta(np.maximum(x, 1), 1), 0.0)
    return Histories(x, last, T, np.ones(customers))


def draw_ahead(
    parameters: Floats, histories: Histories, t: float, alive: np.ndarray, rng: np.random.Generator
) -> Ahead:
    """Return drawn futures for parameters of shape ``(k, draws)`` of who is ``alive``, shape ``(draws, n)``."""
    bought, share = np.zeros(alive.shape, np.int64), np.ones(alive.shape)
    for row, values in enumerate(parameters.T.tolist()):
        of = Lifespan(*values)
        hazard = np.maximum(rng.standard_gamma(of.s, len(histories.x)) / (of.beta + of.age(histories.T)), 1e-300)
        age = of.age(histories.T) + rng.standard_exponential(len(histories.x)) / hazard
        stays = np.clip(of.time(age) - histories.T, 0.0, t)
        rate = rng.standard_gamma(of.r + histories.x) / (of.alpha + histories.T)
        bought[row] = np.where(alive[row], poisson(rng, rate * stays), 0)
        share[row] = stays / t
    return Ahead(bought, share)


def _parts(histories: Histories) -> Iterator[Histories]:
    for begin in range(0, len(histories.x), _ROWS_AT_ONCE):
        yield histories.take(np.arange(begin, min(begin + _ROWS_AT_ONCE, len(histories.x))))


class _Mixture:
    # Alive at T, or left at one of the nodes since t_x: shape (n,) and (n, nodes), in logarithms.

    def __init__(self, lifespan: Lifespan, histories: Histories) -> None:
        self.of, self.histories = lifespan, histories
        r, alpha, s, beta = lifespan.r, lifespan.alpha, lifespan.s, lifespan.beta
        p, t_x, T = r + histories.x, histories.t_x, histories.T
        self.log_alpha_T = np.log(alpha + T)
        self.log_beta_T = lifespan.log_aged(T)
        unit = min(alpha, beta) + t_x
        reach = np.log1p((self._until() - t_x) / unit)
        since = unit[:, None] * np.expm1(reach[:, None] * _NODES)
        self.left = t_x[:, None] + since
        self.log_alpha = np.log(alpha + self.left)
        self.log_beta = lifespan.log_aged(self.left)
        with np.errstate(divide="ignore"):  # who bought on the last day had no time to leave
            steps = np.log(reach * unit)[:, None] + reach[:, None] * _NODES + np.log(_WEIGHTS)
        dead = np.log(s) + steps + lifespan.growth * self.left - p[:, None] * self.log_alpha - (s + 1) * self.log_beta
        alive = -p * self.log_alpha_T - s * self.log_beta_T
        highest = np.maximum(alive, dead.max(axis=1))
        weights = np.exp(dead - highest[:, None])
        total = np.exp(alive - highest) + weights.sum(axis=1)
        mixed = highest + np.log(total)
        self.log_alive = alive - mixed
        self.weights = weights / total[:, None]
        known = gammaln(p) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        self.log_likelihood = known + mixed

    def _until(self) -> Floats:
        # Beyond this time what may happen has no weight: the purchases seen, or the lifespan, rule it out.
        of, t_x, T = self.of, self.histories.t_x, self.histories.T
        p = of.r + self.histories.x
        with np.errstate(over="ignore"):
            by_rate = (of.alpha + t_x) * np.exp(_NEGLIGIBLE / p) - of.alpha
            by_age = of.time((of.beta + of.age(t_x)) * np.exp(_NEGLIGIBLE / of.s) - of.beta)
        return np.minimum(T, np.maximum(np.minimum(by_rate, by_age), t_x))

    def gradients(self) -> Floats:
        of, w, alive = self.of, self.weights, np.exp(self.log_alive)
        p = of.r + self.histories.x
        T, alpha_T, beta_T = self.histories.T, np.exp(self.log_alpha_T), np.exp(self.log_beta_T)
        over_beta = w * np.exp(-self.log_beta)
        dead = w.sum(axis=1)
        by_r = psi(p) - psi(of.r) + np.log(of.alpha) - alive * self.log_alpha_T - _sum(w, self.log_alpha)
        by_alpha = of.r / of.alpha - p * (alive / alpha_T + _sum(w, np.exp(-self.log_alpha)))
        by_s = np.log(of.beta) - alive * self.log_beta_T - _sum(w, self.log_beta) + dead / of.s
        by_beta = of.s / of.beta - alive * of.s / beta_T - (of.s + 1) * over_beta.sum(axis=1)
        if of.growth == 0:
            return np.stack([by_r, by_alpha, by_s, by_beta, np.zeros_like(by_r)])
        grown = _sum(w, self.left) - (of.s + 1) * _sum(over_beta, of.ages_by_growth(self.left))
        by_growth = grown - alive * of.s * of.ages_by_growth(T) / beta_T
        return np.stack([by_r, by_alpha, by_s, by_beta, by_growth])


def _sum(u: Floats, v: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", u, v), dtype=np.float64)
