"""One block of a table on its way into the Book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.choices import chosen
from jiuzhou.collect.findings import Findings
from jiuzhou.collect.numbers import in_units, with_decimal_points
from jiuzhou.collect.parse import as_text, parse, plain
from jiuzhou.collect.raw import RawTable
from jiuzhou.collect.scheme import Scheme
from jiuzhou.collect.wishes import UNITS
from jiuzhou.kernel.arrays import Mask
from jiuzhou.kernel.book import BookSettings
from jiuzhou.kernel.column import Kind, TableSpec
from jiuzhou.kernel.message import Json

_TOGETHER = {"lat": ("lat", "lon"), "lon": ("lat", "lon")}
"""Half a place is none."""

_NUMBERS = (Kind.INTEGER, Kind.NUMBER, Kind.MONEY)


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
    rows: Mask
    params: Mapping[str, str]


@dataclass(slots=True)
class Draft:
    """
    A block while it is read; checks add to ``findings`` and links change ``values``.

    Attributes
    ----------
    raw
        The block without its blank rows.
    rows
        Number in the file of each row, shape ``(n,)``.
    blank
        Rows of the block that held nothing.
    values
        Known columns as their kinds, then the company's own, by the name the Book gives them.
    bad
        Cells that are not of their column's kind, by known column.
    findings
        Problems for which rows are rejected.
    doubts
        Problems with which rows are kept all the same.
    links
        References that were changed: emptied, or a name read as its id.
    """

    scheme: Scheme
    raw: RawTable
    rows: np.ndarray
    blank: int
    values: dict[str, pa.Array]
    bad: Mapping[str, Mask]
    findings: Findings
    doubts: Findings
    links: list[Link] = field(default_factory=list)

    @property
    def spec(self) -> TableSpec:
        """The table it becomes part of."""
        return self.scheme.spec

    @property
    def settings(self) -> BookSettings:
        """What ``book.toml`` says."""
        return self.scheme.settings

    @property
    def headings(self) -> Mapping[str, str]:
        """The source's heading of each known column it has."""
        return self.scheme.headings

    def heading(self, column: str) -> str:
        """Return the source's heading of a known column; its own name where the source has none."""
        return self.scheme.heading(column)

    def text(self, column: str) -> pa.Array:
        """Return the source's cells of a known column as text."""
        return as_text(plain(self.raw.table[self.headings[column]]))

    def cell(self, column: str, row: int) -> str:
        """Return one of the source's cells of a known column as text."""
        return str(as_text(plain(self.raw.table[self.headings[column]].slice(row, 1)))[0].as_py() or "").strip()

    def blame(self, name: str, code: str, wrong: Mask, **params: Json | pa.Array) -> None:
        """
        Say that cells of a known column are no good: their rows are rejected, or, where that was wished and the Book
        can do without them, the cells emptied and the rows kept in doubt.
        """
        column = self.spec.column(name)
        needed = column is None or column.required or name in self.spec.key
        if needed or not self.scheme.lenient:
            self.findings.add(self.heading(name), code, wrong, **params)
            return
        self.doubts.add(self.heading(name), code, wrong, **params)
        for cell in _TOGETHER.get(name, (name,)):
            if cell in self.values:
                values = self.values[cell]
                self.values[cell] = pc.if_else(pa.array(wrong), pa.scalar(None, values.type), values)

    def kept(self) -> pa.Table:
        """Return the rows without a problem, under the Book's names."""
        rejected = self.findings.rejected
        whole = pa.table(self.values)
        return whole.filter(pa.array(~rejected)) if rejected.any() else whole


def start(raw: RawTable, scheme: Scheme) -> Draft:
    """Return a block with every cell read as its column's kind; blank rows are left out."""
    full, rows, blank = without_blank_rows(raw)
    values: dict[str, pa.Array] = {}
    bad: dict[str, Mask] = {}
    for column in scheme.spec.columns:
        if column.name in scheme.headings:
            source = full.table[scheme.headings[column.name]]
            if scheme.decimal_comma and column.kind in _NUMBERS:
                source = with_decimal_points(plain(source))
            if column.name in scheme.units and column.kind in _NUMBERS:
                source = in_units(plain(source), UNITS[scheme.units[column.name]])
            parsed = parse(source, column.kind, zone=scheme.settings.zone, serials=raw.serial_days)
            read = chosen(parsed.values, scheme.spec.name, column.name) if column.choices else parsed.values
            values[column.name], bad[column.name] = read, parsed.bad
    if scheme.swap_places and "lat" in values and "lon" in values:
        values["lat"], values["lon"] = _swapped(values["lat"], values["lon"])
    for heading, name in scheme.own.items():
        values[name] = _own(full.table[heading])
    return Draft(scheme, full, rows, blank, values, bad, Findings(len(rows)), Findings(len(rows)))


def _swapped(lat: pa.Array, lon: pa.Array) -> tuple[pa.Array, pa.Array]:
    wrong = pc.and_(
        pc.greater(pc.abs(lat), 90), pc.and_(pc.less_equal(pc.abs(lat), 180), pc.less_equal(pc.abs(lon), 90))
    )
    return pc.if_else(pc.fill_null(wrong, False), lon, lat), pc.if_else(pc.fill_null(wrong, False), lat, lon)


def without_blank_rows(raw: RawTable) -> tuple[RawTable, np.ndarray, int]:
    """Return a block without the rows that hold nothing, the numbers of those left, and how many were left out."""
    rows, table = raw.rows(), raw.table
    blank = np.ones(table.num_rows, dtype=bool)
    for column in table.columns:
        if not blank.any():
            break
        blank &= _is_blank(plain(column))
    broken = tuple(row for row in raw.broken if any(cell.strip() for cell in row.cells))
    count = int(blank.sum()) + len(raw.broken) - len(broken)
    kept = table if not blank.any() else table.filter(pa.array(~blank))
    return replace(raw, table=kept, broken=broken), rows[~blank], count


def _is_blank(values: pa.Array) -> Mask:
    empty = values.is_null()
    if pa.types.is_string(values.type):
        empty = pc.or_(empty, pc.fill_null(pc.equal(pc.utf8_trim_whitespace(values), ""), False))
    return np.array(empty.to_numpy(zero_copy_only=False), dtype=bool)


def _own(column: pa.ChunkedArray) -> pa.Array:
    values = plain(column)
    return parse(values, Kind.TEXT, zone="UTC").values if pa.types.is_string(values.type) else values
