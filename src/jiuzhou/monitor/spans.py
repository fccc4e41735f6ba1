"""The months, quarters and years that are looked at, and sums over them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from jiuzhou.kernel.arrays import Floats
from jiuzhou.kernel.period import Period, add_months
from jiuzhou.monitor.facts import Events


@dataclass(frozen=True, slots=True)
class Span:
    """
    A period as far as it is known.

    Attributes
    ----------
    label
        As periods are written, such as ``2026-03``.
    start, end
        Half-open; ``end`` is cut to today.
    complete
        Whether the period is over.
    elapsed
        Share of the period's days that are known, 0 to 1.
    """

    label: str
    start: date
    end: date
    complete: bool = True
    elapsed: float = 1.0

    @property
    def days(self) -> int:
        """How many days are known."""
        return (self.end - self.start).days

    def year_before(self) -> Span:
        """Return the same period a year earlier, cut after as many days where this one is cut."""
        start = add_months(self.start, -12)
        end = add_months(self.end, -12) if self.complete else start + timedelta(days=self.days)
        return Span(self.label, start, end, self.complete, self.elapsed)


def recent_spans(today: date) -> list[Span]:
    """
    Return the last twelve whole months and the one that runs, the quarters that begin within them, and their years.

    Returns
    -------
    list[Span]
        By their first day, then the shorter first.
    """
    now = today.replace(day=1)
    first = add_months(now, -12)
    months = [Period(add_months(first, count), add_months(first, count + 1)) for count in range(13)]
    quarters = [Period(month.start, add_months(month.start, 3)) for month in months if month.start.month % 3 == 1]
    years = [Period.parse(str(year)) for year in range(first.year, now.year + 1)]
    return [
        Span(
            str(period),
            period.start,
            min(period.end, today),
            period.end <= today,
            (min(period.end, today) - period.start).days / period.days,
        )
        for period in sorted([*months, *quarters, *years], key=lambda period: (period.start, period.days))
        if period.start < today
    ]


@dataclass(frozen=True, slots=True)
class DayTotals:
    """Running totals of a measure by territory and day, from which any span's sum is one subtraction."""

    first: int
    running: Floats

    @classmethod
    def of(cls, events: Events, values: Floats | None, *, territories: int, start: date, end: date) -> DayTotals:
        """Return the totals of events in ``[start, end)``, counted where ``values`` is ``None``."""
        first, width = start.toordinal(), (end - start).days
        inside = events.between(first, end.toordinal())
        cells = events.territory[inside] * width + events.day[inside] - first
        weights = None if values is None else values[inside]
        daily = np.bincount(cells, weights, territories * width).reshape(territories, width)
        return cls(first, np.hstack([np.zeros((territories, 1)), np.cumsum(daily, axis=1, dtype=np.float64)]))

    def over(self, spans: list[Span]) -> Floats:
        """Return the sum over each span, shape ``(n_territories, n_spans)``."""
        last = self.running.shape[1] - 1
        starts = np.clip([span.start.toordinal() - self.first for span in spans], 0, last)
        ends = np.clip([span.end.toordinal() - self.first for span in spans], 0, last)
        return np.asarray(self.running[:, ends] - self.running[:, starts], dtype=np.float64)
