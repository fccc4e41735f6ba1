"""The life of a plan: each step only from its states, by those who may, and never approved by who submitted it."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.divide.life import STEPS, Standing, open_steps
from jiuzhou.web.divide.writes import drafts, life, making, remarks
from jiuzhou.web.inbox.writes import decide
from jiuzhou.web.problems import ForbiddenError, InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.models import (
    Approval,
    AuditEntry,
    Customer,
    Notice,
    Organisation,
    Plan,
    PlanRemark,
    PlanTerritory,
    PlanUnit,
    Run,
)
from web_company import Company

WHY = "李明离职后平衡苏州"


def draft(company: Company) -> Plan:
    return Plan.unscoped.get(pk=company.plans["draft"].pk)


def submit(company: Company, *, person: str = "planner", day: date | None = None, confirmed: bool = True) -> str:
    plan = draft(company)
    return life.submit_plan(
        company.actor(person), plan.code, version=plan.version, note=WHY, effective_on=day, confirmed=confirmed
    )


def approve(company: Company, person: str = "admin") -> None:
    plan = draft(company)
    life.approve_plan(company.actor(person), plan.code, version=plan.version)


def test_a_submitted_plan_waits_for_a_second_person_who_is_asked(company: Company) -> None:
    assert submit(company) == "review"

    plan = draft(company)
    assert (plan.state, plan.submitted_by, plan.note) == ("review", company.people["planner"], WHY)
    asked = Approval.unscoped.get(noun="plan", key=plan.code)
    assert (asked.asked_by, asked.verb, asked.note) == (company.people["planner"], "plan.approve", WHY)


def test_a_plan_in_review_is_read_only(company: Company) -> None:
    submit(company)
    plan = draft(company)

    with pytest.raises(RefusedError) as caught:
        drafts.move_customers(
            company.actor("planner"),
            plan.code,
            version=plan.version,
            customers=[company.customers["own"].code],
            to="T2",
        )

    assert caught.value.code == "plan.read_only"
    assert PlanUnit.unscoped.get(plan=plan, customer=company.customers["own"]).territory.code == "T1"


def test_who_submitted_a_plan_cannot_approve_it_in_any_way(company: Company) -> None:
    Plan.unscoped.filter(pk=draft(company).pk).update(
        state="review", submitted_by=company.people["admin"], submitted_at=timezone.now()
    )

    with pytest.raises(RefusedError) as caught:
        approve(company, "admin")
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.unscoped.filter(pk=draft(company).pk).update(approved_by=company.people["admin"])

    assert caught.value.code == "plan.not_by_yourself"
    assert draft(company).state == "review"


def test_an_approved_plan_carries_its_approver_and_its_publication_begins_on_its_day(company: Company) -> None:
    today = timezone.localdate(timezone=ZoneInfo(company.organisation.zone))
    submit(company, day=today)

    approve(company)

    plan = draft(company)
    assert (plan.state, plan.approved_by, plan.effective_on) == ("approved", company.people["admin"], today)
    run = Run.unscoped.get(kind="plan.publish")
    assert run.arguments == {"plan": plan.code}
    assert Approval.unscoped.get(key=plan.code).outcome == "approved"


def test_a_plan_for_a_later_day_waits(company: Company) -> None:
    submit(company, day=timezone.localdate() + timedelta(days=30))

    approve(company)

    assert not Run.unscoped.filter(kind="plan.publish").exists()


def test_a_decision_in_the_inbox_is_the_same_decision(company: Company) -> None:
    submit(company)

    decide(company.actor("admin"), Approval.unscoped.get(noun="plan").pk, "refused", "先和客户谈")

    plan = draft(company)
    assert plan.state == "returned"
    assert PlanRemark.unscoped.get(plan=plan).text == "先和客户谈"
    assert Notice.unscoped.filter(user=company.people["planner"], kind="approval").count() == 1


def test_a_returned_plan_can_be_mended_and_submitted_again(company: Company) -> None:
    submit(company)
    plan = draft(company)
    life.return_plan(company.actor("admin"), plan.code, version=plan.version, answer="容差太大")

    assert submit(company) == "review"
    approve(company)
    assert draft(company).state == "approved"


def test_a_return_needs_a_reason(company: Company) -> None:
    submit(company)
    plan = draft(company)

    with pytest.raises(InvalidError):
        life.return_plan(company.actor("admin"), plan.code, version=plan.version, answer="  ")

    assert draft(company).state == "review"


def test_a_withdrawn_plan_takes_its_request_along(company: Company) -> None:
    submit(company)
    plan = draft(company)

    life.withdraw_plan(company.actor("planner"), plan.code, version=plan.version)

    assert draft(company).state == "draft"
    assert not Approval.unscoped.filter(key=plan.code, decided_at__isnull=True).exists()


def test_a_small_plan_needs_no_second_person_where_the_company_says_so(company: Company) -> None:
    Organisation.objects.filter(pk=company.organisation.pk).update(choices={"publish_alone_below": 2})

    assert submit(company) == "approved"

    plan = draft(company)
    assert (plan.state, plan.approved_by) == ("approved", None)


def test_a_plan_as_large_as_the_limit_needs_one(company: Company) -> None:
    Organisation.objects.filter(pk=company.organisation.pk).update(choices={"publish_alone_below": 1})
    plan = draft(company)
    PlanUnit.unscoped.filter(plan=plan, customer=company.customers["own"]).update(owner=company.owners["R2"])

    assert submit(company) == "review"


def test_the_costs_must_be_looked_at_before_submitting(company: Company) -> None:
    Customer.unscoped.filter(pk=company.customers["own"].pk).update(key_account=True)
    PlanUnit.unscoped.filter(plan=draft(company), customer=company.customers["own"]).update(owner=company.owners["R2"])

    with pytest.raises(InvalidError) as caught:
        submit(company, confirmed=False)

    assert set(caught.value.fields) == {"confirmed"}
    assert submit(company, confirmed=True) == "review"


def test_a_day_that_has_passed_is_refused(company: Company) -> None:
    with pytest.raises(InvalidError) as caught:
        submit(company, day=timezone.localdate() - timedelta(days=2))

    assert set(caught.value.fields) == {"effective_on"}


@pytest.mark.parametrize("person", ["rep", "team_lead", "regional_manager", "auditor", "importer", "admin"])
def test_only_planners_submit(company: Company, person: str) -> None:
    with pytest.raises((ForbiddenError, NotFoundError)):
        submit(company, person=person)

    assert draft(company).state == "draft"


def test_of_two_people_who_decide_at_once_one_wins_and_the_other_is_told(company: Company) -> None:
    submit(company)
    plan = draft(company)
    life.approve_plan(company.actor("admin"), plan.code, version=plan.version)

    with pytest.raises(StaleError) as caught:
        life.return_plan(company.actor("regional_manager"), plan.code, version=plan.version, answer="再议")

    assert caught.value.now["state"] == "approved"
    assert draft(company).state == "approved"


def test_every_step_leaves_its_entry_in_the_audit_chain(company: Company) -> None:
    submit(company)
    approve(company)

    told = AuditEntry.unscoped.filter(noun="plan", key=draft(company).code).order_by("sequence")
    steps = [(row.verb, row.after.get("state")) for row in told if row.after.get("step")]
    assert steps == [("plan.submit", "review"), ("plan.approve", "approved")]


def test_an_archived_draft_comes_back_as_a_draft(company: Company) -> None:
    actor = company.actor("planner")
    life.archive_plan(actor, draft(company).code, version=draft(company).version)
    assert draft(company).state == "archived"

    life.restore_plan(actor, draft(company).code, version=draft(company).version)

    assert draft(company).state == "draft"


def test_a_fork_has_the_division_of_its_source_against_the_plan_in_force(company: Company) -> None:
    source = draft(company)
    target = PlanTerritory.unscoped.get(plan=source, code="T2")
    PlanUnit.unscoped.filter(plan=source, customer=company.customers["own"]).update(
        territory=target, owner=target.owner
    )

    code = making.fork_plan(company.actor("planner"), source.code, name="副本")

    plan = Plan.unscoped.get(code=code)
    assert (plan.state, plan.base, plan.name) == ("draft", company.plans["active"], "副本")
    unit = PlanUnit.unscoped.get(plan=plan, customer=company.customers["own"])
    assert (unit.owner, unit.previous_owner, unit.territory.code) == (
        company.owners["R2"],
        company.owners["R1"],
        "T2",
    )
    live = Customer.unscoped.filter(organisation=company.organisation, deleted_at__isnull=True).count()
    assert plan.units.count() == live
    assert plan.metrics["handover_customers"]["value"] == 1


def test_a_fork_of_the_plan_in_force_is_the_present(company: Company) -> None:
    Customer.unscoped.filter(pk=company.customers["own"].pk).update(
        owner=company.owners["R3"], territory=company.territories["T3"]
    )

    code = making.draft_of_present(company.actor("planner"), name="从现状")

    unit = PlanUnit.unscoped.get(plan__code=code, customer=company.customers["own"])
    assert (unit.owner, unit.territory.code) == (company.owners["R3"], "T3")
    assert Plan.unscoped.get(code=code).metrics["handover_customers"]["value"] == 0


def test_a_roll_back_is_a_new_plan_in_review_and_only_within_its_days(company: Company) -> None:
    former = company.plans["active"]
    now = timezone.now()
    Plan.unscoped.filter(pk=former.pk).update(state="archived", activated_at=now - timedelta(days=90), archived_at=now)
    actor = company.actor("planner")

    code = making.roll_back_plan(actor, former.code)

    plan = Plan.unscoped.get(code=code)
    assert (plan.state, plan.submitted_by) == ("review", company.people["planner"])
    assert Approval.unscoped.filter(key=code).exists()
    Plan.unscoped.filter(pk=former.pk).update(archived_at=now - timedelta(days=31))
    with pytest.raises(RefusedError) as caught:
        making.roll_back_plan(actor, former.code)
    assert caught.value.code == "plan.too_late_to_roll_back"


def test_an_objection_names_its_price_from_the_plans_own_measures(company: Company) -> None:
    plan = draft(company)
    own = company.customers["own"]
    own.scores.workload = 10
    own.scores.save()
    target = PlanTerritory.unscoped.get(plan=plan, code="T2")
    PlanUnit.unscoped.filter(plan=plan, customer=own).update(territory=target, owner=target.owner)
    Customer.unscoped.filter(pk=own.pk).update(key_account=True)
    submit(company)

    remarks.object_to(company.actor("planner"), plan.code, customer=own.code, text="合作多年")

    cost = PlanRemark.unscoped.get(plan=plan).cost
    assert (cost["from"], cost["to"]) == ("T2", "T1")
    assert [(side["territory"], side["before"], round(side["after"], 6)) for side in cost["sides"]] == [
        ("无锡", 0.0, -0.1),
        ("苏州", 0.0, 0.1),
    ]
    assert [side["in_band_after"] for side in cost["sides"]] == [False, False]
    assert cost["saved"] == {"customers": 1, "revenue": 0.0, "key_accounts": 1}


def test_an_objection_to_what_does_not_change_is_refused(company: Company) -> None:
    submit(company)

    with pytest.raises(RefusedError) as caught:
        remarks.object_to(
            company.actor("regional_manager"),
            draft(company).code,
            customer=company.customers["own"].code,
            text="不同意",
        )

    assert caught.value.code == "plan.stays_anyway"


def test_an_accepted_objection_moves_the_customer_back_once_the_plan_can_be_changed(company: Company) -> None:
    plan = draft(company)
    target = PlanTerritory.unscoped.get(plan=plan, code="T2")
    unit = PlanUnit.unscoped.get(plan=plan, customer=company.customers["own"])
    PlanUnit.unscoped.filter(pk=unit.pk).update(territory=target, owner=target.owner)
    submit(company)
    number = remarks.object_to(
        company.actor("regional_manager"), plan.code, customer=company.customers["own"].code, text="合作多年"
    )
    life.return_plan(company.actor("admin"), plan.code, version=draft(company).version, answer="见异议")

    remarks.answer_remark(company.actor("planner"), plan.code, number, accepted=True)

    unit.refresh_from_db()
    assert (unit.territory.code, unit.owner) == ("T1", company.owners["R1"])


def test_a_plan_that_is_still_being_written_offers_no_step(company: Company) -> None:
    assert open_steps(Standing("archived"), company.actor("planner"), now=timezone.now()) == frozenset()


@pytest.mark.parametrize("state", ["draft", "review", "returned", "approved", "active", "archived"])
def test_steps_are_open_exactly_in_their_states(company: Company, state: str) -> None:
    # The system may do everything, so that only the state decides.
    standing = Standing(state, submitted_by=7, archived_at=timezone.now())
    system = company.actor("planner").__class__(company.organisation.pk, None, "")

    steps = open_steps(standing, system, now=timezone.now())

    assert steps & set(STEPS) == {name for name, step in STEPS.items() if state in step.states}
    assert ("edit" in steps) == (state in ("draft", "returned"))
