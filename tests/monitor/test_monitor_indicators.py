from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from jiuzhou.kernel.moments import MOMENT
from jiuzhou.monitor.spans import recent_spans

HOMES = {"acme": "north", "bolt": "north", "coil": "south"}


@pytest.fixture
def figure(look, make_plan, make_scores):
    def read(metric: str, period: str, territory: str = "north", column: str = "value", **tables):
        table = look(make_plan(HOMES), make_scores({name: {} for name in HOMES}), **tables).indicators
        rows = [
            row[column]
            for row in table.to_pylist()
            if (row["territory_id"], row["period"], row["metric"]) == (territory, period, metric)
        ]
        assert len(rows) <= 1
        return rows[0] if rows else None

    return read


def test_the_spans_are_twelve_months_their_quarters_and_years_and_what_runs() -> None:
    spans = recent_spans(date(2026, 2, 10))
    labels = [span.label for span in spans]
    assert [label for label in labels if "Q" in label] == ["2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1"]
    assert [label for label in labels if len(label) == 4] == ["2025", "2026"]
    assert [label for label in labels if len(label) == 7 and "Q" not in label][::12] == ["2025-02", "2026-02"]
    assert [span.label for span in spans if not span.complete] == ["2026-Q1", "2026", "2026-02"]


def test_a_running_period_is_compared_with_as_many_days_of_the_year_before() -> None:
    before = recent_spans(date(2026, 2, 10))[-1].year_before()
    assert (before.start, before.end) == (date(2025, 2, 1), date(2025, 2, 10))


def test_sales_are_net_and_lie_beside_the_year_before(figure, make_orders) -> None:
    orders = make_orders(
        [
            ("acme", date(2024, 1, 5), 1.0),
            ("acme", date(2024, 11, 5), 70.0),
            ("acme", date(2025, 11, 5), 100.0),
            ("bolt", date(2025, 11, 6), -30.0),
            ("coil", date(2025, 11, 6), 999.0),
        ]
    )
    assert figure("sales", "2025-11", orders=orders) == 70.0
    assert figure("sales", "2025-11", column="baseline", orders=orders) == 70.0
    assert figure("sales", "2025-Q4", orders=orders) == 70.0


def test_a_baseline_before_the_first_order_is_unknown_and_not_zero(figure, make_orders) -> None:
    orders = make_orders([("acme", date(2025, 3, 5), 1.0), ("acme", date(2025, 11, 5), 100.0)])
    assert figure("sales", "2025-11", column="baseline", orders=orders) is None


def test_a_day_belongs_to_the_zone_of_the_book_and_today_is_not_known(figure) -> None:
    late = [datetime(2025, 10, 31, 16, 30, tzinfo=UTC), datetime(2025, 12, 31, 16, 0, tzinfo=UTC)]
    orders = pa.table(
        {
            "order_id": ["o1", "o2"],
            "customer_id": ["acme"] * 2,
            "ordered_at": pa.array(late, MOMENT),
            "amount": [5.0, 7.0],
        }
    )
    assert figure("sales", "2025-11", orders=orders) == 5.0
    assert figure("sales", "2025-12", orders=orders) == 0.0


def test_attainment_is_there_where_a_target_is(figure, make_orders) -> None:
    orders = make_orders([("acme", date(2025, 11, 5), 150.0)])
    aims = pa.table({"territory_id": ["north"], "period": ["2025-Q4"], "metric": ["sales"], "value": [200.0]})
    own = pa.table({"territory_id": ["north"], "period": ["2025-11"], "metric": ["sales"], "value": [100.0]})
    assert figure("attainment", "2025-Q4", orders=orders, aims=aims, targets=own) == 0.75
    assert figure("attainment", "2025-11", orders=orders, aims=aims, targets=own) == 1.5
    assert figure("attainment", "2025-10", orders=orders, aims=aims, targets=own) is None


def test_the_target_of_a_running_period_counts_pro_rata(figure, make_orders) -> None:
    orders = make_orders([("acme", date(2025, 12, 5), 150.0)])
    aims = pa.table({"territory_id": ["north"], "period": ["2025-12"], "metric": ["revenue"], "value": [310.0]})
    assert figure("attainment", "2025-12", orders=orders, aims=aims, today=date(2025, 12, 16)) == 1.0


def test_new_and_active_customers_and_retention(figure, make_orders) -> None:
    orders = make_orders(
        [
            ("acme", date(2024, 1, 10), 1.0),
            ("bolt", date(2024, 2, 10), 1.0),
            ("acme", date(2025, 11, 5), 1.0),
            ("acme", date(2025, 11, 6), 1.0),
            ("coil", date(2025, 11, 6), 1.0),
            ("coil", date(2025, 11, 7), -1.0),
        ]
    )
    assert figure("active_customers", "2025-11", orders=orders) == 1
    assert figure("new_customers", "2025-11", orders=orders) == 0
    assert figure("new_customers", "2025-11", "south", orders=orders) == 1
    assert figure("retention", "2025-12", orders=orders) == 0.5


