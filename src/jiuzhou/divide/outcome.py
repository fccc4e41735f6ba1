"""A finished division with everything that is measured on it, before it is written down as a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jiuzhou.divide.fit import Layout
from jiuzhou.divide.problem import Problem
from jiuzhou.divide.sphere import Floats, km_between
from jiuzhou.kernel.ids import TerritoryId
from jiuzhou.kernel.plan import Plan
from jiuzhou.optimise.compiled import Ints
from jiuzhou.optimise.connect import cut_off

_NO_TARGET = 1e-9  # hours, money or customers a year: less is no target


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    Who got what.

    Attributes
    ----------
    label
        Territory of each unit, shape ``(n,)``.
    bound
        Proven bound around the layout's centres.
    ids
        Id of each territory; it follows from its owner, so that plans of different days compare.
    values, targets
        Activities, shape ``(p, a)``.
    detached
        Free units outside the heaviest piece of their territory, shape ``(n,)``.
    """

    problem: Problem
    layout: Layout
    label: Ints
    bound: float
    ids: tuple[TerritoryId, ...]
    values: Floats
    targets: Floats
    detached: NDArray[np.bool_]

    @property
    def deviation(self) -> Floats:
        """Value / target − 1, shape ``(p, a)``; 0 where the target is 0, or so small that nothing can be its share."""
        meant = self.targets > _NO_TARGET
        return np.asarray(np.where(meant, self.values / np.where(meant, self.targets, 1.0) - 1, 0.0))

    @property
    def outside(self) -> Floats:
        """How far each deviation lies beyond its tolerance, shape ``(p, a)``; 0 in band."""
        return np.asarray(np.maximum(np.abs(self.deviation) - self.problem.tolerance - 1e-9, 0.0))

    @property
    def km(self) -> Floats:
        """Great-circle km from each unit to its centre, shape ``(n,)``."""
        away = km_between(self.problem.units.vectors, self.layout.centres)
        return away[np.arange(len(self.label)), self.label]

    @property
    def new_owner(self) -> tuple[str, ...]:
        """Owner of each customer under this division; the present one where the customer has no place."""
        owners, of = self.layout.owners, self.problem.units.of_customer
        return tuple(
            owners[self.label[unit]] if unit >= 0 else self.problem.roster.owner[row]
            for row, unit in enumerate(of.tolist())
        )

    @property
    def handed_over(self) -> NDArray[np.bool_]:
        """Which customers have an owner now and another one (or none) under this division, shape ``(m,)``."""
        now = self.problem.roster.owner
        return np.array([bool(old) and old != new for old, new in zip(now, self.new_owner, strict=True)], dtype=bool)


def outcome_of(problem: Problem, layout: Layout, label: Ints, bound: float, *, parent: Plan | None) -> Outcome:
    """Return the measured outcome of ``label``."""
    activity, p = problem.units.activity, len(layout)
    values = np.zeros((p, activity.shape[1]))
    np.add.at(values, label, activity)
    free, graph = np.flatnonzero(problem.locks(layout.owners) < 0), problem.graph
    detached = np.zeros(len(label), dtype=bool)
    if len(free):
        detached[free] = cut_off(label[free], problem.weight[free], graph.start, graph.neighbours)
    targets = layout.shares[:, None] * problem.totals[None, :]
    ids = territory_ids(layout.owners, parent)
    return Outcome(problem, layout, label, bound, ids, values, np.asarray(targets), detached)


def territory_ids(owners: tuple[str, ...], parent: Plan | None) -> tuple[TerritoryId, ...]:
    """Return each territory's id: that of its owner's territory in the parent plan, else one made from the owner."""
    former = parent.territories if parent else ()
    known: dict[str, TerritoryId] = {one.owner_id: one.id for one in former if one.owner_id}
    vacant = 0
    found = []
    for owner in owners:
        vacant += not owner
        found.append(owner_territory(owner, known) if owner else TerritoryId(f"vacant-{vacant}"))
    return tuple(found)


def owner_territory(owner: str, known: Mapping[str, TerritoryId]) -> TerritoryId:
    """Return the id of the territory that ``owner`` leads."""
    return known.get(owner, TerritoryId(f"T-{owner}"))
