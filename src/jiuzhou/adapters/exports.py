"""Tables people open: CSV that Excel reads as UTF-8 and never runs as a formula."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

_RISKY = r"^[=+\-@\t\r＝＋－＠]"
_NUMBER = r"^-?[0-9][0-9,.]*%?$"


def write_csv(table: pa.Table, path: Path) -> None:
    """
    Write ``table`` as CSV: UTF-8 with a byte order mark, lists joined by ``|``, formula cells made text.

    A text that a spreadsheet would run as a formula (OWASP: CSV injection) gets a leading apostrophe.
    """
    write_blocks([table], path)


def write_blocks(blocks: Iterable[pa.Table], path: Path) -> None:
    """Write tables with the same columns as one CSV, as ``write_csv`` does, one after the other."""
    with path.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        for number, table in enumerate(blocks):
            columns = pa.table({name: _cell(table[name]) for name in table.column_names})
            options = pa.csv.WriteOptions(include_header=number == 0, quoting_style="needed")
            pa.csv.write_csv(columns, file, options)


def _cell(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_list(column.type):
        column = pc.binary_join(column, "|")
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ")
    if not pa.types.is_string(column.type):
        return column
    risky = pc.and_(pc.match_substring_regex(column, _RISKY), pc.invert(pc.match_substring_regex(column, _NUMBER)))
    return pc.if_else(pc.fill_null(risky, False), pc.binary_join_element_wise("'", column, ""), column)
