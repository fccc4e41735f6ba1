"""Tables as a workbook that people edit and give back: one sheet a table, texts as texts, nothing that runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.adapters.texts import Lang
from jiuzhou.collect.aliases import TABLE_ALIASES
from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.moments import to_local

MAX_ROWS, MAX_TEXT = 1_048_575, 32_767
_WIDEST, _NARROWEST, _LOOKED_AT = 40, 8, 200
_EXACT_DIGITS = 15
"""A spreadsheet keeps no more digits of a number; longer ones are written as text."""


def write_workbook(tables: Mapping[str, pa.Table], path: Path, *, lang: Lang, zone: str) -> None:
    """
    Write ``tables`` as sheets of one workbook, so that reading it again gives the same values.

    Parameters
    ----------
    lang
        Language of the sheets' names; the headings are the Book's own.
    zone
        Zone in which moments are written.

    Raises
    ------
    RefusedError
        If a table has more rows than a sheet, or a text more characters than a cell.
    """
    from xlsxwriter import Workbook

    for name, table in tables.items():
        if table.num_rows > MAX_ROWS:
            raise RefusedError("adapters.sheet_too_long", table=name, count=table.num_rows, limit=MAX_ROWS)
    with Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False}) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        for name, table in tables.items():
            sheet = book.add_worksheet(TABLE_ALIASES[name][0] if lang == "zh" else name)
            sheet.freeze_panes(1, 1)
            columns = [_cells(table[column], zone) for column in table.column_names]
            for place, (column, cells) in enumerate(zip(table.column_names, columns, strict=True)):
                sheet.set_column(place, place, _width(column, cells))
                sheet.write_string(0, place, column, head)
            for row, values in enumerate(zip(*columns, strict=True), start=1):
                for place, value in enumerate(values):
                    _write(sheet, row, place, value)


def _write(sheet: Any, row: int, place: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise RefusedError("adapters.cell_too_long", row=row + 1, limit=MAX_TEXT)
        sheet.write_string(row, place, value)
    else:
        sheet.write_number(row, place, value)


def _cells(column: pa.ChunkedArray, zone: str) -> list[Any]:
    kind = column.type
    if pa.types.is_list(kind):
        return list(pc.binary_join(column, "|").to_pylist())
    if pa.types.is_timestamp(kind):
        local = to_local(column.combine_chunks(), zone)
        with suppress(pa.ArrowInvalid):  # where there are parts of seconds they are written
            local = local.cast(pa.timestamp("s"))
        return list(pc.strftime(local, format="%Y-%m-%d %H:%M:%S").to_pylist())
    if pa.types.is_date(kind):
        return list(pc.strftime(column, format="%Y-%m-%d").to_pylist())
    if pa.types.is_decimal(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return [_number(value) for value in column.to_pylist()]
    return list(column.to_pylist())


def _number(value: Decimal | float | int | None) -> float | str | None:
    if value is None:
        return None
    digits = Decimal(str(value)).normalize().as_tuple().digits
    return float(value) if len(digits) <= _EXACT_DIGITS else str(value)


def _width(name: str, cells: list[Any]) -> int:
    # A Chinese character is as wide as two letters.
    longest = max((sum(1 + (sign > "\u2e7f") for sign in str(cell)) for cell in [name, *cells[:_LOOKED_AT]]), default=0)
    return min(max(longest + 2, _NARROWEST), _WIDEST)