def test_coverage_is_visits_made_over_visits_due(figure, at) -> None:
    days = [date(2025, 11, day) for day in (3, 4, 5)]
    visits = pa.table({"customer_id": ["acme"] * 3, "at": at(days), "kind": ["visit"] * 3})
    customers = pa.table({"customer_id": sorted(HOMES), "visits_per_year": [36.5, 36.5, 1.0], "region_code": ["x"] * 3})
    assert figure("visits", "2025-11", interactions=visits, customers=customers) == 3
    assert figure("coverage", "2025-11", interactions=visits, customers=customers) == 0.5  # 2 × 36.5 × 30 / 365 due


def test_complaints_and_the_hours_they_took(figure, make_complaints) -> None:
    complaints = make_complaints([("acme", date(2025, 11, 3), "late"), ("bolt", date(2025, 11, 9), "late")])
    assert figure("complaints", "2025-11", interactions=complaints) == 2
    assert figure("complaint_hours", "2025-11", interactions=complaints) == 24


def test_csat_is_the_top_two_boxes_and_nps_runs_from_minus_100_to_100(figure, at) -> None:
    surveys = pa.table(
        {
            "customer_id": ["acme"] * 8,
            "at": at([date(2025, 11, 3)] * 8),
            "kind": ["csat"] * 4 + ["nps"] * 4,
            "score": [5.0, 4.0, 3.0, 1.0, 10.0, 9.0, 8.0, 6.0],
        }
    )
    assert figure("csat", "2025-11", surveys=surveys) == 0.5
    assert figure("nps", "2025-11", surveys=surveys) == 25.0


def test_answers_on_other_scales_are_read_on_their_own(figure, at) -> None:
    surveys = pa.table(
        {
            "customer_id": ["acme"] * 5,
            "at": at([date(2025, 11, 3)] * 5),
            "kind": ["csat"] * 2 + ["nps"] * 3,
            "score": [1.0, 0.0, 5.0, 4.0, 1.0],
            "scale_max": [1.0, 1.0, 5.0, 5.0, 5.0],
        }
    )
    assert figure("csat", "2025-11", surveys=surveys) == 0.5
    assert figure("nps", "2025-11", surveys=surveys) == 0.0  # 10, 8 and 2 of ten


def test_market_share_takes_the_latest_size_known_and_shares_a_region_by_customers(figure, make_orders) -> None:
    customers = pa.table({"customer_id": sorted(HOMES), "region_code": ["a", "b", "b"]})
    market = pa.table(
        {
            "region_code": ["a", "a", "b", "b"],
            "at": [date(2024, 1, 1), date(2025, 1, 1), date(2025, 1, 1), date(2027, 1, 1)],
            "market_size": [1.0, 365.0, 730.0, 9e9],
        }
    )
    orders = make_orders([("acme", date(2025, 11, 5), 12.0)])
    found = figure("market_share", "2025-11", orders=orders, customers=customers, market=market)
    assert found == pytest.approx(12 / (365 + 730 / 2) * 365 / 30)


def test_overdue_is_what_is_owed_past_its_day_at_the_end_of_the_period(figure, make_orders, at) -> None:
    orders = make_orders([("acme", date(2025, 9, 1), 100.0), ("bolt", date(2025, 9, 1), 50.0)])
    payments = pa.table(
        {
            "payment_id": ["p1", "p2"],
            "order_id": ["o0", "o1"],
            "paid_at": at([date(2025, 11, 15), date(2025, 9, 20)]),
            "amount": [60.0, 50.0],
            "due_at": at([date(2025, 10, 15), date(2025, 10, 15)]),
        }
    )
    found = [figure("overdue", month, orders=orders, payments=payments) for month in ("2025-09", "2025-10", "2025-11")]
    assert found == [0.0, 100.0, 40.0]


def test_the_deviation_stands_in_the_last_month_only(figure, make_orders) -> None:
    orders = make_orders([("acme", date(2025, 9, 1), 1.0)])
    assert figure("deviation_workload", "2025-12", orders=orders) == pytest.approx(1 / 3, abs=1e-6)
    assert figure("deviation_workload", "2025-11", orders=orders) is None


def test_a_decision_puts_a_customer_where_it_says(look, make_plan, make_scores, make_orders) -> None:
    from jiuzhou.kernel.decision import DECISIONS

    rows = [
        dict.fromkeys(DECISIONS.names) | {"customer_id": "acme", "outcome": "assigned", "territory_id": "south"},
        dict.fromkeys(DECISIONS.names) | {"customer_id": "bolt", "outcome": "pooled"},
    ]
    orders = make_orders([(name, date(2025, 11, 3) + timedelta(days=1), 10.0) for name in sorted(HOMES)])
    found = look(
        make_plan(HOMES),
        make_scores({name: {} for name in HOMES}),
        orders=orders,
        decisions=pa.Table.from_pylist(rows, DECISIONS),
    )
    sales = {
        row["territory_id"]: row["value"]
        for row in found.indicators.to_pylist()
        if (row["metric"], row["period"]) == ("sales", "2025-11")
    }
    assert sales == {"north": 10.0, "south": 20.0}


def test_a_book_with_nothing_has_no_indicator_but_zero_sales(look, make_plan, make_scores) -> None:
    found = look(make_plan(HOMES), make_scores({name: {} for name in HOMES}))
    assert set(found.indicators["metric"].to_pylist()) == {
        *("active_customers", "deviation_workload", "new_customers", "sales")
    }
    assert found.effect == {}
