"""Which model to take: by the likelihood of what was seen, or by what came after; either way the reason is stated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jiuzhou.evaluate.worth.bgnbd import BgNbd, MbgNbd
from jiuzhou.evaluate.worth.histories import Histories
from jiuzhou.evaluate.worth.nbd import Nbd
from jiuzhou.evaluate.worth.paretonbd import ParetoNbd
from jiuzhou.evaluate.worth.purchase_model import PurchaseModel
from jiuzhou.kernel.arrays import Floats
from jiuzhou.kernel.message import Message, say

NAMES = {Nbd: "NBD", BgNbd: "BG/NBD", MbgNbd: "MBG/NBD", ParetoNbd: "Pareto/NBD"}
"""The models of purchases at any time, as papers call them, the simplest first."""

_RARELY = 0.001


@dataclass(frozen=True, slots=True)
class Accuracy:
    """
    Purchases that were predicted against those that came.

    Attributes
    ----------
    predicted, actual
        Of all customers.
    mean_absolute_error, root_mean_square
        Of one customer, in purchases.
    correlation
        Over customers; NaN where all bought alike.
    """

    predicted: float
    actual: float
    mean_absolute_error: float
    root_mean_square: float
    correlation: float

    @property
    def bias(self) -> float:
        """The predicted total over the actual one, less 1; NaN where nothing came."""
        return self.predicted / self.actual - 1 if self.actual else float("nan")


@dataclass(frozen=True, slots=True)
class Tried:
    """One model of a choice, and what speaks for it; ``accuracy`` only in a choice by what came after."""

    model: PurchaseModel
    accuracy: Accuracy | None = None

    @property
    def name(self) -> str:
        """As papers call the model."""
        return next(name for kind, name in NAMES.items() if type(self.model) is kind)

    @property
    def aic(self) -> float:
        """Akaike's criterion: twice the parameters less twice the log-likelihood; less is better."""
        return 2 * len(self.model.theta) - 2 * self.model.log_likelihood


@dataclass(frozen=True, slots=True)
class Choice:
    """The model taken, all that were tried, best first, and why as a sentence."""

    model: PurchaseModel
    tried: tuple[Tried, ...]
    reason: Message


def accuracy_of(predicted: Floats, actual: Floats, n: Floats) -> Accuracy:
    """Return how near ``predicted`` comes to ``actual``, each shape ``(n,)`` with ``n`` customers to a row."""
    share = n / n.sum()
    off = predicted - actual
    aside = predicted - share @ predicted, actual - share @ actual
    spread = float(np.sqrt((share @ aside[0] ** 2) * (share @ aside[1] ** 2)))
    return Accuracy(
        predicted=float(n @ predicted),
        actual=float(n @ actual),
        mean_absolute_error=float(share @ np.abs(off)),
        root_mean_square=float(np.sqrt(share @ off**2)),
        correlation=float(share @ (aside[0] * aside[1])) / spread if spread > 0 else float("nan"),
    )


def choose_by_likelihood(histories: Histories, kinds: Sequence[type[PurchaseModel]] = tuple(NAMES)) -> Choice:
    """Return the model with the least AIC on ``histories``; of equals the one named first."""
    tried = sorted((Tried(kind.fit(histories)) for kind in kinds), key=lambda one: one.aic)
    ahead = tried[1].aic - tried[0].aic if len(tried) > 1 else 0.0
    reason = say("evaluate.model_by_likelihood", model=tried[0].name, ahead=round(ahead, 2), tried=len(tried))
    return Choice(tried[0].model, tuple(tried), reason)


def choose_by_holdout(
    past: Histories, later: Floats, t: float, kinds: Sequence[type[PurchaseModel]] = tuple(NAMES)
) -> Choice:
    """
    Return the model that, fitted to the past, predicted what came after with the least mean absolute error.

    Parameters
    ----------
    past
        Histories up to a day in the past; a history may stand in several rows.
    later
        Purchases of each row's customers in the time ``t`` after that day, shape ``(n,)``.
    """
    tried = []
    for kind in kinds:
        model = kind.fit(past)
        tried.append(Tried(model, accuracy_of(model.expected(past, t), later, past.n)))
    ranked = sorted(tried, key=lambda one: one.accuracy.mean_absolute_error if one.accuracy else np.inf)
    best = ranked[0].accuracy
    error, bias = (best.mean_absolute_error, best.bias) if best else (np.nan, np.nan)
    name, count = ranked[0].name, len(ranked)
    if np.isnan(bias):
        silent = say("evaluate.model_by_silent_holdout", model=name, tried=count)
        return Choice(ranked[0].model, tuple(ranked), silent)
    came = say("evaluate.model_by_holdout", model=name, error=round(error, 4), bias=round(bias, 4), tried=count)
    return Choice(ranked[0].model, tuple(ranked), came)


def fit_or_stay(histories: Histories) -> tuple[PurchaseModel, Message | None]:
    """
    Return the BG/NBD, or where the data show no leaving the NBD, in which nobody leaves.

    Returns
    -------
    tuple[PurchaseModel, Message | None]
        The model, and what is to be said where the fit ran to an edge of what data can tell.
    """
    leaving = BgNbd.fit(histories)
    if leaving.log_covariance is not None:
        return leaving, None
    staying = Nbd.fit(histories)
    if leaving.a / (leaving.a + leaving.b) < _RARELY or Tried(staying).aic <= Tried(leaving).aic:
        return staying, say("evaluate.no_churn_seen")
    return leaving, say("evaluate.model_at_edge")
