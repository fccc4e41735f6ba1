"""Text tables (CSV, TSV): encoding and separator found out, then read in blocks."""

from __future__ import annotations

from pathlib import Path

from jiuzhou.adapters.sources.charsets import as_utf8, encoding_of
from jiuzhou.adapters.sources.decimals import decimal_of
from jiuzhou.adapters.sources.layouts import layout_of
from jiuzhou.adapters.sources.text_blocks import BLOCK_BYTES, TextTable
from jiuzhou.collect import Source
from jiuzhou.kernel.errors import BookError

MAX_BYTES = 1 << 30

_KINDS = (
    (b"PK\x03\x04", "XLSX/ZIP"),
    (b"PAR1", "Parquet"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"%PDF-", "PDF"),
    (b"\x1f\x8b", "GZIP"),
    (b"<!DOCTYPE", "HTML"),
    (b"<html", "HTML"),
    (b"<table", "HTML"),
    (b"<?xml", "XML"),
    (b"{\\rtf", "RTF"),
)
_LONGEST = 64


def csv_source(
    path: Path, table: str, folder: Path, *, encoding: str | None = None, block_bytes: int = BLOCK_BYTES
) -> Source:
    """
    Return a text table as it is, every cell a text.

    Comma, semicolon, tab and upright stroke are told apart by the heading, which is the first row that is not blank or,
    below a title, the one among the first ten that names the most columns of ``table``.

    Parameters
    ----------
    folder
        For a copy as UTF-8, where the file is not; it has to be there as long as the source is read.
    encoding
        One of ``charsets.STATED`` where a person said so.
    block_bytes
        About how much of the file is read at a time; a block ends where a record does.

    Raises
    ------
    BookError
        If the file is empty, larger than 1 GiB, no text or in an encoding that is not certain; on reading, if a
        quotation mark is never closed.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise BookError("adapters.file_too_large", file=path.name, limit="1 GiB")
    if size == 0:
        raise BookError("adapters.empty_file", file=path.name)
    _check_kind(path)
    known = encoding or encoding_of(path)
    copy = as_utf8(path, known, folder)
    layout = layout_of(copy, path.name, table, is_tabbed=path.suffix.casefold() == ".tsv")
    text = TextTable(path.name, copy, layout, tuple(range(len(layout.headings))), block_bytes).without_blanks()
    found = {"encoding": known, "separator": layout.separator, "heading_row": str(layout.heading_row)}
    decimal = decimal_of(next(text.blocks()).table)
    if decimal is not None:
        found["decimal"] = decimal
    return text.source(found)


def _check_kind(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(_LONGEST)
    for begin, kind in _KINDS:
        if head.lstrip().startswith(begin):
            raise BookError("adapters.other_content", file=path.name, found=kind)
