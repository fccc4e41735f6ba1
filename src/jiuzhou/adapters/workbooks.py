"""Workbooks (XLSX): looked at as an archive first, then read cell by cell as text."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa

from jiuzhou.collect import RawTable
from jiuzhou.collect.aliases import column_of, table_of
from jiuzhou.kernel.errors import BookError

MAX_BYTES, MAX_UNPACKED, MAX_RATIO = 100 << 20, 500 << 20, 100
MAX_COLUMNS, MAX_CELLS = 200, 20_000_000

_BATCH, _LOOK_FOR_HEADING = 50_000, 10
_SMALL = 10 << 20
_CHUNK, _OVERLAP = 4 << 20, 64
_FAR_COLUMN = re.compile(rb"""r\s*=\s*["'](?:[A-Z]{3,}|[H-Z][A-Z]|G[S-Z])[0-9]""")
_FAR_ROW = re.compile(rb"""r\s*=\s*["'][A-Z]*([0-9]{6,})["']""")
_WIDEST = re.compile(rb"""r\s*=\s*["']([A-Z]{1,2})[0-9]""")


def read_workbook(path: Path, *, asked: bool = True) -> dict[str, RawTable]:
    """
    Return the tables of a workbook by the Book's names.

    Sheets are taken by their names; a workbook with one sheet may carry the table's name itself. The heading is the
    row among the first ten with the most known columns, so that a title above it does no harm.

    Parameters
    ----------
    asked
        Whether somebody named this file; one that just lies there and holds no table is left alone.

    Raises
    ------
    BookError
        If the file is no workbook, is locked or too large, unpacks to more than 500 MiB, or no sheet is a table.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    _check_archive(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        chosen = _sheets(book, path, asked=asked)
        return {table: _table(book.get_sheet_by_name(sheet), table, path.name) for table, sheet in chosen.items()}
    except PasswordError:
        raise BookError("adapters.locked_workbook", file=path.name) from None
    except (CalamineError, OSError, ValueError) as error:
        raise BookError(
            "adapters.unreadable_table", file=path.name, reason=" ".join(str(error).split())[:200]
        ) from None


def _sheets(book: Any, path: Path, *, asked: bool) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for sheet in book.sheet_names:
        table = table_of(sheet)
        if table in chosen:
            raise BookError("adapters.table_twice", table=table, first=chosen[table], second=sheet)
        if table is not None:
            chosen[table] = sheet
    if chosen:
        return chosen
    full = [sheet for sheet in book.sheet_names if book.get_sheet_by_name(sheet).height]
    table = table_of(path.stem)
    if table is not None and not full:
        raise BookError("adapters.empty_file", file=path.name)
    if table is None and not asked:
        return {}
    if table is None or len(full) > 1:
        raise BookError("adapters.which_sheet", file=path.name, sheets=", ".join(book.sheet_names))
    return {table: full[0]}


def _table(sheet: Any, table: str, file: str) -> RawTable:
    place = f"{file} [{sheet.name}]"
    rows = iter(sheet.iter_rows())
    head = [[_text(cell) for cell in row] for _, row in zip(range(_LOOK_FOR_HEADING), rows, strict=False)]
    if not any(any(row) for row in head):
        if table != "customers":
            return RawTable(place, pa.table({}))
        raise BookError("adapters.empty_file", file=place)
    at = max(range(len(head)), key=lambda index: (_known(head[index], table), any(head[index]), -index))
    headings = [name.strip() for name in head[at]]
    batches = [_arrays(batch, len(headings)) for batch in _batches(head[at + 1 :], rows)]
    whole = pa.concat_tables(batches) if batches else _arrays([], len(headings))
    kept = [index for index, name in enumerate(headings) if name or whole[index].null_count < whole.num_rows]
    names = [headings[index] or f"column_{index + 1}" for index in kept]
    return RawTable(place, whole.select(kept).rename_columns(names), at + 2, serial_days=True)


def _known(cells: Sequence[str], table: str) -> int:
    return sum(column_of(table, cell) is not None for cell in cells if cell)


def _batches(head: list[list[str]], rows: Iterator[Sequence[object]]) -> Iterator[list[list[str]]]:
    batch = head
    for row in rows:
        batch.append([_text(cell) for cell in row])
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _arrays(rows: Iterable[Sequence[str]], width: int) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * width
    arrays = [pa.array([cell or None for cell in column], pa.string()) for column in columns]
    return pa.table(arrays, [str(index) for index in range(width)])


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _check_archive(path: Path) -> None:
    if path.stat().st_size > MAX_BYTES:
        raise BookError("adapters.file_too_large", file=path.name, limit="100 MiB")
    if path.stat().st_size == 0:
        raise BookError("adapters.empty_file", file=path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            packed, unpacked = sum(part.compress_size for part in parts), sum(part.file_size for part in parts)
            if unpacked > MAX_UNPACKED or (unpacked > _SMALL and unpacked > MAX_RATIO * packed):
                raise BookError("adapters.file_too_large", file=path.name, limit="500 MiB")
            left = MAX_UNPACKED
            for part in parts:
                if part.filename.endswith(".xml"):
                    left = _check_part(archive, part, path.name, left)
    except (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, OSError, EOFError, ValueError):
        raise BookError("adapters.no_workbook", file=path.name) from None


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, file: str, left: int) -> int:
    # The directory of an archive can lie, so bytes are counted too; and the reader keeps a rectangle of cells up to
    # the farthest one, so one far cell would need more memory than there is.
    is_sheet = part.filename.startswith("xl/worksheets/")
    rows, columns, rest = 0, 1, b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            left -= len(chunk)
            text = rest + chunk
            if left < 0:
                raise BookError("adapters.file_too_large", file=file, limit="500 MiB")
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise BookError("adapters.no_workbook", file=file)
            if is_sheet:
                if _FAR_COLUMN.search(text):
                    raise BookError("adapters.too_many_columns", file=file, count=MAX_COLUMNS + 1, limit=MAX_COLUMNS)
                rows = max([rows, *(int(found[:9]) for found in _FAR_ROW.findall(text))])
                columns = _widest(text, columns) if rows else columns
            rest = text[-_OVERLAP:]
    if rows * columns > MAX_CELLS:
        raise BookError("adapters.too_many_cells", file=file, count=rows * columns, limit=MAX_CELLS)
    return left


def _widest(text: bytes, columns: int) -> int:
    for letters in set(_WIDEST.findall(text)):
        number = 0
        for letter in letters:
            number = number * 26 + letter - 64
        columns = max(columns, number)
    return columns
