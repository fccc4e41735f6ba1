"""What a worker does beside runs, over and over: each duty is safe to be done by several workers at once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, close_old_connections, connection
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from jiuzhou.web.accounts.pruning import prune as prune_accounts
from jiuzhou.web.accounts.tallies import recount
from jiuzhou.web.jobs.anchors import write_anchors
from jiuzhou.web.jobs.recovery import Watch
from jiuzhou.web.jobs.schedules import start_due
from jiuzhou.web.jobs.states import ENDED
from jiuzhou.web.ledger.pruning import prune as prune_ledger
from jiuzhou.web.store.models import Run

logger = logging.getLogger("jiuzhou.jobs")

TASKS_KEPT = timedelta(days=2)
RUNS_KEPT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Duty:
    """
    Something to be done every so often.

    Attributes
    ----------
    does
        A function without arguments, or ``package.module:function``; a feature that is left out has no duty.
    """

    every_seconds: float
    does: Callable[[], Any] | str


@dataclass
class Upkeep:
    """One worker's duties, and when each was done last by its steady clock."""

    watch: Watch = field(default_factory=Watch)
    _done_at: dict[str, float] = field(default_factory=dict)

    @property
    def duties(self) -> dict[str, Duty]:
        """The duties by name, in the order in which they are done."""
        return {
            "recovery": Duty(2, self.watch.recover),
            "schedules": Duty(5, start_due),
            "plans": Duty(30, "jiuzhou.web.divide.jobs:publish_due"),
            "moves": Duty(15, "jiuzhou.web.assign.jobs:apply_due_moves"),
            "outbox": Duty(3, "jiuzhou.web.inbox.jobs:drain_outbox"),
            "tallies": Duty(20, recount),
            "anchors": Duty(3600, write_anchors),
            "answers": Duty(3600, prune_ledger),
            "sessions": Duty(3600, prune_accounts),
            "feeds": Duty(5, "jiuzhou.web.collect.writes.feeds.setting:start_due_feeds"),
            "exports": Duty(3600, "jiuzhou.web.collect.jobs:forget_exports"),
            "imports": Duty(3600, "jiuzhou.web.collect.jobs:forget_imports"),
            "retention": Duty(3600, "jiuzhou.web.collect.writes.privacy.retention:run_rules"),
            "pruning": Duty(3600, prune),
        }

    def tend(self, *, everything: bool = False) -> None:
        """Do the duties whose time has come; one that fails keeps no other from being done."""
        for name, duty in self.duties.items():
            now = time.monotonic()
            if everything or now - self._done_at.get(name, -1e9) >= duty.every_seconds:
                self._done_at[name] = now
                _do(name, duty)

    def tend_until(self, stop: threading.Event, *, pause: float = 1.0) -> None:
        """Do the duties as they come due, until told to stop."""
        try:
            while not stop.is_set():
                close_old_connections()
                self.tend()
                stop.wait(pause)
        finally:
            connection.close()


def _do(name: str, duty: Duty) -> None:
    try:
        does = import_string(duty.does.replace(":", ".")) if isinstance(duty.does, str) else duty.does
    except ImportError:
        return
    try:
        does()
    except DatabaseError as error:
        logger.warning("duty %s: the database was out of reach: %s", name, error)
        if not connection.in_atomic_block:
            connection.close()
    except Exception:
        logger.exception("duty %s failed", name)


def prune() -> int:
    """Delete finished entries of the queue and runs that ended long ago, and return how many."""
    now = timezone.now()
    ended = Q(finished_at__lt=now - TASKS_KEPT)
    # A worker that was killed leaves its task as running for ever; the run itself was recovered.
    left = Q(status="RUNNING", started_at__lt=now - TASKS_KEPT)
    tasks, _ = DBTaskResult.objects.filter(ended | left).delete()
    runs, _ = Run.unscoped.filter(state__in=ENDED, key=None, finished_at__lt=now - RUNS_KEPT).delete()
    return int(tasks) + runs
