"""What comes into collect: a table as it was found, whole or block by block, with the place of every row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

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
class Mark:
    """
    Where a block of a source begins.

    Attributes
    ----------
    offset
        A place only the source understands, such as a byte of the file.
    row
        Number of the block's first row as a person counts.
    """

    offset: int
    row: int


@dataclass(frozen=True, slots=True)
class RawTable:
    """
    A table, or a block of consecutive rows of one, as its source gave it.

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
    mark
        Where its source begins to read it; ``None`` for a table that was never in parts.
    settled
        Whether it is a table of a Book that was collected before, whose places are not looked for again.
    """

    file: str
    table: pa.Table
    first_row: int = 2
    broken: tuple[BrokenRow, ...] = ()
    serial_days: bool = False
    mark: Mark | None = None
    settled: bool = False

    def rows(self) -> np.ndarray:
        """Return the number in the file of each row of ``table``, shape ``(n,)``, ascending."""
        numbers = np.arange(self.table.num_rows + len(self.broken), dtype=np.int64)
        there = np.ones(len(numbers), dtype=bool)
        there[[broken.row - self.first_row for broken in self.broken]] = False
        return numbers[there] + self.first_row


@dataclass(frozen=True, slots=True)
class Source:
    """
    A table where it lies, to be read block by block, so that its size is no matter of memory.

    Attributes
    ----------
    file
        Name of the file (and sheet) for messages.
    headings
        The source's own, in order; every block has exactly these columns.
    blocks
        Yields the blocks from a mark on (``None``: from the first), each with its own ``mark``. The same mark gives
        the same block, however often it is asked for.
    size
        A measure of the whole in the units of ``Mark.offset``, for progress; 0 where nobody knows.
    found
        What was found out about the file, to be shown: ``encoding``, ``separator``, ``decimal``, ``heading_row``,
        ``sheet`` and the like, each where it applies.
    settled
        Whether it is a table of a Book that was collected before, whose places are not looked for again.
    """

    file: str
    headings: tuple[str, ...]
    blocks: Callable[[Mark | None], Iterator[RawTable]]
    size: int = 0
    found: Mapping[str, str] = field(default_factory=dict)
    settled: bool = False


def source_of(raw: RawTable) -> Source:
    """Return a table in memory as a source of one block."""
    whole = replace(raw, mark=Mark(0, raw.first_row))
    return Source(raw.file, tuple(raw.table.column_names), lambda _: iter([whole]), size=1, settled=raw.settled)
