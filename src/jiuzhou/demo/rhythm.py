"""When customers order: working days, seasons, 春节 that moves, and growth; as one clock for each sales region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from jiuzhou.calendar import spring_festival
from jiuzhou.demo.places import REGIONS
from jiuzhou.kernel.arrays import EPOCH, Floats, Ints, day_number

YEARS = 2
"""How many years of orders the book holds."""

_WEEKDAYS = (1.08, 1.04, 1.0, 1.0, 0.92, 0.05, 0.03)
_MONTHS = (0.8, 0.78, 1.05, 1.0, 0.98, 1.16, 0.86, 0.82, 1.02, 0.98, 1.22, 1.35)
_BEFORE_FESTIVAL, _AFTER_FESTIVAL = 8, 15


@dataclass(frozen=True, slots=True)
class Rhythm:
    """
    The clock by which customers order.

    Attributes
    ----------
    first_day
        Days after 1970-01-01 of the first day simulated, one year before the book's first day.
    book_day, end_day
        First day in the book, and the day it describes, which is not in it.
    clock
        Business time that has passed before each day, by sales region, shape ``(5, n_days + 1)``; it passes at one
        unit a day on average, faster in the high season, hardly at all on holidays.
    """

    first_day: int
    book_day: int
    end_day: int
    clock: Floats

    def day_of(self, region: Ints, time: Floats) -> Ints:
        """Return the day, after 1970-01-01, on which business time ``time`` is reached; ``end_day`` if never."""
        days = np.empty(len(time), dtype=np.int64)
        for index in range(len(self.clock)):
            mine = region == index
            days[mine] = self.first_day - 1 + np.searchsorted(self.clock[index], time[mine], side="right")
        return np.minimum(days, self.end_day)

    def time_of(self, region: Ints, day: Ints) -> Floats:
        """Return the business time at the beginning of ``day``."""
        return self.clock[region, np.clip(day - self.first_day, 0, self.clock.shape[1] - 1)]


def rhythm(as_of: date) -> Rhythm:
    """Return the clock of a book that describes ``as_of`` and looks back two years."""
    end = day_number(as_of)
    book = end - 365 * YEARS
    first = book - 365
    pace = np.array([day_pace(EPOCH + timedelta(days=day)) for day in range(first, end)])
    pace /= pace.mean()
    years = (np.arange(first, end) - book) / 365.0
    clock = np.zeros((len(REGIONS), len(pace) + 1))
    for index, region in enumerate(REGIONS):
        clock[index, 1:] = np.cumsum(pace * (1 + region.growth) ** years)
    return Rhythm(first, book, end, clock)


def day_pace(day: date) -> float:
    """Return how busy ``day`` is against an ordinary working day: weekday x month x holidays."""
    pace = _WEEKDAYS[day.weekday()] * _MONTHS[day.month - 1]
    if (day.month == 10 and day.day <= 7) or (day.month == 5 and day.day <= 3) or (day.month == 1 and day.day == 1):
        pace *= 0.06
    after = (day - spring_festival(day.year)).days
    if 0 <= after < 7:
        pace *= 0.02
    elif -_BEFORE_FESTIVAL <= after < _AFTER_FESTIVAL:
        pace *= 0.45
    return pace
