"""
Where a worker works on one run at a time: it gives the run to a process, shows that it lives, and sees that it stops
when it is told to, within two seconds, whatever it is doing.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import DatabaseError, close_old_connections, connection
from django.db.models import Q
from django.utils import timezone

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.jobs import states
from jiuzhou.web.jobs.block import Block, Stop
from jiuzhou.web.jobs.execution import execute
from jiuzhou.web.jobs.kinds import find_kind, kind_of
from jiuzhou.web.jobs.names import worker_name
from jiuzhou.web.jobs.process import Process
from jiuzhou.web.store.models import Run

logger = logging.getLogger("jiuzhou.jobs")

LOOK_SECONDS = 0.2
BEAT_SECONDS = 2.0
SOFT_SECONDS = 1.0
RELEASE_SECONDS = 5.0
"""How long a run may take to reach its next step before it is ended: when cancelled, when the worker ends."""
WAITS_SECONDS = 2.0
"""After this a run that waits finds no worker free."""
GIVES_WAY = 5
"""How often a run that stands back gives way after it has begun: it must come to its end some day."""


@dataclass
class Seat:
    """
    One worker's place of work.

    Attributes
    ----------
    stop
        Set when the worker is to end.
    inline
        Whether runs are computed in this process: for commands and tests, where there is nobody to cancel them.
    """

    stop: threading.Event
    inline: bool = False
    name: str = field(default_factory=worker_name)
    _process: Process | None = None

    def take(self, run_id: int) -> None:
        """Do the run of that number if it still waits to be done."""
        row = states.claim(run_id, worker=self.name)
        if row is None:
            return
        if self.inline:
            execute(row.pk, row.attempt, Block())
        else:
            self._give(row)

    def leave(self) -> None:
        """End the process that waits for runs."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _give(self, row: Run) -> None:
        if self._process is None or self._process.exit_code is not None:
            self.leave()
            self._process = Process()
        process = self._process
        process.order(row.pk, row.attempt)
        with Pulse(row, process.block) as pulse:
            end = _watched(row, process, pulse, self.stop)
        if end is not None:
            process.end()
            _until_written(end, self.stop)
        elif process.answered() is False:
            _until_written(lambda: states.pause(row, say("jobs.no_space")), self.stop)
        if process.exit_code is not None or process.is_large:
            self.leave()


class Pulse(threading.Thread):
    """
    Shows that a run is alive, and how far it is, beside whoever watches it.

    It has a thread and a connection of its own: a write that waits for the database must not keep a cancel waiting.
    """

    def __init__(self, row: Run, block: Block) -> None:
        super().__init__(name=f"pulse-{row.pk}", daemon=True)
        self.lost = False
        self._row, self._block, self._done = row, block, threading.Event()

    def __enter__(self) -> Pulse:
        """Begin to beat."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Beat no more."""
        self._done.set()
        self.join(timeout=BEAT_SECONDS)

    def run(self) -> None:
        """Beat until told otherwise."""
        try:
            while not self._done.wait(BEAT_SECONDS if not self.lost else None):
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        try:
            self.lost = not states.beat(self._row.pk, self._row.attempt, self._block.progress())
        except DatabaseError as error:
            # A full disk or a database that is away: the run may still come to its end, so it is left to.
            logger.warning("run %s: no heartbeat: %s", self._row.pk, error)
            connection.close()


End = Callable[[], bool]


def _watched(row: Run, process: Process, pulse: Pulse, stop: threading.Event) -> End | None:
    """Return how a run ended that did not end by itself; ``None`` for one that did."""
    limit = time.monotonic() + kind_of(row.kind).limit_seconds
    forced_at: float | None = None
    end: End = _nothing
    while process.answered() is None:
        if process.exit_code is not None:
            return end if forced_at is not None else lambda: states.again(row, _cause_of_death(process))
        now = time.monotonic()
        if pulse.lost:
            return _nothing
        if now > limit:
            return lambda: states.fail(row, say("jobs.too_long", hours=kind_of(row.kind).limit_seconds / 3600))
        if forced_at is None:
            forced_at, end = _asked(row, process, stop, now)
        elif now > forced_at:
            return end
        elif process.block.stop is Stop.RELEASE and _wishes(row) is Stop.CANCEL:
            process.block.ask(Stop.CANCEL)
            forced_at, end = min(forced_at, now + SOFT_SECONDS), lambda: states.cancel(row)
        time.sleep(LOOK_SECONDS)
    return None


def _nothing() -> bool:
    return False


def _asked(row: Run, process: Process, stop: threading.Event, now: float) -> tuple[float | None, End]:
    """Return when the run is to be ended by force and what it is then; ``None`` while nobody asks."""
    wish = _wishes(row)
    if wish is Stop.CANCEL:
        process.block.ask(wish)
        return now + SOFT_SECONDS, lambda: states.cancel(row)
    if stop.is_set():
        process.block.ask(Stop.RELEASE)
        return now + RELEASE_SECONDS, lambda: states.again(row, say("jobs.worker_ended"), counts=False)
    if kind_of(row.kind).stands_back and row.attempt <= GIVES_WAY and _somebody_waits():
        process.block.ask(Stop.RELEASE)
        return now + RELEASE_SECONDS, lambda: states.again(row, say("jobs.gave_way"), counts=False)
    process.block.ask(wish)
    return None, _nothing


def _somebody_waits() -> bool:
    """Return whether something that people ask for has waited so long that no worker is free for it."""
    since = timezone.now() - timedelta(seconds=WAITS_SECONDS)
    due = Q(due_at=None) | Q(due_at__lte=since)
    try:
        waiting = Run.unscoped.filter(due, state="queued", created_at__lte=since).values_list("kind", flat=True)
        found = [find_kind(name) for name in waiting.distinct()]
        return any(kind is not None and not kind.stands_back for kind in found)
    except DatabaseError:
        close_old_connections()
        return False


def _wishes(row: Run) -> Stop:
    try:
        asked = Run.unscoped.filter(pk=row.pk).values_list("cancel_at", "enough_at").first()
    except DatabaseError:
        close_old_connections()
        return Stop.GO_ON
    if asked is None or asked[0] is not None:
        return Stop.CANCEL
    return Stop.ENOUGH if asked[1] is not None else Stop.GO_ON


def _cause_of_death(process: Process) -> Message:
    code = process.exit_code or 0
    if code == -int(getattr(signal, "SIGKILL", 9)):
        return say("jobs.was_killed")
    return say("jobs.has_died", exit=code)


def _until_written(end: End, stop: threading.Event) -> None:
    # The end is known and must not be forgotten only because the disk is full at this moment.
    wait = 0.5
    while True:
        try:
            end()
        except DatabaseError as error:
            logger.warning("the end of a run could not be written: %s", error)
            connection.close()
        else:
            return
        if stop.wait(wait):
            return
        wait = min(wait * 2, 4.0)
