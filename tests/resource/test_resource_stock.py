from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from jiuzhou.kernel.moments import MOMENT
from jiuzhou.resource import ResourcePolicy
from jiuzhou.resource.stock import reorder_points

TODAY = date(2026, 1, 1)


def stock(rows: list[tuple[str, str, str | None, float, int]]) -> pa.Table:
    product, place, region, on_hand, day = zip(*rows, strict=True)
    at = [datetime(2025, 12, each, tzinfo=UTC) for each in day]
    return pa.table(
        {
            "product_id": list(product),
            "location_id": list(place),
            "region_code": pa.array(region, pa.string()),
            "on_hand": list(on_hand),
            "lead_time_days": [14.0] * len(rows),
            "at": pa.array(at, MOMENT),
        }
    )


@pytest.fixture
def sold(make_orders):
    def make(product: str, each_week: list[float], region: str | None = None) -> pa.Table:
        first = TODAY - timedelta(days=7 * len(each_week))
        rows = [("acme", first + timedelta(days=7 * week), 1.0) for week in range(len(each_week))]
        count = len(rows)
        return make_orders(
            rows,
            product_id=[product] * count,
            quantity=each_week,
            ship_region_code=pa.array([region] * count, pa.string()),
        )

    return make


def points(book, **policy) -> dict[tuple[str, str], dict[str, object]]:
    table, _ = reorder_points(book, policy=ResourcePolicy(**policy), today=TODAY)
    return {(row["product_id"], row["location_id"]): row for row in table.to_pylist()}


def test_the_reorder_point_is_lead_time_demand_and_safety(make_book, sold) -> None:
    book = make_book(stock=stock([("pump", "main", None, 10.0, 1)]), orders=sold("pump", [10.0, 20.0] * 8))
    row = points(book, demand_days=112, service_level=0.975)[("pump", "main")]
    deviation = (16 * 25 / 15) ** 0.5
    assert row["daily_demand"] == pytest.approx(15 / 7, abs=1e-3)
    assert row["safety_stock"] == pytest.approx(1.959964 * deviation * 2**0.5, abs=1e-3)
    assert row["reorder_point"] == pytest.approx(30 + row["safety_stock"], abs=1e-3)
    assert row["status"] == "reorder"
    assert row["order_quantity"] == pytest.approx(row["reorder_point"] - 10, abs=1)


def test_only_the_last_count_of_a_place_holds(make_book, sold) -> None:
    counted = stock([("pump", "main", None, 10.0, 1), ("pump", "main", None, 900.0, 20)])
    row = points(make_book(stock=counted, orders=sold("pump", [10.0] * 16)), demand_days=112)[("pump", "main")]
    assert row["on_hand"] == 900.0
    assert row["status"] == "excess"


def test_demand_counts_at_the_nearest_place_and_the_rest_is_spread_evenly(make_book, sold) -> None:
    places = [("pump", "city", "320500", 1.0, 1), ("pump", "far", "440000", 1.0, 1), ("pump", "wide", "320000", 1.0, 1)]
    orders = pa.concat_tables(
        [sold("pump", [7.0] * 16, "320505"), sold("pump", [14.0] * 16, "320101"), sold("pump", [21.0] * 16, None)]
    )
    found = points(make_book(stock=stock(places), orders=orders), demand_days=112)
    demand = {place: row["daily_demand"] for (_, place), row in found.items()}
    assert demand == {"city": 2.0, "far": 1.0, "wide": 3.0}


def test_a_product_nobody_buys_is_not_ordered(make_book, sold) -> None:
    book = make_book(stock=stock([("idle", "main", None, 0.0, 1)]), orders=sold("pump", [1.0] * 16))
    row = points(book)[("idle", "main")]
    assert (row["status"], row["order_quantity"], row["days_of_cover"]) == ("no_demand", 0.0, None)


def test_stock_is_raised_before_the_season_that_last_year_had(make_book, sold) -> None:
    weeks = [30.0 if 56 <= week < 60 else 10.0 for week in range(108)]
    book = make_book(stock=stock([("pump", "main", None, 10.0, 1)]), orders=sold("pump", weeks))
    assert points(book)[("pump", "main")]["season"] > 1.5


def test_without_a_stock_table_there_is_nothing_to_say(make_book, sold) -> None:
    table, notes = reorder_points(make_book(orders=sold("pump", [1.0] * 16)), policy=ResourcePolicy(), today=TODAY)
    assert table.num_rows == 0
    assert notes == ()
