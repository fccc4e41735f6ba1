"""Reassigning by hand: one open owner, one winner for each version, nothing lost, nothing doubled, nobody let in."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.assign.jobs import apply_due_moves
from jiuzhou.web.assign.reads import why
from jiuzhou.web.assign.writes.reassign import Reassigned, reassign, reassign_each
from jiuzhou.web.ledger.audit import broken_links
from jiuzhou.web.problems import ForbiddenError, InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.models import (
    AuditEntry,
    Customer,
    Decision,
    Notice,
    Owner,
    Ownership,
    PlanUnit,
    ScheduledMove,
)
from jiuzhou.web.store.models.ownership import OPEN
from web_company import Company, build_company, database_digest
from web_threads import alone, in_threads, shared_database


def code(company: Company, key: str) -> str:
    return company.customers[key].code


def now_of(company: Company, key: str) -> Customer:
    return Customer.unscoped.select_related("owner", "territory").get(pk=company.customers[key].pk)


def spells(company: Company, key: str) -> list[tuple[str, bool]]:
    rows = Ownership.unscoped.filter(customer=company.customers[key]).select_related("owner").order_by("pk")
    return [(row.owner.code, row.valid_to is None) for row in rows]


def move(company: Company, customer: str, owner: str, **more: object) -> Reassigned:
    given = {"version": now_of(company, customer).version, "reason": "客户要求", **more}
    return reassign(company.actor("planner"), code(company, customer), owner, **given)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_customer_goes_to_its_new_owner_with_everything_that_belongs_to_it(company: Company) -> None:
    done = move(company, "own", "R2")

    customer = now_of(company, "own")
    assert customer.owner is not None
    assert customer.territory is not None
    assert (customer.owner.code, customer.territory.code, customer.version) == ("R2", "T2", 2)
    assert spells(company, "own") == [("R1", False), ("R2", True)]
    decision = Decision.unscoped.get(pk=done.decision_id)
    assert (decision.outcome, decision.rule, decision.params["reason"]) == ("assigned", "manual", "客户要求")
    entry = AuditEntry.unscoped.get(verb="customer.reassign")
    assert (entry.key, entry.before["owner"], entry.after["owner"]) == (customer.code, "R1", "R2")
    assert customer.pk in set(visible_to(company.actor("peer"), Customer).values_list("pk", flat=True))
    assert {notice.user_id for notice in Notice.unscoped.filter(kind="customer")} == {
        company.people["rep"].pk,
        company.people["peer"].pk,
    }
    reason = why(company.actor("peer"), customer.code)
    assert reason is not None
    assert (reason.owner, reason.rule_title.code) == ("吴昊", "assigning.by_hand")


@pytest.mark.django_db
def test_a_customer_goes_to_the_pool_and_back(company: Company) -> None:
    move(company, "own", "")
    pooled = now_of(company, "own")
    assert (pooled.owner, pooled.pool) == (None, "public")
    assert spells(company, "own") == [("R1", False)]

    move(company, "own", "R1")

    assert spells(company, "own") == [("R1", False), ("R1", True)]
    assert now_of(company, "own").pool == ""


@pytest.mark.django_db
def test_what_is_refused_changes_nothing(company: Company) -> None:
    own = code(company, "own")
    company.owners["R3"].active_to = date(2020, 1, 1)
    company.owners["R3"].save()
    planner, manager, rep = (company.actor(one) for one in ("planner", "regional_manager", "rep"))
    before = database_digest()

    with pytest.raises(ForbiddenError):
        reassign(rep, own, "R2", version=1, reason="x")
    with pytest.raises(NotFoundError):
        reassign(manager, code(company, "sibling"), "R2", version=1, reason="x")
    with pytest.raises(NotFoundError):
        reassign(manager, own, "R3", version=1, reason="x")
    with pytest.raises(InvalidError):
        reassign(planner, own, "R2", version=1, reason="  ")
    with pytest.raises(InvalidError):
        reassign(planner, own, "R2", version=1, reason="x", from_when=timezone.now() - timedelta(days=1))
    with pytest.raises(RefusedError):
        reassign(planner, own, "R1", version=1, reason="x")
    with pytest.raises(RefusedError):
        reassign(planner, own, "R3", version=1, reason="x")
    with pytest.raises(StaleError):
        reassign(planner, own, "R2", version=7, reason="x")

    assert database_digest() == before


@pytest.mark.django_db
def test_sent_twice_it_is_done_once(company: Company) -> None:
    first = move(company, "own", "R2", version=1, key="k")
    second = move(company, "own", "R2", version=1, key="k")

    assert first.decision_id == second.decision_id
    assert AuditEntry.unscoped.filter(verb="customer.reassign").count() == 1


@pytest.mark.django_db
def test_each_of_several_customers_gets_its_own_answer(company: Company) -> None:
    codes = [(code(company, "own"), 1), (code(company, "peer"), 9), ("C9999", 1)]

    rows = reassign_each(company.actor("planner"), codes, "R3", reason="调整")

    assert [row.problem is None for row in rows] == [True, False, False]
    assert [row.problem.code for row in rows if row.problem] == ["web.stale", "web.not_found"]


@pytest.mark.django_db
def test_a_move_waits_for_its_day_and_is_made_once(company: Company) -> None:
    due = timezone.now() + timedelta(days=2)
    done = move(company, "own", "R2", from_when=due)
    assert done.due_at == due
    assert apply_due_moves() == 0

    assert apply_due_moves(now=due + timedelta(hours=3)) == 1
    assert apply_due_moves(now=due + timedelta(hours=3)) == 0

    assert spells(company, "own") == [("R1", False), ("R2", True)]
    assert Ownership.unscoped.get(OPEN, customer=company.customers["own"]).valid_from == due


@pytest.mark.django_db
def test_a_later_hand_takes_the_place_of_a_waiting_move(company: Company) -> None:
    due = timezone.now() + timedelta(days=2)
    move(company, "own", "R2", from_when=due)

    move(company, "own", "R3")

    assert apply_due_moves(now=due + timedelta(days=1)) == 0
    assert now_of(company, "own").owner == company.owners["R3"]


@pytest.mark.django_db
def test_a_waiting_move_to_somebody_who_left_is_dropped_and_told(company: Company) -> None:
    due = timezone.now() + timedelta(days=2)
    move(company, "own", "R2", from_when=due)
    Owner.unscoped.filter(code="R2").update(active_to=due.date() - timedelta(days=1))

    apply_due_moves(now=due + timedelta(hours=1))

    assert ScheduledMove.unscoped.get().cancelled_at is not None
    assert now_of(company, "own").owner == company.owners["R1"]
    assert Notice.unscoped.filter(user=company.people["planner"], code="assigning.move_dropped_left").exists()


@pytest.mark.django_db
def test_a_move_of_a_published_plan_is_written_before_the_hand_changes_it(company: Company) -> None:
    plan = company.plans["active"]
    PlanUnit.unscoped.filter(plan=plan, customer=company.customers["own"]).update(
        owner=company.owners["R2"], moved=True, settled=False, customer_version=1
    )
    company.organisation.plan_settling = plan
    company.organisation.swapped_at = timezone.now() - timedelta(minutes=1)
    company.organisation.save()

    move(company, "own", "R3", version=1)

    assert spells(company, "own") == [("R1", False), ("R2", False), ("R3", True)]
    assert now_of(company, "own").version == 3


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_who_move_one_customer_at_once_one_wins_each_version(tmp_path: Path) -> None:
    company = build_company()
    planner, own = company.actor("planner"), code(company, "own")

    def attempt(number: int) -> Counter[str]:
        ended: Counter[str] = Counter()
        for _ in range(4):
            try:
                version = now_of(company, "own").version
                reassign(planner, own, ("R1", "R2", "R3", "")[number % 4], version=version, reason=f"第 {number} 位")
                ended["won"] += 1
            except StaleError:
                ended["stale"] += 1
            except RefusedError:
                ended["same"] += 1
        return ended

    with shared_database(tmp_path):
        results = in_threads(attempt, 16)
        seen = alone(lambda: everything_about(company, "own"))

    assert [result for result in results if isinstance(result, BaseException)] == []
    ended = sum((result for result in results if isinstance(result, Counter)), Counter[str]())
    assert sum(ended.values()) == 64
    assert seen["version"] == 1 + ended["won"]
    assert seen["decisions"] == seen["acts"] == ended["won"]
    assert seen["open"] == ([seen["owner"]] if seen["owner"] else [])
    assert seen["broken"] == []


def everything_about(company: Company, key: str) -> dict[str, Any]:
    customer = now_of(company, key)
    open_spells = Ownership.unscoped.filter(OPEN, customer=customer, role="primary")
    return {
        "version": customer.version,
        "owner": customer.owner_id,
        "open": list(open_spells.values_list("owner_id", flat=True)),
        "decisions": Decision.unscoped.filter(customer=customer, rule="manual").count(),
        "acts": AuditEntry.unscoped.filter(verb="customer.reassign").count(),
        "broken": list(broken_links(company.organisation.pk)),
    }


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(st.tuples(st.sampled_from(["R1", "R2", "R3", "P1", ""]), st.integers(0, 2)), max_size=8))
def test_whatever_is_done_a_customer_has_one_owner_or_lies_in_a_pool(
    company: Company, steps: list[tuple[str, int]]
) -> None:
    for owner, behind in steps:
        try:
            move(company, "own", owner, version=max(1, now_of(company, "own").version - behind))
        except (StaleError, RefusedError):
            continue
    customer = now_of(company, "own")
    rows = list(Ownership.unscoped.filter(customer=customer, role="primary").order_by("valid_from", "pk"))
    assert [row.owner_id for row in rows if row.valid_to is None] == ([customer.owner_id] if customer.owner_id else [])
    assert (customer.owner_id is None) == bool(customer.pool)
    for earlier, later in pairwise(rows):
        assert earlier.valid_to is not None
        assert earlier.valid_to <= later.valid_from
