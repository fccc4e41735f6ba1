"""Plans are published to and fro while people reassign customers and look at lists (B4)."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import Count, Q
from django.utils import timezone
from hypothesis import settings

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.accounts.actor import system_of
from jiuzhou.web.divide.writes import publishing
from jiuzhou.web.ledger.audit import broken_links
from jiuzhou.web.store import settling
from jiuzhou.web.store.models import Customer, Organisation, Owner, Ownership, Plan, PlanTerritory, PlanUnit
from jiuzhou.web.store.present import with_present_owner
from jiuzhou.web.store.settling import settle
from web_company import Company, build_company
from web_threads import alone, in_threads, shared_database

pytestmark = pytest.mark.django_db(transaction=True)
FULL = settings.get_current_profile_name() == "search"
CUSTOMERS, WORKERS, READERS = (80, 8, 8) if FULL else (80, 4, 4)


def publications() -> int:
    """How often plans are published; many times where `make drill` takes its time."""
    return 6 if FULL else 3


@pytest.fixture
def company(transactional_db: None) -> Company:
    company = build_company()
    for number in range(CUSTOMERS):
        customer = Customer.unscoped.create(
            organisation=company.organisation,
            code=f"K{number:03d}",
            owner=company.owners["R1"],
            territory=company.territories["T1"],
        )
        Ownership.unscoped.create(
            organisation=company.organisation,
            customer=customer,
            owner=company.owners["R1"],
            valid_from=company.now,
            recorded_at=company.now,
        )
    return company


def plan_of(company: Company, number: int, code: str) -> Plan:
    """An approved plan that gives all the new customers to one territory."""
    organisation = Organisation.objects.get(pk=company.organisation.pk)
    plan = Plan.unscoped.create(
        organisation=organisation,
        code=f"to-and-fro-{number}",
        name=f"方案 {number}",
        state="approved",
        base_id=organisation.plan_in_force_id,
    )
    node = company.territories[code]
    territory = PlanTerritory.unscoped.create(
        organisation=organisation, plan=plan, code=code, name=node.name, parent_code="E", owner=node.owner
    )
    customers = Customer.unscoped.filter(organisation=organisation, code__startswith="K")
    PlanUnit.unscoped.bulk_create(
        PlanUnit(
            organisation=organisation, plan=plan, customer=customer, territory=territory, owner_id=territory.owner_id
        )
        for customer in customers
    )
    return plan


def publish_to_and_fro(company: Company, stop: Event, longest: list[float]) -> int:
    try:
        for number in range(publications()):
            plan = plan_of(company, number, "T2" if number % 2 == 0 else "T1")
            actor = system_of(Organisation.objects.get(pk=company.organisation.pk))
            publishing.stage(plan)
            begun = time.perf_counter()
            publishing.swap(actor, plan)
            longest.append(time.perf_counter() - begun)
            publishing.settle_all(plan)
            publishing.finish(actor, plan)
    finally:
        stop.set()
    return publications()


def reassign(company: Company, worker: int, stop: Event) -> int:
    """What a writer must do: settle first, then change the row it read, with the plan in force at that moment."""
    mine = list(Customer.unscoped.filter(code__startswith="K").values_list("pk", flat=True))[worker::WORKERS]
    owners = list(Owner.unscoped.filter(code__in=("R1", "R2", "R3")).order_by("pk"))
    done = 0
    for key, owner in zip(itertools.cycle(mine), itertools.cycle(owners), strict=False):
        if stop.is_set():
            return done
        try:
            with transaction.atomic():
                settle(company.organisation.pk, [key])
                organisation = Organisation.objects.get(pk=company.organisation.pk)
                customer = Customer.unscoped.select_for_update().get(pk=key)
                now = timezone.now()
                Ownership.unscoped.filter(customer=key, valid_to=None, role="primary").update(
                    valid_to=now, closed_at=now
                )
                Ownership.unscoped.create(
                    organisation=organisation,
                    customer=customer,
                    owner=owner,
                    source="rule",
                    valid_from=now,
                    recorded_at=now,
                    plan_id=organisation.plan_in_force_id,
                )
                Customer.unscoped.filter(pk=key).update(owner=owner, version=customer.version + 1)
            done += 1
        except OperationalError:  # SQLite's writers wait twenty seconds; PostgreSQL may have to begin anew
            continue
        time.sleep(0.01)
    return done


def look(company: Company, stop: Event) -> list[str]:
    """Snapshots in which a customer has no owner, or two open spells, or another count than ever."""
    wrong = []
    while not stop.is_set():
        organisation = Organisation.objects.get(pk=company.organisation.pk)
        rows = with_present_owner(
            Customer.unscoped.filter(code__startswith="K"), settling=organisation.plan_settling_id
        )
        owners = [row.owner_now for row in rows]
        if len(owners) != CUSTOMERS or None in owners:
            wrong.append(f"{len(owners)} customers, {owners.count(None)} without an owner")
        open_spells = Count("spells", filter=Q(spells__valid_to=None, spells__role="primary"))
        spells = Customer.unscoped.filter(code__startswith="K").annotate(n=open_spells)
        if set(spells.values_list("n", flat=True)) != {1}:
            wrong.append("a customer with no open spell, or two")
        time.sleep(0.02)
    return wrong


def test_nobody_is_ever_without_an_owner_or_with_two_and_every_assignment_names_its_plan(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "CHUNK", 10)
    stop, longest = Event(), list[float]()

    def work(number: int) -> Any:
        if number == 0:
            return publish_to_and_fro(company, stop, longest)
        return reassign(company, number - 1, stop) if number <= WORKERS else look(company, stop)

    with shared_database(tmp_path):
        published, *others = in_threads(work, 1 + WORKERS + READERS)
        spells = alone(lambda: list(Ownership.unscoped.filter(customer__code__startswith="K").values()))
        owners = alone(lambda: dict(Customer.unscoped.filter(code__startswith="K").values_list("pk", "owner_id")))
        plans = alone(lambda: dict(Plan.unscoped.values_list("pk", "activated_at")))
        broken = alone(lambda: list(broken_links(company.organisation.pk)))

    assert published == publications()
    assert [result for result in others if isinstance(result, BaseException)] == []
    assert [wrong for result in others if isinstance(result, list) for wrong in result] == []
    open_spells = [spell for spell in spells if spell["valid_to"] is None]
    assert Counter(spell["customer_id"] for spell in open_spells) == Counter(dict.fromkeys(owners, 1))
    assert {spell["customer_id"]: spell["owner_id"] for spell in open_spells} == owners
    named = [spell for spell in spells if spell["plan_id"]]
    assert all(plans[spell["plan_id"]] is None or spell["valid_from"] >= plans[spell["plan_id"]] for spell in named)
    assert broken == []
    reassigned = sum(result for result in others if isinstance(result, int))
    print(f"{connection.vendor}: {reassigned} reassignments, longest swap {max(longest) * 1000:.0f} ms")
    assert reassigned > 0


def test_of_two_plans_published_at_once_one_comes_into_force(company: Company, tmp_path: Path) -> None:
    plans = [plan_of(company, number, code) for number, code in ((1, "T1"), (2, "T2"))]
    Plan.unscoped.filter(pk__in=[plan.pk for plan in plans]).update(base=company.plans["active"])

    def work(number: int) -> publishing.Published:
        actor = system_of(Organisation.objects.get(pk=company.organisation.pk))
        return publishing.publish_plan(actor, plans[number].code)

    with shared_database(tmp_path):
        results = in_threads(work, 2)
        states = alone(lambda: Counter(Plan.unscoped.filter(code__startswith="to-and").values_list("state", flat=True)))

    assert states == Counter(active=1, approved=1)
    assert sum(isinstance(result, RefusedError) for result in results) == 1
