"""The one task of the queue: do this run. Who does it, and how, is the worker's to say."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django_tasks import task

TAKER: ContextVar[Callable[[int], None]] = ContextVar("taker")
"""What the worker of this thread does with a run; nothing takes runs where there is no worker."""


@task()
def perform(run_id: int) -> None:
    """Do the run of that number, if nobody has yet."""
    TAKER.get()(run_id)
