"""The problem of dividing: units, reps and what is wanted, as arrays; one value all steps read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jiuzhou.divide.policy import DividePolicy
from jiuzhou.divide.reps import Reps
from jiuzhou.divide.roster import Roster
from jiuzhou.divide.sphere import Floats
from jiuzhou.divide.units import Units
from jiuzhou.optimise.graph import Graph


@dataclass(frozen=True, slots=True)
class Problem:
    """
    What is to be divided, among whom.

    Attributes
    ----------
    graph
        Who borders whom among the units that are not locked, numbered in their order.
    """

    policy: DividePolicy
    roster: Roster
    units: Units
    reps: Reps
    graph: Graph

    @property
    def keys(self) -> tuple[str, ...]:
        """Activities in the order of the columns."""
        return tuple(self.policy.activities)

    @property
    def tolerance(self) -> Floats:
        """Tolerance of each activity, shape ``(a,)``."""
        return np.array(list(self.policy.activities.values()), dtype=np.float64)

    @property
    def totals(self) -> Floats:
        """Sum of each activity over the units, shape ``(a,)``."""
        return np.asarray(self.units.activity.sum(axis=0))

    @property
    def weight(self) -> Floats:
        """What a km to the centre is multiplied by, shape ``(n,)``."""
        return self.units.weight

    @property
    def scaled(self) -> Floats:
        """Activities scaled to the same sum as the weight, shape ``(n, a)``; a column of zeros stays."""
        totals = np.where(self.totals > 0, self.totals, 1.0)
        return np.asarray(self.units.activity * (self.weight.sum() / totals))

    def bands(self, shares: Floats) -> Floats:
        """Return lower limit, upper limit and target for capacity ``shares``, shape ``(3, p, a)``, as ``scaled``."""
        target = shares[:, None] * self.scaled.sum(axis=0)[None, :]
        limits = np.stack([target * (1 - self.tolerance), target * (1 + self.tolerance), target])
        limits[:, :, self.totals <= 0] = np.array([-1.0, 1.0, 1.0])[:, None, None]
        return np.asarray(limits)

    def leaving(self, owners: tuple[str, ...]) -> Floats:
        """
        Return which part of each unit's weight would leave its present owner, shape ``(n, p)``, in [0, 1].

        Parameters
        ----------
        owners
            Owner of each territory, empty where vacant. A customer whose owner leads no territory leaves either way
            and counts nowhere.
        """
        place = {owner: k for k, owner in enumerate(owners) if owner}
        kept = np.zeros((len(self.units), len(owners)))
        movable = np.zeros(len(self.units))
        share = self.customer_share
        for row, owner in enumerate(self.roster.owner):
            unit = self.units.of_customer[row]
            if unit >= 0 and owner in place:
                movable[unit] += share[row]
                kept[unit, place[owner]] += share[row]
        return np.maximum(movable[:, None] - kept, 0.0)

    @property
    def customer_share(self) -> Floats:
        """Part of its unit's first activity each customer brings, shape ``(m,)``; equal parts where that is zero."""
        of = self.units.of_customer
        first = self.roster.activity[:, 0] + 1e-12
        whole = np.bincount(of[of >= 0], first[of >= 0], minlength=len(self.units))
        share = np.zeros(len(of))
        share[of >= 0] = first[of >= 0] / whole[of[of >= 0]]
        return share

    def locks(self, owners: tuple[str, ...]) -> NDArray[np.int64]:
        """Return the territory each unit is locked to, shape ``(n,)``; -1 where free."""
        place = {owner: k for k, owner in enumerate(owners) if owner}
        return np.array([place.get(owner, -1) if owner else -1 for owner in self.units.locked_to], dtype=np.int64)
