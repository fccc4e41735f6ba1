"""Corrections of a draft: what moves, what stays, what the figures say, and every step taken back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.web.divide.history import Turn, redone_by, undone_by
from jiuzhou.web.divide.reads.plans import plan_view
from jiuzhou.web.divide.reads.units import list_units, preview_move
from jiuzhou.web.divide.writes import drafts
from jiuzhou.web.problems import NotFoundError, StaleError
from jiuzhou.web.store.models import AuditEntry, Customer, CustomerScore, Plan, PlanChange, PlanTerritory, PlanUnit
from web_company import Company


@pytest.fixture
def plan(company: Company) -> Plan:
    """The company's draft, each customer with ten hours of work a year."""
    CustomerScore.unscoped.update(workload=10)
    for territory in PlanTerritory.unscoped.filter(plan=company.plans["draft"]):
        territory.customers = territory.plan.units.filter(territory=territory, customer__deleted_at=None).count()
        territory.save()
    return company.plans["draft"]


def version(plan: Plan) -> int:
    return Plan.unscoped.values_list("version", flat=True).get(pk=plan.pk)


def move(company: Company, plan: Plan, keys: list[str], to: str) -> drafts.Moved:
    codes = [company.customers[key].code for key in keys]
    return drafts.move_customers(company.actor("planner"), plan.code, version=version(plan), customers=codes, to=to)


def placed(plan: Plan) -> dict[str, tuple[str, str, str]]:
    rows = PlanUnit.unscoped.filter(plan=plan).values_list("customer__code", "territory__code", "owner__code")
    return {code: (code, territory or "", owner or "") for code, territory, owner in rows}


def figures(plan: Plan) -> dict[str, tuple[int, float, float]]:
    rows = PlanTerritory.unscoped.filter(plan=plan)
    return {row.code: (row.customers, row.measures["workload"], row.deviation["workload"]) for row in rows}


def test_a_moved_customer_takes_territory_and_owner_and_the_figures_follow(company: Company, plan: Plan) -> None:
    done = move(company, plan, ["own"], "T2")

    assert (done.moved, done.skipped) == (1, 0)
    assert placed(plan)[company.customers["own"].code][1:] == ("T2", "R2")
    after = figures(plan)
    assert (after["T1"][1], after["T2"][1]) == (90.0, 110.0)
    assert (round(after["T1"][2], 9), round(after["T2"][2], 9)) == (-0.1, 0.1)
    assert Plan.unscoped.get(pk=plan.pk).metrics["out_of_band"]["value"] == 2
    assert Plan.unscoped.get(pk=plan.pk).metrics["handover_customers"]["value"] == 1


def test_a_preview_says_the_same_as_the_move_and_changes_nothing(company: Company, plan: Plan) -> None:
    before = placed(plan), figures(plan)

    previews = preview_move(company.actor("planner"), plan.code, [company.customers["own"].code], "T2")

    assert (placed(plan), figures(plan)) == before
    move(company, plan, ["own"], "T2")
    after = figures(plan)
    by_name = {"苏州": after["T1"], "无锡": after["T2"]}
    assert {one.name: (one.customers_after, one.deviation_after) for one in previews} == {
        name: (value[0], value[2]) for name, value in by_name.items()
    }


def test_locked_customers_and_territories_stay_and_are_counted(company: Company, plan: Plan) -> None:
    PlanUnit.unscoped.filter(plan=plan, customer=company.customers["peer"]).update(locked=True)
    PlanTerritory.unscoped.filter(plan=plan, code="T3").update(locked=True)

    done = move(company, plan, ["own", "peer", "formerly", "sibling", "granted"], "T4")

    assert (done.moved, done.skipped) == (2, 3)
    with pytest.raises(RefusedError) as caught:
        move(company, plan, ["partner"], "T3")
    assert caught.value.code == "plan.territory_locked"


def test_nobody_is_lost_when_a_customer_is_taken_out_of_its_territory(company: Company, plan: Plan) -> None:
    move(company, plan, ["own"], "")

    assert placed(plan)[company.customers["own"].code][1:] == ("", "")
    view = plan_view(company.actor("planner"), plan.code)
    assert view.unassigned == 1
    assert any(check.kind == "unassigned" and check.broken for check in view.checks)


def test_a_page_that_is_older_than_the_plan_changes_nothing(company: Company, plan: Plan) -> None:
    actor, code = company.actor("planner"), company.customers["own"].code
    drafts.move_customers(actor, plan.code, version=1, customers=[code], to="T2")

    with pytest.raises(StaleError) as caught:
        drafts.move_customers(actor, plan.code, version=1, customers=[code], to="T4")

    assert caught.value.version == 2
    assert placed(plan)[code][1] == "T2"


def test_a_whole_territory_moves_and_all_its_customers_come_back(company: Company, plan: Plan) -> None:
    before = placed(plan), figures(plan)
    drafts.move_territory(company.actor("planner"), plan.code, version=version(plan), territory="T2", to="T1")
    assert not PlanUnit.unscoped.filter(plan=plan, territory__code="T2").exists()

    drafts.undo(company.actor("planner"), plan.code, version=version(plan))

    assert (placed(plan), figures(plan)) == before


