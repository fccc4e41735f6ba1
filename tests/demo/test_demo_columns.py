"""Columns made of arrays: exact money, China's clock, draws that follow their shares."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.demo.columns import lists, moments, money, numbered, pick
from jiuzhou.demo.places import draw_by_row
from jiuzhou.demo.rhythm import day_pace, rhythm
from jiuzhou.kernel.period import Period


@given(cents=st.lists(st.integers(-(10**13), 10**13), max_size=20))
@settings(deadline=None, max_examples=60)
def test_money_is_exact_to_the_cent(cents: list[int]) -> None:
    column = money(np.array(cents, dtype=np.float64) / 100)

    expected = [(Decimal(cent) / 100).quantize(Decimal("0.0001"), ROUND_HALF_EVEN) for cent in cents]
    assert column.type == pa.decimal128(18, 4)
    assert column.to_pylist() == expected


def test_a_moment_is_eight_hours_behind_chinas_clock() -> None:
    (moment,) = moments(np.array([20_000]), np.array([7 * 3600])).to_pylist()

    assert moment == datetime(2024, 10, 3, 23, tzinfo=UTC)


def test_nothing_chosen_is_null_and_not_an_empty_list() -> None:
    chosen = np.array([[True, False, True], [False, False, False]])

    assert lists(("甲", "乙", "丙"), chosen).to_pylist() == [["甲", "丙"], None]
    assert pick(("甲", "乙"), np.array([1, -1])).to_pylist() == ["乙", None]
    assert numbered("C", np.array([7, 123]), 4).to_pylist() == ["C0007", "C0123"]


@given(rows=st.lists(st.tuples(st.integers(0, 2), st.floats(0, 0.999)), min_size=1, max_size=30))
@settings(deadline=None, max_examples=60)
def test_a_draw_by_row_is_the_draw_from_that_rows_own_shares(rows: list[tuple[int, float]]) -> None:
    shares = np.cumsum([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 0.5, 0.5]], axis=1)
    row, uniform = np.array([row for row, _ in rows]), np.array([part for _, part in rows])

    drawn = draw_by_row(shares, row, uniform)

    # Adding the row to a number moves it by rounding, so a number within it of a border may fall either way.
    for where, part, word in zip(row, uniform, drawn, strict=True):
        low = shares[where, word - 1] if word else 0.0
        assert low - 1e-12 <= part <= shares[where, word] + 1e-12


def test_time_runs_forward_and_a_day_of_a_time_is_the_day_it_falls_in() -> None:
    clock = rhythm(Period.parse("2026-07-01").start)
    region, day = np.repeat(np.arange(5), 50), np.tile(np.arange(50) * 20 + clock.first_day, 5)

    starts = clock.time_of(region, day)

    assert np.all(np.diff(clock.clock, axis=1) > 0)
    assert np.array_equal(clock.day_of(region, starts + 1e-9), day)


def test_a_holiday_is_quieter_than_any_working_day() -> None:
    festival, monday = (Period.parse(text).start for text in ("2026-02-17", "2026-02-02"))

    assert day_pace(festival) < 0.03 * day_pace(monday)
