"""The business choices of sizing: how often customers are visited, how a target is made, how safe stock must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jiuzhou.kernel.errors import PolicyError
from jiuzhou.kernel.service import VISITS_PER_YEAR
from jiuzhou.kernel.settings import check_range, check_ranges


def _visit_hours() -> Mapping[str, float]:
    return {"A": 2.0, "B": 1.5, "C": 1.0, "D": 1.0}


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    """
    How people, targets and stock are sized.

    Attributes
    ----------
    visits_per_year
        Visits a year to a customer of each tier for whom none is stated, 0 to 366; not given: the service
        level of ``[serve]``.
    visit_hours
        Hours of one visit to a customer of each tier for whom no workload is known, 0 to 24.
    selling_hours
        Hours a year that one person spends with customers and on the way to them, 1 to 8784. Without it, the median
        ``capacity_hours`` of the owners; without those, working days times ``hours_per_day`` times ``selling_share``.
    hours_per_day
        Length of a working day, above 0 to 24.
    selling_share
        Share of working time left for customers and travel after office work and training, above 0 to 1.
    speed_kmh
        Door-to-door speed of travel, km/h, 1 to 900.
    detour
        Road distance over great-circle distance, 1 to 3.
    visits_per_trip
        Customers seen on one way out from the centre, 1 to 50.
    quarters
        How many quarters of the fiscal year targets are set for, beginning with the next one, 1 to 8.
    target_total
        Net sales of the whole company over those quarters in the Book's currency, at least 0; without it the last
        twelve months and ``growth`` make it.
    growth
        Growth of the whole company on the last twelve months, -0.9 to 9; without it the company's own growth within
        ``growth_low`` and ``growth_high``.
    growth_low, growth_high
        Limits of a growth taken from history, -0.9 to 9.
    history_weight, potential_weight
        How much a territory's share of past sales and of potential weigh in its target, at least 0, not both 0.
    max_growth
        Largest growth asked of a territory on its own last twelve months, 0 to 99; one without past sales has none.
    target_unit
        Targets are whole multiples of it, in the Book's currency, 1 to 1000000.
    service_level
        Chance that stock lasts until the delivery comes, 0.5 to 0.9999.
    lead_time_days
        Days from order to delivery where the stock table states none, 1 to 730.
    demand_days
        How much past demand counts, days, 28 to 1095.
    excess_days
        Days of demand above which stock on hand counts as too much, 7 to 3650.
    """

    visits_per_year: Mapping[str, float] | None = None
    visit_hours: Mapping[str, float] = field(default_factory=_visit_hours)
    selling_hours: float | None = None
    hours_per_day: float = 8.0
    selling_share: float = 0.6
    speed_kmh: float = 40.0
    detour: float = 1.3
    visits_per_trip: float = 3.0
    quarters: int = 4
    target_total: float | None = None
    growth: float | None = None
    growth_low: float = 0.0
    growth_high: float = 0.3
    history_weight: float = 0.7
    potential_weight: float = 0.3
    max_growth: float = 0.5
    target_unit: int = 1
    service_level: float = 0.95
    lead_time_days: float = 14.0
    demand_days: int = 364
    excess_days: float = 180.0

    def __post_init__(self) -> None:
        check_ranges(self, _RANGES, code=_OUT_OF_RANGE)
        for tier, visits in self.visits.items():
            check_range(f"visits_per_year.{tier}", visits, (0, 366), code=_OUT_OF_RANGE)
        for tier, hours in self.visit_hours.items():
            check_range(f"visit_hours.{tier}", hours, (0, 24), code=_OUT_OF_RANGE)
        if self.growth_low > self.growth_high:
            raise PolicyError("resource.growth_crossed", low=self.growth_low, high=self.growth_high)
        if self.history_weight + self.potential_weight <= 0:
            raise PolicyError("resource.no_weight")

    @property
    def visits(self) -> Mapping[str, float]:
        """Visits a year by tier: as given, else the usual service level."""
        return VISITS_PER_YEAR if self.visits_per_year is None else self.visits_per_year


_OUT_OF_RANGE = "resource.out_of_range"
_RANGES: Mapping[str, tuple[float, float]] = {
    "selling_hours": (1, 8784),
    "hours_per_day": (0.1, 24),
    "selling_share": (0.01, 1),
    "speed_kmh": (1, 900),
    "detour": (1, 3),
    "visits_per_trip": (1, 50),
    "quarters": (1, 8),
    "target_total": (0, 1e15),
    "growth": (-0.9, 9),
    "growth_low": (-0.9, 9),
    "growth_high": (-0.9, 9),
    "history_weight": (0, 1e6),
    "potential_weight": (0, 1e6),
    "max_growth": (0, 99),
    "target_unit": (1, 1_000_000),
    "service_level": (0.5, 0.9999),
    "lead_time_days": (1, 730),
    "demand_days": (28, 1095),
    "excess_days": (7, 3650),
}
