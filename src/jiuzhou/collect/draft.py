"""One table on its way into the Book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.choices import chosen
from jiuzhou.collect.findings import Findings
from jiuzhou.collect.headings import match_headings
from jiuzhou.collect.parse import as_text, parse, plain
from jiuzhou.collect.raw import RawTable
from jiuzhou.kernel.book import BookSettings
from jiuzhou.kernel.column import Kind, TableSpec
from jiuzhou.kernel.errors import BookError


@dataclass(frozen=True, slots=True)
class Link:
    """
    Rows whose reference was changed, for a note about them.

    Attributes
    ----------
    column
        The known column that refers.
    code
        Code of the note.
    rows
        Which rows, shape ``(n,)``.
    params
        What the note says beside the file, the heading, the count and the first cell.
    """

    column: str
    code: str
    rows: np.ndarray
    params: Mapping[str, str]


@dataclass(slots=True)
class Draft:
    """
    A source's table while it is read; checks add to ``findings`` and links change ``values``.

    Attributes
    ----------
    raw
        The source without its blank rows.
    rows
        Number in the file of each row, shape ``(n,)``.
    blank
        Rows of the source that held nothing.
    headings
        The source's heading of each known column it has.
    values
        Known columns as their kinds, then the company's own, by the name the Book gives them.
    bad
        Cells that are not of their column's kind, by known column.
    emptied
        Cells emptied because what they refer to is not there, by known column.
    links
        References that were changed: emptied, or a name read as its id.
    invalid
        Rows with a problem of their own, before they were compared with others.
    """

    spec: TableSpec
    settings: BookSettings
    raw: RawTable
    rows: np.ndarray
    blank: int
    headings: Mapping[str, str]
    values: dict[str, pa.Array]
    bad: Mapping[str, np.ndarray]
    findings: Findings
    emptied: dict[str, np.ndarray] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    invalid: int = 0

    def heading(self, column: str) -> str:
        """Return the source's heading of a known column; its own name where the source has none."""
        return self.headings.get(column, column)

    def text(self, column: str) -> pa.Array:
        """Return the source's cells of a known column as text."""
        return as_text(plain(self.raw.table[self.headings[column]]))

    def cell(self, column: str, row: int) -> str:
        """Return one of the source's cells of a known column as text."""
        return str(as_text(plain(self.raw.table[self.headings[column]].slice(row, 1)))[0].as_py() or "").strip()

    def nulled_rows(self) -> dict[str, int]:
        """Return how many kept rows had a reference emptied, by known column."""
        kept = ~self.findings.rejected
        counts = {column: int((emptied & kept).sum()) for column, emptied in self.emptied.items()}
        return {column: count for column, count in counts.items() if count}

    def kept(self) -> pa.Table:
        """Return the rows without a problem, under the Book's names."""
        return pa.table(self.values).filter(pa.array(~self.findings.rejected))


def start(raw: RawTable, spec: TableSpec, settings: BookSettings, *, mapping: Mapping[str, str] | None = None) -> Draft:
    """
    Return the table with its columns recognised and every cell read as its column's kind.

    Raises
    ------
    BookError
        If two headings are the same, a required column is missing, or two headings mean one column.
    """
    names = raw.table.column_names
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise BookError("collect.heading_twice", file=raw.file, column=twice)
    headings = match_headings(names, spec, file=raw.file, mapping=mapping)
    raw, rows, blank = _without_blank_rows(raw)
    values: dict[str, pa.Array] = {}
    bad: dict[str, np.ndarray] = {}
    for column in spec.columns:
        if column.name in headings:
            source = raw.table[headings[column.name]]
            parsed = parse(source, column.kind, zone=settings.zone, serials=raw.serial_days)
            read = chosen(parsed.values, spec.name, column.name) if column.choices else parsed.values
            values[column.name], bad[column.name] = read, parsed.bad
    for name in names:
        if name not in headings.values():
            values[_own_name(name, values)] = _own(raw.table[name])
    return Draft(spec, settings, raw, rows, blank, headings, values, bad, Findings(len(rows)))


def _without_blank_rows(raw: RawTable) -> tuple[RawTable, np.ndarray, int]:
    rows, table = raw.rows(), raw.table
    blank = np.ones(table.num_rows, dtype=bool)
    for column in table.columns:
        if not blank.any():
            break
        blank &= _is_blank(plain(column))
    broken = tuple(row for row in raw.broken if any(cell.strip() for cell in row.cells))
    count = int(blank.sum()) + len(raw.broken) - len(broken)
    kept = table if not blank.any() else table.filter(pa.array(~blank))
    return RawTable(raw.file, kept, raw.first_row, broken, raw.serial_days), rows[~blank], count


def _is_blank(values: pa.Array) -> np.ndarray:
    empty = values.is_null()
    if pa.types.is_string(values.type):
        empty = pc.or_(empty, pc.fill_null(pc.equal(pc.utf8_trim_whitespace(values), ""), False))
    return np.array(empty.to_numpy(zero_copy_only=False), dtype=bool)


def _own(column: pa.ChunkedArray) -> pa.Array:
    values = plain(column)
    return parse(values, Kind.TEXT, zone="UTC").values if pa.types.is_string(values.type) else values


def _own_name(heading: str, taken: Mapping[str, pa.Array]) -> str:
    name = heading.strip()
    while name in taken:
        name = f"{name}_"
    return name
