"""Work on customers that is too long for a request."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from jiuzhou.adapters.texts import Lang
from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.exporting import lines_for_export
from jiuzhou.web.collect.reads.importing.naming import table_name
from jiuzhou.web.collect.reads.wanted import Wanted, wanted_of
from jiuzhou.web.collect.reads.workbooks import write_customers_workbook
from jiuzhou.web.collect.writes.duplicates import all as all_at_once
from jiuzhou.web.collect.writes.duplicates import comparing
from jiuzhou.web.collect.writes.exports import file_of, forget_files, record_export
from jiuzhou.web.collect.writes.feeds.setting import forget_arrived
from jiuzhou.web.collect.writes.importing import applying, checking, undoing
from jiuzhou.web.collect.writes.importing import files as import_files
from jiuzhou.web.collect.writes.importing.looking import look
from jiuzhou.web.collect.writes.quality import measure
from jiuzhou.web.collect.writes.renewing import follow
from jiuzhou.web.jobs.context import RunContext
from jiuzhou.web.store.models import Import

_LOOK_AGAIN = 5_000
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def export_customers(context: RunContext) -> Mapping[str, Any]:
    """Write the list that was asked for into a file; stop if what the person may see changes on the way."""
    actor = context.actor
    wanted = wanted_of(dict(QueryDict(str(context.arguments.get("query", ""))).lists()))
    workbook = bool(context.arguments.get("workbook"))
    path = file_of(context.run_id, workbook=workbook)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".writing")

    def advance(rows: int) -> None:
        if rows % _LOOK_AGAIN == 0:
            context.advance(rows)
            _check(actor, context.actor)

    try:
        os.close(os.open(draft, _NEW, 0o600))
        if workbook:
            rows = write_customers_workbook(actor, wanted, draft, lang=_language(actor), advance=advance)
        else:
            rows = _write_list(actor, wanted, draft, advance)
        _check(actor, context.actor)
        record_export(actor, rows=rows, filters=dict(wanted.filters))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return {
        "message": say("customers.export_done", rows=rows).to_json(),
        "link": reverse("customers:exported", args=[context.run_id]),
    }


def _write_list(actor: Actor, wanted: Wanted, path: Path, advance: Callable[[int], None]) -> int:
    rows = -1
    with path.open("w", encoding="utf-8", newline="") as file:
        for rows, line in enumerate(lines_for_export(actor, wanted)):
            file.write(line)
            if rows:
                advance(rows)
    return rows


def _language(actor: Actor) -> Lang:
    return "en" if actor.language == "en" else "zh"


def forget_exports() -> int:
    """Delete the files of exports that have had their time, and return how many."""
    return forget_files(timezone.now())


def look_at_import(context: RunContext) -> Mapping[str, Any]:
    """Find out what the files of ``arguments["import"]`` seem to be."""
    row = _import_of(context)
    look(row, hold=lambda: context.checkpoint({}))
    return _told(row, say("importing.was_looked", files=len(row.files)))


def check_import(context: RunContext) -> Mapping[str, Any]:
    """Read what an import is to bring; a later attempt goes on where this one is stopped."""
    row = _import_of(context)

    def advance(table: str, rows: int, share: float) -> None:
        total = round(rows / share) if share > 0 else None
        context.advance(rows, total, say("importing.is_checking", table=table_name(table)))

    totals = checking.check_import(row, advance=advance, hold=lambda: context.checkpoint({}))
    return _told(row, say("importing.was_checked", kept=totals["kept"], rejected=totals["rejected"]))


def apply_import(context: RunContext) -> Mapping[str, Any]:
    """Write what was checked; a later attempt goes on where this one is stopped."""
    row = _import_of(context)

    def advance(step: str, done: int, total: int) -> None:
        context.advance(done, total, say("importing.is_writing", step=_step_name(step)))

    counts = applying.apply_import(context.actor, row.pk, advance=advance, hold=lambda: context.checkpoint({}))
    follow(context.actor, row)
    told = {name: counts[name] for name in ("added", "updated", "unchanged")}
    return _told(row, say("importing.was_imported", **told))


def undo_import(context: RunContext) -> Mapping[str, Any]:
    """Take an import back; a later attempt goes on where this one is stopped."""
    row = _import_of(context)

    def advance(done: int, total: int) -> None:
        context.advance(done, total, say("importing.is_undoing"))

    counts = undoing.undo_import(context.actor, row.pk, advance=advance, hold=lambda: context.checkpoint({}))
    follow(context.actor, row)
    told = {name: counts[name] for name in ("removed", "restored", "kept_back")}
    return _told(row, say("importing.was_undone", **told))


def compare_customers(context: RunContext) -> Mapping[str, Any]:
    """Hold all customers against each other and write down the pairs that may be one."""

    def advance(done: int, total: int, step: str) -> None:
        context.advance(done, total, say(f"duplicates.step_{step}"))

    counts = comparing.compare(context.organisation_id, advance=advance)
    return {"message": say("duplicates.compared", **counts).to_json(), "link": reverse("customers:duplicates")}


def merge_duplicates(context: RunContext) -> Mapping[str, Any]:
    """Merge every group of records that is sure enough; a later attempt goes on with those that are left."""
    counts = all_at_once.merge_all(lambda: context.actor, advance=context.advance)
    return {
        "message": say("duplicates.merged_all", **counts).to_json(),
        "link": reverse("customers:duplicates") + "?state=merged",
    }


def measure_quality(context: RunContext) -> Mapping[str, Any]:
    """Measure how good the data are today."""
    context.actor.must("run.start")
    reading = measure(context.organisation_id)
    tables = reading.figures["tables"]
    rows = sum(int(one["kept"]) for one in tables.values())
    return {
        "message": say("quality.was_measured", tables=len(tables), rows=rows).to_json(),
        "link": reverse("customers:quality"),
    }


def forget_imports() -> int:
    """Delete the files of imports that have had their time, and return how many."""
    return import_files.forget_files(timezone.now()) + forget_arrived(timezone.now())


def _import_of(context: RunContext) -> Import:
    actor = context.actor
    actor.must("import.run")
    return one_visible(actor, Import, pk=int(context.arguments["import"]))


def _step_name(step: str) -> Message:
    return say(f"importing.step_{step}") if step in applying.STEPS else table_name(step)


def _told(row: Import, message: Message) -> Mapping[str, Any]:
    return {"message": message.to_json(), "link": reverse("customers:imported", args=[row.pk])}


def _check(before: Actor, now: Actor) -> None:
    if before != now:
        raise RefusedError("customers.export_rights_changed")
