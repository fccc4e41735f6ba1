"""
Files of facts: written as drafts, then named by what is in them; one that lies there is never changed.

A file is in place before the manifest names it. One that no row names was left by work that was killed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from secrets import token_hex

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from jiuzhou.web.store.facts import FOLDER, home_path
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import FactBatch

ROWS_A_GROUP = 8192
"""Small enough that one customer's rows are read without the rest."""

Change = Callable[[pa.Table], pa.Table | None]
"""What becomes of some rows; ``None`` where nothing does."""


@dataclass(frozen=True, slots=True)
class FactFile:
    """A file in place: its path as the manifest names it, SHA-256 of what is in it, and its rows."""

    path: str
    digest: str
    rows: int


@contextmanager
def draft_of(table: str) -> Iterator[Path]:
    """Give the path of a draft beside the files of ``table``; what still lies there in the end goes."""
    folder = home_path(FOLDER) / table
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".writing-{os.getpid()}-{token_hex(4)}"
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def put_in_place(draft: Path, rows: int) -> FactFile:
    """Name a draft by what is in it."""
    with draft.open("rb") as written:
        digest = file_digest(written, "sha256").hexdigest()
        os.fsync(written.fileno())
    path = draft.with_name(f"{digest}.parquet")
    draft.chmod(0o600)
    draft.replace(path)
    fault("fact_file.placed")
    return FactFile(path.relative_to(settings.HOME).as_posix(), digest, rows)


def write_file(table: str, rows: pa.Table) -> FactFile:
    """Write ``rows``, as they are sorted, as a file of ``table``."""
    with draft_of(table) as draft:
        pq.write_table(rows, draft, compression="zstd", row_group_size=ROWS_A_GROUP, write_page_index=True)
        return put_in_place(draft, rows.num_rows)


def write_anew(table: str, path: str, change: Change) -> FactFile | None:
    """
    Write a file of ``table`` anew beside it, group for group, with what ``change`` makes of them.

    Returns
    -------
    FactFile or None
        ``None`` where ``change`` changes nothing. A column that ``change`` adds, it adds to every group it changes.
    """
    file = pq.ParquetFile(home_path(path))
    first, made = _first_changed(file, change)
    if made is None:
        return None
    known = set(file.schema_arrow.names)
    schema = pa.schema([*file.schema_arrow, *(field for field in made.schema if field.name not in known)])
    rows = 0
    with draft_of(table) as draft:
        with pq.ParquetWriter(draft, schema, compression="zstd", write_page_index=True) as writer:
            for at in range(file.num_row_groups):
                before = file.read_row_group(at)
                after = made if at == first else change(before) if at > first else None
                kept = _as(schema, before if after is None else after)
                rows += kept.num_rows
                writer.write_table(kept, row_group_size=max(1, kept.num_rows))
        return put_in_place(draft, rows)


def delete_unnamed(paths: Iterable[str]) -> int:
    """Delete files that the manifest does not name, or no longer, and return how many."""
    gone = 0
    for path in paths:
        if not FactBatch.unscoped.filter(path=path).exists() and home_path(path).is_file():
            home_path(path).unlink()
            gone += 1
    return gone


def _first_changed(file: pq.ParquetFile, change: Change) -> tuple[int, pa.Table | None]:
    for at in range(file.num_row_groups):
        if (made := change(file.read_row_group(at))) is not None:
            return at, made
    return 0, None


def _as(schema: pa.Schema, rows: pa.Table) -> pa.Table:
    for field in schema:
        if field.name not in rows.schema.names:
            rows = rows.append_column(field, pa.nulls(rows.num_rows, field.type))
    return rows.select(schema.names).cast(schema)
