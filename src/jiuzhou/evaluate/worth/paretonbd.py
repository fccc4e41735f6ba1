"""
The Pareto/NBD model (Schmittlein, Morrison and Colombo 1987, Management Science 33(1), 1-24) and the GGom/NBD (Bemmaor
and Glady 2012, Management Science 58(5), 1012-1021), in which customers leave at any time rather than after a purchase.

Rates are gamma distributed over customers (``r, alpha``). In the Pareto/NBD a customer's risk of leaving stays the same
all its life and is gamma distributed over customers (``s, beta``); in the GGom/NBD it also grows (``growth``), and with
a growth that is lost beside the observed time it is the Pareto/NBD. The paper's ``b`` is our ``growth``, its ``beta``
is ours times ``growth``: so both models keep the meaning of their parameters where growth vanishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from jiuzhou.evaluate.worth import lifespan
from jiuzhou.evaluate.worth.fit import Objective, Optimum, minimise
from jiuzhou.evaluate.worth.histories import Histories
from jiuzhou.evaluate.worth.lifespan import Lifespan
from jiuzhou.evaluate.worth.purchase_model import Ahead, Estimate, newcomer
from jiuzhou.kernel.arrays import Floats

_SAMPLE = 4_000
# Beyond s = 100 everybody leaves with nearly the same risk, and no data tell more apart.
_REACH = np.array([9.0, 9.0, np.log(200.0), 9.0])
# Growth by the longest observation, as logarithms: below 1e-5 it is lost, above 500 nobody lives a day.
_GROWTH_MIDDLE, _GROWTH_REACH = -2.65, 8.86


class _WithLifespan(Estimate):
    # What both models say of customers follows from the distribution of lifespans.
    __slots__ = ()

    @property
    def lifespan(self) -> Lifespan:
        """The distribution of lifespans and rates."""
        return Lifespan(*np.exp(self.theta).tolist())

    def log_likelihoods(self, histories: Histories) -> Floats:
        """Return the log-likelihood of one customer of each history."""
        return lifespan.log_likelihoods(self.lifespan, histories)

    def p_alive(self, histories: Histories) -> Floats:
        """Return the probability that a customer of each history is still one."""
        return lifespan.p_alive(self.lifespan, histories)

    def expected(self, histories: Histories, t: float) -> Floats:
        """Return the purchases expected of each history's customer in the next ``t``."""
        return lifespan.expected_if_alive(self.lifespan, histories, t) * self.p_alive(histories)

    def expected_of_newcomer(self, t: float) -> float:
        """Return the repeat purchases a customer makes on average in the time ``t`` after its first."""
        return float(self.expected(newcomer(), t)[0])

    def probability(self, n: Floats, t: float) -> Floats:
        """Return the probability that a customer makes ``n`` repeat purchases in the time ``t`` after its first."""
        return lifespan.probability(self.lifespan, n, t)

    def draw(self, T: Floats, rng: np.random.Generator) -> Histories:
        """Return one drawn history for each time observed."""
        return lifespan.draw(self.lifespan, T, rng)

    def draw_ahead(self, histories: Histories, t: float, theta: Floats, rng: np.random.Generator) -> Ahead:
        """
        Return the next ``t`` of one customer of each history, once for each set of log-parameters, ``(k, draws)``.

        Whether it is alive is drawn at the model's own parameters: an integral for each set would be too dear.
        """
        alive = rng.random((theta.shape[1], len(histories.x))) < self.p_alive(histories)
        return lifespan.draw_ahead(np.exp(theta), histories, t, alive, rng)


@dataclass(frozen=True, slots=True)
class ParetoNbd(_WithLifespan):
    """The four parameters, positive; ``alpha`` and ``beta`` are in the histories' unit of time."""

    r: float
    alpha: float
    s: float
    beta: float

    @classmethod
    def fit(cls, histories: Histories, *, begin: Floats | None = None) -> Self:
        """Return the maximum likelihood fit; the search begins at the log-parameters ``begin``."""
        time = max(histories.mean_time / 3, 1e-6)
        start = np.log([0.5, time, 0.5, time])
        return cls.at(_optimum(histories, start, _REACH, begin), histories.customers)


@dataclass(frozen=True, slots=True)
class GgomNbd(_WithLifespan):
    """The five parameters, positive; ``growth`` for each unit of time in which ``alpha`` and ``beta`` are counted."""

    r: float
    alpha: float
    s: float
    beta: float
    growth: float

    @classmethod
    def fit(cls, histories: Histories, *, begin: Floats | None = None) -> Self:
        """Return the maximum likelihood fit; the search begins at the log-parameters ``begin``."""
        longest = max(float(histories.T.max()), 1e-6)
        if begin is None:
            pareto = ParetoNbd.fit(histories)
            begin = np.append(pareto.theta, np.log(0.1 / longest))
        time = max(histories.mean_time / 3, 1e-6)
        start = np.append(np.log([0.5, time, 0.5, time]), _GROWTH_MIDDLE - np.log(longest))
        return cls.at(_optimum(histories, start, np.append(_REACH, _GROWTH_REACH), begin), histories.customers)


def _optimum(histories: Histories, start: Floats, reach: Floats, begin: Floats | None) -> Optimum:
    rough = None
    if begin is None and len(histories.x) > 4 * _SAMPLE:
        chosen = np.sort(np.random.default_rng(0).permutation(len(histories.x))[:_SAMPLE])
        rough = _objective(histories.take(chosen), len(start))
    return minimise(_objective(histories, len(start)), start, reach=reach, rough=rough, begin=begin)


def _objective(histories: Histories, parameters: int) -> Objective:
    def objective(theta: Floats) -> tuple[float, Floats]:
        values = np.exp(theta)
        mean, gradient = lifespan.mean_and_gradient(Lifespan(*values.tolist()), histories)
        return -mean, -gradient[:parameters] * values

    return objective
