from __future__ import annotations

from datetime import date, timedelta

import pytest

from jiuzhou.calendar import KNOWN_YEARS, WorkCalendar, holiday, is_exchanged, is_fallback
from jiuzhou.kernel.period import Period


def test_the_known_years_are_without_a_gap() -> None:
    assert list(KNOWN_YEARS) == list(range(2019, 2027))


@pytest.mark.parametrize("year", KNOWN_YEARS)
def test_every_exchanged_day_is_a_weekend_and_no_holiday(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=count) for count in range(366)]
    exchanged = [day for day in days if is_exchanged(day)]
    assert len(exchanged) >= 5
    assert all(day.isoweekday() >= 6 and holiday(day) is None for day in exchanged)


def test_2026_has_the_workdays_that_its_notice_gives() -> None:
    calendar = WorkCalendar()
    weekdays, days_off_in_the_week, exchanged = 261, 33 - 14, 6
    assert calendar.workdays(Period.parse("2026")) == weekdays - days_off_in_the_week + exchanged


def test_a_holiday_on_a_weekend_keeps_its_name() -> None:
    assert holiday(date(2026, 2, 21)) == "spring_festival"
    assert holiday(date(2026, 2, 14)) is None
    assert WorkCalendar().is_workday(date(2026, 2, 14))


def test_a_year_without_a_notice_falls_back_and_says_so() -> None:
    assert is_fallback(2031)
    assert WorkCalendar().is_fallback(Period(date(2026, 12, 1), date(2027, 1, 2)))
    assert not WorkCalendar().is_fallback(Period.parse("2026"))
    names = [holiday(date(2031, 1, day)) for day in (1, 21, 22, 23, 24, 25, 26)]
    assert names == ["new_year", None, *["spring_festival"] * 4, None]


def test_the_rule_before_2025_had_three_days_of_spring_festival_and_one_in_may() -> None:
    assert holiday(date(2018, 2, 15)) is None
    assert holiday(date(2018, 2, 18)) == "spring_festival"
    assert holiday(date(2018, 5, 2)) is None


@pytest.mark.parametrize("year", KNOWN_YEARS)
def test_the_table_agrees_with_an_independent_one(year: int) -> None:
    oracle = pytest.importorskip("chinese_calendar", reason="chinese-calendar is not installed; see the group lab")
    calendar, day = WorkCalendar(), date(year, 1, 1)
    while day.year == year:
        assert calendar.is_workday(day) == oracle.is_workday(day), day
        day += timedelta(days=1)
