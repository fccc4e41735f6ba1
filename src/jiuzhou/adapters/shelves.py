"""A shelf on disk: parts as Arrow files that outlive a broken-off reading, finished tables as Parquet."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq

from jiuzhou.collect.part import ROW, Changed, Part, Tally
from jiuzhou.collect.raw import Mark
from jiuzhou.collect.shelf import Page
from jiuzhou.kernel.book import conform
from jiuzhou.kernel.tables import TABLES

PARTS = "parts"
_TALLY, _KEPT, _REJECTS, _DOUBTS = "json", "kept", "rejects", "doubts"

_FORM = 1
"""Raised with every change of what parts hold: those of an earlier version are read anew."""


class DiskShelf:
    """
    A shelf in a folder: parts in ``parts/<table>/``, finished tables as ``<table>.parquet``, their rejects as
    ``<table>.rejects.parquet`` and the doubts about them as ``<table>.doubts.parquet``.

    A part counts as done once its tally is there, which is written last.

    Parameters
    ----------
    folder
        Made where it is not there.
    numbered
        Whether finished tables keep each row's number in the file, in a column without name.
    """

    def __init__(self, folder: Path, *, numbered: bool = False) -> None:
        self._folder, self._numbered = folder, numbered
        self._folder.mkdir(parents=True, exist_ok=True)

    def done(self, table: str) -> list[Tally]:
        """Return the tallies of the parts that lie there already, from a reading that was broken off."""
        tallies: list[Tally] = []
        while (path := self._path(table, len(tallies), _TALLY)).is_file():
            stored = json.loads(path.read_text("utf-8"))
            if stored.pop("form", None) != _FORM:
                return []
            tallies.append(_tally_of(stored))
        return tallies

    def put(self, table: str, number: int, part: Part) -> None:
        """Lay down a part."""
        self._path(table, number, _KEPT).parent.mkdir(parents=True, exist_ok=True)
        for kind, rows in ((_KEPT, part.kept), (_REJECTS, part.rejects), (_DOUBTS, part.doubts)):
            pyarrow.feather.write_feather(rows, str(self._path(table, number, kind)), compression="lz4")
        path = self._path(table, number, _TALLY)
        aside = path.with_suffix(".new")
        aside.write_text(json.dumps({"form": _FORM, **asdict(part.tally)}, ensure_ascii=False), "utf-8")
        aside.replace(path)

    def kept(self, table: str, number: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the kept rows of a part, or some of their columns."""
        return _read(self._path(table, number, _KEPT), columns)

    def rejects(self, table: str, number: int) -> pa.Table:
        """Return the rejects of a part."""
        return _read(self._path(table, number, _REJECTS))

    def doubts(self, table: str, number: int) -> pa.Table:
        """Return what is doubtful about the kept rows of a part."""
        return _read(self._path(table, number, _DOUBTS))

    def finish(self, table: str, pages: Iterable[Page]) -> None:
        """Write the blocks of a table into its file, and forget its parts."""
        tables, rejects = _Growing(self.table_path(table)), _Growing(self.rejects_path(table))
        doubts = _Growing(self.doubts_path(table))
        try:
            for page in pages:
                kept = conform(page.kept.drop_columns([ROW]), TABLES[table])
                tables.add(kept.append_column(ROW, page.kept[ROW]) if self._numbered else kept)
                if page.rejects.num_rows:
                    rejects.add(page.rejects)
                if page.doubts.num_rows:
                    doubts.add(page.doubts)
        finally:
            for growing in (tables, rejects, doubts):
                growing.close()
        self._forget(self._folder / PARTS / table)

    def table_path(self, table: str) -> Path:
        """Return where a finished table lies."""
        return self._folder / f"{table}.parquet"

    def rejects_path(self, table: str) -> Path:
        """Return where the rejects of a finished table lie; there is no file where there are none."""
        return self._folder / f"{table}.rejects.parquet"

    def doubts_path(self, table: str) -> Path:
        """Return where the doubts about a finished table lie; there is no file where there are none."""
        return self._folder / f"{table}.doubts.parquet"

    def _forget(self, parts: Path) -> None:
        # Set aside at one stroke: a reading killed while they go must not find some of its parts without the others.
        aside = parts.with_name(f"{parts.name}.gone")
        shutil.rmtree(aside, ignore_errors=True)
        with suppress(OSError):
            parts.replace(aside)
        shutil.rmtree(aside, ignore_errors=True)

    def _path(self, table: str, number: int, kind: str) -> Path:
        return self._folder / PARTS / table / f"{number:06}.{kind}"


class _Growing:
    """A Parquet file that grows by row groups; there is none before the first."""

    def __init__(self, path: Path) -> None:
        self._path, self._writer = path, None

    _writer: Any

    def add(self, rows: pa.Table) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, rows.schema, compression="zstd")
        self._writer.write_table(rows)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def _read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    return pyarrow.feather.read_table(
        str(path), columns=None if columns is None else list(columns), memory_map=False, use_threads=False
    )


def _tally_of(stored: dict[str, Any]) -> Tally:
    mark = stored.pop("mark")
    changed = tuple(Changed(**one) for one in stored.pop("changed"))
    return Tally(mark=Mark(**mark) if mark else None, changed=changed, **stored)
