"""What holds of every assignment, whatever the rules, the people and the customers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhou.adapters.texts import catalogue, render
from jiuzhou.assign import AssignPolicy, standard_rules
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.ids import CustomerId

from .conftest import NOW, rule_set

Make = Callable[..., Any]
CALM = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])

people = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([None, "rep", "rep", "team", "partner"]),
        "team_id": st.sampled_from([None, "north", "south"]),
        "manager_id": st.sampled_from([None, "R00", "R01"]),
        "level": st.sampled_from([None, "junior", "senior"]),
        "skills": st.lists(st.sampled_from(["industry:医疗", "need:培训", "product:软件", "language:en"]), max_size=3),
        "capacity_customers": st.none() | st.integers(0, 5),
        "capacity_hours": st.none() | st.sampled_from([0.0, 10.0, 25.0, 40.0]),
        "weight": st.sampled_from([None, 0.0, 1.0, 2.0]),
        "active_to": st.sampled_from([None, NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=1)]),
        "lon": st.sampled_from([None, 110.0, 113.0]),
        "lat": st.sampled_from([None, 23.0]),
    }
)
clients = st.fixed_dictionaries(
    {
        "owner_id": st.sampled_from([None, "R00", "R01", "R02", "gone"]),
        "locked": st.sampled_from([None, False, False, True]),
        "key_account": st.sampled_from([None, True, False]),
        "industry": st.sampled_from([None, "医疗", "制造"]),
        "needs": st.sampled_from([None, [], ["培训"]]),
        "products": st.sampled_from([None, ["软件"]]),
        "language": st.sampled_from([None, "zh", "en"]),
        "region_code": st.sampled_from([None, "440300", "110100"]),
        "workload": st.sampled_from([None, 5.0, 12.5]),
        "created_at": st.sampled_from([None, NOW - timedelta(days=400), NOW - timedelta(days=3)]),
        "lon": st.sampled_from([None, 111.0]),
        "lat": st.sampled_from([None, 23.0]),
    }
)
steps = st.sampled_from(
    [
        *("territory", "manager", "partner", "importance", "industry", "product", "need", "language"),
        *({"territory": "team"}, {"team": "north"}, {"owner": "R01"}, {"skill": "need:培训"}),
        {"background": {"医疗": "医学"}},
    ]
)
picks = st.sampled_from(
    [[], ["keep"], ["round_robin"], [{"least_loaded": "share"}], ["keep", "nearest"], [{"prefer": "need"}], ["pool"]]
)
rule = st.fixed_dictionaries(
    {
        "when": st.sampled_from(["true", "key_account", 'industry == "医疗"', "owner_active", "territory != null"]),
        "then": st.builds(lambda fits, pick: [*fits, *pick], st.lists(steps, max_size=3), picks),
        "on_empty": st.sampled_from(["next", "relax", "pool", "hold", "fail"]),
    }
)
companies = st.tuples(
    st.lists(clients, min_size=1, max_size=14),
    st.lists(people, min_size=1, max_size=5),
    st.lists(rule, max_size=4),
    st.sampled_from(["created", "importance"]),
    st.sampled_from(["all", "gaps"]),
)


def put_up(company: Make, drawn: Any) -> tuple[Any, list[Any], AssignPolicy]:
    customers, owners, rules, order, scope = drawn
    rows = [{"customer_id": f"C{number:02d}", **row} for number, row in enumerate(customers)]
    staff = [{"owner_id": f"R{number:02d}", **row} for number, row in enumerate(owners)]
    territory = {row["customer_id"]: f"T{number % 2}" for number, row in enumerate(rows) if number % 5}
    plan = (territory, {"T0": "R00", "T1": staff[-1]["owner_id"]})
    away = [{"owner_id": staff[0]["owner_id"], "starts_at": NOW - timedelta(1), "ends_at": NOW + timedelta(3)}]
    return company(rows, staff, plan=plan, absences=away), rules, AssignPolicy(order=order, scope=scope)


@CALM
@given(companies)
def test_every_customer_ends_with_one_owner_or_one_stated_reason(company: Make, drawn: Any) -> None:
    place, rules, policy = put_up(company, drawn)
    found = place.decide(rules, policy=policy).decisions
    assert found["customer_id"].to_pylist() == sorted(place.book.table("customers")["customer_id"].to_pylist())
    named = (place.book.table(name)["owner_id"].to_pylist() for name in ("owners", "customers"))
    staff = {owner for owners in named for owner in owners}
    for row in found.to_pylist():
        has_owner = row["outcome"] in ("assigned", "kept")
        assert (row["owner_id"] in staff) if has_owner else (row["owner_id"] is None)
        assert row["code"] in catalogue("zh")
        assert row["rule"]


@CALM
@given(companies)
def test_every_reason_and_trace_reads_in_both_languages(company: Make, drawn: Any) -> None:
    place, rules, policy = put_up(company, drawn)
    found = place.decide(rules, policy=policy)
    for customer in found.decisions["customer_id"].to_pylist():
        decision = found.decision(CustomerId(customer))
        for lang in ("zh", "en"):
            assert "{" not in render(decision.reason, lang)
        for step in decision.trace:
            assert step["step"] in ("rule", "rules", "filter", "relax", "score", "pick", "empty", "otherwise")


@CALM
@given(companies)
def test_locks_are_kept_and_no_limit_is_exceeded_but_by_them(company: Make, drawn: Any) -> None:
    place, rules, policy = put_up(company, drawn)
    found = place.decide(rules, policy=policy)
    held: dict[str, list[float]] = {}
    customers = {row["customer_id"]: row for row in place.book.table("customers").to_pylist()}
    staff = {row["owner_id"]: row for row in place.book.table("owners").to_pylist()}
    freely = set()
    for row in found.decisions.to_pylist():
        customer = customers[row["customer_id"]]
        if customer["locked"] and customer["owner_id"]:
            assert (row["outcome"], row["owner_id"]) == ("kept", customer["owner_id"])
        elif row["owner_id"]:
            if row["rule"] != "still-there":
                freely.add(row["owner_id"])
            assert staff[row["owner_id"]]["active_to"] != NOW.date() - timedelta(days=1)
        hours = policy.workload_hours if customer["workload"] is None else customer["workload"]
        held.setdefault(row["owner_id"], []).append(hours)
    for owner in freely:
        most, hours = staff[owner]["capacity_customers"], staff[owner]["capacity_hours"]
        assert most is None or len(held[owner]) <= most
        assert hours is None or sum(held[owner]) <= hours + 1e-6


@CALM
@given(companies)
def test_a_batch_decides_as_if_customers_came_one_by_one(company: Make, drawn: Any) -> None:
    customers, owners, rules, *_ = drawn
    # Without regions: a customer the plan does not know goes by its neighbours, which a shorter book may lack.
    early, alone = datetime(2020, 1, 1, tzinfo=UTC), {"locked": None, "region_code": None}
    rows = [row | alone | {"created_at": early + timedelta(days=n)} for n, row in enumerate(customers)]
    whole, given_rules, _ = put_up(company, (rows, owners, rules, "created", "all"))
    decided = whole.decide(given_rules).decisions
    for count in range(1, len(rows)):
        part, given_rules, _ = put_up(company, (rows[:count], owners, rules, "created", "all"))
        assert part.decide(given_rules).decisions.equals(decided.slice(0, count))


@CALM
@given(companies, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_byte(company: Make, drawn: Any, shuffled: Any) -> None:
    place, rules, policy = put_up(company, drawn)
    again, _, _ = put_up(company, drawn)
    for name in ("customers", "owners"):
        order = list(range(again.book.tables[name].num_rows))
        shuffled.shuffle(order)
        again.book.tables[name] = again.book.tables[name].take(order)
    first, second = place.decide(rules, policy=policy), again.decide(rules, policy=policy)
    assert first.decisions.equals(second.decisions)
    assert first.load.equals(second.load)
    assert first.turns == second.turns


def test_an_empty_book_is_decided_too(company: Make) -> None:
    found = company(0, ["R1"]).decide(standard_rules())
    assert found.decisions.num_rows == 0
    assert found.load.num_rows == 1


def test_without_owners_everybody_lies_in_the_pool_and_the_reason_says_so(company: Make) -> None:
    found = company(2, []).decide(standard_rules())
    assert found.decisions["outcome"].to_pylist() == ["pooled", "pooled"]
    assert render(found.decision("C0000").reason, "zh").endswith("放入“公海”：没有其他规则能找到负责人。")


def test_a_moment_without_a_zone_is_refused(company: Make) -> None:
    with pytest.raises(InputError) as error:
        company(1, ["R1"]).decide(standard_rules(), now=NOW.replace(tzinfo=None))
    assert error.value.code == "assign.naive_now"


def test_a_stored_decision_reads_back_with_its_messages(company: Make) -> None:
    found = company(3, ["R1", "R2"]).decide([{"then": ["round_robin"]}])
    decision = found.decision("C0001")
    assert json.loads(found.decisions["params"][1].as_py()) == decision.reason.to_json()["params"]
    assert decision.reason.params["why"].code == "assign.why_turn"
    assert decision.decided_at == NOW
    with pytest.raises(KeyError):
        found.decision("C9999")


def test_gaps_alone_are_filled_where_the_policy_says_so(company: Make) -> None:
    customers = [
        {"customer_id": "C1", "owner_id": "R1"},
        {"customer_id": "C2", "owner_id": "R9"},
        {"customer_id": "C3"},
    ]
    left = {"owner_id": "R9", "active_to": NOW.date() - timedelta(days=9)}
    found = company(customers, ["R1", "R2", left]).decide(
        [{"then": ["round_robin"]}], policy=AssignPolicy(scope="gaps")
    )
    assert found.decisions["owner_id"].to_pylist() == ["R1", "R2", "R1"]
    assert found.decisions["outcome"].to_pylist() == ["kept", "assigned", "assigned"]


def test_locks_beyond_a_limit_or_to_people_who_left_are_reported(company: Make) -> None:
    customers = [{"customer_id": f"C{number}", "owner_id": "R1", "locked": True} for number in range(3)]
    customers.append({"customer_id": "C9", "owner_id": "R2", "locked": True})
    owners = [{"owner_id": "R1", "capacity_customers": 2}, {"owner_id": "R2", "active_to": NOW.date()}]
    found = company(customers, owners).decide(standard_rules())
    told = [(item.code, item.where, item.amount) for item in found.violations]
    assert told == [("locked_to_nobody", "C9", 1.0), ("over_capacity_customers", "R1", 1.0)]
    assert all("{" not in render(item.message, "zh") for item in found.violations)


def test_rules_are_read_once_and_named_by_their_content() -> None:
    first, second = rule_set([{"then": ["keep"]}]), rule_set([{"then": ["pool"]}])
    assert first.version != second.version
    assert first.version == rule_set([{"then": ["keep"]}]).version
    assert first.version.startswith("v1-")
