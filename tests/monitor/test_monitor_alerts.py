from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.kernel.decision import DECISIONS
from jiuzhou.kernel.errors import PolicyError
from jiuzhou.kernel.settings import plain_settings, read_settings
from jiuzhou.monitor import MonitorPolicy, Severity
from jiuzhou.monitor.complaints import complaint_limit

TODAY = date(2026, 1, 1)
TERRITORIES = ("east", "north", "south", "west", "yard")
HOMES = {f"{name}-{count}": name for name in TERRITORIES for count in range(10)}


@pytest.fixture
def scores(make_scores):
    return make_scores({name: {} for name in HOMES})


@pytest.fixture
def plan(make_plan):
    return make_plan(HOMES)


@pytest.fixture
def two_years(make_orders):
    """One order for each customer and week, noisy and seasonal, with 春节 pauses; ``change`` alters territories."""

    def make(change: dict[str, float] | None = None, since: date = date(2025, 8, 1)) -> pa.Table:
        noise = np.random.default_rng(3)
        rows = []
        for day in (date(2023, 12, 25) + timedelta(days=7 * week) for week in range(105)):
            pause = 0.2 if day.month == (1 if day.year == 2025 else 2) else 1.0
            season = 1 + 0.3 * np.cos(day.month)
            for name, home in HOMES.items():
                factor = (change or {}).get(home, 1.0) if day >= since else 1.0
                rows.append((name, day, round(100 * pause * season * factor * noise.lognormal(0, 0.3), 2)))
        return make_orders(rows)

    return make


def codes(found) -> list[tuple[str, str | None]]:
    return [(alert.code, alert.where) for alert in found.alerts]


def test_quiet_data_raise_no_alert(look, plan, scores, two_years, make_complaints) -> None:
    complaints = make_complaints(
        [
            (f"{name}-1", date(2024, 12, 3) + timedelta(days=30 * month), "late")
            for name in TERRITORIES
            for month in range(13)
        ]
    )
    assert codes(look(plan, scores, orders=two_years(), interactions=complaints)) == []


def test_a_planted_fall_is_found_where_and_when_it_began(look, plan, scores, two_years) -> None:
    found = look(plan, scores, orders=two_years({"south": 0.5}))
    assert codes(found) == [("sales_drift", "south")]
    alert = found.alerts[0]
    assert alert.since == date(2025, 8, 1)
    assert alert.value == pytest.approx(-0.5, abs=0.1)
    assert alert.severity is Severity.HIGH
    assert alert.owner_id == "rep-south"
    assert alert.customer_count >= 5
    assert all(name.startswith("south") for name in alert.customers)


def test_a_rise_is_news_but_not_pressing(look, plan, scores, two_years) -> None:
    found = look(plan, scores, orders=two_years({"west": 1.8}))
    assert [(alert.code, alert.where, alert.severity) for alert in found.alerts] == [
        ("sales_drift", "west", Severity.LOW)
    ]


def test_a_fall_of_everybody_is_one_alert_of_the_company(look, plan, scores, two_years) -> None:
    found = look(plan, scores, orders=two_years(dict.fromkeys(TERRITORIES, 0.4), since=date(2025, 9, 1)))
    assert codes(found) == [("sales_drift", None)]
    assert found.alerts[0].cause.code == "monitor.company_fell"


def test_two_territories_alone_are_compared_with_their_own_year_before(look, make_plan, make_scores, two_years) -> None:
    homes = {name: home for name, home in HOMES.items() if home in ("east", "south")}
    found = look(
        make_plan(homes), make_scores({name: {} for name in homes}), orders=two_years({"south": 0.3}, date(2025, 9, 1))
    )
    assert ("sales_drift", "south") in codes(found)
    assert ("sales_drift", "east") not in codes(found)


