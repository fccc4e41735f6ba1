"""Where the records of a text table end: at line ends outside quotation marks, found at the speed of memory."""

from __future__ import annotations

import re

import numpy as np

_QUOTE, _LINE_ENDS = 34, (10, 13)


def whole_records(chunk: bytes, separator: str) -> tuple[int, bool]:
    """
    Return how many bytes of ``chunk``, which begins with a record, are whole records, and if its end is inside quotes.

    Quotation marks open only at the beginning of a cell; elsewhere they are signs as any other.
    """
    marks = _quotes(chunk, separator)
    is_open = len(marks) % 2 == 1
    end = _last_line_end(chunk, b"\n", len(chunk), marks)
    if not end:
        # Lines may end with a carriage return alone; at the end of the chunk a line feed may follow.
        end = _last_line_end(chunk, b"\r", len(chunk) - 1, marks)
    return end, is_open


def _last_line_end(chunk: bytes, sign: bytes, limit: int, marks: np.ndarray) -> int:
    while (at := chunk.rfind(sign, 0, max(limit, 0))) >= 0:
        before = int(np.searchsorted(marks, at))
        if before % 2 == 0:
            return at + 1
        limit = int(marks[before - 1])
    return 0


def _quotes(chunk: bytes, separator: str) -> np.ndarray:
    """Return the places of the marks that open and close in turn, ascending."""
    if _QUOTE not in chunk:
        return np.zeros(0, dtype=np.int64)
    signs = np.frombuffer(chunk, dtype=np.uint8)
    marks = np.flatnonzero(signs == _QUOTE)
    opening, closing = marks[::2], marks[1::2]
    before = signs[np.maximum(opening - 1, 0)]
    fits = (before == ord(separator)) | (before == _LINE_ENDS[0]) | (before == _LINE_ENDS[1]) | (opening == 0)
    fits[1:] |= opening[1:] == closing[: len(opening) - 1] + 1  # a doubled mark inside closes and opens at once
    return marks if bool(fits.all()) else _one_by_one(chunk, separator)


def _one_by_one(chunk: bytes, separator: str) -> np.ndarray:
    # A mark inside an unquoted cell, such as 5" for inches, turns the count round; then every cell is looked at.
    cell = re.compile(rb"(?:\A|(?<=[\r\n" + re.escape(separator.encode()) + rb']))"[^"]*+(?:""[^"]*+)*+("?)')
    marks: list[int] = []
    for found in cell.finditer(chunk):
        marks.append(found.start())
        if found[1]:
            marks.append(found.end() - 1)
    return np.array(marks, dtype=np.int64)
