"""
Files in which a person stands: exports and uploads.

An export or upload that holds the person is removed as a whole: the one can be made again, the other lies with whoever
sent it. Of an import that is done, the tables it wrote and what rows were before it stay, without the person, so that
it can still be taken back; one that is not done is cancelled.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from jiuzhou.web.collect.feeds import DONE, FAILED, TAKEN, home_of_feeds
from jiuzhou.web.collect.reads.importing.folders import ANSWERS
from jiuzhou.web.store.holdings import Subject
from jiuzhou.web.store.models import Import, Organisation
from jiuzhou.web.store.traces import Traces

_OPEN = ("uploaded", "looked", "checked", "failed")
_UNDER_WAY_SECONDS = 3600
_LEAST_CODE = 5
_BLANKED = {"before": "{}", "after": "{}"}
"""What an import keeps of a row, to put it back: of an erased one nothing."""


def clear_exports(subject: Subject, traces: Traces) -> int:
    """Remove exported lists, uploads left lying, and answers of map services that hold the person; return how many."""
    home, gone = Path(settings.HOME), 0
    arrived = timezone.now().timestamp() - _UNDER_WAY_SECONDS
    told = (*_files(home / "exports"), *_files(home / "incoming"), *_files(home / ANSWERS), *_put_away(subject))
    for path in told:
        under_way = path.parent.name == "incoming" and path.stat().st_mtime > arrived
        if not under_way and _holds(path, subject, traces):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def clear_imports(subject: Subject, traces: Traces) -> int:
    """Remove uploaded files that hold the person and clear what their imports keep; return how many imports."""
    touched = 0
    rows = Import.unscoped.filter(organisation=subject.organisation_id).order_by("pk")
    for row in rows:
        folder = Path(settings.HOME) / "imports" / row.folder
        held = [path for path in _files(folder) if _holds(path, subject, traces)]
        if not held:
            continue
        touched += 1
        if row.state in _OPEN:
            shutil.rmtree(folder, ignore_errors=True)
            _cancel(row)
            continue
        for path in held:
            if path.suffix == ".parquet":
                _rewrite(path, subject, traces)
            else:
                path.unlink(missing_ok=True)
    return touched


def _put_away(subject: Subject) -> Iterator[Path]:
    # What lies in a source's folder and was not taken yet is its sender's still; tombstones keep the person out of it.
    home = home_of_feeds(Organisation.objects.get(pk=subject.organisation_id).slug)
    return (path for path in _files(home) if path.parent.name in (TAKEN, DONE, FAILED))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _cancel(row: Import) -> None:
    with transaction.atomic():
        Import.unscoped.filter(pk=row.pk, state=row.state).update(
            state="cancelled", cleared_at=timezone.now(), version=F("version") + 1
        )


def _holds(path: Path, subject: Subject, traces: Traces) -> bool:
    if path.suffix != ".parquet":
        return _names(path, subject, traces)
    try:
        file = pq.ParquetFile(path)
    except pa.ArrowInvalid:
        return traces.own.in_file(path)
    return any(
        pc.any(_mine(pa.Table.from_batches([batch]), subject, traces)).as_py()
        for batch in file.iter_batches(batch_size=65_536)
        if batch.num_rows
    )


def _names(path: Path, subject: Subject, traces: Traces) -> bool:
    # A list that holds the code holds the person's name beside it, were it only of two characters. A short code may be
    # a figure of anybody's: it counts at the beginning of a line only.
    code = subject.code if len(subject.code) >= _LEAST_CODE else f"\n{subject.code},"
    return Traces((*traces.own.values, code)).in_file(path)


def _mine(rows: pa.Table, subject: Subject, traces: Traces) -> pa.ChunkedArray:
    found = pa.chunked_array([pa.array([False] * rows.num_rows)])
    for at, field in enumerate(rows.schema):
        column: Any = rows.column(at)
        if pa.types.is_list(field.type):
            continue
        if field.name in ("customer_id", "code"):
            found = pc.or_(found, pc.fill_null(pc.equal(column.cast(pa.string()), subject.code), False))
        elif pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            for value in traces.own.written:
                held = pc.match_substring(column, value, ignore_case=True)
                found = pc.or_(found, pc.fill_null(held, False))
    return found


def _rewrite(path: Path, subject: Subject, traces: Traces) -> None:
    file = pq.ParquetFile(path)
    draft = path.with_name(f".writing-{os.getpid()}-{token_hex(4)}")
    try:
        with pq.ParquetWriter(draft, file.schema_arrow, compression="zstd") as writer:
            for batch in file.iter_batches(batch_size=65_536):
                rows = pa.Table.from_batches([batch], file.schema_arrow)
                mine = _mine(rows, subject, traces)
                writer.write_table(
                    _blanked(rows, mine) if path.parent.name == "before" else rows.filter(pc.invert(mine))
                )
        draft.chmod(0o600)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _blanked(rows: pa.Table, mine: pa.ChunkedArray) -> pa.Table:
    # The row stays in its place: how far a taking back got is counted in rows. A row that was new stays new.
    for name, blank in _BLANKED.items():
        at = rows.schema.get_field_index(name)
        there = pc.and_(mine, pc.is_valid(rows[name]))
        rows = rows.set_column(at, rows.schema.field(at), pc.if_else(there, blank, rows[name]))
    return rows
