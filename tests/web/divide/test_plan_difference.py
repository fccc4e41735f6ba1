"""Two divisions side by side: the sums agree, the names are right, and nobody sees more than they may."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.kernel.message import say
from jiuzhou.web.divide.colours import COLOURS, beside_each_other, dealt, least_apart
from jiuzhou.web.divide.figures import Activity, to_band
from jiuzhou.web.divide.reads.difference import PRESENT, difference
from jiuzhou.web.divide.reads.matrix import metric_rows
from jiuzhou.web.divide.reads.picture import areas_of, present_areas
from jiuzhou.web.divide.reads.plans import list_plans, plan_view
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Customer, CustomerScore, Plan, PlanRemark, PlanTerritory, PlanUnit
from web_company import Company


@pytest.fixture
def plan(company: Company) -> Plan:
    """The draft in review: 周静's customer goes to 吴昊, one of 孙悦's key accounts to 华泰."""
    plan = company.plans["draft"]
    CustomerScore.unscoped.update(workload=10, revenue_12m=1000)
    for key, code in (("own", "T2"), ("sibling", "T4")):
        territory = PlanTerritory.unscoped.get(plan=plan, code=code)
        units = PlanUnit.unscoped.filter(plan=plan, customer=company.customers[key])
        units.update(territory=territory, owner=territory.owner)
    Customer.unscoped.filter(pk=company.customers["sibling"].pk).update(key_account=True)
    Plan.unscoped.filter(pk=plan.pk).update(state="review")
    return plan


def test_handover_is_counted_in_customers_money_and_key_accounts(company: Company, plan: Plan) -> None:
    found = difference(company.actor("planner"), PRESENT, plan.code)

    assert (found.customers, found.revenue, found.key_accounts) == (2, 2000.0, 1)
    assert [(move.name, move.source, move.target) for move in found.key_moves] == [
        (company.customers["sibling"].name, "孙悦", "华泰")
    ]
    assert {(flow.source, flow.target, flow.customers) for flow in found.flows} == {
        ("周静", "吴昊", 1),
        ("孙悦", "华泰", 1),
    }


def test_what_comes_in_is_what_goes_out(company: Company, plan: Plan) -> None:
    found = difference(company.actor("planner"), PRESENT, plan.code)

    assert sum(row.came for row in found.territories) == sum(row.went for row in found.territories) == 2
    assert sum(person.gives for person in found.people) == sum(person.gets for person in found.people) == 2
    assert {row.code for row in found.territories if row.changed} == {"T1", "T2", "T3", "T4"}


def test_a_division_does_not_differ_from_itself(company: Company, plan: Plan) -> None:
    found = difference(company.actor("planner"), plan.code, plan.code)

    assert (found.customers, found.people, found.flows, found.key_moves) == (0, (), (), ())
    assert not any(row.changed for row in found.territories)


def test_loads_are_shares_of_the_capacity_before_and_after(company: Company, plan: Plan) -> None:
    found = difference(company.actor("planner"), PRESENT, plan.code)

    before = {person.name: (person.load_before, person.load_after) for person in found.people}
    assert before["周静"] == (10 / 1600, 0.0)
    assert before["吴昊"] == (20 / 1600, 30 / 1600)


def test_a_manager_is_told_of_the_own_region_only(company: Company, plan: Plan) -> None:
    found = difference(company.actor("regional_manager"), PRESENT, plan.code)

    assert not found.whole
    assert {person.name for person in found.people} == {"周静", "吴昊"}
    assert found.key_moves == ()


def test_a_customer_in_a_pool_comes_to_nobody(company: Company, plan: Plan) -> None:
    before = difference(company.actor("planner"), PRESENT, plan.code)
    territory = PlanTerritory.unscoped.get(plan=plan, code="T1")
    PlanUnit.unscoped.create(
        organisation=company.organisation,
        plan=plan,
        customer=company.customers["pool"],
        territory=territory,
        owner=territory.owner,
    )

    after = difference(company.actor("planner"), PRESENT, plan.code)

    assert [(one.code, one.gives, one.gets) for one in after.people] == [
        (one.code, one.gives, one.gets) for one in before.people
    ]


def test_what_is_said_of_a_customer_or_a_territory_is_for_those_who_see_it(company: Company, plan: Plan) -> None:
    territories = {one.code: one for one in PlanTerritory.unscoped.filter(plan=plan)}
    for text, customer, territory in (
        ("合作多年", "sibling", "T4"),
        ("南京的老客户", "own", "T2"),
        ("整体不错", None, None),
        ("甲区太大", None, "T1"),
        ("丙区太大", None, "T3"),
    ):
        PlanRemark.unscoped.create(
            organisation=company.organisation,
            plan=plan,
            kind="objection" if customer else "comment",
            customer=company.customers[customer] if customer else None,
            territory=territories[territory] if territory else None,
            text=text,
            at=company.now,
        )

    def told(person: str) -> set[str]:
        return {one.text for one in plan_view(company.actor(person), plan.code).remarks}

    assert told("regional_manager") == {"南京的老客户", "整体不错", "甲区太大"}
    assert told("planner") == told("regional_manager") | {"合作多年", "丙区太大"}


def test_a_plan_that_is_not_for_the_reader_is_not_there(company: Company) -> None:
    with pytest.raises(NotFoundError):
        difference(company.actor("regional_manager"), PRESENT, company.plans["draft"].code)


def test_the_map_colours_an_area_by_the_territory_with_most_of_its_customers(company: Company, plan: Plan) -> None:
    (now,) = present_areas(company.actor("planner"))
    (then,) = areas_of(company.actor("planner"), plan.code)

    assert (now.code[:2], now.territory, now.customers) == ("32", "T2", 6)
    assert (then.territory, then.customers, then.share) == ("T2", 6, 0.5)


def test_a_plan_that_is_still_being_written_is_not_listed(company: Company) -> None:
    Plan.unscoped.create(organisation=company.organisation, code="half", name="半个", state="archived")

    codes = {row.code for row in list_plans(company.actor("planner")).items}

    assert codes == {"plan-active", "plan-draft"}
    with pytest.raises(NotFoundError):
        plan_view(company.actor("planner"), "half")


def test_a_tip_says_how_many_customers_and_the_nearest_territories(company: Company, plan: Plan) -> None:
    rows = PlanTerritory.unscoped.filter(plan=plan)
    off = {"in_band": False, "customers": 10}
    rows.filter(code="T1").update(measures={"workload": 70.0}, deviation={"workload": -0.3}, **off)
    rows.filter(code="T2").update(measures={"workload": 130.0}, deviation={"workload": 0.3}, **off)
    rows.filter(code="T1").update(lat=31.3, lon=120.6)
    rows.filter(code="T2").update(lat=31.5, lon=120.3)

    view = plan_view(company.actor("planner"), plan.code)

    tips = {row.code: row.tip for row in view.territories}
    assert tips["T1"].code == "plan.tip_add_near"
    assert tips["T1"].params["near"] == ("无锡",)
    assert tips["T2"].code == "plan.tip_remove_near"
    assert tips["T3"] == say("plan.tip_in_band")
    assert [check.kind for check in view.broken] == ["band", "empty"]


@given(
    before=st.dictionaries(st.sampled_from(["out_of_band", "cv_workload", "handover_customers"]), st.floats(0, 99)),
    after=st.dictionaries(st.sampled_from(["out_of_band", "cv_workload", "handover_customers"]), st.floats(0, 99)),
)
def test_less_is_better_and_turning_the_sides_turns_the_verdict(
    before: dict[str, float], after: dict[str, float]
) -> None:
    activities = [Activity("workload")]
    there = metric_rows(before, after, activities)
    back = metric_rows(after, before, activities)

    turned = {"better": "worse", "worse": "better", "same": "same", "": ""}
    assert [turned[row.verdict] for row in there] == [row.verdict for row in back]
    assert all((row.verdict == "better") == (row.change is not None and row.change < -1e-9) for row in there)


@given(value=st.floats(0, 1000), target=st.floats(1, 1000), tolerance=st.floats(0.01, 0.5))
def test_bringing_in_what_is_said_brings_a_territory_into_its_band(
    value: float, target: float, tolerance: float
) -> None:
    need = to_band(value, target, tolerance)

    if need is None:
        assert abs(value / target - 1) <= tolerance + 1e-6
    else:
        assert need[0] <= need[1]
        assert all(abs((value + amount) / target - 1) <= tolerance + 1e-6 for amount in need)


@given(st.lists(st.tuples(st.floats(75, 130), st.floats(20, 50)), min_size=2, max_size=40, unique=True))
def test_no_two_neighbours_have_the_same_colour_and_colours_once_dealt_stay(
    places: list[tuple[float, float]],
) -> None:
    neighbours = beside_each_other({f"T{number:02d}": place for number, place in enumerate(places)})
    colours = dealt(neighbours)

    assert set(colours) == set(neighbours)
    assert set(colours.values()) <= set(range(COLOURS))
    for code, others in neighbours.items():
        if len(others) < COLOURS:
            assert all(colours[code] != colours[other] for other in others)
    kept = dict(list(colours.items())[: len(colours) // 2])
    assert dealt(neighbours, kept) | kept == dealt(neighbours, kept)


def test_equal_colours_are_not_apart() -> None:
    assert least_apart([3, 3]) == 0
    assert least_apart([0, 9]) > 10
