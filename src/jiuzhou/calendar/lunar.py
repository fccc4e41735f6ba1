"""
The Chinese lunar calendar 农历, calculated by the rules of GB/T 33661-2017.

A month begins on the day of the new moon in Beijing. The month that holds the winter solstice is the eleventh. Where
thirteen months lie between two of them, the first one in which the Sun enters no new twelfth of its path is the leap
month.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from jiuzhou.calendar.astronomy import SYNODIC_MONTH, new_moon, sun_longitude, sun_reaches

# Until 1928 the almanac was kept in Beijing's mean solar time, since 1929 in that of 120 degrees east.
_OLD_OFFSET_DAYS = (7 + 45 / 60 + 40 / 3600) / 24
_OFFSET_DAYS = 8 / 24
_CHANGE = 2425612.5  # Julian day of 1929-01-01
_JULIAN_OF_ORDINAL = 1721424.5
_FIRST_NEW_MOON = 2451550.09766


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar calendar; ``year`` is the Gregorian year in which that lunar year began."""

    year: int
    month: int
    day: int
    leap: bool = False


def spring_festival(year: int) -> date:
    """
    Return the first day of the lunar year that begins in ``year`` (春节).

    Parameters
    ----------
    year
        Gregorian, tested from 1900 to 2099.
    """
    return lunar_to_date(LunarDay(year, 1, 1))


def dragon_boat(year: int) -> date:
    """Return the fifth day of the fifth lunar month of ``year`` (端午)."""
    return lunar_to_date(LunarDay(year, 5, 5))


def mid_autumn(year: int) -> date:
    """Return the fifteenth day of the eighth lunar month of ``year`` (中秋)."""
    return lunar_to_date(LunarDay(year, 8, 15))


def qingming(year: int) -> date:
    """Return the day in Beijing on which the Sun reaches 15 degrees (清明)."""
    return solar_term(year, 15)


@cache
def solar_term(year: int, longitude: int) -> date:
    """
    Return the day in Beijing on which the Sun reaches ``longitude`` within the Gregorian ``year``.

    Parameters
    ----------
    longitude
        A multiple of 15 degrees, 0 to 345; 270 is the winter solstice.
    """
    days = ((longitude + 80) % 360) * 365.2422 / 360  # the Sun stands at about 280 degrees on the first of January
    near = date(year, 1, 1).toordinal() + _JULIAN_OF_ORDINAL + days
    return _beijing_day(sun_reaches(longitude, near=near))


def lunar_to_date(day: LunarDay) -> date:
    """
    Return the Gregorian day of a lunar one.

    Raises
    ------
    ValueError
        If that lunar year has no such month, or the month no such day.
    """
    starts = _year(day.year)
    for index, (month, leap, first) in enumerate(starts[:-1]):
        if (month, leap) == (day.month, day.leap):
            found = first + timedelta(days=day.day - 1)
            if day.day >= 1 and found < starts[index + 1][2]:
                return found
            raise ValueError(f"Lunar month {day.month} of {day.year} has no day {day.day}.")
    raise ValueError(f"Lunar year {day.year} has no {'leap ' if day.leap else ''}month {day.month}.")


def date_to_lunar(day: date) -> LunarDay:
    """Return the lunar day of a Gregorian one."""
    year = day.year if day >= _year(day.year)[0][2] else day.year - 1
    month, leap, first = [start for start in _year(year)[:-1] if start[2] <= day][-1]
    return LunarDay(year, month, (day - first).days + 1, leap)


@cache
def _year(year: int) -> tuple[tuple[int, bool, date], ...]:
    # The months of a lunar year, and as the last one the first month of the next year.
    months = [*_between_solstices(year), *_between_solstices(year + 1)]
    begins = [index for index, (month, leap, _) in enumerate(months) if month == 1 and not leap]
    return tuple(months[begins[0] : begins[1] + 1])


@cache
def _between_solstices(year: int) -> tuple[tuple[int, bool, date], ...]:
    # From the eleventh month of the year before up to, and without, the eleventh of this one.
    first, following = _solstice_lunation(year - 1), _solstice_lunation(year)
    months: list[tuple[int, bool, date]] = []
    number, leap_due = 11, following - first == 13
    for lunation in range(first, following):
        starts = _new_moon_day(lunation)
        leap = leap_due and lunation > first and _twelfth(starts) == _twelfth(_new_moon_day(lunation + 1))
        if leap:
            leap_due = False
            number = 12 if number == 1 else number - 1
        months.append((number, leap, starts))
        number = number % 12 + 1
    return tuple(months)


def _solstice_lunation(year: int) -> int:
    solstice = solar_term(year, 270)
    guess = round((solstice.toordinal() + _JULIAN_OF_ORDINAL - _FIRST_NEW_MOON) / SYNODIC_MONTH) + 1
    while _new_moon_day(guess) > solstice:
        guess -= 1
    return guess


@cache
def _new_moon_day(lunation: int) -> date:
    return _beijing_day(new_moon(lunation))


@cache
def _twelfth(day: date) -> int:
    # In which twelfth of its path the Sun stands as the day begins.
    midnight = day.toordinal() + _JULIAN_OF_ORDINAL
    return int(sun_longitude(midnight - _offset(midnight)) // 30)


def _beijing_day(moment: float) -> date:
    return date.fromordinal(math.floor(moment + _offset(moment) - _JULIAN_OF_ORDINAL))


def _offset(moment: float) -> float:
    return _OLD_OFFSET_DAYS if moment < _CHANGE else _OFFSET_DAYS
