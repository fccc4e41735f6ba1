"""The business choices of monitoring: what is worth an alert."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jiuzhou.kernel.service import PAYMENT_TERM_DAYS, VISITS_PER_YEAR
from jiuzhou.kernel.settings import check_range, check_ranges


@dataclass(frozen=True, slots=True)
class MonitorPolicy:
    """
    When to speak up.

    Attributes
    ----------
    visits_per_year
        Visits a year due to a customer of each tier for whom none is stated, 0 to 366; not given: the service
        level of ``[serve]``.
    payment_term_days
        Days after the order at which it is due where its payments state no due day, 0 to 365; not given: the payment
        term of ``[serve]``.
    imbalance
        Deviation from a territory's target above which it is over- or underloaded, 0 to 10; never below the plan's own
        tolerance.
    neighbours
        How many of the nearest territories are asked to take or give work, 1 to 50.
    drift_change
        Smallest lasting change of a territory's sales that counts as a break, 0 to 10; 0.2 is 20 %.
    drift_slack, drift_limit
        Slack and decision limit of the two-sided CUSUM, in robust standard deviations, 0 to 5 and 1 to 50.
    complaint_days
        Length of the window in which complaints are counted, 7 to 180 days.
    complaint_chance
        Chance of any false complaint alert in one pass, above 0 to 0.5.
    complaint_least
        Fewer complaints than this are never a spike, 2 to 1000.
    spread_from
        So many territories with one cause make it one alert of the whole company, 2 to 1000; coverage, overdue payments
        and key accounts are joined only if half of all territories share them as well.
    coverage_days
        Length of the window in which visits are counted, 28 to 365 days.
    coverage_least
        Visits made over visits due below which there is a gap, 0 to 1.
    overdue_share
        Overdue payments over the last twelve months' sales above which to speak up, 0 to 10.
    risk
        Churn risk from which a key account is in danger, 0 to 1.
    unplaced_share
        Share of customers without a place that is bearable, 0 to 1.
    ids_shown
        Most customer ids in one alert, 1 to 1000.
    """

    visits_per_year: Mapping[str, float] | None = None
    payment_term_days: int | None = None
    imbalance: float = 0.15
    neighbours: int = 4
    drift_change: float = 0.2
    drift_slack: float = 0.75
    drift_limit: float = 6.0
    complaint_days: int = 30
    complaint_chance: float = 0.01
    complaint_least: int = 4
    spread_from: int = 3
    coverage_days: int = 91
    coverage_least: float = 0.6
    overdue_share: float = 0.1
    risk: float = 0.7
    unplaced_share: float = 0.01
    ids_shown: int = 20

    def __post_init__(self) -> None:
        check_ranges(self, _RANGES, code=_OUT_OF_RANGE)
        for tier, visits in self.visits.items():
            check_range(f"visits_per_year.{tier}", visits, (0, 366), code=_OUT_OF_RANGE)

    @property
    def visits(self) -> Mapping[str, float]:
        """Visits a year by tier: as given, else the usual service level."""
        return VISITS_PER_YEAR if self.visits_per_year is None else self.visits_per_year

    @property
    def payment_term(self) -> int:
        """Days from an order to its due day: as given, else the usual term."""
        return PAYMENT_TERM_DAYS if self.payment_term_days is None else self.payment_term_days


_OUT_OF_RANGE = "monitor.out_of_range"
_RANGES: Mapping[str, tuple[float, float]] = {
    "payment_term_days": (0, 365),
    "imbalance": (0, 10),
    "neighbours": (1, 50),
    "drift_change": (0, 10),
    "drift_slack": (0, 5),
    "drift_limit": (1, 50),
    "complaint_days": (7, 180),
    "complaint_chance": (1e-9, 0.5),
    "complaint_least": (2, 1000),
    "spread_from": (2, 1000),
    "coverage_days": (28, 365),
    "coverage_least": (0, 1),
    "overdue_share": (0, 10),
    "risk": (0, 1),
    "unplaced_share": (0, 1),
    "ids_shown": (1, 1000),
}
