"""A plan comes into force at once and whole, however long its rows take to follow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.divide.writes import publishing
from jiuzhou.web.problems import ConflictError
from jiuzhou.web.store.models import (
    Customer,
    Decision,
    Notice,
    Organisation,
    OutboxEvent,
    Ownership,
    Plan,
    PlanTerritory,
    PlanUnit,
    Territory,
    Webhook,
)
from jiuzhou.web.store.present import with_present_owner
from jiuzhou.web.store.settling import settle
from web_company import Company


def approved(company: Company, moves: dict[str, str]) -> Plan:
    """The company's draft, approved, with some customers moved to other territories' owners."""
    plan = company.plans["draft"]
    for key, code in moves.items():
        territory = PlanTerritory.unscoped.get(plan=plan, code=code)
        units = PlanUnit.unscoped.filter(plan=plan, customer=company.customers[key])
        units.update(territory=territory, owner=territory.owner)
    plan.state = "approved"
    plan.submitted_by, plan.approved_by = company.people["planner"], company.people["admin"]
    plan.save()
    return plan


def present(company: Company) -> dict[str, tuple[str | None, str | None]]:
    """Owner and territory of each customer as readers see them at this moment."""
    organisation = Organisation.objects.get(pk=company.organisation.pk)
    rows = with_present_owner(
        Customer.unscoped.filter(organisation=organisation, deleted_at__isnull=True),
        settling=organisation.plan_settling_id,
    )
    owners = {owner.pk: code for code, owner in company.owners.items()}
    nodes = dict(Territory.unscoped.values_list("pk", "code"))
    found = {row.code: (owners.get(row.owner_now), nodes.get(row.territory_now)) for row in rows}
    return {key: found[customer.code] for key, customer in company.customers.items() if customer.code in found}


def publish(company: Company, plan: Plan) -> publishing.Published:
    return publishing.publish_plan(company.actor("planner"), plan.code)


def test_a_published_plan_moves_exactly_its_customers(company: Company) -> None:
    before = present(company)
    plan = approved(company, {"own": "T2", "sibling": "T4"})

    done = publish(company, plan)

    assert (done.moved, done.kept) == (2, 0)
    assert present(company) == before | {"own": ("R2", "T2"), "sibling": ("P1", "T4")}
    plan.refresh_from_db()
    assert plan.state == "active"
    assert Plan.unscoped.get(pk=company.plans["active"].pk).state == "archived"
    organisation = Organisation.objects.get(pk=company.organisation.pk)
    assert (organisation.plan_in_force_id, organisation.plan_settling_id) == (plan.pk, None)


def test_each_move_is_one_spell_from_the_swap_on_with_a_decision_and_the_former_one_closed(company: Company) -> None:
    plan = approved(company, {"own": "T2"})

    publish(company, plan)

    swapped_at = Organisation.objects.get(pk=company.organisation.pk).swapped_at
    customer = company.customers["own"]
    former, new = Ownership.unscoped.filter(customer=customer).order_by("valid_from")
    assert (former.owner.code, former.valid_to) == ("R1", swapped_at)
    assert (new.owner.code, new.valid_from, new.valid_to) == ("R2", swapped_at, None)
    assert (new.source, new.plan_id, new.territory) == ("plan", plan.pk, company.territories["T2"])
    decision = Decision.unscoped.get(pk=new.decision_id)
    assert (decision.code, decision.owner, decision.rule) == ("plan.moved_by", company.owners["R2"], "plan")
    customer.refresh_from_db()
    assert customer.version == 2


def test_readers_see_the_new_division_from_the_swap_on_before_any_row_is_written(company: Company) -> None:
    plan = approved(company, {"own": "T2", "sibling": "T4"})
    publishing.stage(plan)
    before = present(company)

    publishing.swap(company.actor("planner"), plan)

    assert Customer.unscoped.get(pk=company.customers["own"].pk).owner == company.owners["R1"]
    assert present(company) == before | {"own": ("R2", "T2"), "sibling": ("P1", "T4")}
    seen = set(visible_to(company.actor("peer"), Customer).values_list("code", flat=True))
    assert company.customers["own"].code in seen
    assert not visible_to(company.actor("rep"), Customer).filter(code=company.customers["own"].code).exists()


def test_a_customer_changed_by_hand_after_the_staging_keeps_its_owner_and_is_counted(company: Company) -> None:
    plan = approved(company, {"own": "T2", "sibling": "T4"})
    publishing.stage(plan)
    Customer.unscoped.filter(pk=company.customers["own"].pk).update(owner=company.owners["R3"], version=7)
    publishing.swap(company.actor("planner"), plan)
    before = present(company)

    publishing.settle_all(plan)
    done = publishing.finish(company.actor("planner"), plan)

    assert (done.moved, done.kept) == (1, 1)
    assert before["own"] == ("R3", "T1")
    assert present(company) == before


@pytest.mark.parametrize("source", ["manual", "lock"])
def test_customers_placed_by_hand_stay(company: Company, source: str) -> None:
    plan = approved(company, {"own": "T2"})
    Ownership.unscoped.filter(customer=company.customers["own"]).update(source=source)

    done = publish(company, plan)

    assert done.moved == 0
    assert present(company)["own"] == ("R1", "T1")


@pytest.mark.parametrize("change", [{"locked": True}, {"pool": "public", "owner": None}])
def test_locked_customers_and_those_in_a_pool_stay(company: Company, change: dict[str, object]) -> None:
    plan = approved(company, {"own": "T2"})
    Customer.unscoped.filter(pk=company.customers["own"].pk).update(**change)
    before = present(company)

    assert publish(company, plan).moved == 0
    assert present(company) == before


def test_a_writer_in_between_settles_its_customer_first_and_then_has_the_last_word(company: Company) -> None:
    plan = approved(company, {"own": "T2", "sibling": "T4"})
    publishing.stage(plan)
    publishing.swap(company.actor("planner"), plan)
    customer = company.customers["own"]

    done = settle(company.organisation.pk, [customer.pk])
    again = settle(company.organisation.pk, [customer.pk])
    customer.refresh_from_db()
    assert (done.moved, again.moved, customer.owner) == (1, 0, company.owners["R2"])
    Customer.unscoped.filter(pk=customer.pk).update(owner=company.owners["R3"], version=customer.version + 1)
    publishing.settle_all(plan)

    customer.refresh_from_db()
    assert customer.owner == company.owners["R3"]
    assert Ownership.unscoped.filter(customer=company.customers["sibling"], valid_to=None).get().owner.code == "P1"


def test_a_plan_is_refused_once_another_came_into_force_since_it_was_begun(company: Company) -> None:
    plan = approved(company, {"own": "T2"})
    other = Plan.unscoped.create(
        organisation=company.organisation, code="other", name="抢先", state="archived", archived_at=company.now
    )
    Organisation.objects.filter(pk=company.organisation.pk).update(plan_in_force=other)

    with pytest.raises(ConflictError) as caught:
        publish(company, plan)

    assert caught.value.code == "plan.overtaken"
    assert Plan.unscoped.get(pk=plan.pk).state == "approved"


def test_a_plan_waits_while_another_is_being_written(company: Company) -> None:
    plan = approved(company, {"own": "T2"})
    Organisation.objects.filter(pk=company.organisation.pk).update(plan_settling=company.plans["active"])

    with pytest.raises(ConflictError) as caught:
        publish(company, plan)

    assert caught.value.code == "plan.settling"


@pytest.mark.parametrize("state", ["draft", "review", "returned", "archived"])
def test_only_an_approved_plan_is_published(company: Company, state: str) -> None:
    plan = company.plans["draft"]
    Plan.unscoped.filter(pk=plan.pk).update(state=state)

    with pytest.raises(RefusedError):
        publish(company, plan)

    assert Organisation.objects.get(pk=company.organisation.pk).plan_in_force == company.plans["active"]


def test_a_new_territory_opens_with_the_swap_and_an_emptied_one_closes_after_it(company: Company) -> None:
    plan = approved(company, {})
    new = PlanTerritory.unscoped.create(
        organisation=company.organisation,
        plan=plan,
        code="T9",
        name="常熟",
        parent_code="E",
        level="rep",
        owner=company.owners["R2"],
        colour=5,
    )
    PlanUnit.unscoped.filter(plan=plan, territory__code="T2").update(territory=new, owner=new.owner)
    PlanTerritory.unscoped.filter(plan=plan, code="T2").delete()
    publishing.stage(plan)
    node = Territory.unscoped.get(code="T9")
    assert (node.owner, node.valid_to) == (None, node.valid_from)

    publishing.swap(company.actor("planner"), plan)
    node.refresh_from_db()
    assert (node.owner, node.valid_to, node.parent, node.colour) == (
        company.owners["R2"],
        None,
        company.territories["E"],
        5,
    )
    publishing.settle_all(plan)
    publishing.finish(company.actor("planner"), plan)

    closed = Territory.unscoped.get(code="T2")
    assert closed.valid_to == node.valid_from
    assert present(company)["peer"] == ("R2", "T9")


def test_publishing_again_what_is_in_force_changes_nothing(company: Company, settings: LazySettings) -> None:
    plan = approved(company, {"own": "T2"})
    settings.OUTBOUND = True
    Webhook.unscoped.create(
        organisation=company.organisation, url="https://hook.example.com", active=True, kinds=["plan.published"]
    )
    publish(company, plan)
    spells = Ownership.unscoped.count()

    done = publish(company, plan)

    assert (done.moved, Ownership.unscoped.count()) == (1, spells)
    assert OutboxEvent.unscoped.filter(kind="plan.published").count() == 1


def test_those_whose_customers_change_are_told_how_many_come_and_go(company: Company) -> None:
    plan = approved(company, {"own": "T2"})

    publish(company, plan)

    gives = Notice.unscoped.get(user=company.people["rep"])
    gets = Notice.unscoped.get(user=company.people["peer"])
    assert (gives.code, gives.params["gives"], gives.params["gets"]) == ("plan.notice_moved", 1, 0)
    assert (gets.params["gives"], gets.params["gets"]) == (0, 1)
    assert timezone.now() - gets.at < timedelta(minutes=1)
