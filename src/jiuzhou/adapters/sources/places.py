"""Where the tables of a company lie: a folder, single files, or one workbook, and its ``book.toml``."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from jiuzhou.adapters.reasons import why
from jiuzhou.adapters.sources.book_toml import SETTINGS, is_collected, read_settings_file
from jiuzhou.adapters.sources.csv_files import csv_source
from jiuzhou.adapters.sources.geojson import geojson_source
from jiuzhou.adapters.sources.json_lines import json_source
from jiuzhou.adapters.sources.parquet_files import parquet_source
from jiuzhou.adapters.sources.queries import query_source
from jiuzhou.adapters.sources.workbooks import workbook_sources
from jiuzhou.collect import RawTable, Source
from jiuzhou.collect.aliases import table_of
from jiuzhou.collect.raw import source_of
from jiuzhou.kernel.book import BookSettings
from jiuzhou.kernel.errors import BookError
from jiuzhou.kernel.tables import TABLES

QUERY = ".sql.toml"
SHAPES = ".geojson"
ENDINGS = (".csv", ".tsv", ".xlsx", ".parquet", ".jsonl", ".ndjson", ".json", SHAPES, QUERY)
_OF_ONES_OWN = (QUERY, SHAPES)
"""What strangers may not hand in: a query runs, and a drawing is taken apart in this very process."""
_OLD_WORKBOOKS = (".xls", ".xlsb", ".et", ".ods")


@contextmanager
def open_sources(
    *paths: Path | str, encodings: Mapping[str, str] | None = None, trusted: bool = True
) -> Iterator[tuple[BookSettings, dict[str, Source]]]:
    """
    Yield the settings and the tables that lie at ``paths``, to be read in blocks as long as the context lasts.

    Parameters
    ----------
    paths
        Folders with ``<table>.csv``, ``.tsv``, ``.xlsx``, ``.parquet``, ``.jsonl`` or a query ``<table>.sql.toml`` (the
        table's name in English or Chinese), own regions as ``.geojson`` of any name, and, if there, ``book.toml``; or
        such files themselves; or workbooks whose sheets are named after tables. Other files are left alone.
    encodings
        By file name, the encoding a person stated for a text that does not give its own away.
    trusted
        Whether the files are one's own. Those of strangers may not hold queries, and their Parquet is first read in a
        limited child; workbooks are opened in one in any case.

    Raises
    ------
    BookError
        If a path is not there, holds no table, gives a table twice, or a file cannot be read.
    """
    with TemporaryDirectory(prefix="jiuzhou-reading-") as folder:
        reader = _Reader(Path(folder), encodings or {}, trusted)
        settings: BookSettings | None = None
        sources: dict[str, Source] = {}
        for path in (Path(given) for given in paths):
            if not path.exists():
                raise BookError("adapters.no_such_path", path=str(path))
            stated = path / SETTINGS
            if settings is None and path.is_dir() and stated.is_file():
                settings = read_settings_file(stated)
            is_book = stated.is_file() and is_collected(stated)
            for table, source in reader.tables_at(path):
                if table in sources:
                    raise BookError("adapters.table_twice", table=table, first=sources[table].file, second=source.file)
                sources[table] = replace(source, settled=is_book and source.file == f"{table}.parquet")
        yield settings or BookSettings(), {name: sources[name] for name in TABLES if name in sources}


def read_sources(
    *paths: Path | str, encodings: Mapping[str, str] | None = None
) -> tuple[BookSettings, dict[str, RawTable]]:
    """
    Return the settings and the tables that lie at ``paths``, whole and in memory; else as ``open_sources``.

    Raises
    ------
    BookError
        As ``open_sources``, and whatever reading a table to its end brings to light.
    """
    with open_sources(*paths, encodings=encodings) as (settings, sources):
        return settings, {name: whole_table(source) for name, source in sources.items()}


def read_table(path: Path, table: str) -> RawTable:
    """
    Return one table in memory from a file that may be called anything.

    Raises
    ------
    BookError
        If there is no such file, it cannot be read, or it is a workbook without a sheet of that table.
    """
    if not path.is_file():
        raise BookError("adapters.no_such_path", path=str(path))
    if _ending(path) not in ENDINGS:
        raise BookError("adapters.unknown_ending", file=path.name, known=", ".join(ENDINGS))
    with TemporaryDirectory(prefix="jiuzhou-reading-") as folder:
        reader = _Reader(Path(folder), {}, trusted=True)
        if _ending(path) != ".xlsx":
            return whole_table(reader.source(path, _ending(path), table))
        sheets = workbook_sources(path, Path(folder))
        if table not in sheets:
            raise BookError("adapters.which_sheet", file=path.name, sheets=", ".join(sheets))
        return whole_table(sheets[table])


def table_at(path: Path) -> str | None:
    """Return the table that a file holds by its name, if its ending is one that is read; a workbook may hold more."""
    return table_of(_stem(path)) if _ending(path) in ENDINGS else None


def whole_table(source: Source) -> RawTable:
    """Return all blocks of ``source`` as one table in memory."""
    blocks = list(source.blocks(None))
    table = pa.concat_tables([block.table for block in blocks])
    broken = tuple(row for block in blocks for row in block.broken)
    return RawTable(source.file, table, blocks[0].first_row, broken, blocks[0].serial_days, settled=source.settled)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Opens files one after the other; what it has to write meanwhile goes to ``folder``."""

    folder: Path
    encodings: Mapping[str, str]
    trusted: bool

    def tables_at(self, path: Path) -> Iterator[tuple[str, Source]]:
        if path.is_file():
            yield from self._present(path, asked=True)
            return
        seen = sorted(item.name for item in path.iterdir() if not item.name.startswith((".", "~$")))
        found = False
        for name in seen:
            for table, source in self._present(path / name, asked=False) if (path / name).is_file() else ():
                found = True
                yield table, source
        if not found:
            raise BookError("adapters.not_a_book", folder=str(path), found=", ".join(seen[:8]) or "—")

    def _present(self, path: Path, *, asked: bool) -> list[tuple[str, Source]]:
        try:
            return list(self._file(path, asked=asked))
        except BookError as error:
            table = table_of(_stem(path))
            whole = error.code == "adapters.empty_file" and error.message.params["file"] == path.name
            if not whole or table is None or table == "customers":
                raise
            return [(table, source_of(RawTable(path.name, pa.table({}))))]
        except OSError as error:
            raise BookError("adapters.unreadable_file", file=path.name, reason=why(error)) from None

    def _file(self, path: Path, *, asked: bool) -> Iterator[tuple[str, Source]]:
        ending, table = _ending(path), table_of(_stem(path))
        if table is not None and ending in _OLD_WORKBOOKS:
            raise BookError("adapters.old_workbook", file=path.name)
        if ending not in ENDINGS or (ending in _OF_ONES_OWN and not self.trusted):
            if asked:
                known = ", ".join(known for known in ENDINGS if self.trusted or known not in _OF_ONES_OWN)
                raise BookError("adapters.unknown_ending", file=path.name, known=known)
        elif ending == SHAPES:
            yield "regions", geojson_source(path)
        elif ending == ".xlsx":
            yield from workbook_sources(path, self.folder, asked=asked).items()
        elif table is not None:
            yield table, self.source(path, ending, table)
        elif asked or difflib.get_close_matches(_stem(path), TABLES, 1, 0.8):
            # A slip of the pen must not make a table vanish; files with quite other names are left alone.
            near = difflib.get_close_matches(_stem(path), TABLES, 1, 0.0)[0]
            known = ", ".join(TABLES)
            raise BookError("adapters.unknown_table_file", file=path.name, near=f"{near}{ending}", known=known)

    def source(self, path: Path, ending: str, table: str) -> Source:
        if ending == ".parquet":
            return parquet_source(path, trusted=self.trusted)
        if ending == SHAPES:
            return geojson_source(path)
        if ending == QUERY:
            return query_source(path, table, self.folder)
        encoding = self.encodings.get(path.name)
        if ending in (".csv", ".tsv"):
            return csv_source(path, table, self.folder, encoding=encoding)
        return json_source(path, self.folder, encoding=encoding)


def _ending(path: Path) -> str:
    name = path.name.casefold()
    return next((ending for ending in ENDINGS if name.endswith(ending)), path.suffix.casefold())


def _stem(path: Path) -> str:
    return path.name[: len(path.name) - len(_ending(path))]
