"""What people do with visits and next actions: finish, put off, leave, take up again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor, valid_at
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.models import Access, Action, Customer, Visit
from jiuzhou.web.store.present import held_by

NOTE_LENGTH = 1000
LONGEST_VISIT = 24 * 60
Task = TypeVar("Task", Action, Visit)


def finish_action(actor: Actor, *, action_id: int, version: int, note: str = "") -> None:
    """
    Mark a next action as done.

    Every write here raises ``NotFoundError`` where the task is not there for this actor to change, and ``StaleError``
    where somebody changed it since ``version``; asking for what already holds changes nothing.
    """
    _close_action(actor, action_id, version, state="done", note=note)


def dismiss_action(actor: Actor, *, action_id: int, version: int, note: str) -> None:
    """
    Leave a next action undone, with the reason.

    Raises
    ------
    InvalidError
        If no reason is given.
    """
    if not note.strip():
        raise InvalidError({"note": say("service.note_missing")})
    _close_action(actor, action_id, version, state="dismissed", note=note)


def postpone_action(actor: Actor, *, action_id: int, version: int, to: date) -> None:
    """
    Put a next action off to another day.

    Raises
    ------
    RefusedError
        If that would open a marketing action of a customer who refused marketing.
    """
    action = _task(actor, Action, action_id)
    with transaction.atomic():
        _must_be_welcome(action)
        _change(actor, action, version, verb="action.postpone", after={"due_on": to, "state": "open"})


def reopen_action(actor: Actor, *, action_id: int, version: int) -> None:
    """
    Take a next action up again.

    Raises
    ------
    RefusedError
        If it is marketing and the customer refused that.
    """
    action = _task(actor, Action, action_id)
    after = {"state": "open", "note": "", "closed_by_id": None, "closed_at": None}
    with transaction.atomic():
        _must_be_welcome(action)
        _change(actor, action, version, verb="action.reopen", after=after)


def finish_visit(actor: Actor, *, visit_id: int, version: int, minutes: int | None = None, note: str = "") -> None:
    """
    Mark a planned visit as made.

    Raises
    ------
    InvalidError
        If the visit lasted less than a minute or more than a day.
    """
    if minutes is not None and not 1 <= minutes <= LONGEST_VISIT:
        raise InvalidError({"minutes": say("service.minutes_range", most=LONGEST_VISIT)})
    visit = _task(actor, Visit, visit_id)
    after = {"state": "done", "note": _short(note), "minutes": minutes, "closed_at": timezone.now()}
    _change(actor, visit, version, verb="visit.finish", after=after)


def postpone_visit(actor: Actor, *, visit_id: int, version: int, to: date) -> None:
    """Put a planned visit off to another day."""
    visit = _task(actor, Visit, visit_id)
    _change(actor, visit, version, verb="visit.postpone", after={"planned_on": to, "state": "planned"})


def dismiss_visit(actor: Actor, *, visit_id: int, version: int, note: str) -> None:
    """
    Leave a planned visit out, with the reason.

    Raises
    ------
    InvalidError
        If no reason is given.
    """
    if not note.strip():
        raise InvalidError({"note": say("service.note_missing")})
    visit = _task(actor, Visit, visit_id)
    after = {"state": "dismissed", "note": _short(note), "closed_at": timezone.now()}
    _change(actor, visit, version, verb="visit.dismiss", after=after)


def reopen_visit(actor: Actor, *, visit_id: int, version: int) -> None:
    """Take a visit up again."""
    visit = _task(actor, Visit, visit_id)
    after = {"state": "planned", "note": "", "minutes": None, "closed_at": None}
    _change(actor, visit, version, verb="visit.reopen", after=after)


def _close_action(actor: Actor, action_id: int, version: int, *, state: str, note: str) -> None:
    action = _task(actor, Action, action_id)
    after = {"state": state, "note": _short(note), "closed_by_id": actor.user_id, "closed_at": timezone.now()}
    _change(actor, action, version, verb=f"action.{_ACTS[state]}", after=after)


_ACTS = {"done": "finish", "dismissed": "dismiss"}


def _task(actor: Actor, model: type[Task], key: int) -> Task:
    task = visible_to(actor, model).filter(customer__in=_served(actor)).filter(pk=key).first()
    if task is None:
        raise NotFoundError
    return task


def _served(actor: Actor) -> Any:
    # A customer that is only shown to somebody, by a grant without the right to write, is not theirs to serve.
    customers = visible_to(actor, Customer)
    if not actor.everywhere:
        granted = visible_to(actor, Access).filter(valid_at(timezone.now()), user=actor.user_id, may_write=True)
        held = held_by(actor.owner_ids, actor.territory_ids, settling=actor.settling)
        customers = customers.filter(held | Q(pk__in=granted.values("customer")))
    return customers.values("pk")


def _must_be_welcome(action: Action) -> None:
    if not action.marketing or action.state == "open":
        return
    customer = Customer.unscoped.select_for_update().filter(pk=action.customer_id)
    if customer.filter(consent_marketing=False).exists():
        raise RefusedError("service.marketing_refused")


def _short(note: str) -> str:
    return note.strip()[:NOTE_LENGTH]


def _change(actor: Actor, task: Action | Visit, version: int, *, verb: str, after: dict[str, Any]) -> None:
    told = {name: value for name, value in after.items() if not isinstance(value, datetime) and name != "note"}
    same = {name: value for name, value in after.items() if name != "closed_at"}
    if all(getattr(task, name) == value for name, value in same.items()):
        return
    before = {name: getattr(task, name) for name in told}
    with transaction.atomic():
        rows = type(task).unscoped.filter(pk=task.pk, version=version)
        if not rows.update(**after, version=F("version") + 1):
            now = type(task).unscoped.get(pk=task.pk)
            raise StaleError(now.version, {"state": now.state, "note": now.note})
        record(actor.origin, verb, verb.partition(".")[0], str(task.pk), before=before, after=told)
