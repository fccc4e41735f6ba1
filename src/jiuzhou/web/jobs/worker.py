"""The worker: takes runs from the queue, one at a time, and keeps house beside them."""

from __future__ import annotations

import logging
import signal
import threading

from django.db import DatabaseError, close_old_connections, connection
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from jiuzhou.web.jobs.seat import Seat
from jiuzhou.web.jobs.tasks import TAKER
from jiuzhou.web.jobs.upkeep import Upkeep

logger = logging.getLogger("jiuzhou.jobs")

PAUSE_SECONDS = 0.5
"""Between two looks at an empty queue."""


def work(*, once: bool = False, stop: threading.Event | None = None, inline: bool = False) -> None:
    """
    Do runs as they come, until ``stop`` is set or the process is told to end.

    Parameters
    ----------
    once
        Do the duties and what waits now, then return.
    inline
        Compute in this process instead of one beside it; such runs cannot be cancelled.
    """
    stop = stop or threading.Event()
    _end_in_good_order(stop)
    seat = Seat(stop, inline=inline)
    upkeep = Upkeep()
    token = TAKER.set(seat.take)
    keeper = threading.Thread(target=upkeep.tend_until, args=(stop,), name="upkeep", daemon=True)
    try:
        if once:
            upkeep.tend(everything=True)
            while not stop.is_set() and _one_from_the_queue():
                pass
        else:
            keeper.start()
            _until(stop)
    finally:
        TAKER.reset(token)
        seat.leave()
        if keeper.is_alive():
            stop.set()
            keeper.join(timeout=10)


def _until(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            found = _one_from_the_queue()
        except DatabaseError as error:
            logger.warning("the queue was out of reach: %s", error)
            connection.close()
            found = False
        if not found:
            stop.wait(PAUSE_SECONDS)


def _one_from_the_queue() -> bool:
    # The steps of the queue's own loop, which would end the connection under a command that works in a transaction.
    if not connection.in_atomic_block:
        close_old_connections()
    ready = DBTaskResult.objects.ready()
    if not ready.exists():
        return False
    worker = Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )
    with exclusive_transaction():
        task = ready.get_locked()
        if task is not None:
            task.claim(worker.worker_id)
    if task is not None:
        worker.run_task(task)
    return True


def _end_in_good_order(stop: threading.Event) -> None:
    # Only the main thread may say what signals mean; a worker inside a server is told by its ``stop``.
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
