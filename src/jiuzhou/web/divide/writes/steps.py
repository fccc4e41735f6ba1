"""What all changes of a plan share: the row is read, the step is allowed, and it happens once or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.life import STEPS, Standing, open_steps
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ForbiddenError, StaleError
from jiuzhou.web.store.models import Plan


def plan_for(actor: Actor, code: str, step: str, version: int | None = None) -> Plan:
    """
    Return the plan ``code`` on which ``actor`` is about to take ``step``.

    Raises
    ------
    NotFoundError, ForbiddenError
        If it is not there for the actor, or the actor may not take the step at all.
    RefusedError
        If the plan is in no state for it, or the actor submitted it and would approve it.
    StaleError
        If the page it was asked from is older than the plan.
    """
    plan = one_visible(actor, Plan, code=code)
    if step in STEPS:
        actor.must(STEPS[step].verb)
    if version is not None and plan.version != version:
        raise stale(plan)
    if step not in open_steps(standing_of(plan), actor, now=timezone.now()):
        raise _refusal(plan, step, actor)
    return plan


def standing_of(plan: Plan) -> Standing:
    """Return what decides the steps that are open to the plan."""
    return Standing(plan.state, plan.submitted_by_id, plan.activated_at, plan.archived_at)


def take(actor: Actor, plan: Plan, step: str, *, remark: str = "", **changes: Any) -> None:
    """
    Change the plan as ``step`` does, with its audit entry, inside the caller's transaction.

    Raises
    ------
    StaleError
        If somebody was faster.
    """
    advance(plan, state=STEPS[step].to, **changes)
    told = {name: str(value) for name, value in changes.items() if name in _TOLD and value is not None}
    record(
        actor.origin,
        STEPS[step].verb if step != "return" else "plan.return",
        "plan",
        plan.code,
        before={"state": plan.state},
        after={"state": STEPS[step].to, "step": step, **told},
        note=remark[:500],
    )


def advance(plan: Plan, **changes: Any) -> None:
    """
    Change fields of the plan and raise its version, if nobody has changed it since it was read.

    Raises
    ------
    StaleError
        If somebody has.
    """
    rows = Plan.unscoped.filter(pk=plan.pk, version=plan.version, state=plan.state)
    if not rows.update(version=F("version") + 1, **changes):
        raise stale(Plan.unscoped.get(pk=plan.pk))


def stale(plan: Plan) -> StaleError:
    """Return the error that says what the plan is now."""
    now: Mapping[str, Any] = {"name": plan.name, "state": plan.state, "effective_on": plan.effective_on}
    return StaleError(plan.version, now)


_TOLD = ("effective_on",)


def _refusal(plan: Plan, step: str, actor: Actor) -> RefusedError:
    if step in ("approve", "return") and plan.submitted_by_id == actor.user_id and plan.state == "review":
        return RefusedError("plan.not_by_yourself")
    if step in ("edit", "fork") and not actor.may("plan.write"):
        return ForbiddenError("plan.write")
    if step == "remark" and not actor.may("plan.review"):
        return ForbiddenError("plan.review")
    if step == "edit":
        return RefusedError("plan.read_only", name=plan.name)
    if step == "roll_back":
        return RefusedError("plan.too_late_to_roll_back", name=plan.name)
    if step == "restore" and plan.state == "archived":
        return RefusedError("plan.was_in_force", name=plan.name)
    return RefusedError("plan.not_in_state", name=plan.name)
