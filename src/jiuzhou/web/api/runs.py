"""Endpoints of runs: long work outside the request, its progress, and what can be done about it."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Router

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.jobs import queue, reads
from jiuzhou.web.paging import Page
from jiuzhou.web.rest.schemas import Cursor, Id, Limit, Listing, Moment, Said, SaidMaybe, Shape

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