def test_names_and_locks_are_steps_that_can_be_taken_back(company: Company, plan: Plan) -> None:
    actor = company.actor("planner")
    drafts.rename_territory(actor, plan.code, version=version(plan), territory="T1", name="苏州南")
    drafts.lock_territory(actor, plan.code, version=version(plan), territory="T1", locked=True)
    row = PlanTerritory.unscoped.get(plan=plan, code="T1")
    assert (row.name, row.locked) == ("苏州南", True)

    drafts.revert_to(actor, plan.code, version=version(plan), number=0)

    row.refresh_from_db()
    assert (row.name, row.locked) == ("苏州", False)
    assert PlanChange.unscoped.filter(plan=plan).count() == 3


def test_undoing_and_redoing_walk_the_history(company: Company, plan: Plan) -> None:
    actor = company.actor("planner")
    states = [placed(plan)]
    for key, to in (("own", "T2"), ("own", "T3"), ("peer", "T4")):
        move(company, plan, [key], to)
        states.append(placed(plan))

    for expected in (states[2], states[1], states[0]):
        drafts.undo(actor, plan.code, version=version(plan))
        assert placed(plan) == expected
    with pytest.raises(RefusedError):
        drafts.undo(actor, plan.code, version=version(plan))

    drafts.redo(actor, plan.code, version=version(plan))
    assert placed(plan) == states[1]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_step_of_any_history_can_be_had_back_exactly(company: Company, plan: Plan, data: st.DataObject) -> None:
    PlanChange.unscoped.filter(plan=plan).delete()
    actor, keys = company.actor("planner"), ["own", "peer", "formerly", "sibling", "partner", "granted"]
    states = {0: (placed(plan), figures(plan))}
    for number in range(1, data.draw(st.integers(2, 6)) + 1):
        chosen = data.draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
        to = data.draw(st.sampled_from(["T1", "T2", "T3", "T4", ""]))
        try:
            move(company, plan, chosen, to)
        except RefusedError:
            drafts.rename_territory(actor, plan.code, version=version(plan), territory="T1", name=f"区{number}")
        states[number] = (placed(plan), figures(plan))
    number = data.draw(st.sampled_from(sorted(states)))

    drafts.revert_to(actor, plan.code, version=version(plan), number=number)

    assert (placed(plan), figures(plan)) == states[number]
    drafts.revert_to(actor, plan.code, version=version(plan), number=0)
    assert (placed(plan), figures(plan)) == states[0]


@given(st.lists(st.booleans(), max_size=30))
def test_undoing_ends_at_the_beginning_and_redoing_only_follows_undoing(undos: list[bool]) -> None:
    turns: list[Turn] = []
    for wants_undo in undos:
        back = undone_by(turns) if wants_undo else None
        if wants_undo and back is None:
            assert redone_by(turns) is None or turns[-1].back_to is not None
            continue
        turns.append(Turn(len(turns) + 1, back))
    assert (redone_by(turns) is not None) <= bool(turns and turns[-1].back_to is not None)
    for _ in range(len(turns) + 1):
        back = undone_by(turns)
        if back is None:
            break
        turns.append(Turn(len(turns) + 1, back))
    assert undone_by(turns) is None


def test_what_is_moved_is_in_the_audit_chain(company: Company, plan: Plan) -> None:
    move(company, plan, ["own"], "T2")

    entry = AuditEntry.unscoped.filter(noun="plan").latest("sequence")
    assert (entry.verb, entry.after) == ("plan.write", {"customers": 1, "step": "plan.step_moved"})


@pytest.mark.parametrize("customers", [[], ["x"] * 5001])
def test_none_and_too_many_are_refused(company: Company, plan: Plan, customers: list[str]) -> None:
    with pytest.raises(InputError):
        drafts.move_customers(company.actor("planner"), plan.code, version=1, customers=customers, to="T1")


def test_a_territory_of_another_plan_is_not_there(company: Company, plan: Plan) -> None:
    with pytest.raises(NotFoundError):
        move(company, plan, ["own"], "T99")


def test_the_list_shows_who_has_each_customer_and_who_gets_it(company: Company, plan: Plan) -> None:
    move(company, plan, ["own"], "T2")

    page = list_units(company.actor("planner"), plan.code, "T2", measure="workload", only="moved")

    (row,) = page.items
    assert (row.code, row.owner_before, row.owner_after, row.value) == (
        company.customers["own"].code,
        "周静",
        "吴昊",
        10.0,
    )


def test_a_manager_sees_only_customers_of_the_own_region(company: Company, plan: Plan) -> None:
    Plan.unscoped.filter(pk=plan.pk).update(state="review")

    rows = list_units(company.actor("regional_manager"), plan.code, "T1", measure="workload").items
    beyond = list_units(company.actor("regional_manager"), plan.code, "T3", measure="workload").items

    seen = set(Customer.unscoped.filter(territory__code="T1", deleted_at=None).values_list("code", flat=True))
    assert {row.code for row in rows} == seen
    assert beyond == ()
    view = plan_view(company.actor("regional_manager"), plan.code)
    assert {row.code for row in view.territories} == {"T1", "T2"}
