"""Half-open periods of days, written ``2026``, ``2026-H1``, ``2026-Q1``, ``2026-03``, ``2026-W12``, ``2026-03-08``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_FORMS = re.compile(
    r"(?P<year>\d{4})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|W(?P<week>\d{2})|(?P<month>\d{2})(?:-(?P<day>\d{2}))?))?"
)


@dataclass(frozen=True, slots=True)
class Period:
    """
    The days from ``start`` up to, and without, ``end``.

    Raises
    ------
    ValueError
        If ``end`` is not after ``start``.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"A period ends after it starts; got {self.start} to {self.end}.")

    @classmethod
    def parse(cls, text: str) -> Period:
        """
        Return the period that ``text`` writes.

        Raises
        ------
        ValueError
            If ``text`` is none of the forms, or names a month or week that does not exist.
        """
        found = _FORMS.fullmatch(text.strip())
        if not found:
            raise ValueError(f"{text!r} is no period; write 2026, 2026-H1, 2026-Q1, 2026-03, 2026-W12 or 2026-03-08.")
        part = {name: int(value) for name, value in found.groupdict().items() if value}
        year = part["year"]
        if "day" in part:
            first = date(year, part["month"], part["day"])
            return cls(first, first + timedelta(days=1))
        if "week" in part:
            first = date.fromisocalendar(year, part["week"], 1)
            return cls(first, first + timedelta(days=7))
        months, index = next(
            ((size, part[name]) for name, size in (("month", 1), ("quarter", 3), ("half", 6)) if name in part),
            (12, 1),
        )
        first = date(year, 1 + (index - 1) * months, 1)
        return cls(first, add_months(first, months))

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        if self.days == 1:
            return self.start.isoformat()
        if self.start.isoweekday() == 1 and self.days == 7:
            year, week, _ = self.start.isocalendar()
            return f"{year}-W{week:02d}"
        if self.start.day == 1:
            year, month = self.start.year, self.start.month
            for months, mark in (
                (1, f"-{month:02d}"),
                (3, f"-Q{month // 3 + 1}"),
                (6, f"-H{month // 6 + 1}"),
                (12, ""),
            ):
                if (month - 1) % months == 0 and self.end == add_months(self.start, months):
                    return f"{year}{mark}"
        return f"{self.start}/{self.end}"

    def months(self) -> Iterator[Period]:
        """Yield the calendar months that the period touches, whole."""
        first = self.start.replace(day=1)
        while first < self.end:
            following = add_months(first, 1)
            yield Period(first, following)
            first = following


def is_within(day: date, start: date | None, end: date | None) -> bool:
    """Return whether ``day`` lies in ``[start, end)``; ``None`` leaves that side open."""
    return (start is None or start <= day) and (end is None or day < end)


def add_months(day: date, months: int) -> date:
    """Return the first of the month that lies ``months`` after ``day``'s month, which must be a first itself."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, day.day)
