"""The capacity bar: committed, free and over, in percent of its width."""

from __future__ import annotations

from dataclasses import dataclass

from jiuzhou.web.resource.shapes import Load

_LEAST_HOURS = 0.01


@dataclass(frozen=True, slots=True)
class LoadBar:
    """
    Three parts beside each other that fill the bar, and where the capacity ends.

    ``load`` carries the hours; ``share`` is workload over capacity.
    """

    load: Load
    share: float | None
    committed: float
    over: float
    full: float

    @property
    def free_hours(self) -> int:
        """Free hours, whole."""
        return round(self.load.free)

    @property
    def over_hours(self) -> int:
        """Hours over the capacity, whole."""
        return round(self.load.over)

    @property
    def work_hours(self) -> int:
        """Hours of work, whole."""
        return round(self.load.workload)


def bar_of(load: Load) -> LoadBar:
    """Return the bar of a load: as wide as the larger of capacity and workload."""
    width = max(load.capacity or 0.0, load.workload)
    if width < _LEAST_HOURS:
        return LoadBar(load, load.share, 0.0, 0.0, 0.0)
    percent = 100 / width
    return LoadBar(
        load,
        load.share,
        round(load.committed * percent, 2),
        round(load.over * percent, 2),
        round((load.capacity or 0.0) * percent, 2),
    )
