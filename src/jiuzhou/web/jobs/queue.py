"""What a person does with runs: start, cancel, take what is there, try again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.jobs import states
from jiuzhou.web.jobs.kinds import kind_of
from jiuzhou.web.jobs.tasks import place
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError
from jiuzhou.web.store.models import Run

AGAIN = ("failed", "paused", "cancelled")
LATELY = timedelta(minutes=5)


def start(
    actor: Actor,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    title: Message,
    key: str | None = None,
    due_at: datetime | None = None,
) -> Run:
    """
    Queue a run, in the caller's transaction if there is one: it is done exactly if that commits.

    Parameters
    ----------
    title
        What people call it.
    key
        The same kind and key give the same run, however often it is asked for and whatever became of it.
    due_at
        When it may begin at the earliest.
    """
    actor.must(kind_of(kind).verb)
    earlier = Run.unscoped.filter(organisation=actor.organisation_id, kind=kind, key=key) if key else None
    if earlier is not None and (found := earlier.first()):
        return found
    try:
        with transaction.atomic():
            row = Run.unscoped.create(
                organisation_id=actor.organisation_id,
                kind=kind,
                title=title.to_json(),
                arguments=dict(arguments),
                key=key,
                due_at=due_at,
                by_id=actor.user_id,
                for_system=actor.user_id is None,
                history=[states.noted(say("jobs.was_asked"), timezone.now())],
            )
            place(row.pk, kind, due_at=due_at)
            record(actor.origin, "run.start", "run", str(row.pk), after={"kind": kind, "key": key})
    except IntegrityError:
        found = earlier.first() if earlier is not None else None
        if found is None:
            raise
        return found
    return row


def cancel(actor: Actor, run_id: int) -> Run:
    """
    Cancel a run: at once while it waits, within two seconds while it runs.

    Raises
    ------
    ConflictError
        If it has ended already.
    """
    row = one_visible(actor, Run, pk=run_id)
    with transaction.atomic():
        if row.state in ("queued", "paused"):
            done = states.cancel(row)
        else:
            running = Run.unscoped.filter(pk=row.pk, state="running", cancel_at__isnull=True)
            done = bool(running.update(cancel_at=timezone.now())) or row.cancel_at is not None
        if done:
            record(actor.origin, "run.cancel", "run", str(row.pk))
    row.refresh_from_db()
    if not done and row.state in states.WAITING_OR_RUNNING:
        return cancel(actor, run_id)
    if not done:
        raise ConflictError("jobs.has_ended")
    return row


def enough(actor: Actor, run_id: int) -> Run:
    """
    Ask a running search to return the best it has so far.

    Raises
    ------
    ConflictError
        If it does not run, or its kind has no best so far.
    """
    row = one_visible(actor, Run, pk=run_id)
    if not kind_of(row.kind).anytime:
        raise ConflictError("jobs.not_anytime")
    with transaction.atomic():
        if not Run.unscoped.filter(pk=row.pk, state="running").update(enough_at=timezone.now()):
            raise ConflictError("jobs.does_not_run")
        record(actor.origin, "run.enough", "run", str(row.pk))
    row.refresh_from_db()
    return row


def retry(actor: Actor, run_id: int, *, reason: str = "") -> Run:
    """
    Queue a run again that failed, rests or was cancelled; it goes on from what it had done.

    Parameters
    ----------
    reason
        Why, in the person's words; kept in the audit.

    Raises
    ------
    ConflictError
        If it waits, runs or has succeeded.
    """
    row = one_visible(actor, Run, pk=run_id)
    actor.must(kind_of(row.kind).verb)
    with transaction.atomic():
        if row.state not in AGAIN or not states.queue_again(row, say("jobs.was_retried")):
            raise ConflictError("jobs.not_again")
        record(actor.origin, "run.retry", "run", str(row.pk), before={"state": row.state}, note=reason[:500])
    row.refresh_from_db()
    return row


def take_ended(actor: Actor) -> tuple[int, ...]:
    """Return the actor's own runs that ended lately and were not seen yet, each once over all of its windows."""
    now = timezone.now()
    lately = visible_to(actor, Run).filter(by=actor.user_id, seen_at=None, finished_at__gt=now - LATELY)
    found = sorted(lately.values_list("pk", flat=True))
    return tuple(run for run in found if Run.unscoped.filter(pk=run, seen_at=None).update(seen_at=now))
