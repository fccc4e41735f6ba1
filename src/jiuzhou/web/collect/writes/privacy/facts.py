"""
Facts without a person: files of the same rows in which nothing of the person is left.

A file of facts is never changed. Each that holds something is written anew beside it, row group for row group; then
the manifest names the new ones, all in one transaction; then the old ones are deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction

from jiuzhou.kernel.personal import BOOK, ERASED, RESULTS, Pii, class_of
from jiuzhou.web.store.fact_files import Change, FactFile, write_anew
from jiuzhou.web.store.facts import FOLDER, home_path
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.holdings import CUSTOMER, Subject, batches_of
from jiuzhou.web.store.models import FactBatch, Import
from jiuzhou.web.store.traces import BLOT, Traces


@dataclass(frozen=True, slots=True)
class Renewed:
    """A batch of which a new file lies ready."""

    batch: FactBatch
    file: FactFile


def renew(batches: Iterable[FactBatch], change_of: Callable[[str], Change]) -> Iterator[Renewed]:
    """Write anew each batch's file of which ``change_of(table)`` changes something; yield those."""
    for batch in batches:
        path = home_path(batch.path)
        if not path.is_file() or not _holds_words(batch.table, path):
            continue
        if (made := write_anew(batch.table, batch.path, change_of(batch.table))) is not None:
            yield Renewed(batch, made)


def swap(renewed: Sequence[Renewed], keep: Callable[[Sequence[str]], None] = lambda old: None) -> list[str]:
    """
    Let the manifest name the new files, in one transaction; return the paths of the old.

    Parameters
    ----------
    keep
        Told of the old paths within the transaction, so that a later attempt can delete them.
    """
    with transaction.atomic():
        for one in renewed:
            file = one.file
            FactBatch.unscoped.filter(pk=one.batch.pk).update(path=file.path, digest=file.digest, rows=file.rows)
        old = sorted({one.batch.path for one in renewed})
        keep(old)
    fault("erasing.swapped")
    return old


def left_over(before: float) -> list[str]:
    """Return files of facts older than ``before`` (Unix time) that nothing names: what killed loads left."""
    home = Path(settings.HOME)
    named = set(FactBatch.unscoped.values_list("path", flat=True))
    for progress in Import.unscoped.filter(state="checked").values_list("progress", flat=True):
        for ready in progress.get("facts", {}).values():
            named |= {str(file["path"]) for file in (ready["new"], *ready["anew"].values()) if file}
    found = [path for path in (home / FOLDER).glob("*/*") if path.is_file() and path.stat().st_mtime < before]
    return [name for path in found if (name := path.relative_to(home).as_posix()) not in named]


def without_person(subject: Subject, traces: Traces) -> Callable[[str], Change]:
    """
    Return what erasing a person does to the rows of each table.

    Contacts go. Of the customer's other rows, what is personal or written by hand becomes empty and the figures stay;
    where words of others' rows name the person, a blot stands in place of the name.
    """

    def change_of(table: str) -> Change:
        return lambda rows: _cleared(table, rows, subject, traces)

    return change_of


def without_words_before(moment: pa.Scalar, columns: Sequence[str]) -> Change:
    """Return the change that empties words of rows that happened before a moment."""

    def change(rows: pa.Table) -> pa.Table | None:
        names = [name for name in columns if name in rows.column_names]
        if "at" not in rows.column_names or not names:
            return None
        return _emptied(rows, pc.less(rows["at"], moment), names)

    return change


def customers_batches(subject: Subject) -> list[FactBatch]:
    """Return the batches that may hold something of the person: retired ones too, as long as their file lies there."""
    return list(batches_of(subject.organisation_id))


def _holds_words(table: str, path: Path) -> bool:
    # Most facts are figures: their files need not be read to know that nothing changes in them.
    return any(class_of(table, name).pii in ERASED for name in pq.read_schema(path).names)


def _cleared(table: str, rows: pa.Table, subject: Subject, traces: Traces) -> pa.Table | None:
    changed = None
    if CUSTOMER in rows.column_names:
        mine = pc.is_in(rows[CUSTOMER], value_set=pa.array(subject.codes, rows[CUSTOMER].type))
        if table == "contacts":
            changed = _dropped(rows, mine, subject)
        elif not subject.contact and pc.any(mine).as_py():
            changed = _emptied(rows, mine, _erasable(table, rows))
    blotted = _blotted(table, changed if changed is not None else rows, traces.own)
    return blotted if blotted is not None else changed


def _dropped(rows: pa.Table, mine: pa.ChunkedArray, subject: Subject) -> pa.Table | None:
    if subject.contact:
        mine = pc.and_(mine, pc.equal(rows["contact_id"], subject.contact))
    mine = pc.fill_null(mine, False)
    return rows.filter(pc.invert(mine)) if pc.any(mine).as_py() else None


def _erasable(table: str, rows: pa.Table) -> list[str]:
    names = [name for name in rows.column_names if class_of(table, name).pii in ERASED and name != CUSTOMER]
    if table in BOOK or table in RESULTS:
        return names
    # Of a table that nobody classified the figures stay: a sum may be made of them.
    return [name for name in names if rows.schema.field(name).type in (pa.string(), pa.list_(pa.string()))]


def _emptied(rows: pa.Table, where: pa.ChunkedArray, names: Sequence[str]) -> pa.Table | None:
    changed = False
    for name in names:
        there = pc.and_(pc.fill_null(where, False), pc.is_valid(rows[name]))
        if not pc.any(there).as_py():
            continue
        changed = True
        at = rows.schema.get_field_index(name)
        kept = _without(rows[name], there)
        rows = rows.set_column(at, rows.schema.field(at), kept)
    return rows if changed else None


def _without(column: pa.ChunkedArray, gone: pa.ChunkedArray) -> pa.ChunkedArray:
    flat, mask = column.combine_chunks(), gone.combine_chunks()
    at = pc.if_else(mask, pa.scalar(None, pa.int64()), pa.array(range(len(flat)), pa.int64()))
    return pa.chunked_array([flat.take(at)])


def _blotted(table: str, rows: pa.Table, traces: Traces) -> pa.Table | None:
    changed = False
    for at, field in enumerate(rows.schema):
        if class_of(table, field.name).pii is not Pii.FREE_TEXT or not pa.types.is_string(field.type):
            continue
        for value in traces.values:
            held = pc.match_substring(rows[field.name], value, ignore_case=True)
            if pc.any(held).as_py():
                changed = True
                texts = pc.replace_substring_regex(rows[field.name], f"(?i){_quoted(value)}", BLOT)
                rows = rows.set_column(at, field, texts)
    return rows if changed else None


def _quoted(value: str) -> str:
    return "".join(rf"\x{{{ord(sign):x}}}" if not sign.isalnum() else sign for sign in value)
