"""
Runs whose worker is gone, and runs whose place in the queue was lost with one.

A lease is judged by this process's own steady clock: a run is given up when its heartbeat has not moved for a while
*as watched from here*, so that a jump of the wall clock takes no run from a worker that lives.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from jiuzhou.kernel.message import say
from jiuzhou.web.jobs import states
from jiuzhou.web.jobs.names import is_gone
from jiuzhou.web.jobs.tasks import perform, place
from jiuzhou.web.store.models import Run

PATIENCE_SECONDS = 20.0
"""Ten missed heartbeats."""


@dataclass
class Watch:
    """What one worker remembers of the heartbeats of all."""

    patience: float = PATIENCE_SECONDS
    _seen: dict[tuple[int, int], tuple[datetime | None, float]] = field(default_factory=dict)
    _unplaced: dict[int, float] = field(default_factory=dict)

    def recover(self) -> int:
        """Queue again, or fail, the runs that nobody works on any more; return how many."""
        running = list(Run.unscoped.filter(state="running"))
        recovered = sum(self._recovered(row) for row in running)
        current = {(row.pk, row.attempt) for row in running}
        self._seen = {key: seen for key, seen in self._seen.items() if key in current}
        return recovered + self._placed_again()

    def _recovered(self, row: Run) -> bool:
        if is_gone(row.worker) or self._is_still(row):
            return states.cancel(row) if row.cancel_at else states.again(row, say("jobs.worker_died"))
        return False

    def _is_still(self, row: Run) -> bool:
        key, now = (row.pk, row.attempt), time.monotonic()
        beat, since = self._seen.get(key, (None, now))
        if key not in self._seen or beat != row.heartbeat_at:
            self._seen[key] = (row.heartbeat_at, now)
            return False
        return now - since > self.patience

    def _placed_again(self) -> int:
        # A worker killed between taking the task and taking the run leaves a run that waits for nothing.
        waiting = set(Run.unscoped.filter(state="queued").values_list("pk", flat=True))
        if waiting:
            waiting -= _in_the_queue()
        now = time.monotonic()
        self._unplaced = {run: self._unplaced.get(run, now) for run in sorted(waiting)}
        overdue = [run for run, since in self._unplaced.items() if now - since > min(self.patience, 5.0)]
        for run in overdue:
            kind, due_at = Run.unscoped.values_list("kind", "due_at").get(pk=run)
            place(run, kind, due_at=due_at if due_at and due_at > timezone.now() else None)
            del self._unplaced[run]
        return len(overdue)


def _in_the_queue() -> set[int]:
    tasks = DBTaskResult.objects.filter(status="READY", task_path=perform.module_path)
    return {args["args"][0] for args in tasks.values_list("args_kwargs", flat=True)}
