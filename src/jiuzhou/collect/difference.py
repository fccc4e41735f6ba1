"""What an edited copy of tables says otherwise than the Book, cell by cell, and the Book after it was taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.parse import as_text, plain
from jiuzhou.kernel.arrays import Ints, Mask
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.column import TableSpec
from jiuzhou.kernel.hashing import Index
from jiuzhou.kernel.tables import TABLES

DIFFERENCES = pa.schema([(name, pa.string()) for name in ("table", "key", "kind", "column", "before", "after")])
"""One row for each cell that differs (``changed``), and one for each row that is ``added`` or ``missing``."""

_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Difference:
    """
    What an edited copy says otherwise.

    Attributes
    ----------
    cells
        Columns of ``DIFFERENCES``; ``key`` joins the key columns with ``/``.
    added, changed, missing
        Rows: new ones, those with a cell that differs, and those the copy no longer has.
    """

    cells: pa.Table
    added: int
    changed: int
    missing: int


def difference(book: Book, edited: Book, columns: Mapping[str, Sequence[str]]) -> Difference:
    """
    Return what ``edited`` says otherwise than ``book``.

    Parameters
    ----------
    edited
        The copy after it was read as tables are. Tables whose rows have no key are not compared.
    columns
        By table, the columns the copy has; what it does not have is not compared. An empty cell of a column it has
        means that the value is gone.
    """
    found = [_of_table(book, edited, name, columns[name]) for name in edited.tables if TABLES[name].key]
    return Difference(
        pa.concat_tables([DIFFERENCES.empty_table(), *(one.cells for one in found)]),
        *(sum(getattr(one, kind) for one in found) for kind in ("added", "changed", "missing")),
    )


def taken_over(book: Book, edited: Book, columns: Mapping[str, Sequence[str]], *, remove: bool = False) -> Book:
    """
    Return ``book`` as ``edited`` says: cells changed, rows added, and, if wished, missing rows removed.

    Parameters
    ----------
    columns
        By table, the columns the copy has; the others keep what the Book says.
    remove
        Whether rows that the copy no longer has are removed.
    """
    tables = dict(book.tables)
    for name, table in edited.tables.items():
        if TABLES[name].key:
            tables[name] = _merged(book.table(name), table, TABLES[name], columns[name], remove=remove)
    return Book.of(book.settings, tables)


@dataclass(frozen=True, slots=True)
class _Pairing:
    """Where each row of the copy stands in the Book (-1: nowhere), and which rows of the Book are in the copy."""

    place: Ints
    met: Mask

    @classmethod
    def of(cls, before: pa.Table, after: pa.Table, spec: TableSpec) -> _Pairing:
        place = Index(_keys(before, spec)).find(_keys(after, spec))
        met = np.zeros(before.num_rows, dtype=bool)
        met[place[place >= 0]] = True
        return cls(place, met)


def _of_table(book: Book, edited: Book, name: str, columns: Sequence[str]) -> Difference:
    spec, before, after = TABLES[name], book.table(name), edited.table(name)
    pairing = _Pairing.of(before, after, spec)
    both, new = pairing.place >= 0, pairing.place < 0
    keys = pc.replace_substring(_keys(after, spec), _BETWEEN, "/")
    cells, touched = [], np.zeros(after.num_rows, dtype=bool)
    for column in columns:
        if column in spec.key or column not in after.column_names:
            continue
        old = _taken(before, column, pairing.place)
        other = both & _differ(old, plain(after[column]))
        touched |= other
        cells.append(_rows(name, keys, other, "changed", column=column, values=(old, plain(after[column]))))
    missing = pc.replace_substring(_keys(before, spec), _BETWEEN, "/")
    cells += [_rows(name, keys, new, "added"), _rows(name, missing, ~pairing.met, "missing")]
    return Difference(pa.concat_tables(cells), int(new.sum()), int(touched.sum()), int((~pairing.met).sum()))


def _merged(before: pa.Table, after: pa.Table, spec: TableSpec, columns: Sequence[str], *, remove: bool) -> pa.Table:
    pairing = _Pairing.of(before, after, spec)
    both, new = pairing.place >= 0, pairing.place < 0
    place_after = np.full(before.num_rows, -1, dtype=np.int64)
    place_after[pairing.place[both]] = np.flatnonzero(both)
    kept = pairing.met if remove else np.ones(before.num_rows, dtype=bool)
    merged: dict[str, pa.Array] = {}
    names = dict.fromkeys([*before.column_names, *after.column_names])
    for name in names:
        old, given = _of_one_type(before, after, name)
        if name in columns and name in after.column_names:
            told = given.take(pa.array(place_after, mask=place_after < 0))
            old = pc.if_else(pa.array(place_after >= 0), told, old)
        merged[name] = pa.concat_arrays([old.filter(pa.array(kept)), given.filter(pa.array(new))])
    return pa.table(merged)


def _of_one_type(before: pa.Table, after: pa.Table, name: str) -> tuple[pa.Array, pa.Array]:
    if name not in before.column_names or name not in after.column_names:
        kind = (before if name in before.column_names else after).schema.field(name).type
        nothing = pa.nulls(before.num_rows if name in after.column_names else after.num_rows, kind)
        return (nothing, plain(after[name])) if name in after.column_names else (plain(before[name]), nothing)
    old, given = plain(before[name]), plain(after[name])
    try:
        return old, given.cast(old.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        # A column of the company's own that was numbers and has a text in it now is a column of texts.
        return as_text(old), as_text(given)


def _keys(table: pa.Table, spec: TableSpec) -> pa.Array:
    parts = [pc.fill_null(as_text(plain(table[name])), "") for name in spec.key]
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, _BETWEEN)


def _taken(table: pa.Table, column: str, place: Ints) -> pa.Array:
    if column not in table.column_names:
        return pa.nulls(len(place), pa.string())
    return plain(table[column]).take(pa.array(place, mask=place < 0))


def _differ(one: pa.Array, other: pa.Array) -> Mask:
    if pa.types.is_nested(one.type) or one.type != other.type:
        one, other = as_text(one), as_text(other)
    differ = pc.fill_null(pc.not_equal(one, other), False)
    one_empty = pc.xor(one.is_null(), other.is_null())
    return np.array(pc.or_(differ, one_empty).to_numpy(zero_copy_only=False), dtype=bool)


def _rows(
    table: str,
    keys: pa.Array,
    which: Mask,
    kind: str,
    *,
    column: str = "",
    values: tuple[pa.Array, pa.Array] | None = None,
) -> pa.Table:
    chosen = keys.filter(pa.array(which))
    count = len(chosen)
    nothing = pa.nulls(count, pa.string())
    texts = [as_text(one.filter(pa.array(which))) for one in values] if values else [nothing, nothing]
    fixed = [pa.array([text] * count, pa.string()) for text in (table, kind, column)]
    return pa.table([fixed[0], chosen, fixed[1], fixed[2], *texts], schema=DIFFERENCES)
