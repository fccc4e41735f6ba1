"""
The BG/NBD model of purchases without a contract (Fader, Hardie and Lee 2005, Marketing Science 24(2), 275-284).

A customer buys as a Poisson process whose rate is gamma distributed over customers (``r, alpha``), and after each
purchase leaves for good with a probability that is beta distributed (``a, b``). The likelihood sees only the number of
repeat purchases ``x``, the time of the last one ``t_x`` and the time observed ``T``; on a grid of days most customers
share these three with others, so everything here works on distinct histories with counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, expit, gammaln, hyp2f1, psi

from jiuzhou.evaluate.fit import Optimum, covariance, minimise
from jiuzhou.kernel.arrays import Floats

_SAMPLE = 20_000
_QUANTILES = 512
# Beyond a = 50 everybody leaves with nearly the same chance, and beyond b = 16,000 nobody leaves: no data tell more
# apart.
_REACH = np.array([9.0, 7.0, np.log(50.0), 9.0])


@dataclass(frozen=True, slots=True)
class Histories:
    """
    Distinct purchase histories.

    Attributes
    ----------
    x
        Repeat purchases, shape ``(n,)``, at least 0.
    t_x
        From the first to the last purchase, any unit of time; 0 where ``x`` is 0.
    T
        From the first purchase to the end of the observation, same unit.
    n
        Customers with this history.
    """

    x: Floats
    t_x: Floats
    T: Floats
    n: Floats

    def take(self, rows: np.ndarray) -> Histories:
        """Return the histories at ``rows``, an index or a mask."""
        return Histories(self.x[rows], self.t_x[rows], self.T[rows], self.n[rows])


@dataclass(frozen=True, slots=True)
class BgNbd:
    """
    The four parameters, positive; ``alpha`` is in the histories' unit of time.

    ``log_covariance`` is that of ``(log r, log alpha, log a, log b)``; ``None`` where the fit ran to an edge.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")
    log_covariance: Floats | None = None

    @property
    def theta(self) -> Floats:
        """Logarithms of the parameters, in the order of the class."""
        return np.log([self.r, self.alpha, self.a, self.b])


def fit_bgnbd(histories: Histories) -> BgNbd:
    """
    Return the maximum likelihood fit.

    Parameters
    ----------
    histories
        With at least one repeat purchase; in a stated order, since sums in floating point depend on it in their last
        digits.
    """
    rows = float(histories.n.sum())
    mean_time = float(np.einsum("i,i->", histories.T, histories.n)) / rows
    start = np.log([0.5, max(mean_time / 6, 1e-6), 1.0, 2.0])
    rough = None
    if len(histories.x) > 2 * _SAMPLE:
        chosen = np.sort(np.random.default_rng(0).permutation(len(histories.x))[:_SAMPLE])
        rough = Likelihood(histories.take(chosen)).objective
    likelihood = Likelihood(histories)
    optimum: Optimum = minimise(likelihood.objective, start, reach=_REACH, rough=rough)
    r, alpha, a, b = np.exp(optimum.theta).tolist()
    return BgNbd(r, alpha, a, b, -optimum.value * rows, covariance(optimum, rows=rows))


class Likelihood:
    """
    The log-likelihood and its gradient over given histories.

    Gamma functions and logarithms are taken once for each distinct ``x``, ``t_x`` and ``T``; histories without a repeat
    purchase need only their ``T``. The share of the mixture that is dead gives value, gradient and p(alive) alike.
    """

    def __init__(self, histories: Histories) -> None:
        n = histories.n
        self.customers = float(n.sum())
        self.x, of_x = np.unique(histories.x, return_inverse=True)
        self.t_x, of_t_x = np.unique(histories.t_x, return_inverse=True)
        self.T, of_T = np.unique(histories.T, return_inverse=True)
        self.n_at_x = np.bincount(of_x, n).astype(np.float64)
        self.n_at_T = np.bincount(of_T, n).astype(np.float64)
        self.x_at_T = np.bincount(of_T, n * histories.x).astype(np.float64)
        repeat = np.flatnonzero(histories.x > 0)
        self.repeat_x, self.repeat_n = histories.x[repeat], n[repeat]
        self.of_x, self.of_t_x, self.of_T = of_x[repeat], of_t_x[repeat], of_T[repeat]

    def objective(self, theta: Floats) -> tuple[float, Floats]:
        """Return the mean negative log-likelihood at the log-parameters ``theta``, and its gradient in them."""
        r, alpha, a, b = np.exp(theta)
        n_x, x, customers = self.n_at_x, self.x, self.customers
        log_T, log_ratio, r_plus_x, dead_odds = self._mixture(r, alpha, a, b)
        tail = np.exp(-np.abs(dead_odds))
        dead = self.repeat_n * (np.where(dead_odds > 0, 1.0, tail) / (1 + tail))
        exponent = r * self.n_at_T + self.x_at_T
        likelihood = (
            _dot(n_x, gammaln(r + x) + gammaln(b + x) - gammaln(a + b + x))
            - _dot(exponent, log_T)
            + customers * (r * np.log(alpha) - gammaln(r) + gammaln(a + b) - gammaln(b))
            + _dot(self.repeat_n, np.log1p(tail) + np.maximum(dead_odds, 0))
        )
        over_T, over_t_x = 1 / (alpha + self.T), 1 / (alpha + self.t_x)
        psi_abx = _dot(n_x, psi(a + b + x))
        some = x > 0
        dead_at_x = np.bincount(self.of_x, dead, len(x)).astype(np.float64)[some]
        by_parameter = np.array(
            [
                _dot(n_x, psi(r + x))
                + customers * (np.log(alpha) - psi(r))
                - _dot(self.n_at_T, log_T)
                + _dot(dead, log_ratio),
                customers * r / alpha
                - _dot(exponent, over_T)
                + _dot(dead * r_plus_x, over_T[self.of_T] - over_t_x[self.of_t_x]),
                customers * psi(a + b) - psi_abx + dead.sum() / a,
                customers * (psi(a + b) - psi(b))
                + _dot(n_x, psi(b + x))
                - psi_abx
                - _dot(dead_at_x, 1 / (b + x[some] - 1)),
            ]
        )
        return -float(likelihood) / customers, -by_parameter * np.exp(theta) / customers

    def _mixture(self, r: float, alpha: float, a: float, b: float) -> tuple[Floats, Floats, Floats, Floats]:
        log_T = np.log(alpha + self.T)
        with np.errstate(divide="ignore", invalid="ignore"):  # x = 0 has no mixture and is not looked up
            log_leave = np.log(a) - np.log(b + self.x - 1)
        log_ratio = log_T[self.of_T] - np.log(alpha + self.t_x)[self.of_t_x]
        r_plus_x = r + self.repeat_x
        return log_T, log_ratio, r_plus_x, r_plus_x * log_ratio + log_leave[self.of_x]


