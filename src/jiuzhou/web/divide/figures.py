"""Figures of a division: how far each territory lies from its target, and what they say of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import pstdev
from typing import Any

BAND = 0.05
_NO_TARGET = 1e-9


@dataclass(frozen=True, slots=True)
class Activity:
    """
    A measure that a plan balances.

    Attributes
    ----------
    tolerance
        Largest |value / target − 1| that is in band.
    """

    key: str
    unit: str = ""
    tolerance: float = BAND
    total: float = 0.0

    @property
    def title(self) -> str:
        """The code of the measure's name; a column of the company's own goes by its own name."""
        known = ("workload", "potential", "revenue", "customers")
        return f"plan.measure_{self.key}" if self.key in known else self.key

    @property
    def kind(self) -> str:
        """How a page writes a value of it."""
        known = {"workload": "hours", "customers": "count", "potential": "money", "revenue": "money"}
        return known.get(self.key, "number")


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the figures need of one territory."""

    measures: Mapping[str, float]
    targets: Mapping[str, float]
    customers: int
    contiguous: bool = True

    @property
    def deviation(self) -> dict[str, float]:
        """value / target − 1 for each measure that has a target."""
        return deviation_of(self.measures, self.targets)


def activities_of(stored: Iterable[Mapping[str, Any]], measures: Iterable[Mapping[str, float]]) -> tuple[Activity, ...]:
    """Return the measures a plan balances, as it stores them; where it names none, those its territories have."""
    found = tuple(
        Activity(str(one["key"]), str(one.get("unit", "")), float(one.get("tolerance", BAND)), float(one["total"]))
        for one in stored
    )
    if found:
        return found
    rows = list(measures)
    keys = sorted({key for row in rows for key in row}) or ["customers"]
    return tuple(Activity(key, total=sum(row.get(key, 0.0) for row in rows)) for key in keys)


def deviation_of(measures: Mapping[str, float], targets: Mapping[str, float]) -> dict[str, float]:
    """Return value / target − 1 by measure; 0 where there is next to no target."""
    return {
        key: measures.get(key, 0.0) / target - 1 if target > _NO_TARGET else 0.0
        for key, target in sorted(targets.items())
    }


def in_band(deviation: Mapping[str, float], activities: Iterable[Activity]) -> bool:
    """Return whether every measure lies within its tolerance."""
    return all(abs(deviation.get(one.key, 0.0)) <= one.tolerance + 1e-9 for one in activities)


def headline(territories: Sequence[Weighed], activities: Iterable[Activity]) -> dict[str, float]:
    """Return ``max_deviation_<key>`` and ``cv_<key>`` of each measure, ``out_of_band``, ``in_pieces`` and ``empty``."""
    activities = tuple(activities)
    deviations = [one.deviation for one in territories]
    found = {
        "out_of_band": float(sum(not in_band(one, activities) for one in deviations)),
        "in_pieces": float(sum(not one.contiguous for one in territories)),
        "empty": float(sum(one.customers == 0 for one in territories)),
    }
    for activity in activities:
        values = [one[activity.key] for one in deviations if activity.key in one]
        found[f"max_deviation_{activity.key}"] = max(map(abs, values), default=0.0)
        found[f"cv_{activity.key}"] = pstdev(values) if values else 0.0
    return found


def moved(measures: Mapping[str, float], change: Mapping[str, float], sign: int) -> dict[str, float]:
    """Return ``measures`` with ``change`` added (``sign`` 1) or taken off (−1); rounded, so that undoing is exact."""
    return {key: round(measures.get(key, 0.0) + sign * change.get(key, 0.0), 6) for key in sorted({*measures, *change})}


def to_band(measure: float, target: float, tolerance: float) -> tuple[float, float] | None:
    """
    Return how much must come in, least and most, for the measure to be in band; negative where it must go out.

    ``None`` where it is in band already, or there is no target.
    """
    if target <= _NO_TARGET or abs(measure / target - 1) <= tolerance + 1e-9:
        return None
    return target * (1 - tolerance) - measure, target * (1 + tolerance) - measure
