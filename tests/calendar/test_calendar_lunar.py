from __future__ import annotations

import warnings
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.calendar import dragon_boat, mid_autumn, qingming, spring_festival
from jiuzhou.calendar.lunar import LunarDay, date_to_lunar, lunar_to_date

PUBLISHED = (
    *("2000-02-05", "2001-01-24", "2002-02-12", "2003-02-01", "2004-01-22", "2005-02-09"),
    *("2006-01-29", "2007-02-18", "2008-02-07", "2009-01-26", "2010-02-14", "2011-02-03"),
    *("2012-01-23", "2013-02-10", "2014-01-31", "2015-02-19", "2016-02-08", "2017-01-28"),
    *("2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22"),
    *("2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13"),
    *("2030-02-03", "2031-01-23", "2032-02-11", "2033-01-31", "2034-02-19", "2035-02-08"),
)


@pytest.mark.parametrize("published", PUBLISHED)
def test_the_spring_festival_is_on_its_published_day(published: str) -> None:
    day = date.fromisoformat(published)
    assert spring_festival(day.year) == day


def test_the_other_festivals_of_three_years_are_on_their_published_days() -> None:
    found = [(qingming(year), dragon_boat(year), mid_autumn(year)) for year in (2020, 2024, 2025)]
    assert found == [
        (date(2020, 4, 4), date(2020, 6, 25), date(2020, 10, 1)),
        (date(2024, 4, 4), date(2024, 6, 10), date(2024, 9, 17)),
        (date(2025, 4, 4), date(2025, 5, 31), date(2025, 10, 6)),
    ]


def test_the_hard_year_2033_has_its_leap_month_after_the_eleventh() -> None:
    assert date_to_lunar(date(2033, 12, 22)) == LunarDay(2033, 11, 1, leap=True)
    assert spring_festival(2034) == date(2034, 2, 19)


def test_a_month_that_a_year_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="no leap month 3"):
        lunar_to_date(LunarDay(2026, 3, 1, leap=True))
    with pytest.raises(ValueError, match="no day 31"):
        lunar_to_date(LunarDay(2026, 1, 31))


@settings(deadline=None, max_examples=60)
@given(st.dates(date(1900, 3, 1), date(2099, 12, 31)))
def test_a_day_survives_the_way_to_the_lunar_calendar_and_back(day: date) -> None:
    assert lunar_to_date(date_to_lunar(day)) == day


@settings(deadline=None, max_examples=60)
@given(st.integers(1900, 2099))
def test_the_spring_festival_lies_between_the_21_of_january_and_the_21_of_february(year: int) -> None:
    assert date(year, 1, 21) <= spring_festival(year) <= date(year, 2, 21)


def test_every_month_since_1979_agrees_with_an_independent_almanac() -> None:
    lunardate = pytest.importorskip("lunardate", reason="lunardate is not installed; see the group lab")
    day, last = date(1979, 1, 1), date(2099, 11, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        while day < last:
            other = lunardate.LunarDate.from_solar_date(day.year, day.month, day.day)
            ours = date_to_lunar(day)
            assert (ours.year, ours.month, ours.day) == (other.year, other.month, other.day), day
            day += timedelta(days=9)
