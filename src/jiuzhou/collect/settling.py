"""What only the whole table shows: rows that are there twice, order lines to number, references within the table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from jiuzhou.collect.draft import without_blank_rows
from jiuzhou.collect.findings import Findings, reject_table, shown, source_names
from jiuzhou.collect.links import Known, look_up
from jiuzhou.collect.names import names_of, no_names
from jiuzhou.collect.order_lines import Lines, numbered
from jiuzhou.collect.parse import parse
from jiuzhou.collect.part import ROW, Changed, Tally
from jiuzhou.collect.raw import Source
from jiuzhou.collect.repeats import repeats_in
from jiuzhou.collect.scheme import Scheme
from jiuzhou.collect.shelf import Shelf
from jiuzhou.kernel.arrays import Ints, in_one_piece, integers
from jiuzhou.kernel.column import Kind
from jiuzhou.kernel.hashing import hashes_of

DUPLICATE = "collect.duplicate_key"
_SHOWN = 80


@dataclass(slots=True)
class Late:
    """
    What changes in one part after all parts were seen.

    Attributes
    ----------
    dropped
        Places of kept rows that go to the rejects after all, ascending.
    rejects
        Those rows as a reject table has them.
    values
        Columns that replace those of the part, before rows are dropped.
    changed
        References that were changed.
    """

    dropped: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    rejects: pa.Table | None = None
    values: dict[str, pa.Array] = field(default_factory=dict)
    changed: list[Changed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Laid:
    """A table whose parts all lie on the shelf, with the marks where its source begins to read each."""

    name: str
    scheme: Scheme
    source: Source
    shelf: Shelf
    tallies: Sequence[Tally]

    def column(self, part: int, name: str) -> pa.Array:
        """Return one column of the kept rows of a part."""
        return self.columns(part, [name])[0]

    def columns(self, part: int, names: Sequence[str]) -> list[pa.Array]:
        """Return columns of the kept rows of a part, each in one piece."""
        table = self.shelf.kept(self.name, part, names)
        return [in_one_piece(table[name]) for name in names]


def settle(laid: Laid) -> dict[int, Late]:
    """Return what changes in which part: numbers of order lines first, then rows that are there twice."""
    late: dict[int, Late] = defaultdict(Late)
    if laid.name == "orders":
        _number_lines(laid, late)
    _drop_repeats(laid, late)
    return late


def known_of(laid: Laid, late: Mapping[int, Late]) -> Known:
    """Return what other tables may refer to in this one."""
    scheme, key = laid.scheme, laid.scheme.spec.key[0]
    named = "name" in scheme.headings
    kept, lost, lost_rows, names, ids = [], [], [], [], []
    for part in range(len(laid.tallies)):
        fields = [key, "name"] if named else [key]
        columns = laid.columns(part, fields)
        dropped = late[part].dropped if part in late else np.zeros(0, dtype=np.int64)
        fine = np.ones(len(columns[0]), dtype=bool)
        fine[dropped] = False
        kept.append(columns[0].filter(pa.array(fine)))
        rejects = laid.shelf.rejects(laid.name, part)
        lost.append(_source_cells(laid, rejects, key))
        lost_rows.append(rejects["row"])
        if named:
            names += [columns[1], _source_cells(laid, rejects, "name")]
            ids += [columns[0], lost[-1]]
    found = names_of(scheme.heading("name"), _joined(names), _joined(ids)) if named else no_names()
    return Known(scheme.file, _joined(kept), _joined(lost), _joined(lost_rows), found)


def settle_own_references(laid: Laid, late: dict[int, Late], known: Known) -> None:
    """Read references within the table, such as to a parent customer, and empty those that lead nowhere."""
    for column in laid.scheme.spec.columns:
        if column.refers_to.partition(".")[0] != laid.name or column.name not in laid.scheme.headings:
            continue
        for part in range(len(laid.tallies)):
            before = laid.column(part, column.name)
            found = look_up(before, known)
            links = found.links(column.name, known)
            if not links:
                continue
            after = found.emptied()
            late[part].values[column.name] = after
            fine = np.ones(len(before), dtype=bool)
            fine[late[part].dropped] = False
            for link in links:
                rows = np.flatnonzero(link.rows & fine)
                if len(rows):
                    first = int(rows[0])
                    cell, new = before[first].as_py() or "", after[first].as_py() or ""
                    told = {"column": laid.scheme.heading(column.name), "value": cell[:_SHOWN], "id": new}
                    late[part].changed.append(
                        Changed(column.name, link.code, len(rows), {**told, **link.params}, emptied=not new)
                    )


def _number_lines(laid: Laid, late: dict[int, Late]) -> None:
    given = "line_no" in laid.scheme.headings
    parts = range(len(laid.tallies))
    if given and not any(laid.column(part, "line_no").null_count for part in parts):
        return
    blocks, kept_places = [], []
    for part in parts:
        columns = laid.shelf.kept(laid.name, part, [ROW, "order_id", *(["line_no"] if given else [])])
        rejects = laid.shelf.rejects(laid.name, part)
        lost = _source_cells(laid, rejects, "order_id")
        lost_numbers = _source_cells(laid, rejects, "line_no") if given else pa.nulls(len(lost), pa.string())
        numbers = integers(columns["line_no"], missing=0) if given else np.zeros(columns.num_rows, dtype=np.int64)
        missing = np.array(columns["line_no"].is_null().to_numpy(), dtype=bool) if given else numbers == 0
        rows = np.concatenate([integers(columns[ROW], missing=0), integers(rejects["row"], missing=0)])
        order = np.argsort(rows, kind="stable")
        whole = Lines(
            hashes_of([_joined([columns["order_id"], lost])])[order],
            np.concatenate([numbers, np.zeros(len(lost), dtype=np.int64)])[order],
            np.concatenate([missing, np.array(lost_numbers.is_null().to_numpy(zero_copy_only=False), dtype=bool)])[
                order
            ],
        )
        blocks.append(whole)
        kept_places.append(np.argsort(order, kind="stable")[: columns.num_rows])
    for part, (numbers, places) in enumerate(zip(numbered(blocks), kept_places, strict=True)):
        late[part].values["line_no"] = pa.array(numbers[places])


def _drop_repeats(laid: Laid, late: dict[int, Late]) -> None:
    available = {*laid.scheme.headings, *(["line_no"] if laid.name == "orders" else [])}
    key = [name for name in laid.scheme.spec.key if name in available]
    if not key:
        return

    def keys(part: int) -> list[pa.Array]:
        new = late[part].values if part in late else {}
        return [new[name] if name in new else laid.column(part, name) for name in key]

    found = repeats_in(keys, [tally.kept for tally in laid.tallies])
    for part in np.unique(found.part).tolist():
        here = found.part == part
        earlier = _rows_at(laid, found.earlier_part[here], found.earlier_place[here])
        late[part].dropped = found.place[here]
        late[part].rejects = _rejected_again(laid, part, found.place[here], earlier)


def _rows_at(laid: Laid, parts: Ints, places: Ints) -> Ints:
    rows = np.zeros(len(parts), dtype=np.int64)
    for part in np.unique(parts).tolist():
        here = parts == part
        rows[here] = integers(laid.column(part, ROW), missing=0)[places[here]]
    return rows


def _rejected_again(laid: Laid, part: int, places: Ints, earlier: Ints) -> pa.Table:
    """Return kept rows as rejects; their source is read once more for the cells as they were."""
    raw, rows, _ = without_blank_rows(next(iter(laid.source.blocks(laid.tallies[part].mark))))
    kept = laid.columns(part, [ROW, laid.scheme.spec.key[0]])
    at = np.searchsorted(rows, integers(kept[0], missing=0)[places])
    wrong = np.zeros(len(rows), dtype=bool)
    wrong[at] = True
    first_row = np.zeros(len(rows), dtype=np.int64)
    first_row[at] = earlier
    values = np.full(len(rows), None, dtype=object)
    values[at] = shown(kept[1].take(pa.array(places))).to_pylist()
    findings = Findings(len(rows))
    findings.add(
        laid.scheme.heading(laid.scheme.spec.key[0]),
        DUPLICATE,
        wrong,
        key=", ".join(laid.scheme.heading(column) for column in laid.scheme.spec.key),
        value=pa.array(values, pa.string()),
        first_row=pa.array(first_row),
    )
    return reject_table(replace(raw, broken=()), rows, findings)


def _source_cells(laid: Laid, rejects: pa.Table, column: str) -> pa.Array:
    """Return the cells of a known column of rejected rows as text, trimmed; null where blank."""
    headings = list(laid.source.headings)
    name = source_names(headings)[headings.index(laid.scheme.headings[column])]
    return parse(rejects[name], Kind.TEXT, zone=laid.scheme.settings.zone).values


def _joined(columns: Sequence[pa.Array | pa.ChunkedArray]) -> pa.Array:
    return pa.concat_arrays([in_one_piece(column) for column in columns])
