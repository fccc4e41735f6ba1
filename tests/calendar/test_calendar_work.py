from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.calendar import WorkCalendar, owner_calendars
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.kernel.moments import MOMENT
from jiuzhou.kernel.period import Period

START = datetime(2025, 1, 1, tzinfo=UTC)
moments = st.integers(0, 60 * 24 * 600).map(lambda minutes: START + timedelta(minutes=minutes))
calendars = st.builds(
    WorkCalendar,
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
    days=st.sampled_from(["cn", "weekdays", "daily"]),
    absences=st.lists(st.tuples(moments, moments), max_size=3).map(tuple),
)
days = st.dates(date(2018, 1, 1), date(2028, 1, 1))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@settings(deadline=None, max_examples=80)
@given(st.lists(days, min_size=3, max_size=3, unique=True).map(sorted))
def test_workdays_of_adjoining_periods_add_up(cuts: list[date]) -> None:
    start, middle, end = cuts
    calendar = WorkCalendar()
    parts = calendar.workdays(Period(start, middle)) + calendar.workdays(Period(middle, end))
    assert parts == calendar.workdays(Period(start, end))


@settings(deadline=None, max_examples=80)
@given(calendars, moments, st.integers(0, 6000))
def test_added_working_time_is_the_working_time_that_passed(
    calendar: WorkCalendar, moment: datetime, minutes: int
) -> None:
    then = calendar.add_working_time(moment, minutes)
    assert calendar.working_time(moment, then) == timedelta(minutes=minutes)


@settings(deadline=None, max_examples=80)
@given(calendars, st.lists(moments, min_size=3, max_size=3).map(sorted))
def test_working_time_of_adjoining_intervals_adds_up(calendar: WorkCalendar, cuts: list[datetime]) -> None:
    start, middle, end = cuts
    parts = calendar.working_time(start, middle) + calendar.working_time(middle, end)
    assert parts == calendar.working_time(start, end)


def test_a_request_on_the_eve_of_a_holiday_is_due_after_it() -> None:
    late = utc("2026-09-30T17:30:00+08:00")
    due = WorkCalendar().add_working_time(late, 60)
    assert due == utc("2026-10-08T09:30:00+08:00")


def test_an_exchanged_saturday_is_worked_in_china_and_not_elsewhere() -> None:
    saturday = utc("2026-10-10T10:00:00+08:00")
    assert WorkCalendar().is_open(saturday)
    assert not WorkCalendar(days="weekdays").is_open(saturday)


def test_lunch_is_no_working_time_and_its_end_belongs_to_work() -> None:
    calendar = WorkCalendar()
    assert not calendar.is_open(utc("2026-03-03T12:00:00+08:00"))
    assert calendar.is_open(utc("2026-03-03T13:00:00+08:00"))
    assert not calendar.is_open(utc("2026-03-03T18:00:00+08:00"))


def test_half_a_day_of_absence_is_taken_off_to_the_minute() -> None:
    away = (utc("2026-03-03T10:30:00+08:00"), utc("2026-03-03T15:15:00+08:00"))
    calendar = WorkCalendar(absences=(away,))
    whole_day = calendar.working_time(utc("2026-03-03T00:00:00+08:00"), utc("2026-03-04T00:00:00+08:00"))
    assert whole_day == timedelta(hours=1, minutes=30) + timedelta(hours=2, minutes=45)
    assert calendar.next_open(utc("2026-03-03T11:00:00+08:00")) == utc("2026-03-03T15:15:00+08:00")


def test_a_person_keeps_local_hours_when_the_clock_changes() -> None:
    calendar = WorkCalendar(zone="Europe/Berlin", days="weekdays", hours=((540, 1020),))
    before, after = calendar.open_intervals(date(2026, 3, 27)), calendar.open_intervals(date(2026, 3, 30))
    assert (before[0][0].hour, after[0][0].hour) == (8, 7)


def test_working_hours_may_reach_midnight() -> None:
    calendar = WorkCalendar(days="daily", hours=((0, 1440),))
    assert calendar.working_time(utc("2026-01-01T00:00:00+08:00"), utc("2026-01-03T00:00:00+08:00")).days == 2


def test_somebody_who_never_works_is_refused_with_a_reason() -> None:
    calendar = WorkCalendar(absences=((START, datetime(2200, 1, 1, tzinfo=UTC)),))
    with pytest.raises(RefusedError) as refused:
        calendar.add_working_time(START, 1)
    assert refused.value.code == "calendar.never_open"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"zone": "Mars/Olympus"}, "calendar.unknown_zone"),
        ({"days": "never"}, "calendar.unknown_days"),
        ({"hours": ((600, 540),)}, "calendar.bad_hours"),
        ({"hours": ()}, "calendar.bad_hours"),
        ({"hours": ((540, 700), (600, 800))}, "calendar.bad_hours"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(wrong: dict[str, object], code: str) -> None:
    with pytest.raises(InputError) as refused:
        WorkCalendar(**wrong)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_each_owner_has_an_own_zone_days_and_absences() -> None:
    owners = pa.table({"owner_id": ["zhou", "anna"], "timezone": [None, "Europe/Berlin"], "calendar": [None, None]})
    away = (utc("2026-03-03T09:00:00+08:00"), utc("2026-03-03T18:00:00+08:00"))
    absences = pa.table(
        {
            "owner_id": ["zhou"],
            "starts_at": pa.array([away[0]], MOMENT),
            "ends_at": pa.array([away[1]], MOMENT),
        }
    )
    found = owner_calendars(Book.of(BookSettings(), {"owners": owners, "absences": absences}))
    assert list(found) == ["anna", "zhou"]
    assert (found["anna"].days, found["zhou"].days) == ("weekdays", "cn")
    assert found["zhou"].open_intervals(date(2026, 3, 3)) == ()
