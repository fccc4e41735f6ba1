"""
Publishing: what everybody sees changes in one short step, and the rows follow.

    stage    each unit notes its customer's version and whether it moves; new territories are made, closed as yet
    swap     one transaction: the plan is in force, its territories are open, the former plan is archived
    settle   ownership is written in chunks; whoever changes a customer in between settles it first
    finish   emptied territories are closed, alerts that it mended are over, those concerned are told

Killed anywhere, the same call goes on from the rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.writes import standing, telling, watching
from jiuzhou.web.divide.writes.steps import plan_for, take
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError
from jiuzhou.web.store import settling
from jiuzhou.web.store.bulk import count_spread
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import Customer, Organisation, Ownership, Plan, PlanUnit
from jiuzhou.web.store.models.ownership import OPEN
from jiuzhou.web.store.pace import Pace
from jiuzhou.web.store.settling import settle, waiting

STAGE_CHUNK = 1000
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Published:
    """How many customers changed owner or territory, and how many kept theirs because somebody changed them by hand."""

    moved: int
    kept: int


def publish_plan(actor: Actor, code: str, *, advance: Advance = lambda done, total: None) -> Published:
    """
    Bring an approved plan into force; go on where an earlier attempt ended.

    Parameters
    ----------
    advance
        Told how many of how many customers are done; what it raises before the swap leaves the present as it is.

    Raises
    ------
    RefusedError
        If the plan is not approved.
    ConflictError
        If another plan came into force since this one was begun, or another is being written.
    """
    plan = one_visible(actor, Plan, code=code)
    if plan.state != "active":
        plan = plan_for(actor, code, "publish")
        _may_swap(Organisation.objects.get(pk=actor.organisation_id), plan)
        stage(plan, advance=advance)
        fault("publish.staged")
        swap(actor, plan)
        fault("publish.swapped")
    settle_all(plan, advance=advance)
    fault("publish.settled_all")
    published = finish(actor, plan)
    fault("publish.finished")
    return published


def stage(plan: Plan, *, advance: Advance = lambda done, total: None) -> None:
    """Make the plan ready: which customers move, at which version, and the territories they come into."""
    standing.raise_territories(plan)
    for model in (PlanUnit, Customer, Ownership):
        count_spread(model)
    ids = list(PlanUnit.unscoped.filter(plan=plan.pk).order_by("customer_id").values_list("customer_id", flat=True))
    pace, done = Pace(STAGE_CHUNK), 0
    while chunk := ids[done : done + pace.size]:
        with pace.step():
            _stage(plan, chunk)
        fault("publish.staging")
        done += len(chunk)
        advance(done, 2 * len(ids))
    changed = PlanUnit.unscoped.filter(plan=plan.pk).exclude(customer_version=F("customer__version"))
    late = list(changed.values_list("customer_id", flat=True))
    for start in range(0, len(late), STAGE_CHUNK):
        _stage(plan, late[start : start + STAGE_CHUNK])


def swap(actor: Actor, plan: Plan) -> datetime:
    """Flip what is in force, in one transaction; return the moment from which the plan's division holds."""
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=plan.organisation_id)
        _may_swap(organisation, plan)
        now = timezone.now()
        former = Plan.unscoped.filter(organisation=organisation, state="active")
        former.update(state="archived", archived_at=now, version=F("version") + 1)
        take(actor, plan, "publish", activated_at=now)
        standing.open_territories(plan, now)
        organisation.plan_in_force_id = organisation.plan_settling_id = plan.pk
        organisation.swapped_at = now
        organisation.save(update_fields=["plan_in_force", "plan_settling", "swapped_at"])
        telling.tell_programs("plan.published", plan)
        fault("publish.swapping")
    return now


def settle_all(plan: Plan, *, advance: Advance = lambda done, total: None) -> None:
    """Write the ownership of every customer that moves, a chunk in each transaction."""
    total = PlanUnit.unscoped.filter(plan=plan.pk).count()
    left = PlanUnit.unscoped.filter(plan=plan.pk, moved=True, settled=False).count()
    pace = Pace(settling.CHUNK)
    while chunk := waiting(plan.pk, most=pace.size):
        with pace.step(), transaction.atomic():
            settle(plan.organisation_id, chunk)
            fault("publish.settling")
        fault("publish.settled")
        left = max(0, left - len(chunk))
        advance(2 * total - left, 2 * total)


def finish(actor: Actor, plan: Plan) -> Published:
    """Close what the plan emptied and tell those concerned, once every customer is written."""
    units = PlanUnit.unscoped.filter(plan=plan.pk, settled=True)
    found = Published(units.filter(moved=True).count(), units.filter(moved=False).count())
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=plan.organisation_id)
        if organisation.plan_settling_id != plan.pk:
            return found
        assert organisation.swapped_at is not None
        standing.close_emptied(plan, organisation.swapped_at)
        watching.end_alerts(plan)
        organisation.plan_settling_id = None
        organisation.save(update_fields=["plan_settling"])
        told = {"step": "settled", "moved": found.moved, "kept": found.kept}
        record(actor.origin, "plan.publish", "plan", plan.code, after=told)
        telling.tell_concerned(plan)
        fault("publish.finishing")
    return found


def _may_swap(organisation: Organisation, plan: Plan) -> None:
    if organisation.plan_settling_id is not None:
        raise ConflictError("plan.settling")
    if organisation.plan_in_force_id != plan.base_id:
        raise ConflictError("plan.overtaken", name=plan.name)
    if not plan.units.exists():
        raise RefusedError("plan.is_empty", name=plan.name)


def _stage(plan: Plan, customer_ids: list[int]) -> None:
    """
    Note version and move of some customers.

    A unit moves if it names an owner and a territory and its customer has another of either; customers in a pool,
    locked ones, and those whom a person placed by hand stay where they are.
    """
    by_hand = Ownership.unscoped.filter(
        OPEN, customer=OuterRef("customer"), role="primary", source__in=("manual", "lock")
    )
    same = Q(owner=F("customer__owner"), territory__standing=F("customer__territory"))
    customer = Customer.unscoped.filter(pk=OuterRef("customer"))
    units = PlanUnit.unscoped.filter(plan=plan.pk, customer__in=customer_ids)
    moving = (
        units.filter(owner__isnull=False, territory__isnull=False)
        .filter(customer__deleted_at__isnull=True, customer__locked=False, customer__pool="")
        .exclude(Q(customer__owner__isnull=False, customer__territory__isnull=False) & same)
        .exclude(Exists(by_hand))
    )
    with transaction.atomic():
        units.update(
            customer_version=Subquery(customer.values("version")[:1]),
            previous_owner=Subquery(customer.values("owner")[:1]),
            previous_territory=Coalesce(Subquery(customer.values("territory__code")[:1]), Value("")),
            moved=False,
            settled=False,
        )
        moving.update(moved=True)
