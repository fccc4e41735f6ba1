"""What a person should know about how the tables were read: one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.aliases import column_of
from jiuzhou.collect.draft import Draft
from jiuzhou.collect.findings import reason_of
from jiuzhou.collect.headings import nearest
from jiuzhou.collect.quality import TableQuality
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say

_COLUMNS_NAMED = 12
_SHOWN = 80


def table_notes(draft: Draft, figures: TableQuality, rejects: pa.Table) -> list[Message]:
    """
    Return what is to be said about one table: columns not known, rows rejected, references changed.

    Parameters
    ----------
    rejects
        The table's rejected rows as ``reject_table`` gives them.
    """
    if not figures.read:
        return [say("collect.note_empty_table", file=figures.file, table=draft.spec.name)]
    notes = [*_own_columns(draft), *_rejected(figures, rejects), *_links(draft)]
    if figures.later:
        notes.append(say("collect.note_later", file=figures.file, count=figures.later))
    if draft.spec.name == "orders":
        notes += _shared_orders(draft)
    return notes


def day_note(book: Book, as_of: date | None) -> list[Message]:
    """Return where the day of the Book comes from, if from its orders: everything reckons from it."""
    taken = as_of is not None and book.settings.as_of is None
    return [say("collect.day_from_orders", day=as_of.isoformat())] if taken and as_of else []


def _own_columns(draft: Draft) -> list[Message]:
    taken = frozenset(draft.headings.values())
    own = [name for name in draft.raw.table.column_names if name not in taken]
    told = sorted((_own_column(name, draft) for name in own), key=lambda note: note.code == "collect.own_column")
    if not told:
        return []
    columns = tuple(told[:_COLUMNS_NAMED])
    if len(told) > _COLUMNS_NAMED:
        return [say("collect.note_many_own_columns", file=draft.raw.file, columns=columns, count=len(told))]
    return [say("collect.note_own_columns", file=draft.raw.file, columns=columns)]


def _own_column(heading: str, draft: Draft) -> Message:
    meant = column_of(draft.spec.name, heading)
    if meant is not None and meant in draft.headings:
        return say("collect.own_column_same", column=heading, other=draft.headings[meant])
    near = nearest(heading, draft.spec, draft.headings)
    return say("collect.own_column_near" if near else "collect.own_column", column=heading, near=near)


def _rejected(figures: TableQuality, rejects: pa.Table) -> list[Message]:
    notes = []
    for code, count in figures.rejected_by.items():
        first = rejects.slice(pc.index(rejects["code"], code).as_py(), 1).to_pylist()[0]
        told = {"row": first["row"], "column": first["column"] or "—", "reason": reason_of(code, first["params"])}
        notes.append(say("collect.note_rejected", file=figures.file, count=count, **told))
    return notes


def _links(draft: Draft) -> list[Message]:
    kept, notes = ~draft.findings.rejected, []
    for link in draft.links:
        rows = np.flatnonzero(link.rows & kept)
        if len(rows):
            first = int(rows[0])
            told: Mapping[str, str] = {
                "column": draft.heading(link.column),
                "value": draft.cell(link.column, first)[:_SHOWN],
                "id": str(draft.values[link.column][first].as_py() or ""),
            }
            notes.append(say(link.code, file=draft.raw.file, count=len(rows), **told, **link.params))
    return notes


def _shared_orders(draft: Draft) -> list[Message]:
    kept = pa.array(~draft.findings.rejected)
    ids = draft.values["order_id"].filter(kept).dictionary_encode()
    customers = draft.values["customer_id"].filter(kept).dictionary_encode()
    pairs = pa.table({"order": ids.indices, "customer": customers.indices})
    spans = pairs.group_by("order", use_threads=False).aggregate([("customer", "min"), ("customer", "max")])
    shared = spans.filter(pc.not_equal(spans["customer_min"], spans["customer_max"])).sort_by("order")
    if not shared.num_rows:
        return []
    first = shared.slice(0, 1).to_pylist()[0]
    both = tuple(customers.dictionary[first[place]].as_py() for place in ("customer_min", "customer_max"))
    order = ids.dictionary[first["order"]].as_py()
    told = {"order": order, "customers": both, "column": draft.heading("order_id")}
    return [say("collect.note_shared_order", file=draft.raw.file, count=shared.num_rows, **told)]
