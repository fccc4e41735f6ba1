"""Demand out of a Book: by province, product and week; and on real retail and around a new year that moves."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from jiuzhou.calendar import spring_festival
from jiuzhou.demo import AS_OF as AS_OF_DEMO
from jiuzhou.demo import make_book
from jiuzhou.evaluate.forecast.accuracy import accuracy_of
from jiuzhou.evaluate.forecast.demand import forecast_demand
from jiuzhou.evaluate.forecast.predicting import predict
from jiuzhou.evaluate.forecast.smoothing import smooth
from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.prepare import prepare

RETAIL = Path(__file__).parents[4] / "shared" / "data" / "online_retail_ii.parquet"
AS_OF = date(2026, 3, 30)


def ordered(customer: str, product: str, weeks: int, quantity: float) -> list[dict[str, object]]:
    """One order in each of the last weeks, in the middle of the week."""
    return [
        {
            "order_id": f"{customer}-{product}-{week}",
            "customer_id": customer,
            "ordered_at": f"{AS_OF - timedelta(days=7 * week + 4)}T10:00:00",
            "amount": 100,
            "product_id": product,
            "quantity": quantity,
        }
        for week in range(weeks)
    ]


def ahead(book, engine, horizon=2):
    known = prepare(book, as_of=AS_OF, policy=EvaluatePolicy())
    return forecast_demand(known, engine, horizon=horizon)


def test_demand_is_told_by_province_product_and_week(book_of, engine):
    customers = [
        {"customer_id": "C1", "name": "甲", "region_code": "320500"},
        {"customer_id": "C2", "name": "乙", "region_code": "320100"},
        {"customer_id": "C3", "name": "丙", "region_code": "330100"},
    ]
    orders = ordered("C1", "P1", 12, 2) + ordered("C2", "P1", 12, 3) + ordered("C3", "P2", 12, 1)
    book = book_of(customers=customers, orders=orders, products=[{"product_id": "P1"}, {"product_id": "P2"}])

    found = ahead(book, engine)

    assert found.unit == "quantity"
    assert [
        tuple(row.values()) for row in found.table.select(["region_code", "product_id", "week", "mean"]).to_pylist()
    ] == [
        ("320000", "P1", AS_OF, 5.0),
        ("320000", "P1", AS_OF + timedelta(weeks=1), 5.0),
        ("330000", "P2", AS_OF, 1.0),
        ("330000", "P2", AS_OF + timedelta(weeks=1), 1.0),
    ]


def test_a_short_history_and_none_at_all_are_said(book_of, engine):
    customers = [{"customer_id": "C1", "name": "甲", "region_code": "320500"}]
    short = book_of(customers=customers, orders=ordered("C1", "P1", 5, 2), products=[{"product_id": "P1"}])
    none = book_of(customers=customers)

    assert [note.code for note in ahead(short, engine).notes] == ["evaluate.forecast_too_short"]
    assert ahead(none, engine).table.num_rows == 0
    assert ahead(short, engine, horizon=0).notes == ()


def test_orders_that_are_all_too_old_forecast_nothing(book_of, engine):
    customers = [{"customer_id": "C1", "name": "甲", "region_code": "320500"}]
    old = [{**row, "ordered_at": f"2015-03-0{at + 1}T10:00:00"} for at, row in enumerate(ordered("C1", "P1", 3, 2))]
    book = book_of(customers=customers, orders=old, products=[{"product_id": "P1"}])

    found = ahead(book, engine)

    assert (found.table.num_rows, found.unit, found.notes) == (0, "", ())


def weekly(lines: list[tuple[str, int, float]], weeks: int) -> np.ndarray:
    names = {name: at for at, name in enumerate(sorted({name for name, _, _ in lines}))}
    values = np.zeros((len(names), weeks))
    for name, week, quantity in lines:
        values[names[name], week] += quantity
    return values


@pytest.mark.skipif(not RETAIL.is_file(), reason="needs Online Retail II beside the project")
def test_on_real_retail_the_season_halves_the_bias():
    lines = duckdb.execute(
        "SELECT stock_code, date_diff('day', DATE '2009-12-01', invoice_time::DATE) // 7 AS week, sum(quantity) "
        "FROM read_parquet(?) WHERE country = 'United Kingdom' AND quantity > 0 "
        "AND regexp_matches(stock_code, '^[0-9]{5}') "
        "AND NOT (sheet = 2009 AND invoice_time >= '2010-12-01') GROUP BY 1, 2",
        [str(RETAIL)],
    ).fetchall()
    values = weekly([line for line in lines if line[1] < 105], 105)
    values = values[np.argsort(-(values > 0).sum(axis=1), kind="stable")[:1000]]
    off: dict[str, list[float]] = {"plain": [], "found": []}

    for weeks in (57, 69, 81, 93):
        known, came = values[:, :weeks], values[:, weeks : weeks + 12]
        found = predict(known, date(2009, 12, 1), 12)
        told = accuracy_of(known, came, found.mean, found.low, found.high)
        level = smooth(known, (known > 0).argmax(axis=1)).level
        off["plain"].append(abs(accuracy_of(known, came, np.repeat(level[:, None], 12, axis=1)).bias))
        off["found"].append(abs(told.bias))
        assert told.mase <= 1.42
        assert 0.6 < told.hits < 0.95

    # Plain smoothing has the weeks before Christmas a quarter too low.
    assert off["found"][-1] <= off["plain"][-1] / 2
    assert np.mean(off["found"]) <= np.mean(off["plain"]) / 2


def test_around_the_new_year_forecasts_are_no_worse_than_in_other_weeks():
    book = make_book(customers=1_500, seed=3)
    orders, end = book.tables["orders"], AS_OF_DEMO
    days = [moment.date() for moment in orders["ordered_at"].to_pylist()]
    weeks = (end - min(days)).days // 7
    first = end - timedelta(weeks=weeks)
    lines = [
        (product, (day - first).days // 7, float(quantity))
        for product, day, quantity in zip(
            orders["product_id"].to_pylist(), days, orders["quantity"].to_pylist(), strict=True
        )
        if first <= day < end and quantity
    ]
    values = np.maximum(weekly(lines, weeks), 0)
    errors: dict[bool, list[float]] = {True: [], False: []}
    festivals = [spring_festival(year) for year in (2025, 2026)]

    for known in range(64, weeks - 3, 4):
        found = predict(values[:, :known], first, 4).mean.sum(axis=0)
        for at, came in enumerate(values[:, known : known + 4].sum(axis=0)):
            day = first + timedelta(weeks=known + at, days=3)
            near = min(abs((day - festival).days) for festival in festivals) <= 28
            errors[near].append(abs(found[at] - came))

    assert len(errors[True]) >= 4
    assert np.mean(errors[True]) <= np.mean(errors[False])
