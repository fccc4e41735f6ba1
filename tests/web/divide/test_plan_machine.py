"""Whatever people try, a plan takes only the steps of the table, and at most one plan is in force."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.life import STEPS
from jiuzhou.web.divide.writes import life, making, publishing
from jiuzhou.web.ledger.audit import broken_links
from jiuzhou.web.store.models import Customer, Organisation, Ownership, Plan, PlanUnit
from web_company import Company, build_company

pytestmark = pytest.mark.django_db
PEOPLE = ("planner", "admin", "regional_manager", "team_lead", "rep", "auditor")
ALLOWED = {(state, step.to) for step in STEPS.values() for state in step.states} | {("active", "archived")}


class PlanLife(RuleBasedStateMachine):
    """People of every role try every step on every plan, knowing its version or guessing it."""

    company: Company

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint()
        self.company = build_company()
        self.states = self.read()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @rule(
        person=st.sampled_from(PEOPLE),
        step=st.sampled_from([*STEPS, "fork", "roll_back"]),
        place=st.integers(0, 7),
        fresh=st.sampled_from([True, True, True, False]),
    )
    def try_step(self, person: str, step: str, place: int, fresh: bool) -> None:
        plans = list(Plan.unscoped.filter(organisation=self.company.organisation).order_by("pk"))
        plan, actor = plans[place % len(plans)], self.company.actor(person)
        with self.watched():
            self.take(actor, step, plan, plan.version if fresh else plan.version + 1)

    @rule(person=st.sampled_from(["planner", "admin"]))
    def bring_the_draft_into_force(self, person: str) -> None:
        draft = Plan.unscoped.filter(organisation=self.company.organisation, state="draft").order_by("pk").first()
        if draft is None:
            return
        for who, step in (("planner", "submit"), (person, "approve"), ("planner", "publish")):
            draft.refresh_from_db()
            with self.watched():
                self.take(self.company.actor(who), step, draft, draft.version)

    def take(self, actor: Actor, step: str, plan: Plan, version: int) -> None:
        code = plan.code
        if step == "submit":
            life.submit_plan(actor, code, version=version, note="调整", effective_on=None, confirmed=True)
        elif step == "withdraw":
            life.withdraw_plan(actor, code, version=version)
        elif step == "approve":
            life.approve_plan(actor, code, version=version)
        elif step == "return":
            life.return_plan(actor, code, version=version, answer="再议")
        elif step == "publish":
            actor.must("plan.publish")
            publishing.publish_plan(actor, code)
        elif step == "archive":
            life.archive_plan(actor, code, version=version)
        elif step == "restore":
            life.restore_plan(actor, code, version=version)
        elif step == "fork":
            making.fork_plan(actor, code, name="副本")
        else:
            making.roll_back_plan(actor, code)

    @contextmanager
    def watched(self) -> Iterator[None]:
        try:
            with transaction.atomic():
                yield
        except JiuzhouError:
            assert self.read() == self.states
            return
        now = self.read()
        changes = {(self.states[key], now[key]) for key in self.states if self.states[key] != now[key]}
        assert changes <= ALLOWED
        assert {now[key] for key in now.keys() - self.states.keys()} <= {"draft", "review"}
        self.states = now

    def read(self) -> dict[int, str]:
        return dict(Plan.unscoped.filter(organisation=self.company.organisation).values_list("pk", "state"))

    @invariant()
    def one_plan_is_in_force(self) -> None:
        if not hasattr(self, "company"):
            return
        organisation = Organisation.objects.get(pk=self.company.organisation.pk)
        active = Plan.unscoped.filter(organisation=organisation, state="active")
        assert [plan.pk for plan in active] == [organisation.plan_in_force_id]
        assert organisation.plan_settling_id is None

    @invariant()
    def nobody_approved_their_own(self) -> None:
        for plan in Plan.unscoped.exclude(approved_by=None):
            assert plan.approved_by_id != plan.submitted_by_id
        assert not Plan.unscoped.filter(state="approved", approved_by=None).exists()

    @invariant()
    def every_customer_has_one_open_spell_or_is_in_the_pool(self) -> None:
        if not hasattr(self, "company"):
            return
        owned = Customer.unscoped.filter(organisation=self.company.organisation, owner__isnull=False)
        spells = Ownership.unscoped.filter(valid_to=None, role="primary")
        assert sorted(spells.values_list("customer_id", "owner_id")) == sorted(owned.values_list("pk", "owner_id"))

    @invariant()
    def a_plan_holds_each_customer_once_and_the_chain_is_whole(self) -> None:
        if not hasattr(self, "company"):
            return
        for plan in Plan.unscoped.filter(organisation=self.company.organisation):
            units = PlanUnit.unscoped.filter(plan=plan)
            assert units.count() == units.values("customer").distinct().count()
        assert list(broken_links(self.company.organisation.pk)) == []


def test_the_life_of_plans_keeps_to_its_table(db: None) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        PlanLife,
        settings=settings(
            max_examples=15,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
