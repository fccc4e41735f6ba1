"""Indicators of many territories as one figure: sums are added, shares are taken of their own wholes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import Literal

from jiuzhou.kernel.period import Period
from jiuzhou.web.monitor.shapes import Figure, Good, Trend

Kind = Literal["money", "percent", "count", "number", "hours"]
DEVIATION = "deviation_workload"
BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class Metric:
    """
    How an indicator is written, and how those of several territories make one.

    Attributes
    ----------
    part
        The indicator of which this is a share; the wholes are added up from ``part / share``.
    weight
        The indicator by which this is averaged where its own weights are not kept.
    """

    kind: Kind
    good: Good = ""
    part: str = ""
    weight: str = ""

    @property
    def summed(self) -> bool:
        """Whether territories simply add up."""
        return not self.part and not self.weight


METRICS: Mapping[str, Metric] = {
    "sales": Metric("money", "up"),
    "attainment": Metric("percent", "up", part="sales"),
    "coverage": Metric("percent", "up", part="visits"),
    "visits": Metric("count", "up"),
    "retention": Metric("percent", "up", weight="active_customers"),
    "new_customers": Metric("count", "up"),
    "active_customers": Metric("count", "up"),
    "market_share": Metric("percent", "up", part="sales"),
    "overdue": Metric("money", "down"),
    "complaints": Metric("count", "down"),
    "complaint_hours": Metric("hours", "down", weight="complaints"),
    "csat": Metric("percent", "up", weight="active_customers"),
    "nps": Metric("number", "up", weight="active_customers"),
}
"""The indicators that add up over territories, in the order of the screens."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One indicator of one territory in one period."""

    territory_id: int
    period: str
    metric: str
    value: float | None
    baseline: float | None = None
    complete: bool = True
    version: int = 1


class Readings:
    """The indicators of many territories, looked up by metric and period."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._cells: dict[tuple[str, str], dict[int, Reading]] = defaultdict(dict)
        for reading in readings:
            if reading.value is not None:
                self._cells[reading.metric, reading.period][reading.territory_id] = reading

    def periods(self, *metrics: str) -> tuple[str, ...]:
        """Return the periods that have any of the metrics, the longest and then the latest first."""
        found = {period for metric, period in self._cells if not metrics or metric in metrics}
        return ordered(found)

    def watched(self, territories: Collection[int]) -> list[int]:
        """Return those of ``territories`` of which anything is known at all: only of them can a figure be missing."""
        known = {place for found in self._cells.values() for place in found}
        return [place for place in territories if place in known]

    def running(self) -> frozenset[str]:
        """Return the periods that are not over."""
        cells = self._cells.items()
        return frozenset(
            period for (_, period), found in cells if any(not reading.complete for reading in found.values())
        )

    def at(self, metric: str, period: str) -> Mapping[int, Reading]:
        """Return the readings of one metric and period by territory."""
        return self._cells.get((metric, period), {})

    def figure(self, metric: str, period: str, territories: Collection[int]) -> Figure:
        """Return the figure of ``territories`` together; its value is ``None`` where none of them has it."""
        found = [reading for place, reading in self.at(metric, period).items() if place in territories]
        value, before = self._folded(metric, found)
        before_period = ""
        if before is None:
            before_period = previous(period, self.periods(metric))
            if before_period:
                earlier = self.at(metric, before_period)
                before, _ = self._folded(
                    metric, [earlier[item.territory_id] for item in found if item.territory_id in earlier]
                )
        return Figure(
            code=metric,
            value=value,
            period=period,
            before=before,
            before_period=before_period if before is not None else "",
            series=self.trend(metric, territories).values,
            known=len(found),
            of=len(self.watched(territories)),
            version=max((reading.version for reading in found), default=1),
            complete=all(reading.complete for reading in found),
        )

    def trend(self, metric: str, territories: Collection[int], months: int = 12) -> Trend:
        """Return the figure of ``territories`` in each of the last months, beside the year before."""
        names = sorted(period for period in self.periods(metric) if _months(period) == 1)[-months:]
        pairs = [
            self._folded(metric, [reading for place, reading in self.at(metric, name).items() if place in territories])
            for name in names
        ]
        return Trend(tuple(names), tuple(value for value, _ in pairs), tuple(before for _, before in pairs))

    def deviations(self) -> Mapping[int, float]:
        """Return each territory's deviation from its target of work, today."""
        period = max(self.periods(DEVIATION), default="")
        return {
            place: reading.value for place, reading in self.at(DEVIATION, period).items() if reading.value is not None
        }

    def _folded(self, metric: str, readings: list[Reading]) -> tuple[float | None, float | None]:
        if not readings:
            return None, None
        rule = METRICS.get(metric, Metric("number", weight="active_customers"))
        if len(readings) == 1:
            return readings[0].value, readings[0].baseline
        values = {reading.territory_id: reading.value or 0.0 for reading in readings}
        bases = {r.territory_id: r.baseline for r in readings if r.baseline is not None}
        period = readings[0].period
        before = self._joined(metric, rule, period, bases, baseline=True) if len(bases) == len(values) else None
        return self._joined(metric, rule, period, values, baseline=False), before

    def _joined(
        self, metric: str, rule: Metric, period: str, values: Mapping[int, float], *, baseline: bool
    ) -> float | None:
        if rule.summed:
            return sum(values.values())
        other = self.at(rule.part or rule.weight, period)
        beside = {place: (r.baseline if baseline else r.value) for place, r in other.items() if place in values}
        if rule.weight:
            weights = {place: beside.get(place) or 0.0 for place in values}
            total = sum(weights.values())
            return sum(values[place] * weights[place] for place in values) / total if total > 0 else None
        parts = {place: part for place, part in beside.items() if part is not None}
        wholes = {place: self._whole(metric, rule, period, place, parts[place], values[place]) for place in parts}
        known = {place: whole for place, whole in wholes.items() if whole}
        total = sum(known.values())
        return sum(parts[place] for place in known) / total if total > 0 else None

    def _whole(self, metric: str, rule: Metric, period: str, place: int, part: float, share: float) -> float | None:
        if share > 0:
            return part / share
        # A share of nothing hides its whole: what was due then follows from what was due on a day of another period.
        for other in self.periods(metric):
            reading, parted = self.at(metric, other).get(place), self.at(rule.part, other).get(place)
            if reading and parted and reading.value and parted.value and reading.complete:
                return parted.value / reading.value / Period.parse(other).days * Period.parse(period).days
        return None


def balance_of(deviations: Mapping[int, float], territories: Collection[int]) -> Figure:
    """Return how unevenly the work lies: the coefficient of variation of value over target; of one, nothing."""
    shares = [1 + deviations[place] for place in territories if place in deviations]
    mean = fmean(shares) if shares else 0.0
    value = pstdev(shares) / mean if len(shares) > 1 and mean > 0 else None
    return Figure(BALANCE, value, "", known=len(shares), of=len(shares))


def previous(period: str, periods: Iterable[str]) -> str:
    """Return the latest of ``periods`` of the same length that lies before ``period``; empty where there is none."""
    same = [name for name in periods if _months(name) == _months(period) and _start(name) < _start(period)]
    return max(same, key=_start, default="")


def ordered(periods: Iterable[str]) -> tuple[str, ...]:
    """Return periods as a menu lists them: the longest first, the latest of each length first."""
    return tuple(sorted(set(periods), key=lambda period: (-_months(period), -_start(period))))


def _months(period: str) -> int:
    return 12 if len(period) == 4 else {"H": 6, "Q": 3}.get(period[5], 1)


def _start(period: str) -> int:
    return Period.parse(period).start.toordinal()
