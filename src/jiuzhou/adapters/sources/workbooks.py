"""Workbooks (XLSX): looked at as an archive first, opened in a child process, then read as plain text."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from jiuzhou.adapters.sources.archives import check_archive
from jiuzhou.adapters.sources.headings import headings_of
from jiuzhou.adapters.sources.layouts import Layout
from jiuzhou.adapters.sources.text_blocks import BLOCK_BYTES, TextTable
from jiuzhou.adapters.sources.unpacking import Sheet, unpack
from jiuzhou.collect import RawTable, Source
from jiuzhou.collect.aliases import table_of
from jiuzhou.collect.raw import source_of
from jiuzhou.kernel.errors import BookError


def workbook_sources(
    path: Path, folder: Path, *, asked: bool = True, block_bytes: int = BLOCK_BYTES
) -> dict[str, Source]:
    """
    Return the tables of a workbook by the Book's names.

    Sheets are taken by their names, hidden ones too; a workbook with one sheet may carry the table's name itself. The
    heading is the row among the first ten with the most known columns, so that a title above it does no harm; it may
    have a second row below merged cells.

    Parameters
    ----------
    folder
        For what is unpacked; it has to be there as long as the sources are read.
    asked
        Whether somebody named this file; one that just lies there and holds no table is left alone.
    block_bytes
        About how much of a sheet is read at a time.

    Raises
    ------
    BookError
        If the file is no workbook, is locked or too large, unpacks to more than 500 MiB, or no sheet is a table.
    """
    check_archive(path)
    tables = _Tables(path, asked=asked)
    sheets = unpack(path, folder, tables.wanted)
    return {
        table: sheet_source(sheet, table, f"{path.name} [{sheet.name}]", block_bytes)
        for table, sheet in tables.of(sheets).items()
    }


class _Tables:
    """Which sheet of a workbook is which table."""

    def __init__(self, path: Path, *, asked: bool) -> None:
        self._path, self._asked = path, asked
        self._table = table_of(path.stem)
        self._named: dict[str, str] = {}
        self._all: list[str] = []

    def wanted(self, names: list[str]) -> list[str]:
        """Return the sheets that are named after tables, else all those among which the one may be."""
        self._all = names
        for name in names:
            table = table_of(name)
            if table in self._named:
                raise BookError("adapters.table_twice", table=table, first=self._named[table], second=name)
            if table is not None:
                self._named[table] = name
        return list(self._named.values()) or (names if self._table is not None or self._asked else [])

    def of(self, sheets: list[Sheet]) -> dict[str, Sheet]:
        """Return the sheets by table."""
        if self._named:
            return dict(zip(self._named, sheets, strict=True))
        full = [sheet for sheet in sheets if sheet.row_count]
        if self._table is not None and not full:
            raise BookError("adapters.empty_file", file=self._path.name)
        if self._table is None and not self._asked:
            return {}
        if self._table is None or len(full) > 1:
            raise BookError("adapters.which_sheet", file=self._path.name, sheets=", ".join(self._all))
        return {self._table: full[0]}


def sheet_source(sheet: Sheet, table: str, place: str, block_bytes: int = BLOCK_BYTES) -> Source:
    """
    Return one unpacked sheet as a source.

    Parameters
    ----------
    table
        What it is to be read as; decides which row is the heading.
    place
        Its name for messages.

    Raises
    ------
    BookError
        If it is to be the customers and holds nothing.
    """
    heading = headings_of(sheet.head, sheet.merged, table)
    if heading is None:
        if table != "customers":
            return source_of(RawTable(place, pa.table({})))
        raise BookError("adapters.empty_file", file=place)
    headings, begins = heading
    layout = Layout(",", tuple(headings), begins, sheet.ends[begins - 1])
    filled = [was or any(row[index].strip() for row in sheet.head[begins:]) for index, was in enumerate(sheet.filled)]
    kept = tuple(index for index, name in enumerate(headings) if name or filled[index])
    text = TextTable(place, sheet.file, layout, kept, block_bytes, is_export=False, serial_days=True)
    found = {"sheet": sheet.name, "heading_row": str(begins)}
    return text.source(found | {"hidden": "true"} if sheet.is_hidden else found)