def test_a_planted_complaint_spike_is_found_by_territory_and_topic(look, plan, scores, make_complaints) -> None:
    usual = [
        (f"{home}-1", date(2024, 12, 3) + timedelta(days=40 * count), "late")
        for home in TERRITORIES
        for count in range(9)
    ]
    planted = [(f"north-{count % 4}", date(2025, 12, 5) + timedelta(days=count), "leak") for count in range(9)]
    alert = look(plan, scores, interactions=make_complaints(usual + planted)).alerts[0]
    assert (alert.code, alert.where, alert.value) == ("complaint_spike", "north", 9.0)
    assert alert.since == date(2025, 12, 5)
    assert alert.threshold <= 6
    assert alert.customers == ("north-0", "north-1", "north-2", "north-3")
    assert alert.action.params["due"] == date(2026, 1, 6)  # three working days: 4 January is worked in exchange


def test_a_topic_that_spikes_in_many_territories_is_one_alert(look, plan, scores, make_complaints) -> None:
    planted = [
        (f"{home}-{count}", date(2025, 12, 5) + timedelta(days=count), "leak")
        for home in TERRITORIES[:3]
        for count in range(9)
    ]
    found = look(plan, scores, interactions=make_complaints([("yard-1", date(2025, 1, 5), "late"), *planted]))
    assert codes(found) == [("complaint_spike", None)]
    assert found.alerts[0].customer_count == 27


def test_the_complaint_limit_is_rarely_reached_by_chance() -> None:
    noise = np.random.default_rng(11)
    rate, chance = 2.0, 0.01
    before, window = noise.poisson(rate * 365 / 30, 4000), noise.poisson(rate, 4000)
    limits = {count: complaint_limit(count, 365, 30, chance) for count in set(before.tolist())}
    reached = np.mean([now >= limits[past] for past, now in zip(before.tolist(), window.tolist(), strict=True)])
    assert reached < chance * 1.5


@pytest.fixture
def lopsided(make_plan, make_scores):
    plan = make_plan({"big": "east", **{f"e{count}": "east" for count in range(8)}, "n1": "north", "s1": "south"})
    work = {"big": 30.0, "n1": 20.0, "s1": 40.0} | {f"e{count}": 5.0 for count in range(8)}
    customers = pa.table(
        {
            "customer_id": sorted(work),
            "lon": [109.0 if name == "big" else 110 + int(name[1]) / 10 for name in sorted(work)],
            "lat": [30.0] * len(work),
            "locked": [name == "e7" for name in sorted(work)],
        }
    )
    return plan, make_scores({name: {"workload": hours} for name, hours in work.items()}), customers


def test_where_half_of_the_territories_are_uneven_the_division_is_to_be_made_anew(look, plan, make_scores) -> None:
    hours = {"east": 4.0, "north": 1.0, "south": 3.0, "west": 0.5, "yard": 2.0}
    found = look(plan, make_scores({name: {"workload": hours[home]} for name, home in HOMES.items()}))
    uneven = [alert for alert in found.alerts if alert.code in ("imbalance", "overload", "underload")]
    assert [(alert.code, alert.where, alert.severity) for alert in uneven] == [("imbalance", None, Severity.HIGH)]
    said = uneven[0].cause.params
    assert (said["territories"], said["of"]) == (4, 5)
    assert (said["most"], said["least"]) == (pytest.approx(4 / 2.1 - 1), pytest.approx(0.5 / 2.1 - 1))


def test_an_overload_proposes_the_neighbour_with_room_and_its_nearest_free_customers(look, lopsided) -> None:
    plan, scores, customers = lopsided
    found = {alert.where: alert for alert in look(plan, scores, customers=customers).alerts}
    overload = found["east"]
    assert (overload.code, overload.severity) == ("overload", Severity.HIGH)
    assert overload.value == pytest.approx(70 / (130 / 3) - 1, abs=1e-6)
    assert overload.threshold == 0.15
    assert overload.action.params["taker"] == "North"  # it lacks 23 1/3 hours, South 3 1/3
    assert overload.customers == ("e6", "e5", "e4", "e3")  # the nearest to North; e7 is locked; 20 of 23 1/3 hours
    assert found["north"].code == "underload"
    assert found["north"].action.params["giver"] == "East"
    assert "south" not in found


