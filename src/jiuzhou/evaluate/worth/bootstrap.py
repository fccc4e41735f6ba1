"""How sure a model is of what it tells: customers drawn from it anew, fitted again, and asked the same (Efron 1979)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from jiuzhou.evaluate.worth.histories import Histories, distinct
from jiuzhou.evaluate.worth.purchase_model import PurchaseModel
from jiuzhou.kernel.arrays import Floats

Model = TypeVar("Model", bound=PurchaseModel)

_SEED = 19_790_101
_MOST_CUSTOMERS = 20_000


@dataclass(frozen=True, slots=True)
class Bootstrap(Generic[Model]):
    """The models fitted to what was drawn."""

    models: tuple[Model, ...]

    def interval(self, tell: Callable[[Model], Floats], *, level: float = 0.8) -> tuple[Floats, Floats]:
        """Return the ends between which the share ``level`` of the models tell, by quantiles."""
        told = np.array([tell(model) for model in self.models])
        low, high = np.quantile(told, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return low, high


def bootstrap(model: Model, histories: Histories, *, draws: int = 50) -> Bootstrap[Model]:
    """
    Return ``draws`` refits, each to customers drawn from ``model`` over the times observed in ``histories``.

    A refit begins at the parameters that drew its customers, so that it takes a few steps only. Of more than 20,000
    customers that many are drawn, and a refit's distance from the model is shrunk by the root of their share: so an
    interval of ten million costs no more than one of twenty thousand.
    """
    rng = np.random.default_rng(_SEED)
    customers = int(histories.customers)
    drawn = min(customers, _MOST_CUSTOMERS)
    every = np.repeat(histories.T, histories.n.astype(np.int64)) if drawn == customers else None
    shrink = float(np.sqrt(drawn / customers))
    models = []
    for _ in range(draws):
        T = rng.choice(histories.T, drawn, p=histories.n / histories.customers) if every is None else every
        again = model.draw(T, rng)
        refit = type(model).fit(distinct(again.x, again.t_x, again.T), begin=model.theta)
        models.append(model.moved(model.theta + shrink * (refit.theta - model.theta)))
    return Bootstrap(tuple(models))
