"""The laws of advice, and small cases worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.calendar import company_calendar
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.decision import DECISIONS
from jiuzhou.kernel.errors import InputError, PolicyError
from jiuzhou.kernel.message import Message
from jiuzhou.kernel.settings import plain_settings, read_settings
from jiuzhou.serve import Advice, ServePolicy, advise
from jiuzhou.serve.policy import ACTION_CODES
from plans import scores_of

TODAY = date(2026, 3, 31)
MARKETING = {"grow_potential", "survey_due"}
Row = Mapping[str, Any]


def moment(days_ago: int) -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC) - timedelta(days=days_ago)


def book_of(customers: Sequence[Row], **tables: Sequence[Row]) -> Book:
    named = {"customers": customers, **tables}
    return Book.of(BookSettings(), {name: pa.Table.from_pylist(list(rows)) for name, rows in named.items() if rows})


def decisions_of(customers: Sequence[Row]) -> pa.Table:
    rows = [
        {"customer_id": row["customer_id"], "outcome": "assigned", "owner_id": row.get("owner", "rep-1")}
        for row in customers
    ]
    return pa.Table.from_pylist(rows, schema=DECISIONS)


def advice_for(customers: Sequence[Row], policy: ServePolicy | None = None, **tables: Sequence[Row]) -> Advice:
    keep = {"customer_id", "consent_marketing", "tier", "created_at", "visits_per_year", "region_code"}
    facts = [{key: value for key, value in row.items() if key in keep} for row in customers]
    return advise(
        book_of(facts, **tables),
        scores_of(customers, as_of=TODAY),
        decisions_of(customers),
        policy=policy or ServePolicy(),
        today=TODAY,
    )


def action_of(advice: Advice, customer: str) -> dict[str, Any]:
    return next(row for row in advice.actions.to_pylist() if row["customer_id"] == customer)


def order(customer: str, product: str, days_ago: int, amount: str = "100") -> Row:
    return {
        "order_id": f"{customer}-{product}-{days_ago}",
        "customer_id": customer,
        "product_id": product,
        "ordered_at": moment(days_ago),
        "amount": Decimal(amount),
    }


def test_an_open_complaint_goes_before_any_sum_of_money() -> None:
    advice = advice_for(
        [{"customer_id": "c1", "tier": "A", "revenue_12m": Decimal(10), "churn_risk": 0.9}],
        interactions=[{"customer_id": "c1", "at": moment(5), "kind": "complaint"}],
        deals=[
            {"deal_id": "d", "customer_id": "c1", "stage": "offer", "amount": Decimal(10**9), "opened_at": moment(30)}
        ],
    )

    action = action_of(advice, "c1")

    assert action["action"] == "answer_complaint"
    assert json.loads(action["params"]) == {"count": 1, "since": "2026-03-26"}
    assert action["due_on"] == date(2026, 3, 28)


def test_a_complaint_solved_by_today_is_no_longer_open() -> None:
    solved = {"customer_id": "c1", "at": moment(5), "kind": "complaint", "resolved_at": moment(1)}

    advice = advice_for([{"customer_id": "c1", "tier": "D"}], interactions=[solved])

    assert action_of(advice, "c1")["action"] != "answer_complaint"


def test_what_is_left_unpaid_past_its_day_is_collected() -> None:
    advice = advice_for(
        [{"customer_id": "c1", "tier": "D", "revenue_12m": Decimal(1000)}],
        orders=[order("c1", "p", 60, "1000"), order("c1", "q", 10, "500")],
        payments=[
            {
                "payment_id": "m",
                "order_id": "c1-p-60",
                "paid_at": moment(60),
                "amount": Decimal(400),
                "due_at": moment(40),
            }
        ],
    )

    action = action_of(advice, "c1")

    assert action["action"] == "collect_overdue"
    assert action["value_at_stake"] == Decimal(600)
    assert action["due_on"] == date(2026, 2, 19)
    assert action["urgency"] == 4.0  # late by 40 of 14 days: 2 ** (40 / 14) is over the limit
    assert action["expected_value"] == Decimal(180)  # 30 % of the money is expected back


def test_expected_value_is_stake_times_effect() -> None:
    advice = advice_for(
        [{"customer_id": "c1", "tier": "D", "visits_per_year": 0.0}],
        deals=[
            {
                "deal_id": "d",
                "customer_id": "c1",
                "stage": "offer",
                "amount": Decimal(5000),
                "opened_at": moment(50),
                "expected_at": moment(14),
            }
        ],
    )

    action = action_of(advice, "c1")

    assert action["action"] == "follow_deal"
    assert action["due_on"] == date(2026, 2, 23)  # 14 days after it was opened, before the day it is expected
    assert action["urgency"] == 4.0
    assert action["expected_value"] == Decimal(500)


@pytest.mark.parametrize(("consent", "expected"), [(True, "grow_potential"), (False, "keep_warm"), (None, "keep_warm")])
def test_growth_is_proposed_only_with_consent(consent: bool | None, expected: str) -> None:
    advice = advice_for(
        [
            {
                "customer_id": "c1",
                "consent_marketing": consent,
                "visits_per_year": 0.0,
                "revenue_12m": Decimal(1000),
                "potential": Decimal(9000),
                "churn_risk": 0.1,
                "created_at": moment(900),
            }
        ],
        orders=[order("c1", "p", 5)],
    )

    action = action_of(advice, "c1")

    assert action["action"] == expected
    assert action["marketing"] is (expected == "grow_potential")


def test_a_new_customer_nobody_contacted_is_welcomed() -> None:
    advice = advice_for(
        [{"customer_id": "c1", "tier": "D", "created_at": moment(10), "potential": Decimal(5000)}],
    )

    assert action_of(advice, "c1")["action"] == "welcome_new"


def test_nothing_after_today_is_known() -> None:
    people = [{"customer_id": "c1", "tier": "D"}]
    later = [{"customer_id": "c1", "at": moment(-3), "kind": "complaint"}]

    assert advice_for(people, interactions=later).actions == advice_for(people).actions


def test_a_customer_without_an_owner_gets_no_advice() -> None:
    advice = advice_for([{"customer_id": "c1", "owner": None}, {"customer_id": "c2"}])

    assert advice.actions["customer_id"].to_pylist() == ["c2"]


def test_two_decisions_for_one_customer_are_refused() -> None:
    customers = [{"customer_id": "c1"}, {"customer_id": "c1"}]

    with pytest.raises(InputError) as caught:
        advise(book_of([{"customer_id": "c1"}]), scores_of([], as_of=TODAY), decisions_of(customers), today=TODAY)

    assert caught.value.code == "serve.two_decisions"


def test_the_policy_survives_its_file_form() -> None:
    policy = ServePolicy(visits_per_year={"A": 30.0, "D": 2.0}, at_risk=0.7)

    assert read_settings(ServePolicy, plain_settings(policy), where="serve") == policy


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"visits_per_week": 0}, "serve.out_of_range"),
        ({"visits_per_year": {"A": 300.0, "D": 1.0}}, "serve.out_of_range"),
        ({"effects": {"keep_warm": 2.0}}, "serve.out_of_range"),
        ({"default_tier": "Z"}, "serve.unknown_tier"),
        ({"consent_needed": ("spam",)}, "serve.unknown_action"),
        ({"consent_needed": ("keep_warm",)}, "serve.no_fallback"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(given: dict[str, Any], code: str) -> None:
    with pytest.raises(PolicyError) as caught:
        ServePolicy(**given)

    assert caught.value.code == code


@st.composite
def companies(draw: st.DrawFn) -> tuple[list[Row], dict[str, list[Row]]]:
    size = draw(st.integers(1, 8))
    names = [f"c{index}" for index in range(size)]
    number = st.floats(0, 1e6, allow_nan=False)
    customers = [
        {
            "customer_id": name,
            "owner": draw(st.sampled_from(["rep-1", "rep-2", None])),
            "consent_marketing": draw(st.sampled_from([True, False, None])),
            "tier": draw(st.sampled_from(["A", "B", "C", "D", None])),
            "created_at": draw(st.sampled_from([moment(3), moment(400), None])),
            "revenue_12m": Decimal(round(draw(number))),
            "potential": Decimal(round(draw(number))),
            "clv": Decimal(round(draw(number))),
            "churn_risk": draw(st.sampled_from([0.1, 0.5, 0.9, None])),
        }
        for name in names
    ]
    somebody, ago = st.sampled_from(names), st.integers(-5, 800)
    products = st.sampled_from(["p1", "p2", "p3", "p4"])
    bought = draw(st.sets(st.tuples(somebody, products, ago), max_size=40))
    kinds = st.sampled_from(["visit", "call", "complaint", "browse"])
    touches = draw(st.lists(st.tuples(somebody, kinds, ago), max_size=10))
    deals = draw(st.lists(st.tuples(somebody, ago), max_size=4))
    tables = {
        "orders": [order(*row) for row in sorted(bought)],
        "interactions": [{"customer_id": who, "kind": kind, "at": moment(days)} for who, kind, days in touches],
        "deals": [
            {"deal_id": str(i), "customer_id": who, "stage": "x", "amount": Decimal(9), "opened_at": moment(days)}
            for i, (who, days) in enumerate(deals)
        ],
        "products": [{"product_id": "p4", "active_to": TODAY}],
    }
    return customers, tables


@settings(deadline=None, max_examples=60)
@given(companies(), st.integers(0, 1))
def test_the_laws_of_advice(company: tuple[list[Row], dict[str, list[Row]]], ease: int) -> None:
    customers, tables = company
    policy = ServePolicy(min_buyers=2, ease_products=20 * ease, visits_per_week=2, ease_ridge=1.0)

    advice = advice_for(customers, policy, **tables)

    owned = sorted(row["customer_id"] for row in customers if row["owner"])
    consent = {row["customer_id"]: row["consent_marketing"] for row in customers}
    assert advice.actions["customer_id"].to_pylist() == owned
    for row in advice.actions.to_pylist():
        assert row["action"] in ACTION_CODES
        assert 0 <= row["priority"] <= 100
        assert 0 <= row["expected_value"] <= row["value_at_stake"]
        assert 0.25 <= row["urgency"] <= 4
        assert row["action"] not in MARKETING or consent[row["customer_id"]] is True
        assert all(render(Message(row["code"], json.loads(row["params"])), lang) for lang in LANGS)
    bought = {(line["customer_id"], line["product_id"]) for line in tables["orders"] if line["ordered_at"] <= moment(0)}
    for row in advice.recommendations.to_pylist():
        assert row["customer_id"] in owned
        assert (row["customer_id"], row["product_id"]) not in bought
        assert (row["customer_id"], row["because_product_id"]) in bought
        assert row["product_id"] != "p4"
        assert consent[row["customer_id"]] is not False
        assert row["may_offer"] is (consent[row["customer_id"]] is True)
        assert json.loads(row["params"])["lift"] > 1
    weeks: dict[tuple[str, int], int] = {}
    for row in advice.visits.to_pylist():
        weeks[row["owner_id"], row["week"]] = weeks.get((row["owner_id"], row["week"]), 0) + 1
        assert row["customer_id"] in owned
        assert TODAY <= row["planned_on"] < TODAY + timedelta(days=28)
        assert company_calendar(Book()).is_workday(row["planned_on"])
    assert all(count <= 2 for count in weeks.values())


@settings(deadline=None, max_examples=15)
@given(companies(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(company: tuple[list[Row], dict[str, list[Row]]], shuffler: Any) -> None:
    customers, tables = company
    policy = ServePolicy(min_buyers=2)
    first = advice_for(customers, policy, **tables)
    mixed = {name: shuffler.sample(rows, len(rows)) for name, rows in tables.items()}

    second = advice_for(shuffler.sample(customers, len(customers)), policy, **mixed)

    assert second == first