def test_an_overload_without_a_neighbour_asks_for_people(look, make_plan, make_scores) -> None:
    plan = make_plan({"a": "east", "b": "north"}, targets={"east": 1.0, "north": 1.0})
    scores = make_scores({"a": {"workload": 10.0}, "b": {"workload": 10.0}})
    quiet = look(plan, scores)
    assert quiet.alerts == ()
    alone = look(make_plan({"a": "east", "b": "north"}, targets={"east": 1.0, "north": 3.0}), scores)
    assert [(alert.code, alert.action.code) for alert in alone.alerts] == [
        ("overload", "monitor.move"),
        ("underload", "monitor.move"),
    ]


def test_a_territory_that_is_not_visited_has_a_coverage_gap(look, make_plan, make_scores, at) -> None:
    plan = make_plan(HOMES)
    scores = make_scores({name: {"tier": "B"} for name in HOMES})
    visited = [name for name in HOMES if not name.startswith("yard")]
    days = [TODAY - timedelta(days=10 * count + 5) for count in range(3) for _ in visited]
    visits = pa.table({"customer_id": visited * 3, "at": at(days), "kind": ["visit"] * len(days)})
    found = look(plan, scores, interactions=visits)
    assert codes(found) == [("coverage_gap", "yard")]
    assert found.alerts[0].value == 0.0
    assert found.alerts[0].action.params["weekly"] == 2  # 0.6 × 10 × 12 × 91 / 365 visits in 13 weeks


def test_a_gap_of_most_territories_is_one_alert_of_the_company(look, plan, make_scores, at) -> None:
    scores = make_scores({name: {"tier": "B"} for name in HOMES})  # 29.9 visits due in each territory
    made = {"east": 12, "north": 13, "south": 14, "west": 30, "yard": 30}
    names = [f"{home}-{count % 10}" for home, visits in made.items() for count in range(visits)]
    visits = pa.table(
        {"customer_id": names, "at": at([date(2025, 12, 3)] * len(names)), "kind": ["visit"] * len(names)}
    )
    found = look(plan, scores, interactions=visits)
    assert codes(found) == [("coverage_gap", None)]
    alert = found.alerts[0]
    assert alert.value == pytest.approx(12 / (120 * 91 / 365), abs=1e-6)
    assert alert.cause.params["worst"] == ("East", "North", "South")
    assert [name.split("-")[0] for name in alert.customers[:3]] == ["east", "north", "south"]
    apart = look(plan, scores, interactions=visits, policy=MonitorPolicy(spread_from=4))
    assert codes(apart) == [("coverage_gap", "east"), ("coverage_gap", "north"), ("coverage_gap", "south")]


def test_overdue_payments_name_the_largest_debtors(look, plan, scores, make_orders, at) -> None:
    rows = [(name, date(2025, 10, 1), 1000.0 if name == "east-3" else 100.0) for name in sorted(HOMES)]
    orders = make_orders(rows)
    paid = [index for index, (name, _, _) in enumerate(rows) if not name.startswith("east")]
    payments = pa.table(
        {
            "payment_id": [f"p{index}" for index in paid],
            "order_id": [f"o{index}" for index in paid],
            "paid_at": at([date(2025, 10, 20)] * len(paid)),
            "amount": [rows[index][2] for index in paid],
        }
    )
    found = look(plan, scores, orders=orders, payments=payments)
    assert codes(found) == [("overdue_payments", "east")]
    alert = found.alerts[0]
    assert (alert.value, alert.since, alert.customers[0]) == (1900.0, date(2025, 11, 1), "east-3")
    assert alert.threshold == 190.0


def test_key_accounts_likely_to_leave_are_one_alert_for_a_territory(look, plan, make_scores) -> None:
    risky = {"tier": "A", "churn_risk": 0.9, "revenue_12m": Decimal(500)}
    rows = {name: {"revenue_12m": Decimal(100)} for name in HOMES} | {"east-1": risky, "east-2": risky | {"tier": "B"}}
    found = look(plan, make_scores(rows))
    assert codes(found) == [("key_accounts_at_risk", "east")]
    assert found.alerts[0].customers == ("east-1",)


