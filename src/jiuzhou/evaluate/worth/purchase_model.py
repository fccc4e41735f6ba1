"""What every model of purchases can tell, and what is known of its parameters after a fit."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Protocol, Self

import numpy as np

from jiuzhou.evaluate.worth.fit import Optimum, covariance
from jiuzhou.evaluate.worth.histories import Histories
from jiuzhou.kernel.arrays import Floats

_MOST_PURCHASES = 1e15


@dataclass(frozen=True, slots=True)
class Ahead:
    """
    Drawn futures.

    Attributes
    ----------
    bought
        Purchases, shape ``(draws, n)``.
    share
        The share of the time ahead over which they fall evenly, 0 to 1, same shape.
    """

    bought: np.ndarray
    share: Floats


class PurchaseModel(Protocol):
    """
    A model of customers who buy without a contract and leave unseen, with its parameters.

    Times are in the unit of the histories it was fitted to.
    """

    @property
    def log_likelihood(self) -> float:
        """Of the histories it was fitted to; NaN where it was not fitted."""

    @property
    def log_covariance(self) -> Floats | None:
        """Covariance of the log-parameters; ``None`` where the fit ran to an edge."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the parameters."""

    @classmethod
    def fit(cls, histories: Histories, *, begin: Floats | None = None) -> Self:
        """Return the maximum likelihood fit; the search begins at the log-parameters ``begin``."""

    @property
    def theta(self) -> Floats:
        """Logarithms of the parameters, in the order of their names."""

    @property
    def standard_errors(self) -> Floats | None:
        """Of the parameters themselves; ``None`` where the fit ran to an edge."""

    def moved(self, theta: Floats) -> Self:
        """Return the model with other log-parameters."""

    def log_likelihoods(self, histories: Histories) -> Floats:
        """Return the log-likelihood of one customer of each history."""

    def p_alive(self, histories: Histories) -> Floats:
        """Return the probability that a customer of each history is still one."""

    def expected(self, histories: Histories, t: float) -> Floats:
        """Return the purchases expected of each history's customer in the next ``t``."""

    def expected_of_newcomer(self, t: float) -> float:
        """Return the repeat purchases a customer makes on average in the time ``t`` after its first."""

    def probability(self, n: Floats, t: float) -> Floats:
        """Return the probability that a customer makes ``n`` repeat purchases in the time ``t`` after its first."""

    def draw(self, T: Floats, rng: np.random.Generator) -> Histories:
        """Return one drawn history for each time observed."""

    def draw_ahead(self, histories: Histories, t: float, theta: Floats, rng: np.random.Generator) -> Ahead:
        """Return the next ``t`` of one customer of each history, for each set of log-parameters, ``(k, draws)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """
    What the models share: how well their parameters, all positive, are known.

    ``log_covariance`` is that of the logarithms; ``None`` where the fit ran to an edge of what data can tell.
    """

    log_likelihood: float = float("nan")
    log_covariance: Floats | None = None

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the parameters."""
        return tuple(field.name for field in fields(cls) if not field.kw_only)

    @classmethod
    def at(cls, optimum: Optimum, customers: float) -> Self:
        """Return the model at the optimum of a mean negative log-likelihood of so many customers."""
        known = covariance(optimum, rows=customers)
        return cls(*np.exp(optimum.theta).tolist(), log_likelihood=-optimum.value * customers, log_covariance=known)

    @property
    def theta(self) -> Floats:
        """Logarithms of the parameters, in the order of their names."""
        return np.log([getattr(self, name) for name in self.names()])

    @property
    def standard_errors(self) -> Floats | None:
        """Of the parameters themselves, by the curvature of the likelihood; ``None`` where the fit ran to an edge."""
        if self.log_covariance is None:
            return None
        return np.asarray(np.exp(self.theta) * np.sqrt(np.diag(self.log_covariance)), dtype=np.float64)

    def moved(self, theta: Floats) -> Self:
        """Return the model with other log-parameters."""
        return type(self)(*np.exp(theta).tolist())


def poisson(rng: np.random.Generator, mean: Floats) -> np.ndarray:
    """Return Poisson draws; of a mean beyond all purchases as many as can be drawn."""
    return np.asarray(rng.poisson(np.minimum(mean, _MOST_PURCHASES)))


def newcomer() -> Histories:
    """Return the history of a customer that has just bought for the first time."""
    zero = np.zeros(1)
    return Histories(zero, zero, zero, np.ones(1))
