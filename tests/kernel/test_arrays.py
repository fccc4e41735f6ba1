"""Columns as arrays: every amount the float nearest to it, whatever piece of a column it stands in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.kernel.arrays import day_number, floats, indices, integers, lookup, ordinals
from jiuzhou.kernel.column import ARROW, Kind

MONEY = ARROW[Kind.MONEY]
amounts = st.lists(st.none() | st.integers(-9 * 10**15, 9 * 10**15).map(lambda units: Decimal(units).scaleb(-4)))


@settings(deadline=None, max_examples=50)
@given(before=amounts, values=amounts, cut=st.integers(0, 5))
def test_an_amount_becomes_the_float_nearest_to_it(
    before: list[Decimal | None], values: list[Decimal | None], cut: int
) -> None:
    column = pa.chunked_array([pa.array(before, MONEY), pa.array(values, MONEY)], MONEY).slice(cut)

    found = floats(column, missing=-1.0)

    assert found.tolist() == [-1.0 if value is None else float(value) for value in [*before, *values][cut:]]


@pytest.mark.parametrize("kind", [MONEY, pa.float64(), pa.int64(), pa.decimal128(38, 4)])
def test_a_column_of_nothing_is_an_array_of_nothing(kind: pa.DataType) -> None:
    assert floats(pa.chunked_array([], kind)).tolist() == []
    assert floats(pa.nulls(0, kind)).tolist() == []
    assert np.isnan(floats(pa.nulls(2, kind))).all()


def test_a_sum_wider_than_money_is_read_too() -> None:
    wide = pa.array([Decimal("123456789012345678901.5")], pa.decimal128(38, 4))

    assert floats(wide).tolist() == [123456789012345678901.5]


def test_values_are_found_by_the_first_key_that_equals_them() -> None:
    keys, values = pa.array(["a", "b", "a"]), pa.array([1, 2, 3])

    assert lookup(pa.array(["a", None, "c", "b"]), keys, values).to_pylist() == [1, None, None, 2]
    assert indices(pa.array(["a", None, "c", "b"]), keys).tolist() == [0, -1, -1, 1]
    assert integers(pa.array([None, 5]), missing=-9).tolist() == [-9, 5]


def test_days_are_counted_from_1970_or_as_ordinals_and_an_unknown_day_lies_before_all() -> None:
    day = date(2026, 3, 31)
    days = pa.array([day, None], pa.date32())

    assert integers(days, missing=-1).tolist() == [day_number(day), -1]
    assert ordinals(days).tolist() == [day.toordinal(), 0]
