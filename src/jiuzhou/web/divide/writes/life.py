"""The life of a plan: submitted, discussed, returned or approved by a second person, archived, taken up again."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.reads.territories import leaves
from jiuzhou.web.divide.writes import telling
from jiuzhou.web.divide.writes.measuring import figures_of, plan_activities
from jiuzhou.web.divide.writes.steps import advance, plan_for, take
from jiuzhou.web.inbox import writes as inbox
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import InvalidError
from jiuzhou.web.store.models import Organisation, Plan

LONGEST_NOTE = 4000


def submit_plan(
    actor: Actor, code: str, *, version: int, note: str, effective_on: date | None, confirmed: bool = False
) -> str:
    """
    Put a draft before a second person; return the state it is in then.

    A plan that changes fewer customers than the organisation's ``publish_alone_below`` is approved at once.

    Parameters
    ----------
    note
        Why this plan; the approver reads it first.
    effective_on
        The day it comes into force by itself; ``None`` leaves the day to whoever publishes.
    confirmed
        Whether the submitter has looked at the key accounts that move and at the limits that are not kept.

    Raises
    ------
    InvalidError
        If the reason is missing, the day has passed, or something must be confirmed and is not.
    """
    plan = plan_for(actor, code, "submit", version)
    note = note.strip()[:LONGEST_NOTE]
    territories = list(plan.territories.all())
    metrics = figures_of(plan, leaves(territories), plan_activities(plan, territories))
    _check(actor, plan, metrics, note=note, effective_on=effective_on, confirmed=confirmed)
    now = timezone.now()
    alone = _moves(metrics) < _alone_below(actor)
    with transaction.atomic():
        changes: dict[str, Any] = {"note": note, "effective_on": effective_on, "metrics": metrics}
        changes |= {"submitted_by_id": actor.user_id, "submitted_at": now, "approved_by": None, "approved_at": None}
        if alone:
            take(actor, plan, "submit", **changes)
            plan.refresh_from_db()
            take(actor, plan, "approve", remark="alone", approved_at=now)
        else:
            take(actor, plan, "submit", **changes)
            telling.ask_for_approval(actor, plan, note=note)
        telling.tell_programs("plan.submitted", plan)
    if alone:
        telling.publish_when_due(actor, plan, effective_on)
    return "approved" if alone else "review"


def withdraw_plan(actor: Actor, code: str, *, version: int) -> None:
    """Take a plan back from review, to go on with it."""
    plan = plan_for(actor, code, "withdraw", version)
    with transaction.atomic():
        take(actor, plan, "withdraw", submitted_by=None, submitted_at=None)
        inbox.withdraw(actor, telling.NOUN, plan.code)


def approve_plan(actor: Actor, code: str, *, version: int, answer: str = "", effective_on: date | None = None) -> None:
    """
    Approve a plan that somebody else submitted; if its day has come, its publication starts.

    Parameters
    ----------
    effective_on
        Another day than the submitter's; ``None`` keeps theirs.
    """
    plan = plan_for(actor, code, "approve", version)
    day = effective_on or plan.effective_on
    if day is not None and day < _today(actor) and effective_on is not None:
        raise InvalidError({"effective_on": say("plan.day_has_passed")})
    with transaction.atomic():
        changes: dict[str, Any] = {"approved_by_id": actor.user_id, "approved_at": timezone.now(), "effective_on": day}
        take(actor, plan, "approve", **changes)
        inbox.close_request(actor, telling.NOUN, plan.code, "approved", answer)
        telling.tell_programs("plan.approved", plan)
    telling.publish_when_due(actor, plan, day)


def return_plan(actor: Actor, code: str, *, version: int, answer: str) -> None:
    """
    Send a plan back to be changed, with the reason.

    Raises
    ------
    InvalidError
        If no reason is given.
    """
    plan = plan_for(actor, code, "return", version)
    answer = answer.strip()[:LONGEST_NOTE]
    if not answer:
        raise InvalidError({"answer": say("plan.reason_missing")})
    with transaction.atomic():
        take(actor, plan, "return", approved_by=None, approved_at=None)
        inbox.close_request(actor, telling.NOUN, plan.code, "refused", answer)
        telling.remark(actor, plan, answer)


def decide_plan(actor: Actor, code: str, outcome: str, answer: str) -> None:
    """Carry out what was decided in the inbox about a plan in review."""
    version = plan_for(actor, code, "approve").version
    if outcome == "approved":
        approve_plan(actor, code, version=version, answer=answer)
    else:
        return_plan(actor, code, version=version, answer=answer)


def archive_plan(actor: Actor, code: str, *, version: int) -> None:
    """Put a plan that never came into force away."""
    plan = plan_for(actor, code, "archive", version)
    with transaction.atomic():
        take(actor, plan, "archive", archived_at=timezone.now())


def restore_plan(actor: Actor, code: str, *, version: int) -> None:
    """Take an archived plan that was never in force up again, as a draft."""
    plan = plan_for(actor, code, "restore", version)
    with transaction.atomic():
        take(actor, plan, "restore", archived_at=None, submitted_by=None, approved_by=None, approved_at=None)


def rename_plan(actor: Actor, code: str, *, version: int, name: str) -> None:
    """Give a draft another name."""
    plan = plan_for(actor, code, "edit", version)
    name = checked_name(name)
    with transaction.atomic():
        advance(plan, name=name)
        record(actor.origin, "plan.rename", "plan", plan.code, before={"name": plan.name}, after={"name": name})


def checked_name(name: str) -> str:
    """
    Return a plan's or territory's name as it is kept.

    Raises
    ------
    InvalidError
        If it is empty or longer than 200 characters.
    """
    name = " ".join(name.split())
    if not name or len(name) > 200:
        raise InvalidError({"name": say("plan.name_length")})
    return name


def _check(
    actor: Actor, plan: Plan, metrics: dict[str, Any], *, note: str, effective_on: date | None, confirmed: bool
) -> None:
    wrong = {}
    if not note:
        wrong["note"] = say("plan.reason_missing")
    if effective_on is not None and effective_on < _today(actor):
        wrong["effective_on"] = say("plan.day_has_passed")
    if must_confirm(metrics) and not confirmed:
        wrong["confirmed"] = say("plan.not_confirmed")
    if wrong:
        raise InvalidError(wrong)


def must_confirm(metrics: dict[str, Any]) -> bool:
    """Return whether a plan with these figures moves key accounts, leaves customers out or breaks limits."""
    return any(_value(metrics, key) > 0 for key in _TO_CONFIRM)


_TO_CONFIRM = ("handover_key_accounts", "out_of_band", "in_pieces", "empty", "unassigned")


def _moves(metrics: dict[str, Any]) -> float:
    return _value(metrics, "changed_customers")


def _alone_below(actor: Actor) -> float:
    choices = Organisation.objects.values_list("choices", flat=True).get(pk=actor.organisation_id)
    limit = choices.get("publish_alone_below", 0)
    return float(limit) if isinstance(limit, int | float) else 0.0


def _value(metrics: dict[str, Any], key: str) -> float:
    return float(metrics.get(key, {}).get("value", 0.0))


def _today(actor: Actor) -> date:
    return timezone.localtime(timezone.now(), ZoneInfo(actor.zone)).date()
