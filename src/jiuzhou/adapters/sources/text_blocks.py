"""A table of text as UTF-8 on disk, read in blocks of whole rows; rows that do not fit are kept aside."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from jiuzhou.adapters.sources.layouts import Layout
from jiuzhou.adapters.sources.records import whole_records
from jiuzhou.collect import BrokenRow, Mark, RawTable, Source
from jiuzhou.kernel.errors import BookError

MAX_RECORD = 32 << 20
BLOCK_BYTES = 8 << 20
FORMULA_STARTS = "=+@\t\r＝＋－＠-"
"""A spreadsheet runs a cell that begins so; we write it with ``'`` before it and take that away on reading."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class TextTable:
    """
    A table of text.

    Attributes
    ----------
    name
        What it is called in messages.
    path
        Where it lies as UTF-8.
    layout
        How it is cut.
    kept
        The columns that are read, from 0.
    block_bytes
        About how much is read at a time; a block ends where a record does.
    is_export
        Whether ``'`` before the sign of a formula was put there on writing, and is to be taken away.
    serial_days
        Whether a bare number may be a spreadsheet's day.
    """

    name: str
    path: Path
    layout: Layout
    kept: tuple[int, ...]
    block_bytes: int = BLOCK_BYTES
    is_export: bool = True
    serial_days: bool = False

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the columns kept; one without is called by its number."""
        return tuple(self.layout.headings[index] or f"column_{index + 1}" for index in self.kept)

    def source(self, found: Mapping[str, str]) -> Source:
        """Return the table as a source of which ``found`` is known."""
        return Source(self.name, self.headings, self.blocks, self.path.stat().st_size, found)

    def without_blanks(self) -> TextTable:
        """Return the table without the columns that have neither a heading nor anything in any cell."""
        blank = {index for index, name in enumerate(self.layout.headings) if not name}
        if blank:
            for block in self.blocks():
                blank = {index for index in blank if _is_blank(block.table[index])}
                if not blank:
                    break
        return replace(self, kept=tuple(index for index in self.kept if index not in blank))

    def blocks(self, mark: Mark | None = None) -> Iterator[RawTable]:
        """
        Yield the rows in blocks from ``mark`` on; at least one block, if without rows.

        Raises
        ------
        BookError
            If a quotation mark is never closed.
        """
        at = mark or Mark(self.layout.begins, self.layout.heading_row + 1)
        with self.path.open("rb") as file:
            while True:
                chunk, is_open = self._chunk(file, at)
                if not chunk and at.offset > self.layout.begins:
                    return
                block = self._parsed(chunk, at)
                if is_open:
                    last = at.row + block.table.num_rows + len(block.broken) - 1
                    raise BookError("adapters.open_quote", file=self.name, row=last)
                yield block
                if not chunk:
                    return
                at = Mark(at.offset + len(chunk), at.row + block.table.num_rows + len(block.broken))

    def _chunk(self, file: io.BufferedReader, at: Mark) -> tuple[bytes, bool]:
        """Return whole records from ``at`` on, and whether the file ends inside quotation marks."""
        size = self.block_bytes
        while True:
            file.seek(at.offset)
            chunk = file.read(size)
            end, is_open = whole_records(chunk, self.layout.separator)
            if len(chunk) < size:
                return chunk, is_open
            if end:
                return chunk[:end], False
            if size > MAX_RECORD:
                code = "adapters.open_quote" if is_open else "adapters.endless_row"
                raise BookError(code, file=self.name, row=at.row)
            size *= 2

    def _parsed(self, chunk: bytes, at: Mark) -> RawTable:
        broken: list[BrokenRow] = []
        open_at: list[int] = []
        if not chunk:
            table = pa.table([pa.array([], pa.string())] * len(self.kept), list(self.headings))
            return RawTable(self.name, table, at.row, serial_days=self.serial_days, mark=at)

        def keep_aside(row: pacsv.InvalidRow) -> str:
            number = at.row + row.number - 1
            if row.text.count('"') % 2 and "\n" in row.text:
                open_at.append(number)
            broken.append(BrokenRow(number, _cells(row.text, self.layout.separator)))
            return "skip"

        table = _table(chunk, self.layout, self.kept, keep_aside, self.name)
        if open_at:
            raise BookError("adapters.open_quote", file=self.name, row=open_at[0])
        if self.is_export and b"'" in chunk:
            table = pa.table([_unescaped(column) for column in table.columns], table.column_names)
        table = table.rename_columns(list(self.headings))
        return RawTable(self.name, table, at.row, tuple(broken), self.serial_days, at)


def _table(
    chunk: bytes, layout: Layout, kept: tuple[int, ...], keep_aside: Callable[[pacsv.InvalidRow], str], file: str
) -> pa.Table:
    # Columns by position: headings may repeat or be empty. One thread and one piece, since only then does a row that
    # does not fit know its number. A mark of byte order within the file is a sign, not a mark: it is said twice.
    names = [str(index) for index in range(len(layout.headings))]
    whole = _BOM + chunk if chunk.startswith(_BOM) else chunk
    try:
        return pacsv.read_csv(
            pa.BufferReader(whole),
            read_options=pacsv.ReadOptions(use_threads=False, column_names=names, block_size=len(whole) + 1),
            parse_options=pacsv.ParseOptions(
                delimiter=layout.separator,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep_aside,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=[str(index) for index in kept],
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, OSError, UnicodeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise BookError("adapters.unreadable_table", file=file, reason=reason) from None


def _cells(text: str, separator: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), ()))
    except csv.Error:  # a cell beyond what csv takes
        return (text,)


def _unescaped(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pc.any(pc.starts_with(column, "'")).as_py():
        return column
    return pc.replace_substring_regex(column, f"^'([{FORMULA_STARTS}])", r"\1")


def _is_blank(column: pa.ChunkedArray) -> bool:
    return bool(pc.all(pc.equal(pc.utf8_trim_whitespace(column), ""), min_count=0).as_py())
