"""The end of a run, told to whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string

from jiuzhou.kernel.message import Message, message_of, say
from jiuzhou.web.jobs.kinds import find_kind
from jiuzhou.web.store.models import Run

NOTIFY = "jiuzhou.web.inbox.writes.notify"
"""Notices are a sibling of this package, which may not import it; it is found when it is there."""


def tell_asker(row: Run, state: str, message: Message) -> None:
    """Leave a notice for whoever asked for ``row``; whoever cancelled it, or sees it succeed, knows."""
    kind = find_kind(row.kind)
    if row.by_id is None or state == "cancelled" or (state == "succeeded" and kind is not None and kind.seen):
        return
    try:
        notify: Callable[..., Any] = import_string(NOTIFY)
    except ImportError:
        return
    title = message_of(row.title) if row.title else row.kind
    notify(
        row.organisation_id,
        [row.by_id],
        "run",
        say(f"jobs.notice_{state}", title=title, what=message),
        link=f"/jobs/{row.pk}",
        key=f"run:{row.pk}:{row.attempt}",
    )
