"""Periods are half-open, and what is written is what is read."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.kernel.period import Period, is_within

written = st.one_of(
    st.integers(1980, 2090).map(str),
    st.tuples(
        st.integers(1980, 2090), st.sampled_from(["H1", "H2", "Q1", "Q2", "Q3", "Q4", "01", "12", "W01", "W52"])
    ).map(lambda pair: f"{pair[0]}-{pair[1]}"),
    st.dates(date(1980, 1, 1), date(2090, 1, 1)).map(str),
)


@given(written)
def test_a_period_writes_as_it_was_read(text: str) -> None:
    assert str(Period.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-H2", date(2026, 7, 1), date(2027, 1, 1)),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026-02", date(2026, 2, 1), date(2026, 3, 1)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 5)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 3, 1)),
    ],
)
def test_a_period_is_half_open(text: str, start: date, end: date) -> None:
    period = Period.parse(text)

    assert (period.start, period.end) == (start, end)
    assert start in period
    assert end not in period


@pytest.mark.parametrize("text", ["", "26", "2026-Q5", "2026-13", "2026-W54", "2026-02-30", "2026-H3", "Q1-2026"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Period.parse(text)


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(1, 900))
def test_the_months_of_a_period_cover_it_without_overlap(start: date, days: int) -> None:
    period = Period(start, start + timedelta(days=days))

    months = list(period.months())

    assert months[0].start <= period.start < months[0].end
    assert months[-1].start < period.end <= months[-1].end
    assert all(before.end == after.start for before, after in pairwise(months))


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        Period(date(2026, 1, 2), date(2026, 1, 2))


@pytest.mark.parametrize(
    ("start", "end", "inside"),
    [
        (None, None, True),
        (date(2026, 3, 31), None, True),
        (date(2026, 4, 1), None, False),
        (None, date(2026, 3, 31), False),
        (None, date(2026, 4, 1), True),
    ],
)
def test_a_span_holds_its_first_day_but_not_its_end_and_may_be_open(
    start: date | None, end: date | None, inside: bool
) -> None:
    assert is_within(date(2026, 3, 31), start, end) is inside
