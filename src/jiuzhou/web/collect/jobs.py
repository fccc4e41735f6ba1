"""Work on customers that is too long for a request."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.exporting import lines_for_export
from jiuzhou.web.collect.reads.wanted import wanted_of
from jiuzhou.web.collect.writes.exports import file_of, forget_files, record_export
from jiuzhou.web.jobs.context import RunContext

_LOOK_AGAIN = 5_000
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def export_customers(context: RunContext) -> Mapping[str, Any]:
    """Write the list that was asked for into a file; stop if what the person may see changes on the way."""
    actor = context.actor
    wanted = wanted_of(dict(QueryDict(str(context.arguments.get("query", ""))).lists()))
    path = file_of(context.run_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".writing")
    rows = -1
    try:
        with os.fdopen(os.open(draft, _NEW, 0o600), "w", encoding="utf-8", newline="") as file:
            for rows, line in enumerate(lines_for_export(actor, wanted)):
                file.write(line)
                if rows and rows % _LOOK_AGAIN == 0:
                    context.advance(rows)
                    _check(actor, context.actor)
        _check(actor, context.actor)
        record_export(actor, rows=rows, filters=dict(wanted.filters))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return {
        "message": say("customers.export_done", rows=rows).to_json(),
        "link": reverse("customers:exported", args=[context.run_id]),
    }


def forget_exports() -> int:
    """Delete the files of exports that have had their time, and return how many."""
    return forget_files(timezone.now())


def _check(before: Actor, now: Actor) -> None:
    if before != now:
        raise RefusedError("customers.export_rights_changed")