def test_customers_without_an_owner_are_one_alert_for_each_reason(look, plan, scores) -> None:
    when = datetime(2025, 12, 20, 4, tzinfo=UTC)
    rows = [
        dict.fromkeys(DECISIONS.names)
        | {"customer_id": name, "outcome": outcome, "code": code, "territory_id": home, "decided_at": when}
        for name, outcome, code, home in (
            ("east-1", "unassigned", "assign.full", "east"),
            ("east-2", "unassigned", "assign.full", "east"),
            ("west-1", "unassigned", "assign.no_rule", "west"),
            ("west-2", "pooled", "assign.pool", "west"),
        )
    ]
    found = look(plan, scores, decisions=pa.Table.from_pylist(rows, DECISIONS))
    assert [(alert.code, alert.value, alert.since) for alert in found.alerts] == [
        ("no_owner", 2.0, date(2025, 12, 20)),
        ("no_owner", 1.0, date(2025, 12, 20)),
    ]
    assert found.alerts[0].action.params["owner"] == "rep-east"


def test_a_plan_without_owners_says_so_once(look, make_plan, scores) -> None:
    found = look(make_plan(HOMES, owners=dict.fromkeys(TERRITORIES)), scores)
    assert codes(found) == [("no_owner", None)]
    assert found.alerts[0].customer_count == len(HOMES)
    assert found.alerts[0].cause.code == "monitor.no_owner_in_plan"


def test_a_plan_without_territories_is_watched_without_complaint(look, make_plan, make_scores, two_years) -> None:
    found = look(make_plan({}), make_scores({}), orders=two_years())
    assert found.indicators.num_rows == 0
    assert found.alerts == ()


def test_customers_without_a_place_are_counted_once(look, plan, scores) -> None:
    names = sorted(HOMES)
    customers = pa.table({"customer_id": names, "region_code": [None] * 3 + ["310000"] * (len(names) - 3)})
    customers = customers.append_column("address", pa.array(["Nanjing Road 1", None, None] + [None] * (len(names) - 3)))
    alert = look(plan, scores, customers=customers).alerts[0]
    assert (alert.code, alert.customer_count) == ("no_place", 3)
    assert alert.action.params == {"addressed": 1, "customers": 2}


@pytest.fixture
def troubled(look, plan, make_scores, two_years, make_complaints):
    risky = {"tier": "A", "churn_risk": 0.9, "revenue_12m": Decimal(500), "workload": 90.0}
    rows = {name: {"revenue_12m": Decimal(100)} for name in HOMES} | {"east-1": risky, "north-1": risky}
    planted = [(f"north-{count % 4}", date(2025, 12, 5) + timedelta(days=count), "leak") for count in range(9)]
    orders, complaints = two_years({"south": 0.5}), make_complaints([("yard-1", date(2025, 1, 5), "late"), *planted])
    return lambda: look(plan, make_scores(rows), orders=orders, interactions=complaints)


def test_alerts_are_sorted_by_severity_size_and_id_and_none_comes_twice(troubled) -> None:
    alerts = troubled().alerts
    order = list(Severity)
    keys = [(order.index(alert.severity), -alert.size, alert.id) for alert in alerts]
    assert len(alerts) > 4
    assert keys == sorted(keys)
    assert len({alert.id for alert in alerts}) == len(alerts)
    assert all(alert.size >= 1 for alert in alerts)
    assert all(len(alert.customers) <= min(20, alert.customer_count) for alert in alerts)


def test_every_alert_is_a_sentence_in_both_languages(troubled) -> None:
    for alert in troubled().alerts:
        for lang in LANGS:
            assert "{" not in render(alert.cause, lang)
            assert "{" not in render(alert.action, lang)
        assert alert.to_json()["cause"]["code"] == alert.cause.code  # type: ignore[index,call-overload]


def test_the_same_input_gives_the_same_watch(troubled) -> None:
    once, twice = troubled(), troubled()
    assert once.alerts == twice.alerts
    assert once.indicators.equals(twice.indicators)


def test_a_policy_out_of_range_is_refused_and_a_good_one_survives_its_plain_form() -> None:
    with pytest.raises(PolicyError):
        MonitorPolicy(risk=1.2)
    with pytest.raises(PolicyError):
        MonitorPolicy(visits_per_year={"A": 400})
    policy = MonitorPolicy(ids_shown=5)
    assert read_settings(MonitorPolicy, plain_settings(policy), where="monitor") == policy
