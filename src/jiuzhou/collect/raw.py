"""What comes into collect: a table as it was found, with the place of every row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """
    A row that has more or fewer cells than the heading, and so no columns.

    Attributes
    ----------
    row
        Its number in the file, as a person counts.
    cells
        Its cells from the left.
    """

    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawTable:
    """
    A table as its source gave it.

    Attributes
    ----------
    file
        Name of the file (and sheet) for messages.
    table
        Columns under their own headings; texts, or typed columns where the source has types.
    first_row
        Number of the first row of data as a person counts, so 2 where the heading is row 1.
    broken
        Rows left out of ``table`` because their cells do not fit the heading, by row.
    serial_days
        Whether a bare number such as 45356 may be a spreadsheet's day, counted from 1899-12-30.
    """

    file: str
    table: pa.Table
    first_row: int = 2
    broken: tuple[BrokenRow, ...] = ()
    serial_days: bool = False

    def rows(self) -> np.ndarray:
        """Return the number in the file of each row of ``table``, shape ``(n,)``, ascending."""
        numbers = np.arange(self.table.num_rows + len(self.broken), dtype=np.int64) + self.first_row
        return np.setdiff1d(numbers, np.array([broken.row for broken in self.broken], dtype=np.int64))
