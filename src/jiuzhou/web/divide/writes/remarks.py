"""What people say of a plan in review, with what it would cost to give in."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.reads.objections import cost_of_keeping
from jiuzhou.web.divide.writes.drafts import keep_with_owner
from jiuzhou.web.divide.writes.life import LONGEST_NOTE
from jiuzhou.web.divide.writes.steps import plan_for
from jiuzhou.web.inbox import writes as inbox
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError, InvalidError
from jiuzhou.web.store.models import PlanRemark, PlanTerritory, PlanUnit


def add_remark(actor: Actor, code: str, *, text: str, territory: str = "") -> int:
    """Say something of a plan in review, or of one territory of it; return the remark's id."""
    plan = plan_for(actor, code, "remark")
    row = one_visible(actor, PlanTerritory, plan=plan, code=territory) if territory else None
    with transaction.atomic():
        remark = PlanRemark.unscoped.create(
            organisation_id=actor.organisation_id,
            plan=plan,
            kind="comment",
            territory=row,
            text=_checked(text),
            by_id=actor.user_id,
            at=timezone.now(),
        )
        record(actor.origin, "plan.review", "plan", plan.code, after={"remark": remark.pk})
    return remark.pk


def object_to(actor: Actor, code: str, *, customer: str, text: str) -> int:
    """
    Object to a customer's change of owner, with the price of keeping it where it is; return the remark's id.

    Raises
    ------
    RefusedError
        If the plan leaves the customer with its owner anyway, or that owner has no territory in it.
    """
    plan = plan_for(actor, code, "remark")
    unit = one_visible(actor, PlanUnit, plan=plan, customer__code=customer)
    cost = cost_of_keeping(unit)
    with transaction.atomic():
        remark = PlanRemark.unscoped.create(
            organisation_id=actor.organisation_id,
            plan=plan,
            kind="objection",
            territory_id=unit.territory_id,
            customer_id=unit.customer_id,
            text=_checked(text),
            cost=cost,
            by_id=actor.user_id,
            at=timezone.now(),
        )
        record(actor.origin, "plan.review", "plan", plan.code, after={"remark": remark.pk, "customer": customer})
        if plan.submitted_by_id and plan.submitted_by_id != actor.user_id:
            message = say("plan.notice_objection", name=plan.name, by=actor.name)
            inbox.notify(actor.organisation_id, [plan.submitted_by_id], "plan", message, link=f"/plan/{plan.code}")
    return remark.pk


def answer_remark(actor: Actor, code: str, remark_id: int, *, accepted: bool, answer: str = "") -> None:
    """
    Answer an objection or a comment; an accepted objection moves its customer back if the plan can be changed.

    Raises
    ------
    ConflictError
        If it was answered before.
    """
    actor.must("plan.write")
    remark = one_visible(actor, PlanRemark, pk=remark_id, plan__code=code)
    if not accepted and not answer.strip():
        raise InvalidError({"answer": say("plan.reason_missing")})
    plan = remark.plan
    with transaction.atomic():
        waiting = PlanRemark.unscoped.filter(pk=remark.pk, answered_at__isnull=True)
        if not waiting.update(
            accepted=accepted,
            answer=answer.strip()[:LONGEST_NOTE],
            answered_by_id=actor.user_id,
            answered_at=timezone.now(),
        ):
            raise ConflictError("plan.answered_before")
        record(actor.origin, "plan.answer", "plan", plan.code, after={"remark": remark.pk, "accepted": accepted})
        if accepted and remark.kind == "objection" and plan.state in ("draft", "returned"):
            unit = one_visible(actor, PlanUnit, plan=plan, customer=remark.customer_id)
            keep = plan.territories.filter(code=remark.cost.get("to", "")).first()
            if keep is None:
                raise RefusedError("plan.owner_without_territory")
            if unit.territory_id != keep.pk:
                keep_with_owner(actor, plan, unit, keep)


def _checked(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise InvalidError({"text": say("plan.text_length", most=LONGEST_NOTE)})
    return text