def p_alive(model: BgNbd, histories: Histories) -> Floats:
    """Return the probability that a customer of each history is still one; 1 without a repeat purchase."""
    return p_alive_at(model.theta, histories)


def p_alive_at(theta: Floats, histories: Histories) -> Floats:
    """
    Return p(alive) for log-parameters of shape ``(4,)`` or, one column for each parameter set, ``(4, k, 1)``.

    Returns
    -------
    Floats
        Shape ``(n,)`` or ``(k, n)``, 0 to 1.
    """
    r, alpha, a, b = np.exp(theta)
    x = np.maximum(histories.x, 1)
    log_ratio = np.log(alpha + histories.T) - np.log(alpha + histories.t_x)
    dead_odds = (r + x) * log_ratio + np.log(a) - np.log(b + (x - 1))  # b may be lost beside 1
    return np.where(histories.x > 0, expit(-dead_odds), 1.0)


def expected_purchases(model: BgNbd, histories: Histories, t: float) -> Floats:
    """
    Return how many purchases each history's customer is expected to make in the next ``t`` (eq. 10 of the paper).

    The hypergeometric series is used in Euler's transformed form, whose terms stay small for thousands of purchases,
    where the form as printed overflows.
    """
    r, b = model.r, model.b
    a = _apart(model.a, 1.0)  # at a = 1 the closed form is 0/0; its limit lies as near as we like
    c = a + b + histories.x - 1
    c = np.where(np.abs(c) < 1e-9, 1e-9, c)
    z = t / (model.alpha + histories.T + t)
    with np.errstate(over="ignore", invalid="ignore"):
        left = (1 - z) ** (a - 1) * hyp2f1(a - 1, a + b - 1 - r, c, z)
        alive = np.asarray(c / (a - 1) * (1 - left), dtype=np.float64)
    lost = np.flatnonzero(~np.isfinite(alive))
    alive[lost] = _expected_by_quantiles(model, histories.take(lost), t)
    return alive * p_alive(model, histories)


def _expected_by_quantiles(model: BgNbd, histories: Histories, t: float) -> Floats:
    # Where t is thousands of times alpha + T the series may not converge. Over the rate the expectation is elementary;
    # over the chance of leaving it is taken at even quantiles, good to three digits.
    share = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    x, T = histories.x[:, None], histories.T[:, None]
    leave = np.maximum(betaincinv(model.a, model.b + x, share), 1e-12)
    leaves = -np.expm1(-(model.r + x) * np.log1p(leave * t / (model.alpha + T)))
    return np.asarray((leaves / leave).mean(axis=1), dtype=np.float64)


def expected_of_newcomer(model: BgNbd, t: float) -> float:
    """Return how many repeat purchases a customer makes on average in the time ``t`` after its first (eq. 9)."""
    zero = np.zeros(1)
    return float(expected_purchases(model, Histories(zero, zero, zero, np.ones(1)), t)[0])


def _apart(value: float, other: float) -> float:
    return value if abs(value - other) > 1e-6 else other + 1e-6


def _dot(u: Floats, v: Floats) -> float:
    # Not BLAS: its threads may sum in another order, and they spin on a busy machine.
    return float(np.einsum("i,i->", u, v))
