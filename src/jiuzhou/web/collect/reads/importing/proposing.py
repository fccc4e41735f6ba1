"""What a file seems to be: its table, which column each heading means and how sure that is, units, samples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect import Source
from jiuzhou.collect.aliases import column_of, folded, yields
from jiuzhou.collect.area_names import AREA_HEADINGS
from jiuzhou.collect.headings import nearest
from jiuzhou.collect.parse import as_text, plain
from jiuzhou.collect.wishes import UNITS
from jiuzhou.kernel.column import Kind
from jiuzhou.kernel.tables import TABLES

OFFERED = tuple(name for name in TABLES if name not in ("ownership", "absences"))
"""Tables that are imported; who has whom and who is away are changed where people decide about them."""

SAMPLES = 3
_SHOWN = 60
_COUNTS = ("数", "数量", "人数", "个数", "次数", "count")
_IN_BRACKETS = re.compile(r"^(?P<name>.+?)\s*[(（\[【/]\s*(?P<unit>[^()（）\[\]【】/]+?)\s*[)）\]】]?$")


def table_for(headings: Sequence[str]) -> str:
    """Return the table that headings fit best; ``customers`` where none does."""

    def fit(table: str) -> int:
        found = _meanings(headings, table)
        missing = [column.name for column in TABLES[table].columns if column.required and column.name not in found]
        return len(found) - 2 * len(missing)

    return max(OFFERED, key=fit)


def proposal(headings: Sequence[str], table: str) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """
    Return by heading its column, how sure that is (``sure``, ``likely``), and its unit.

    A heading that means none, or the same as a better one, has neither.
    """
    spec = TABLES[table]
    found = _meanings(headings, table)
    columns = {heading: name for name, heading in found.items()}
    trust = dict.fromkeys(columns, "sure")
    for heading in headings:
        if heading in columns or column_of(table, bare(heading)) is not None:
            continue
        near = nearest(bare(heading), spec, {**found, **dict.fromkeys(columns.values(), "")})
        name = column_of(table, near) if near else None
        if name is not None and _may_mean(bare(heading), table, name):
            columns[heading], trust[heading] = name, "likely"
    units = {heading: unit for heading, name in columns.items() if (unit := unit_of(heading)) and is_money(table, name)}
    return columns, trust, units


def is_money(table: str, column: str) -> bool:
    """Return whether a known column holds amounts."""
    spec = TABLES[table].column(column)
    return spec is not None and spec.kind is Kind.MONEY


def is_area(table: str, heading: str) -> bool:
    """Return whether a heading names a part of the address, such as 城市, which is read together with it."""
    return table in ("customers", "sites") and any(folded(heading) in names for names in AREA_HEADINGS)


def unit_of(heading: str) -> str:
    """Return the unit that a heading states, such as 万元 in 年营业额(万元); empty where it states none."""
    match = _IN_BRACKETS.match(heading.strip())
    if match is None:
        return ""
    unit = match["unit"].removeprefix("单位").strip(":： ")
    return unit if unit in UNITS else {"万": "万元", "千": "千元", "亿": "亿元", "百万": "百万元"}.get(unit, "")


def bare(heading: str) -> str:
    """Return a heading without the unit that it states."""
    match = _IN_BRACKETS.match(heading.strip())
    return match["name"] if match is not None and unit_of(heading) else heading


def shape_of(headings: Sequence[str]) -> str:
    """Return the shape of a file: the digest of its headings, whatever their order."""
    return sha256("\x1f".join(sorted(headings)).encode()).hexdigest()


def samples_of(table: pa.Table) -> dict[str, list[str]]:
    """Return up to three different values of each column."""
    return {name: _some(table[name]) for name in table.column_names}


def rows_of(source: Source, seen_rows: int, seen_share: float) -> int:
    """Return about how many rows a source has, after its first block."""
    return seen_rows if not source.size or seen_share <= 0 else round(seen_rows / min(1.0, seen_share))


def _may_mean(heading: str, table: str, name: str) -> bool:
    # 区县 beside 省份 and 城市 is read with them as a part of the address; a number of people (员工数) is nobody's id.
    if is_area(table, heading):
        return False
    spec = TABLES[table].column(name)
    return spec is None or spec.kind is not Kind.TEXT or not folded(heading).endswith(_COUNTS)


def _some(column: pa.ChunkedArray) -> list[str]:
    texts = pc.utf8_trim_whitespace(pc.fill_null(as_text(plain(column.slice(0, 2000))), ""))
    full = pc.unique(texts.filter(pc.not_equal(texts, "")))
    return [text[:_SHOWN] for text in full.slice(0, SAMPLES).to_pylist()]


def _meanings(headings: Sequence[str], table: str) -> Mapping[str, str]:
    # As collect matches them, but without refusing: a heading that yields stands back, the first of two rivals wins.
    found: dict[str, str] = {}
    exact = [(heading, heading.strip()) for heading in headings if TABLES[table].column(heading.strip())]
    named = [(heading, column_of(table, bare(heading)) or "") for heading in headings]
    firm = [(heading, name) for heading, name in named if name and not yields(bare(heading))]
    weak = [(heading, name) for heading, name in named if name and yields(bare(heading))]
    taken: set[str] = set()
    for heading, name in [*exact, *firm, *weak]:
        meant = name
        if name in found and (heading, name) in weak and name in TABLES[table].key[:1] and "name" not in found:
            meant = "name" if TABLES[table].column("name") else name
        if meant not in found and heading not in taken:
            found[meant] = heading
            taken.add(heading)
    return found
