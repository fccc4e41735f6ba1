"""Imports as people see them: what was found, what is to become of it, what is wrong, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.utils import timezone

from jiuzhou.adapters.texts import Lang, catalogue
from jiuzhou.collect.findings import REJECT_COLUMNS, reason_of
from jiuzhou.kernel.message import Message, message_of, named
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.importing import troubles
from jiuzhou.web.collect.reads.importing.error_files import write_error_file
from jiuzhou.web.collect.reads.importing.folders import home_of, shelf_checked
from jiuzhou.web.collect.reads.importing.naming import table_name
from jiuzhou.web.collect.reads.importing.proposing import is_area, is_money
from jiuzhou.web.collect.reads.importing.shapes import (
    BadRow,
    BadRows,
    File,
    Heading,
    ImportLine,
    ImportView,
    Part,
    Table,
    Trouble,
)
from jiuzhou.web.jobs import reads as runs
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Import

ROWS = 50
_LOOKED_AT = 200
_TOLD_ELSEWHERE = (
    *("collect.note_rejected", "collect.note_doubted", "collect.note_own_columns", "collect.note_many_own_columns"),
    "collect.day_from_orders",
)
"""What the list of troubles and the mapping show better."""


def imports(actor: Actor, *, cursor: str | None = None, size: int = 30) -> Page[ImportLine]:
    """Return the imports of the organisation, the latest first."""
    rows = visible_to(actor, Import).select_related("by", "feed")
    return page_of(rows, _line, order=("-made_at", "-id"), cursor=cursor, size=size)


def one_import(actor: Actor, number: int) -> ImportView:
    """Return one import."""
    rows = visible_to(actor, Import).select_related("by", "applied_by", "run", "feed")
    row = rows.filter(pk=number).first()
    if row is None:
        raise NotFoundError
    return _view(actor, row)


def bad_rows(actor: Actor, number: int, table: str, *, start: int = 0, most: int = ROWS) -> BadRows:
    """
    Return rows of ``table`` that could not be taken, in the order of the file.

    Raises
    ------
    NotFoundError
        If there is no such import, or it has no such table.
    """
    row = one_visible(actor, Import, pk=number)
    if table not in row.quality.get("tables", {}):
        raise NotFoundError
    total = int(row.quality["tables"][table]["rejected"])
    found = troubles.rows_with(shelf_checked(row) / f"{table}.rejects.parquet", start=start, most=most).to_pylist()
    items = tuple(_bad_row(one) for one in found)
    return BadRows(items, total, start + most if start + most < total and items else None)


def error_file(actor: Actor, number: int, table: str, lang: Lang) -> bytes:
    """
    Return the bad rows of ``table`` as CSV, to be mended and uploaded again.

    Raises
    ------
    NotFoundError
        If there is no such import, table or bad row.
    """
    row = one_visible(actor, Import, pk=number)
    rejects = shelf_checked(row) / f"{table}.rejects.parquet"
    if table not in row.quality.get("tables", {}) or not rejects.is_file():
        raise NotFoundError
    with TemporaryDirectory(prefix="told-", dir=home_of(row)) as folder:
        path = Path(folder) / "errors.csv"
        write_error_file(rejects, path, number=row.pk, lang=lang)
        return path.read_bytes()


def _line(row: Import) -> ImportLine:
    tables = tuple(dict.fromkeys(choice["table"] for choice in row.choices.values() if choice.get("table")))
    return ImportLine(
        id=row.pk,
        state=row.state,
        files="、".join(file["name"] for file in row.files),
        by=_by(row),
        made_at=row.made_at,
        tables=tables,
        read=row.counts.get("read"),
        rejected=row.counts.get("rejected"),
        added=row.counts.get("added"),
        updated=row.counts.get("updated"),
        may_undo=_may_undo(row),
        undo_until=row.undo_until if row.state == "imported" else None,
    )


def _by(row: Import) -> str:
    if row.by is not None:
        return row.by.name
    return row.feed.name if row.feed is not None else ""


def _may_undo(row: Import) -> bool:
    written = row.state == "imported" or (row.state == "checked" and bool(row.progress.get("steps")))
    return written and row.cleared_at is None and (row.undo_until is None or row.undo_until > timezone.now())


def _view(actor: Actor, row: Import) -> ImportView:
    told = tuple(_trouble(one, row.corrections) for one in row.problems)
    found = tuple(one for one in told if not one.is_kept)
    repeated = int(row.counts.get("repeated", 0))
    fixable = sum(one.count for one in found if one.value is not None or one.code in troubles.IN_PLACES)
    rejected = int(row.counts.get("rejected", 0))
    waiting = row.state in ("uploaded", "looked")
    before = _same_before(actor, row) if row.state in ("looked", "checked") else None
    return ImportView(
        id=row.pk,
        state=row.state,
        version=row.version,
        by=_by(row),
        made_at=row.made_at,
        files=tuple(File(file["name"], file["bytes"]) for file in row.files),
        parts=tuple(_part(one, row.choices.get(one["key"], {})) for one in row.found),
        corrections=tuple(row.corrections),
        tables=tuple(_table(name, one) for name, one in row.quality.get("tables", {}).items()),
        notes=tuple(message_of(note) for note in row.quality.get("notes", []) if note["code"] not in _TOLD_ELSEWHERE),
        troubles=found,
        doubts=tuple(one for one in told if one.is_kept),
        places=row.places,
        counts=row.counts,
        reason=message_of(row.reason) if row.reason else None,
        run=runs.one(actor, row.run_id) if row.run_id else None,
        run_kind=row.run.kind if row.run else "",
        mends=row.mends_id,
        good=int(row.counts.get("kept", 0)),
        fixable=fixable,
        blocked=max(0, rejected - repeated - fixable),
        repeated=repeated,
        stale=waiting and bool(row.quality),
        written=bool(row.progress.get("steps")),
        checked_at=row.checked_at,
        applied_at=row.applied_at,
        applied_by=row.applied_by.name if row.applied_by else "",
        undo_until=row.undo_until,
        undone_at=row.undone_at,
        may_undo=_may_undo(row),
        cleared=row.cleared_at is not None,
        earlier=(before.applied_at, before.applied_by.name if before.applied_by else "", before.pk)
        if before and before.applied_at
        else None,
    )


def _same_before(actor: Actor, row: Import) -> Import | None:
    """Return the latest import in force that brought exactly these files."""
    wanted = sorted(file["sha256"] for file in row.files)
    rows = visible_to(actor, Import).filter(state="imported").exclude(pk=row.pk).select_related("applied_by")
    latest = rows.order_by("-applied_at").only("files", "applied_at", "applied_by")[:_LOOKED_AT]
    return next((other for other in latest if sorted(file["sha256"] for file in other.files) == wanted), None)


def _part(found: Mapping[str, Any], choice: Mapping[str, Any]) -> Part:
    table = str(choice.get("table") or "")
    columns: Mapping[str, str] = choice.get("columns") or {}
    units: Mapping[str, str] = choice.get("units") or {}
    headings = tuple(
        Heading(
            heading=heading,
            samples=tuple(found["samples"].get(heading, ())),
            column=columns.get(heading, ""),
            trust=_trust(found, table, heading, columns.get(heading, "")),
            unit=units.get(heading, ""),
            is_money=is_money(table, columns.get(heading, "")) if table else False,
        )
        for heading in found["headings"]
    )
    taken = {heading.column for heading in headings}
    required = [column.name for column in TABLES[table].columns if column.required] if table else []
    return Part(
        key=found["key"],
        name=found["name"],
        rows=found["rows"],
        exact=found["exact"],
        about=found["about"],
        table=table,
        crs=str(choice.get("crs") or "wgs84"),
        encoding=str(choice.get("encoding") or ""),
        lenient=bool(choice.get("lenient")),
        geocode=bool(choice.get("geocode")),
        headings=headings,
        missing=tuple(name for name in required if name not in taken),
        mends=found["mends"],
    )


def _trust(found: Mapping[str, Any], table: str, heading: str, column: str) -> str:
    if not column and is_area(table, heading):
        return "area"
    if found["columns"].get(heading, "") == column:
        return str(found["trust"].get(heading, ""))
    return "said"


def _trouble(one: Mapping[str, Any], corrections: Sequence[Mapping[str, Any]]) -> Trouble:
    reason = Message(one["code"], one["params"])
    same = [
        fix["replacement"]
        for fix in corrections
        if (fix["table"], fix["heading"]) == (one["table"], one["column"])
        and ((fix["row"] is None and fix["value"] == one["value"]) or fix["row"] == one["row"])
    ]
    return Trouble(
        table=one["table"],
        table_title=table_name(one["table"]),
        column=one["column"],
        code=one["code"],
        reason=reason,
        suggestion=_suggestion(reason),
        value=one["value"],
        near=one["near"],
        count=one["count"],
        row=one["row"],
        replacement=same[-1] if same else None,
        is_kept=bool(one.get("kept")),
    )


def _suggestion(reason: Message) -> Message:
    code = f"{reason.code}_{'near' if reason.params.get('near') else 'fix'}"
    return Message(code, reason.params) if code in catalogue("en") else named({}, "")


def _bad_row(one: Mapping[str, Any]) -> BadRow:
    reason = reason_of(one["code"], one["params"])
    return BadRow(
        row=one["row"],
        column=one["column"],
        code=one["code"],
        reason=reason,
        suggestion=_suggestion(reason),
        cells={name: str(value or "") for name, value in one.items() if name not in REJECT_COLUMNS.names},
    )


def _table(name: str, one: Mapping[str, Any]) -> Table:
    return Table(
        name=name,
        title=table_name(name),
        file=one["file"],
        read=one["read"],
        kept=one["kept"],
        rejected=one["rejected"],
        repeated=int(one["rejected_by"].get(troubles.REPEATED, 0)),
        own_columns=tuple(one["own_columns"]),
    )
