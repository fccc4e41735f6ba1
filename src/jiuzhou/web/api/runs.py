"""Endpoints of runs: long work outside the request, its progress, and what can be done about it."""

from __future__ import annotations

from datetime import time
from typing import Any, Literal

from ninja import Router, Status

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.jobs import queue, reads, schedules
from jiuzhou.web.jobs.kinds import kind_title
from jiuzhou.web.paging import Page
from jiuzhou.web.rest.schemas import Body, Cursor, Id, Limit, Listing, Moment, Said, SaidMaybe, Shape, TimeOfDay

router = Router()


class Run(Shape):
    """A run; ``progress`` from 0 to 1, null while it is not known."""

    id: int
    kind: str
    title: Said
    state: str
    progress: float | None
    done: int
    total: int | None
    stage: SaidMaybe
    seconds_left: float | None
    message: SaidMaybe
    link: str
    by: str
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    attempt: int
    attempts: int
    cancelling: bool
    may_cancel: bool
    may_retry: bool
    may_enough: bool
    result: dict[str, Any]


class RunStart(Body):
    """Work that otherwise starts by itself."""

    kind: Literal["customers.compare", "quality.measure", "scores.renew", "scores.settle"]


class ScheduleSet(Body):
    """When work starts by itself: every so many minutes, or at a time of day; ``active`` false lets it rest."""

    kind: Literal["audit.verify", "customers.compare", "quality.measure", "scores.renew", "scores.settle"]
    every_minutes: int | None = None
    at_time: TimeOfDay | None = None
    active: bool = True


class ScheduledWork(Shape):
    """Work that starts by itself: what, when, and how it went the last time."""

    kind: str
    title: Said
    when: Said
    next_at: Moment
    active: bool
    last_id: int | None
    last_state: str


@router.get("/runs", response=Listing[Run])
@endpoint("run.read")
def list_runs(
    request: Asked,
    limit: Limit = 50,
    cursor: Cursor = None,
    state: Literal["", "open", "queued", "running", "succeeded", "failed", "cancelled", "paused"] = "",
) -> Page[reads.RunView]:
    """Return the runs one may see, the latest first."""
    return reads.listed(request.actor, state=state, cursor=cursor, size=limit)


@router.get("/runs/{run}", response=Run)
@endpoint("run.read", noun="run")
def read_run(request: Asked, run: Id) -> reads.RunView:
    """Return one run."""
    return reads.one(request.actor, run)


@router.get("/schedules", response=list[ScheduledWork])
@endpoint("run.start")
def list_schedules(request: Asked) -> tuple[reads.ScheduleView, ...]:
    """Return the work that starts by itself."""
    return reads.schedules(request.actor)


@router.post("/schedules", response=list[ScheduledWork])
@endpoint("run.start")
def set_schedule(request: Asked, body: ScheduleSet) -> tuple[reads.ScheduleView, ...]:
    """Let work start by itself, at other times than before, or no more."""
    if body.active:
        at_time = time.fromisoformat(body.at_time) if body.at_time else None
        schedules.set_schedule(request.actor, body.kind, every_minutes=body.every_minutes, at_time=at_time)
    else:
        schedules.switch_schedule(request.actor, body.kind, active=False)
    return reads.schedules(request.actor)


@router.post("/runs", response={202: Run})
@endpoint("run.start")
def start_run(request: Asked, body: RunStart) -> Status[reads.RunView]:
    """Start work now that otherwise starts by itself."""
    return _started(request, body.kind)


@router.post("/audit/verify", response={202: Run})
@endpoint("audit.read")
def verify_audit(request: Asked) -> Status[reads.RunView]:
    """Start a verification of the audit chain."""
    return _started(request, "audit.verify")


@router.post("/runs/{run}/cancel", response=Run)
@endpoint("run.write", noun="run")
def cancel_run(request: Asked, run: Id) -> reads.RunView:
    """Ask a run to stop."""
    queue.cancel(request.actor, run)
    return reads.one(request.actor, run)


@router.post("/runs/{run}/enough", response=Run)
@endpoint("run.write", noun="run")
def end_run(request: Asked, run: Id) -> reads.RunView:
    """Tell a run that its best so far is enough."""
    queue.enough(request.actor, run)
    return reads.one(request.actor, run)


@router.post("/runs/{run}/retry", response=Run)
@endpoint("run.write", noun="run")
def retry_run(request: Asked, run: Id) -> reads.RunView:
    """Try a run again that failed or was cancelled."""
    queue.retry(request.actor, run)
    return reads.one(request.actor, run)


def _started(request: Asked, kind: str) -> Status[reads.RunView]:
    row = queue.start(request.actor, kind, {}, title=kind_title(kind))
    return Status(202, reads.one(request.actor, row.pk))
