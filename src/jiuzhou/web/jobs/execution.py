"""One attempt at a run: its handler is called, and whatever comes of it is written down."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.kernel.message import say
from jiuzhou.web.jobs import states
from jiuzhou.web.jobs.block import Block
from jiuzhou.web.jobs.context import Cancelled, Lost, Released, RunContext
from jiuzhou.web.jobs.kinds import Kind, handler_of, kind_of
from jiuzhou.web.store.models import Run

logger = logging.getLogger("jiuzhou.jobs")

End = Callable[[], bool]


def execute(run_id: int, attempt: int, block: Block) -> bool:
    """
    Make one attempt at a run in this process.

    Returns
    -------
    bool
        Whether its end is written down; ``False`` where the database could not take it, and the worker must.
    """
    row = Run.unscoped.filter(pk=run_id, state="running", attempt=attempt).first()
    if row is None:
        return True
    end = _attempt(row, block)
    try:
        end()
    except (DatabaseError, OSError):
        logger.exception("run %s: its end could not be written", run_id)
        _forget_connection()
        return False
    return True


def _attempt(row: Run, block: Block) -> End:
    context = RunContext(
        run_id=row.pk,
        organisation_id=row.organisation_id,
        kind=row.kind,
        attempt=row.attempt,
        arguments=row.arguments,
        state=row.resume,
        asked_by=row.by_id,
        for_system=row.for_system,
        block=block,
    )
    try:
        kind = kind_of(row.kind)
        with _within_memory(kind):
            result = handler_of(kind)(context)
    except Cancelled:
        return lambda: states.cancel(row)
    except Released:
        return lambda: states.again(row, say("jobs.worker_ended"), counts=False)
    except Lost:
        return lambda: False
    except BaseException as error:
        _forget_connection()
        return _after(row, error)
    return lambda: states.succeed(row, result or {}, block.progress())


def _after(row: Run, error: BaseException) -> End:
    if states.is_no_space(error):
        return lambda: states.pause(row, say("jobs.no_space"))
    if isinstance(error, JiuzhouError):
        return lambda: states.fail(row, error.message)
    if isinstance(error, MemoryError):
        return lambda: states.again(row, say("jobs.no_memory"))
    if isinstance(error, OperationalError | InterfaceError):
        logger.warning("run %s: the database was out of reach: %s", row.pk, error)
        return lambda: states.again(row, say("jobs.no_database"))
    logger.error("run %s (%s) failed", row.pk, row.kind, exc_info=error)
    return lambda: states.fail(row, say("jobs.crashed", error=type(error).__name__, run=row.pk))


def _forget_connection() -> None:
    # After a full disk SQLite has rolled back by itself and the connection may think otherwise; a new one knows.
    if not connection.in_atomic_block:
        with contextlib.suppress(DatabaseError):
            connection.close()


@contextlib.contextmanager
def _within_memory(kind: Kind) -> Iterator[None]:
    if kind.memory_mb is None or sys.platform == "win32":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (kind.memory_mb * 1024 * 1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
