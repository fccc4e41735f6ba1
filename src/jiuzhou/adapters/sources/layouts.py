"""How a text table is laid out: its separator, the row of its headings, and where its data begin."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jiuzhou.adapters.sources.headings import LOOK_FOR_HEADING, heading_at, known_in
from jiuzhou.adapters.sources.records import whole_records
from jiuzhou.kernel.errors import BookError

MAX_COLUMNS = 500

_HEAD = 1 << 18
_SEPARATORS = ",;\t|"
_STATED = re.compile(r"^sep=([,;\t|])\r?$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Layout:
    """
    How a text is to be cut.

    Attributes
    ----------
    separator
        The sign between cells.
    headings
        Trimmed; empty where a column has none.
    heading_row
        Its number as a person counts, from 1.
    begins
        The byte with which the row below begins.
    """

    separator: str
    headings: tuple[str, ...]
    heading_row: int
    begins: int


def layout_of(path: Path, file: str, table: str, *, is_tabbed: bool) -> Layout:
    """
    Return the layout of the UTF-8 text at ``path``, called ``file`` in messages.

    Raises
    ------
    BookError
        If there is nothing but blanks, or more than 500 columns.
    """
    with path.open("rb") as raw:
        head = raw.read(_HEAD)
    mark = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    text = head[mark:].decode("utf-8", "ignore")
    stated = _STATED.match(text)
    candidates = stated[1] if stated else "\t" if is_tabbed else _SEPARATORS
    best = max(
        (_Guess.of(text, sign, table, stated=bool(stated)) for sign in candidates), key=lambda guess: guess.score
    )
    if best.at is None:
        raise BookError("adapters.empty_file", file=file)
    if whole_records(head[mark : mark + best.ends[best.at]], best.separator)[1]:
        raise BookError("adapters.open_quote", file=file, row=best.at + 1)
    headings = [name.strip() for name in best.rows[best.at]]
    following = next((row for row in best.rows[best.at + 1 :] if row), [])
    if len(following) == len(headings) + 1 and not following[-1]:
        headings.append("")  # some programs end every row, but not the heading, with a separator
    if len(headings) > MAX_COLUMNS:
        raise BookError("adapters.too_many_columns", file=file, count=len(headings), limit=MAX_COLUMNS)
    return Layout(best.separator, tuple(headings), best.at + 1, mark + best.ends[best.at])


@dataclass(frozen=True, slots=True)
class _Guess:
    separator: str
    rows: list[list[str]]
    ends: list[int]
    at: int | None
    score: tuple[int, int, int]

    @classmethod
    def of(cls, text: str, separator: str, table: str, *, stated: bool) -> _Guess:
        rows, ends = _first_rows(text, separator)
        at = heading_at(rows[1:] if stated else rows, table)
        at = at + 1 if at is not None and stated else at
        known = 0 if at is None else known_in(rows[at], table)
        line = next((line for line in text.splitlines() if line.strip()), "")
        count = "".join(line.split('"')[::2]).count(separator)
        return cls(separator, rows, ends, at, (known, count, -_SEPARATORS.index(separator)))


def _first_rows(text: str, separator: str) -> tuple[list[list[str]], list[int]]:
    """Return the first rows, and the byte behind each; the last row of a quarter of a megabyte may be cut off."""
    rows: list[list[str]] = []
    ends: list[int] = []
    read = 0

    def lines() -> Iterator[str]:
        nonlocal read
        for line in io.StringIO(text, newline=""):
            read += len(line.encode())
            yield line

    try:
        for row in csv.reader(lines(), delimiter=separator):
            rows.append(row)
            ends.append(read)
            if len(rows) > LOOK_FOR_HEADING:
                break
    except csv.Error:
        pass
    return rows, ends
