"""Working time to the minute: in one person's zone, on working days, outside absences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from jiuzhou.calendar.holidays import holiday, is_exchanged, is_fallback
from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.kernel.period import Period

Interval = tuple[datetime, datetime]
DAYS = ("cn", "weekdays", "daily")
"""Which days are worked: Monday to Friday with China's holidays and exchanged weekends, without any, or all seven."""
_HORIZON = timedelta(days=3660)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """
    When one person works. All moments are aware; all intervals are half-open, ``[start, end)``.

    Attributes
    ----------
    zone
        IANA time zone of the person.
    days
        One of ``DAYS``.
    hours
        Intervals of a working day in minutes after midnight, 0 to 1440, in order and apart.
    absences
        Intervals in which the person does not work, in any order; they may overlap.

    Raises
    ------
    InputError
        If the zone, the days or the hours are none.
    """

    zone: str = "Asia/Shanghai"
    days: str = "cn"
    hours: tuple[tuple[int, int], ...] = ((9 * 60, 12 * 60), (13 * 60, 18 * 60))
    absences: tuple[Interval, ...] = ()

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):
            raise InputError("calendar.unknown_zone", zone=self.zone) from None
        if self.days not in DAYS:
            raise InputError("calendar.unknown_days", days=self.days, known=", ".join(DAYS))
        edges = [edge for interval in self.hours for edge in interval]
        apart = all(start < end for start, end in self.hours)
        if not edges or not apart or edges != sorted(edges) or edges[0] < 0 or edges[-1] > 1440:
            raise InputError("calendar.bad_hours", hours=str(self.hours))

    def is_workday(self, day: date) -> bool:
        """Return whether ``day`` is a working day of the calendar; absences do not count here."""
        if self.days == "daily":
            return True
        if self.days == "weekdays":
            return day.isoweekday() <= 5
        return is_exchanged(day) or (day.isoweekday() <= 5 and holiday(day) is None)

    def workdays(self, period: Period) -> int:
        """Return how many days of ``period`` are working days; adjoining periods add up."""
        return sum(self.is_workday(period.start + timedelta(days=count)) for count in range(period.days))

    def is_fallback(self, period: Period) -> bool:
        """Return whether any year that ``period`` touches lacks a holiday notice, so that its days are a guess."""
        last = period.end - _ONE_DAY
        return self.days == "cn" and any(is_fallback(year) for year in range(period.start.year, last.year + 1))

    def is_open(self, moment: datetime) -> bool:
        """Return whether the person works at ``moment``."""
        day = moment.astimezone(ZoneInfo(self.zone)).date()
        return any(start <= moment < end for start, end in self.open_intervals(day))

    def open_intervals(self, day: date) -> tuple[Interval, ...]:
        """Return the working time of the local day ``day``, absences taken off, as UTC intervals in order."""
        if not self.is_workday(day):
            return ()
        zone = ZoneInfo(self.zone)
        free = [(_at(day, start, zone), _at(day, end, zone)) for start, end in self.hours]
        for away in self.absences:
            free = [piece for interval in free for piece in _without(interval, away)]
        return tuple(interval for interval in free if interval[0] < interval[1])

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies in ``[start, end)``; zero where ``end`` is not after ``start``."""
        total = timedelta()
        for opens, closes in self._open_from(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    def next_open(self, moment: datetime) -> datetime:
        """
        Return the first moment from ``moment`` on at which the person works.

        Raises
        ------
        RefusedError
            If there is none within ten years.
        """
        for opens, _ in self._open_from(moment):
            return opens
        raise self._never(moment)

    def add_working_time(self, moment: datetime, minutes: float) -> datetime:
        """
        Return the earliest moment by which ``minutes`` of working time have passed since ``moment``.

        Parameters
        ----------
        minutes
            At least 0; with 0 the answer is ``moment`` itself.

        Raises
        ------
        RefusedError
            If ten years are not enough.
        """
        if minutes < 0:
            raise InputError("calendar.negative_minutes", minutes=minutes)
        left = timedelta(minutes=minutes)
        if not left:
            return moment
        for opens, closes in self._open_from(moment):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        raise self._never(moment)

    def _open_from(self, moment: datetime) -> Iterator[Interval]:
        start = moment.astimezone(UTC)
        zone = ZoneInfo(self.zone)
        day = start.astimezone(zone).date()
        last = day + _HORIZON
        while day < last:
            for opens, closes in self.open_intervals(day):
                if closes > start:
                    yield max(opens, start), closes
            day += _ONE_DAY

    def _never(self, moment: datetime) -> RefusedError:
        return RefusedError("calendar.never_open", moment=moment, years=_HORIZON.days // 366)


def _at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    # Midnight plus minutes of the wall clock; 24:00 is the next day's midnight.
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    return wall.astimezone(UTC)


def _without(interval: Interval, away: Interval) -> list[Interval]:
    start, end = interval
    pieces = [(start, min(end, away[0])), (max(start, away[1]), end)]
    return [(first, last) for first, last in pieces if first < last] if away[0] < away[1] else [interval]
