"""Demand to come: smoothing, the season that all share, and what earlier forecasts say of it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from jiuzhou.calendar import spring_festival
from jiuzhou.evaluate.forecast.accuracy import accuracy_of
from jiuzhou.evaluate.forecast.predicting import predict
from jiuzhou.evaluate.forecast.season import shared_season
from jiuzhou.evaluate.forecast.smoothing import WEIGHTS, smooth

MONDAY = date(2024, 1, 1)
DEMAND = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 5), st.integers(1, 30)),
    elements=st.one_of(st.just(0.0), st.floats(0.01, 1e6)),
)


def one_by_one(series: np.ndarray) -> tuple[float, float]:
    """Level and weight of one series, week after week."""
    found = []
    for weight in WEIGHTS:
        level, missed = series[0], 0.0
        for value in series[1:]:
            missed += (value - level) ** 2
            level += weight * (value - level)
        found.append((missed, level, weight))
    _, level, weight = min(found, key=lambda one: one[0])
    return level, weight


@given(DEMAND)
def test_smoothing_many_is_smoothing_each(values: np.ndarray) -> None:
    first = (values > 0).argmax(axis=1)

    found = smooth(values, first)

    for row, begins in enumerate(first):
        level, _ = one_by_one(values[row, begins:])
        assert found.level[row] == pytest.approx(level, rel=1e-9, abs=1e-9)


@given(DEMAND, st.integers(1, 13))
def test_a_forecast_is_a_number_within_its_range_whatever_came_before(values: np.ndarray, horizon: int) -> None:
    found = predict(values, MONDAY, horizon)

    assert found.mean.shape == (len(values), horizon)
    assert np.isfinite(found.mean).all()
    assert np.isfinite(found.high).all()
    assert (found.low >= 0).all()
    assert (found.low <= found.mean + 1e-9).all()
    assert (found.mean <= found.high + 1e-9).all()


@settings(max_examples=25)
@given(st.floats(0.5, 1e6), st.integers(1, 120))
def test_what_never_changes_goes_on(demand: float, weeks: int) -> None:
    found = predict(np.full((3, weeks), demand), MONDAY, 4)

    assert found.mean == pytest.approx(np.full((3, 4), demand), rel=1e-6)


def test_the_unit_does_not_matter() -> None:
    values = np.random.default_rng(5).poisson(4.0, (20, 90)).astype(float)

    pieces, dozens = predict(values, MONDAY, 8), predict(values / 12, MONDAY, 8)

    assert dozens.mean * 12 == pytest.approx(pieces.mean, rel=1e-9)
    assert dozens.high * 12 == pytest.approx(pieces.high, rel=1e-9)


def test_noise_has_no_season() -> None:
    total = np.random.default_rng(7).poisson(1000, 104).astype(float)

    assert np.abs(shared_season(total, MONDAY, 12).factors - 1).max() < 0.03


def test_what_was_seen_for_less_than_a_year_is_no_season() -> None:
    total = 100 + 50 * np.sin(np.arange(50) / 8)

    assert (shared_season(total, MONDAY, 12).factors == 1).all()


def test_a_high_season_seen_twice_is_expected_again() -> None:
    weeks = np.arange(117)
    high = np.isin(weeks % 52, (40, 41, 42, 43))
    total = np.where(high, 3000.0, 1000.0) * np.random.default_rng(3).uniform(0.95, 1.05, 117)

    season = shared_season(total[:104], MONDAY, 13)

    assert season.trust == 1.0
    ahead = shared_season(total[: 104 - 13], MONDAY, 13).factors[91:]
    assert ahead.argmax() + 91 in weeks[high]
    assert ahead.max() > 2


def test_the_new_year_is_expected_where_it_will_be() -> None:
    first = date(2024, 1, 1)
    days = [first + timedelta(weeks=week) for week in range(112)]
    festivals = [spring_festival(year) for year in (2024, 2025, 2026)]
    quiet = [any(-7 <= (day - festival).days <= 6 for festival in festivals) for day in days]
    total = np.where(quiet, 200.0, 1000.0) * np.random.default_rng(1).uniform(0.95, 1.05, 112)

    ahead = shared_season(total[:104], first, 8).factors[104:]

    # In 2025 it began on 29 January, in 2026 on 17 February.
    assert [factor < 0.5 for factor in ahead] == quiet[104:]


def test_errors_are_measured_as_the_books_say() -> None:
    history, came = np.array([[1.0, 3.0, 2.0]]), np.array([[4.0, 0.0]])

    found = accuracy_of(history, came, np.array([[2.0, 1.0]]), np.array([[1.0, 0.5]]), np.array([[5.0, 2.0]]))

    assert found.mase == pytest.approx(((2 + 1) / 2) / 1.5)
    assert found.bias == pytest.approx(3 / 4 - 1)
    assert found.wape == pytest.approx(3 / 4)
    assert found.hits == 0.5
