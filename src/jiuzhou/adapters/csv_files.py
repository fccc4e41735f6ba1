"""Text tables: encoding and separator found out, every cell read as text, rows that do not fit kept aside."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from jiuzhou.collect import BrokenRow, RawTable
from jiuzhou.kernel.errors import BookError

MAX_BYTES = 1 << 30
MAX_COLUMNS = 500
FORMULA_STARTS = "=+@\t\r＝＋－＠-"
"""A spreadsheet runs a cell that begins so; we write it with ``'`` before it and take that away on reading."""

_CHUNK, _HEAD = 1 << 20, 1 << 18
_SEPARATORS = ",;\t"
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LOOK_FOR_HEADING = 10
_FEW = 20


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the text is to be cut: row ``heading_at`` (0 is the first) holds the headings."""

    encoding: str
    separator: str
    headings: tuple[str, ...]
    heading_at: int


def read_csv(path: Path) -> RawTable:
    """
    Return a text table as it is, every cell a text.

    UTF-8 and UTF-16 are known by their mark or their bytes, else GB18030 is tried; comma, semicolon and tab are told
    apart by the heading.

    Raises
    ------
    BookError
        If the file is empty, larger than 1 GiB, in another encoding, or a quotation mark is never closed.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise BookError("adapters.file_too_large", file=path.name, limit="1 GiB")
    if size == 0:
        raise BookError("adapters.empty_file", file=path.name)
    encoding, quotes = _encoding(path)
    layout = _layout(path, encoding)
    broken: list[BrokenRow] = []
    table = _cells(path, layout, broken)
    _check_quotes(path, table, broken, quotes)
    above = [row for row in broken if row.row <= layout.heading_at + 1]
    table = table.slice(layout.heading_at + 1 - len(above))
    columns = {index: _unescaped(table[index]) for index in range(table.num_columns)}
    kept = [index for index, name in enumerate(layout.headings) if name or not _is_blank(columns[index])]
    names = [layout.headings[index] or f"column_{index + 1}" for index in kept]
    return RawTable(
        path.name,
        pa.table([columns[index] for index in kept], names),
        layout.heading_at + 2,
        tuple(broken[len(above) :]),
    )


def _cells(path: Path, layout: _Layout, broken: list[BrokenRow]) -> pa.Table:
    open_at: list[int] = []

    def keep_aside(row: pacsv.InvalidRow) -> str:
        cells = next(csv.reader(io.StringIO(row.text), delimiter=layout.separator), [])
        broken.append(BrokenRow(row.number, tuple(cells)))
        if row.text.count('"') % 2 and "\n" in row.text:
            open_at.append(row.number)
        return "skip"

    # Columns by position, the heading as one more row: headings may repeat or be empty. One thread, since only then
    # does a row that does not fit know its number.
    names = [str(index) for index in range(len(layout.headings))]
    try:
        table = pacsv.read_csv(
            path,
            read_options=pacsv.ReadOptions(
                use_threads=False, column_names=names, encoding=layout.encoding, block_size=8 << 20
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=layout.separator,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep_aside,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, OSError, UnicodeError) as error:
        raise BookError("adapters.unreadable_table", file=path.name, reason=_one_line(error)) from None
    if open_at:
        raise BookError("adapters.open_quote", file=path.name, row=open_at[0])
    return table


def _layout(path: Path, encoding: str) -> _Layout:
    with path.open("r", encoding=encoding, errors="replace", newline="") as file:
        head = file.read(_HEAD).removeprefix("\ufeff")
    lines = head.splitlines()
    first = next((line for line in lines if line.strip()), "")
    separator = "\t" if path.suffix == ".tsv" else _separator(first)
    # The last row may be cut off in its middle; the heading is not the last one of a quarter of a megabyte.
    rows = _first_rows(head, separator)
    at = next((index for index, row in enumerate(rows) if any(cell.strip() for cell in row)), None)
    if at is None:
        raise BookError("adapters.empty_file", file=path.name)
    headings = [name.strip() for name in rows[at]]
    following = next((row for row in rows[at + 1 :] if row), [])
    if len(following) == len(headings) + 1 and not following[-1]:
        headings.append("")  # some programs end every row, but not the heading, with a separator
    if len(headings) > MAX_COLUMNS:
        raise BookError("adapters.too_many_columns", file=path.name, count=len(headings), limit=MAX_COLUMNS)
    return _Layout(encoding, separator, tuple(headings), at)


def _first_rows(head: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(head, newline=""), delimiter=separator):
            rows.append(row)
            if len(rows) > _LOOK_FOR_HEADING:
                break
    except csv.Error:
        pass
    return rows


def _separator(line: str) -> str:
    outside = "".join(line.split('"')[::2])
    return max(_SEPARATORS, key=lambda sign: (outside.count(sign), -_SEPARATORS.index(sign)))


def _check_quotes(path: Path, table: pa.Table, broken: Sequence[BrokenRow], quotes: int) -> None:
    # A quotation mark that is never closed swallows every row to the end, into one cell of the last row.
    if quotes % 2 and table.num_rows:
        last = table.slice(table.num_rows - 1).to_pylist()[0].values()
        if any("\n" in cell for cell in last):
            raise BookError("adapters.open_quote", file=path.name, row=table.num_rows + len(broken))


def _encoding(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return _decodes(path, name)
    if head[:4096].count(0) * _FEW > len(head[:4096]):
        # Two bytes for each sign: separators and line ends show a zero in the one half or the other.
        return _decodes(path, "utf-16-be" if 0 in head[:4096:2] else "utf-16-le")
    try:
        return _decodes(path, "utf-8")
    except BookError:
        found = _decodes(path, "gb18030")
    if not _is_chinese(head):
        raise BookError("adapters.unknown_encoding", file=path.name)
    return found


def _decodes(path: Path, encoding: str) -> tuple[str, int]:
    decoder = codecs.getincrementaldecoder(encoding)()
    quotes = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                quotes += decoder.decode(chunk).count('"')
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise BookError("adapters.unknown_encoding", file=path.name) from None
    return encoding, quotes


def _is_chinese(head: bytes) -> bool:
    """Return whether bytes that decode as GB18030 also look so: Big5 and Latin text decode too, as rare characters."""
    as_gb = [sign.encode("gb18030") for sign in head.decode("gb18030", "ignore") if sign > "\x7f"]
    gb_share = sum(_is_common(pair, (0xA1, 0xA3), (0xB0, 0xD7), 0xA1) for pair in as_gb) / max(len(as_gb), 1)
    as_big5 = [sign.encode("big5") for sign in head.decode("big5", "ignore") if sign > "\x7f"]
    big5_share = sum(_is_common(pair, (0xA1, 0xA3), (0xA4, 0xC6), 0x40) for pair in as_big5) / max(len(as_gb), 1)
    return gb_share >= 0.6 and gb_share >= big5_share


def _is_common(pair: bytes, signs: tuple[int, int], letters: tuple[int, int], low: int) -> bool:
    lead_fits = signs[0] <= pair[0] <= signs[1] or letters[0] <= pair[0] <= letters[1]
    return len(pair) == 2 and lead_fits and pair[1] >= low


def _unescaped(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pc.any(pc.starts_with(column, "'")).as_py():
        return column
    return pc.replace_substring_regex(column, f"^'([{FORMULA_STARTS}])", r"\1")


def _is_blank(column: pa.ChunkedArray) -> bool:
    return bool(pc.all(pc.equal(pc.utf8_trim_whitespace(column), ""), min_count=0).as_py())


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
