"""The one task of the queue: do this run. Who does it, and how, is the worker's to say."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime

from django_tasks import task

from jiuzhou.web.jobs.kinds import find_kind

TAKER: ContextVar[Callable[[int], None]] = ContextVar("taker")
"""What the worker of this thread does with a run; nothing takes runs where there is no worker."""


@task()
def perform(run_id: int) -> None:
    """Do the run of that number, if nobody has yet."""
    TAKER.get()(run_id)


def place(run_id: int, kind: str, *, due_at: datetime | None = None) -> None:
    """Put a run of ``kind`` into the queue, behind what people wait for where its kind stands back."""
    known = find_kind(kind)
    perform.using(run_after=due_at, priority=known.priority if known else 0).enqueue(run_id)
