"""
Public holidays of mainland China, and the weekends worked in exchange (调休).

The days are facts from the yearly notices of the General Office of the State Council. A year without a notice yet
falls back to the days that the Regulation on Public Holidays itself names, with no day exchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

from jiuzhou.calendar.lunar import dragon_boat, mid_autumn, qingming, spring_festival

# One line for each holiday of the notice: its name, then the days off as month and day, the last one after a dash; in
# the line "worked" stand the Saturdays and Sundays that are working days.
_NOTICES: Mapping[int, str] = {
    2019: """new_year 0101; spring_festival 0204-0210; qingming 0405-0407; labour_day 0501-0504; dragon_boat 0607-0609;
             mid_autumn 0913-0915; national_day 1001-1007; worked 0202 0203 0428 0505 0929 1012""",
    2020: """new_year 0101; spring_festival 0124-0202; qingming 0404-0406; labour_day 0501-0505; dragon_boat 0625-0627;
             national_day 1001-1008; worked 0119 0426 0509 0628 0927 1010""",
    2021: """new_year 0101-0103; spring_festival 0211-0217; qingming 0403-0405; labour_day 0501-0505;
             dragon_boat 0612-0614; mid_autumn 0919-0921; national_day 1001-1007;
             worked 0207 0220 0425 0508 0918 0926 1009""",
    2022: """new_year 0101-0103 1231; spring_festival 0131-0206; qingming 0403-0405; labour_day 0430-0504;
             dragon_boat 0603-0605; mid_autumn 0910-0912; national_day 1001-1007;
             worked 0129 0130 0402 0424 0507 1008 1009""",
    2023: """new_year 0101-0102 1230-1231; spring_festival 0121-0127; qingming 0405; labour_day 0429-0503;
             dragon_boat 0622-0624; mid_autumn 0929; national_day 0930-1006;
             worked 0128 0129 0423 0506 0625 1007 1008""",
    2024: """new_year 0101; spring_festival 0210-0217; qingming 0404-0406; labour_day 0501-0505; dragon_boat 0610;
             mid_autumn 0915-0917; national_day 1001-1007; worked 0204 0218 0407 0428 0511 0914 0929 1012""",
    2025: """new_year 0101; spring_festival 0128-0204; qingming 0404-0406; labour_day 0501-0505;
             dragon_boat 0531-0602; mid_autumn 1006; national_day 1001-1005 1007-1008;
             worked 0126 0208 0427 0928 1011""",
    2026: """new_year 0101-0103; spring_festival 0215-0223; qingming 0404-0406; labour_day 0501-0505;
             dragon_boat 0619-0621; mid_autumn 0925-0927; national_day 1001-1007;
             worked 0104 0214 0228 0509 0920 1010""",
}
KNOWN_YEARS = range(min(_NOTICES), max(_NOTICES) + 1)
"""Years whose notice is in the table; holidays of other years are a fallback."""
_REVISED = 2025  # Decree 795: New Year's Eve of the lunar year and the second of May became holidays


def is_fallback(year: int) -> bool:
    """Return whether the holidays of ``year`` are only those the regulation names, for want of a notice."""
    return year not in KNOWN_YEARS


def holiday(day: date) -> str | None:
    """
    Return the name of the public holiday on ``day``, or ``None``.

    Returns
    -------
    str | None
        ``new_year``, ``spring_festival``, ``qingming``, ``labour_day``, ``dragon_boat``, ``mid_autumn`` or
        ``national_day``; a weekend inside a holiday carries its name.
    """
    return _days_off(day.year).get(day)


def is_exchanged(day: date) -> bool:
    """Return whether ``day`` is a Saturday or Sunday worked in exchange for a holiday (调休上班)."""
    return day in _worked(day.year)


@cache
def _days_off(year: int) -> Mapping[date, str]:
    if is_fallback(year):
        return _by_regulation(year)
    return {day: name for name, days in _read(year).items() if name != "worked" for day in days}


@cache
def _worked(year: int) -> frozenset[date]:
    return frozenset() if is_fallback(year) else frozenset(_read(year)["worked"])


def _read(year: int) -> dict[str, list[date]]:
    found: dict[str, list[date]] = {}
    for line in _NOTICES[year].split(";"):
        name, *spans = line.split()
        found[name] = [day for span in spans for day in _span(year, *span.split("-"))]
    return found


def _span(year: int, first: str, last: str = "") -> list[date]:
    start, end = (date(year, int(text[:2]), int(text[2:])) for text in (first, last or first))
    return [start + timedelta(days=count) for count in range((end - start).days + 1)]


def _by_regulation(year: int) -> dict[date, str]:
    festival, one = spring_festival(year), timedelta(days=1)
    revised = year >= _REVISED
    days = {date(year, 1, 1): "new_year", date(year, 5, 1): "labour_day"}
    days |= {festival + count * one: "spring_festival" for count in range(-1 if revised else 0, 3)}
    if revised:
        days[date(year, 5, 2)] = "labour_day"
    days |= {qingming(year): "qingming", dragon_boat(year): "dragon_boat", mid_autumn(year): "mid_autumn"}
    return days | {date(year, 10, count): "national_day" for count in (1, 2, 3)}
