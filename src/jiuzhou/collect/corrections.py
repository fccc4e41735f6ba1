"""Cells of a source put right by a person: one cell, every cell that says the same, or a row that had no columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.parse import as_text, plain
from jiuzhou.collect.raw import Mark, RawTable, Source


@dataclass(frozen=True, slots=True)
class Correction:
    """
    What cells should say.

    Attributes
    ----------
    heading
        The source's own.
    value
        What the cells say, without blanks around; no matter where ``row`` is given.
    replacement
        What they should say; empty for nothing.
    row
        Number of the one row in the file; ``None`` for every row.
    """

    table: str
    heading: str
    value: str
    replacement: str
    row: int | None = None


def corrected(source: Source, table: str, corrections: Iterable[Correction]) -> Source:
    """
    Return ``source`` with the ``corrections`` of ``table`` made; one for a single row goes before one for all.

    A row whose cells did not fit the heading gets its columns as soon as one of its cells is corrected; those that were
    not corrected are taken from the left.
    """
    mine = [one for one in corrections if one.table == table and one.heading in source.headings]
    if not mine:
        return source
    everywhere: dict[str, dict[str, str]] = defaultdict(dict)
    single: dict[int, dict[str, str]] = defaultdict(dict)
    for one in mine:
        if one.row is None:
            everywhere[one.heading][one.value.strip()] = one.replacement
        else:
            single[one.row][one.heading] = one.replacement

    def blocks(mark: Mark | None) -> Iterator[RawTable]:
        for raw in source.blocks(mark):
            yield _in_rows(_everywhere(raw, everywhere), source.headings, single)

    return replace(source, blocks=blocks)


def _everywhere(raw: RawTable, wanted: Mapping[str, Mapping[str, str]]) -> RawTable:
    table = raw.table
    for heading, pairs in wanted.items():
        texts = as_text(plain(table[heading]))
        place = pc.index_in(pc.fill_null(pc.utf8_trim_whitespace(texts), ""), value_set=pa.array(list(pairs)))
        if place.null_count < len(place):
            found = pa.array(list(pairs.values()), pa.string()).take(place)
            column = pc.if_else(place.is_valid(), found, texts)
            table = table.set_column(table.column_names.index(heading), heading, column)
    return replace(raw, table=table)


def _in_rows(raw: RawTable, headings: Sequence[str], wanted: Mapping[int, Mapping[str, str]]) -> RawTable:
    rows = raw.rows()
    last = raw.first_row + len(rows) + len(raw.broken)
    here = {row: cells for row, cells in wanted.items() if raw.first_row <= row < last}
    if not here:
        return raw
    mended = [broken for broken in raw.broken if broken.row in here]
    whole = _with_rows(raw.table, {broken.row: broken.cells for broken in mended}, rows)
    numbers = np.sort(np.concatenate([rows, np.array([broken.row for broken in mended], dtype=np.int64)]))
    for heading in headings:
        changed = {row: cells[heading] for row, cells in here.items() if heading in cells}
        if changed:
            mask = np.isin(numbers, list(changed))
            new = [changed[row] for row in numbers[mask].tolist()]
            column = pc.replace_with_mask(as_text(plain(whole[heading])), pa.array(mask), pa.array(new, pa.string()))
            whole = whole.set_column(whole.column_names.index(heading), heading, column)
    left = tuple(broken for broken in raw.broken if broken.row not in here)
    return replace(raw, table=whole, broken=left)


def _with_rows(table: pa.Table, added: Mapping[int, Sequence[str]], rows: np.ndarray) -> pa.Table:
    if not added:
        return table
    order = np.argsort(np.concatenate([rows, np.array(list(added), dtype=np.int64)]), kind="stable")
    columns = {}
    for place, name in enumerate(table.column_names):
        cells = [cells[place] if place < len(cells) else None for cells in added.values()]
        columns[name] = pa.concat_arrays([as_text(plain(table[name])), pa.array(cells, pa.string())])
    return pa.table(columns).take(pa.array(order))
