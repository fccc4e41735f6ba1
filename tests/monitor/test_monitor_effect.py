from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

BEFORE = {"acme": "north", "bolt": "north", "coil": "north", "dyno": "south"}
AFTER = {"acme": "north", "bolt": "south", "coil": "north", "dyno": "south"}


@pytest.fixture
def scores(make_scores):
    return make_scores({name: {"revenue_12m": Decimal(100), "workload": 10.0} for name in BEFORE})


@pytest.fixture
def customers() -> pa.Table:
    return pa.table({"customer_id": sorted(BEFORE), "region_code": ["x"] * 4, "key_account": [None, True, True, None]})


def test_the_effect_counts_who_changed_hands_and_how_the_balance_moved(look, make_plan, scores, customers) -> None:
    deals = pa.table({"deal_id": ["d1", "d2"], "customer_id": ["bolt", "bolt"], "stage": ["offer", "won"]})
    deals = deals.append_column("outcome", pa.array([None, "won"]))
    baseline = make_plan(BEFORE, name="plan-0")
    effect = look(make_plan(AFTER), scores, customers=customers, deals=deals, baseline=baseline).effect
    assert effect["against"] == "plan-0"
    assert effect["handover"] == {"customers": 1, "share": 0.25, "revenue": 100.0, "key_accounts": 1, "open_deals": 1}
    assert effect["balance"]["workload"]["before"] == {"largest": 0.5, "out_of_band": 2, "tolerance": 0.05}
    assert effect["balance"]["workload"]["after"] == {"largest": 0.0, "out_of_band": 0, "tolerance": 0.05}


def test_former_territories_of_the_units_serve_where_no_baseline_is_given(look, make_plan, scores, customers) -> None:
    effect = look(make_plan(AFTER, previous=BEFORE), scores, customers=customers).effect
    assert effect["against"] == "previous"
    assert effect["handover"]["customers"] == 1
    assert effect["balance"]["workload"]["before"]["out_of_band"] == 2


def test_who_had_no_owner_before_is_no_handover(look, make_plan, scores, customers) -> None:
    baseline = make_plan(BEFORE, owners={"north": None})
    effect = look(make_plan(AFTER), scores, customers=customers, baseline=baseline).effect
    assert effect["handover"]["customers"] == 0


def test_the_outcome_sets_moved_beside_kept_customers(look, make_plan, scores, customers, make_orders) -> None:
    since = date(2025, 7, 1)  # the plan's day
    rows = [(name, since - timedelta(days=10), 100.0) for name in sorted(BEFORE)]
    rows += [(name, since + timedelta(days=10), 150.0 if name == "bolt" else 110.0) for name in sorted(BEFORE)]
    effect = look(make_plan(AFTER, previous=BEFORE), scores, customers=customers, orders=make_orders(rows)).effect
    assert effect["outcome"]["moved"] == {"before": 100.0, "after": 150.0}
    assert effect["outcome"]["kept"] == {"before": 300.0, "after": 330.0}
    assert effect["outcome"]["difference"] == pytest.approx(0.4)


def test_a_young_plan_has_no_outcome_yet(look, make_plan, scores, customers, make_orders) -> None:
    orders = make_orders([("acme", date(2025, 7, 20), 1.0)])
    plan = make_plan(AFTER, previous=BEFORE)
    assert look(plan, scores, customers=customers, orders=orders, today=date(2025, 8, 1)).effect["outcome"] is None
