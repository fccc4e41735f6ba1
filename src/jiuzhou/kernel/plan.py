"""A plan: units → territory → owner, immutable, with the plan it came from and the moves that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import pyarrow as pa

from jiuzhou.kernel.ids import OwnerId, PlanId, TerritoryId, UnitId
from jiuzhou.kernel.message import Message
from jiuzhou.kernel.violation import Violation

UNITS = pa.schema(
    [
        ("unit_id", pa.string()),
        ("customer_id", pa.string()),
        ("level", pa.string()),
        ("territory_id", pa.string()),
        ("owner_id", pa.string()),
        ("previous_territory_id", pa.string()),
        ("locked", pa.bool_()),
    ]
)
"""One row for each customer (and for each area that has none, with a null ``customer_id``), by ``unit_id`` and
``customer_id``. ``level`` is ``customer`` where the unit is one customer, else the kind of area it is."""


class Status(StrEnum):
    """How far the solver got."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    TIME_LIMIT = "time_limit"


@dataclass(frozen=True, slots=True)
class Activity:
    """
    What is balanced: a measure of the units, and how far a territory may lie from its target.

    Attributes
    ----------
    key
        Name of the measure: ``workload``, ``potential``, ``revenue``, ``customers`` or a numeric extra column.
    unit
        ``hours``, ``customers``, a currency code, or empty.
    tolerance
        Largest |value / target − 1| that is in band; 0.05 is 5 %.
    total
        Sum over all units.
    """

    key: str
    unit: str
    tolerance: float
    total: float


@dataclass(frozen=True, slots=True)
class Territory:
    """
    One territory of a plan. Mappings go by activity key.

    Attributes
    ----------
    centre
        Longitude and latitude in degrees, WGS-84.
    values, targets
        Sum over its units, and total × its owner's share of the capacity.
    deviation
        value / target − 1.
    in_band
        Whether every |deviation| is within its tolerance.
    contiguous
        Whether its units hang together on the adjacency graph.
    """

    id: TerritoryId
    name: str
    parent: TerritoryId | None
    level: str
    owner_id: OwnerId | None
    centre: tuple[float, float]
    values: Mapping[str, float]
    targets: Mapping[str, float]
    deviation: Mapping[str, float]
    in_band: bool
    contiguous: bool


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with the version of the definition it was made by."""

    value: float
    version: int = 1


@dataclass(frozen=True, slots=True)
class Move:
    """One unit that changed territory, from the parent plan (or the present owners) to this one."""

    unit_id: UnitId
    from_territory: TerritoryId | None
    to_territory: TerritoryId | None


@dataclass(frozen=True, slots=True)
class Plan:
    """
    Who is responsible for which units, and how good that division provably is.

    Attributes
    ----------
    objective
        Sum over units of weight × distance to the centre in km, plus the price of handovers.
    lower_bound, bound_message
        No plan under the same problem has a smaller objective; ``None`` where no bound was computed, and then the
        message says why.
    repeatable
        Whether the same input, seed and version give this plan byte for byte.
    units
        Table ``UNITS``.
    """

    id: PlanId
    parent: PlanId | None
    created_at: date
    seed: int
    effort: int
    repeatable: bool
    status: Status
    objective: float
    lower_bound: float | None
    bound_message: Message
    activities: tuple[Activity, ...]
    territories: tuple[Territory, ...]
    units: pa.Table
    violations: tuple[Violation, ...] = ()
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    moves: tuple[Move, ...] = ()

    @property
    def gap(self) -> float | None:
        """(objective − lower bound) / lower bound; ``None`` without a bound."""
        if self.lower_bound is None or self.lower_bound <= 0:
            return None
        return (self.objective - self.lower_bound) / self.lower_bound

    def held_territories(self) -> tuple[Territory, ...]:
        """Return the territories that hold units, by id; regions above them hold none of their own."""
        held = set(self.units["territory_id"].unique().to_pylist())
        return tuple(sorted((item for item in self.territories if item.id in held), key=lambda item: item.id))

    def territory(self, territory_id: TerritoryId) -> Territory:
        """Return the territory of that id; ``KeyError`` if the plan has none."""
        for territory in self.territories:
            if territory.id == territory_id:
                return territory
        raise KeyError(territory_id)
