"""
How a run goes from state to state. Every step is one conditional update on the state and attempt that were read, so of
two workers that try the same step one succeeds.

    queued ──claim──► running ──end──► succeeded · failed · cancelled · paused
       ▲                 │
       └──── again ◄─────┘      worker killed, process died, worker ending: from the last checkpoint
"""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, transaction
from django.utils import timezone

from jiuzhou.kernel.message import Message, message_of, say
from jiuzhou.web.jobs.block import Progress
from jiuzhou.web.jobs.notices import tell_asker
from jiuzhou.web.jobs.tasks import place
from jiuzhou.web.ledger.outbox import tell
from jiuzhou.web.store.models import Run

MOST_KEPT = 40
"""Lines of a run's history that are kept."""

ENDED = ("succeeded", "failed", "cancelled")
WAITING_OR_RUNNING = ("queued", "running")


def claim(run_id: int, *, worker: str) -> Run | None:
    """Return the run, which is ``worker``'s from now on; ``None`` if it is not to be done, or is somebody else's."""
    row = Run.unscoped.filter(pk=run_id, state="queued").first()
    if row is None:
        return None
    now = timezone.now()
    begun = "jobs.was_resumed" if row.resume else "jobs.was_started"
    moved = _move(
        row,
        "running",
        say(begun, share=row.progress, attempt=row.attempt + 1),
        attempt=row.attempt + 1,
        worker=worker,
        started_at=now,
        heartbeat_at=now,
        finished_at=None,
        done_before=row.done,
        reason={},
    )
    return Run.unscoped.get(pk=run_id) if moved else None


def beat(run_id: int, attempt: int, progress: Progress | None) -> bool:
    """Write down that the attempt is alive, and how far it is; return whether the run is still its own."""
    fields: dict[str, Any] = {"heartbeat_at": timezone.now()}
    if progress is not None and (progress.done or progress.total):
        fields |= {"done": progress.done, "total": progress.total, "progress": share_of(progress)}
        fields["stage"] = dict(progress.stage or {})
    return bool(Run.unscoped.filter(pk=run_id, state="running", attempt=attempt).update(**fields))


def share_of(progress: Progress) -> float:
    """Return how much is done, from 0 to 1."""
    return min(1.0, max(0.0, progress.done / progress.total)) if progress.total else 0.0


def succeed(row: Run, result: Mapping[str, Any], progress: Progress | None) -> bool:
    """End ``row`` with what its handler returned; return whether it was still this attempt's."""
    plain = json.loads(json.dumps(dict(result), cls=DjangoJSONEncoder))
    said: dict[str, Any] = {}
    if progress is not None and progress.total:
        said = {"done": progress.total, "total": progress.total}
    message = message_of(plain["message"]) if "message" in plain else say("jobs.has_succeeded")
    return _end(row, "succeeded", message, result=plain, reason={}, progress=1.0, resume={}, **said)


def fail(row: Run, reason: Message) -> bool:
    """End ``row`` as failed, for a reason that another attempt would meet again."""
    return _end(row, "failed", reason, reason=reason.to_json())


def cancel(row: Run) -> bool:
    """End ``row`` as the person wished."""
    return _end(row, "cancelled", say("jobs.was_cancelled"), reason={})


def pause(row: Run, reason: Message) -> bool:
    """Let ``row`` rest until somebody has mended what stands in its way and asks for it again."""
    return _end(row, "paused", reason, reason=reason.to_json())


def again(row: Run, reason: Message, *, counts: bool = True) -> bool:
    """
    Queue ``row`` once more, or fail it when it has had its attempts.

    Parameters
    ----------
    counts
        Whether the attempt was one; a worker that ended in good order took none.
    """
    attempts = row.attempts if counts else row.attempts + 1
    if row.attempt >= attempts:
        return fail(row, say("jobs.gave_up", attempts=row.attempts, reason=reason))
    with transaction.atomic():
        moved = _move(row, "queued", reason, attempts=attempts, reason=reason.to_json(), worker="")
        if moved:
            place(row.pk, row.kind)
    return moved


def queue_again(row: Run, note: Message) -> bool:
    """Queue a run that had ended or paused, with three attempts more, from its last checkpoint."""
    with transaction.atomic():
        moved = _move(
            row,
            "queued",
            note,
            attempts=row.attempt + 3,
            reason={},
            finished_at=None,
            cancel_at=None,
            enough_at=None,
            worker="",
        )
        if moved:
            place(row.pk, row.kind)
    return moved


def _end(row: Run, state: str, message: Message, **fields: Any) -> bool:
    with transaction.atomic():
        moved = _move(row, state, message, finished_at=timezone.now(), **fields)
        if moved:
            tell(row.organisation_id, "run.finished", {"run": row.pk, "kind": row.kind, "state": state})
            tell_asker(row, state, message)
    return moved


def _move(row: Run, state: str, note: Message, **fields: Any) -> bool:
    history = [*row.history, noted(note, timezone.now())][-MOST_KEPT:]
    unchanged = Run.unscoped.filter(pk=row.pk, state=row.state, attempt=row.attempt)
    return bool(unchanged.update(state=state, history=history, **fields))


def noted(note: Message, at: datetime) -> dict[str, Any]:
    """Return a line of a run's history."""
    return {"at": at.isoformat(), **note.to_json()}


def is_no_space(error: BaseException) -> bool:
    """Return whether ``error`` says that a disk, or a quota, is full."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    if isinstance(error, DatabaseError):
        state = getattr(error.__cause__, "sqlstate", None)
        return state == "53100" or "disk is full" in str(error) or "disk I/O error" in str(error)
    return False
