"""Runs as a person sees them: what it is, how far, how long still, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from jiuzhou.kernel.message import Message, message_of, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.jobs.kinds import find_kind, kind_title
from jiuzhou.web.jobs.queue import AGAIN
from jiuzhou.web.jobs.states import WAITING_OR_RUNNING
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.store.models import Run, Schedule

STILL_SECONDS = 15.0
"""A heartbeat older than this is worth a word."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a run's history."""

    at: datetime
    what: Message


@dataclass(frozen=True, slots=True)
class RunView:
    """
    A run.

    Attributes
    ----------
    progress
        From 0 to 1; ``None`` while it is not known.
    seconds_left
        At the rate since this attempt began; ``None`` while nothing can be said.
    beat_seconds
        Age of the last sign of life of one that runs.
    message
        What came of it, or what is in its way.
    link
        Where what came of it can be seen.
    """

    id: int
    kind: str
    title: Message
    state: str
    progress: float | None
    done: int
    total: int | None
    stage: Message | None
    seconds_left: float | None
    beat_seconds: float | None
    message: Message | None
    link: str
    by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    attempt: int
    attempts: int
    cancelling: bool
    may_cancel: bool
    may_retry: bool
    may_enough: bool
    result: Mapping[str, Any]
    history: tuple[Happening, ...]

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in WAITING_OR_RUNNING

    @property
    def is_still(self) -> bool:
        """Whether its worker has shown no sign of life for a while."""
        return self.beat_seconds is not None and self.beat_seconds > STILL_SECONDS


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """Work that starts by itself."""

    kind: str
    title: Message
    when: Message
    next_at: datetime
    active: bool
    last_id: int | None
    last_state: str


@dataclass(frozen=True, slots=True)
class Lag:
    """How well the queue is served: how many wait, for how many seconds the oldest, how many show no life."""

    waiting: int
    oldest_seconds: float
    still: int


def one(actor: Actor, run_id: int) -> RunView:
    """Return one run."""
    return _view(one_visible(actor, Run, pk=run_id), actor, timezone.now())


def listed(actor: Actor, *, state: str = "", cursor: str | None = None, size: int = 50) -> Page[RunView]:
    """
    Return the runs the actor may see, the latest first.

    Parameters
    ----------
    state
        Only those in this state; ``open`` for those that wait or run; all where empty.
    """
    rows = visible_to(actor, Run).select_related("by")
    if state == "open":
        rows = rows.filter(state__in=WAITING_OR_RUNNING)
    elif state:
        rows = rows.filter(state=state)
    now = timezone.now()
    return page_of(rows, lambda row: _view(row, actor, now), order=("-created_at", "-id"), cursor=cursor, size=size)


def open_runs(actor: Actor, *, most: int = 5) -> tuple[RunView, ...]:
    """Return the actor's own runs that wait or run, for the tray."""
    now = timezone.now()
    rows = visible_to(actor, Run).select_related("by").filter(by=actor.user_id, state__in=WAITING_OR_RUNNING)
    return tuple(_view(row, actor, now) for row in rows.order_by("-created_at")[:most])


def count_running(actor: Actor) -> int:
    """Return how many of the actor's own runs wait or run."""
    return visible_to(actor, Run).filter(by=actor.user_id, state__in=WAITING_OR_RUNNING).count()


def schedules(actor: Actor) -> tuple[ScheduleView, ...]:
    """Return the work of the organisation that starts by itself."""
    rows = visible_to(actor, Schedule).select_related("last_run").order_by("kind")
    return tuple(
        ScheduleView(
            kind=row.kind,
            title=kind_title(row.kind),
            when=say("jobs.every_minutes", n=row.every_minutes)
            if row.every_minutes
            else say("jobs.every_day", time=f"{row.at_time:%H:%M}"),
            next_at=row.next_at,
            active=row.active,
            last_id=row.last_run_id,
            last_state=row.last_run.state if row.last_run else "",
        )
        for row in rows
    )


def lag() -> Lag:
    """Return how well the queue is served, over all organisations, for the health check."""
    now = timezone.now()
    waiting = Run.unscoped.filter(state="queued").exclude(due_at__gt=now).order_by("created_at")
    since = waiting.values_list("created_at", flat=True).first()
    beats = Run.unscoped.filter(state="running").values_list("heartbeat_at", flat=True)
    still = sum(1 for beat in beats if beat and (now - beat).total_seconds() > STILL_SECONDS)
    return Lag(waiting.count(), (now - since).total_seconds() if since else 0.0, still)


def _view(row: Run, actor: Actor, now: datetime) -> RunView:
    running = row.state == "running"
    message = row.result.get("message") or row.reason
    kind = find_kind(row.kind)
    began, ended = row.started_at, row.finished_at
    return RunView(
        id=row.pk,
        kind=row.kind,
        title=message_of(row.title) if row.title else kind_title(row.kind),
        state=row.state,
        progress=row.progress if row.total or row.state == "succeeded" else None,
        done=row.done,
        total=row.total,
        stage=message_of(row.stage) if row.stage and running else None,
        seconds_left=seconds_left(row, now) if running else None,
        beat_seconds=(now - row.heartbeat_at).total_seconds() if running and row.heartbeat_at else None,
        message=message_of(message) if message else None,
        link=str(row.result.get("link", "")),
        by=row.by.name if row.by else "",
        created_at=row.created_at,
        started_at=began,
        finished_at=ended,
        seconds=max(0.0, ((ended or now) - began).total_seconds()) if began and (ended or running) else None,
        attempt=row.attempt,
        attempts=row.attempts,
        cancelling=running and row.cancel_at is not None,
        may_cancel=row.state in (*WAITING_OR_RUNNING, "paused") and row.cancel_at is None,
        may_retry=row.state in AGAIN and kind is not None and actor.may(kind.verb),
        may_enough=running and kind is not None and kind.anytime and row.enough_at is None,
        result=row.result,
        history=tuple(
            Happening(datetime.fromisoformat(item["at"]), message_of(item)) for item in reversed(row.history)
        ),
    )


def seconds_left(row: Run, now: datetime) -> float | None:
    """Return how many seconds a run still needs at the rate since its attempt began; ``None`` while nobody can say."""
    if not row.total or row.started_at is None or row.done <= row.done_before:
        return None
    passed = (now - row.started_at).total_seconds()
    return max(0.0, (row.total - row.done) * passed / (row.done - row.done_before))
