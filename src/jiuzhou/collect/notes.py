"""What a person should know about how the tables were read: one sentence each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from jiuzhou.collect.aliases import column_of
from jiuzhou.collect.findings import reason_of
from jiuzhou.collect.headings import nearest
from jiuzhou.collect.order_lines import pair_hashes, shared_orders
from jiuzhou.collect.part import Tally
from jiuzhou.collect.placing import WAYS
from jiuzhou.collect.quality import TableQuality
from jiuzhou.collect.repeats import rounds_for
from jiuzhou.collect.scheme import Scheme
from jiuzhou.collect.settling import Laid, Late
from jiuzhou.kernel.book import BookSettings
from jiuzhou.kernel.hashing import hashes_of
from jiuzhou.kernel.message import Message, say

_COLUMNS_NAMED = 12


def table_notes(scheme: Scheme, headings: Sequence[str], figures: TableQuality, tally: Tally) -> list[Message]:
    """
    Return what is to be said about one table: columns not known, rows rejected, references changed.

    Parameters
    ----------
    headings
        The source's own.
    tally
        That of all its blocks.
    """
    if not figures.read:
        return [say("collect.note_empty_table", file=figures.file, table=scheme.spec.name)]
    changed = [say(one.code, file=figures.file, count=one.count, **one.params) for one in tally.changed]
    notes = [*_own_columns(scheme, headings), *_rejected(figures, tally), *_nameless(scheme, figures), *changed]
    if tally.placed:
        ways = {way: tally.placed.get(way, 0) for way in WAYS}
        notes.append(say("collect.note_placed", file=figures.file, **ways))
    if tally.doubted:
        notes.append(say("collect.note_doubted", file=figures.file, count=tally.doubted, table=scheme.spec.name))
    if figures.later:
        notes.append(say("collect.note_later", file=figures.file, count=figures.later))
    return notes


def day_note(settings: BookSettings, as_of: date | None) -> list[Message]:
    """Return where the day of the Book comes from, if from its orders: everything reckons from it."""
    taken = as_of is not None and settings.as_of is None
    return [say("collect.day_from_orders", day=as_of.isoformat())] if taken and as_of else []


def shared_orders_note(laid: Laid, late: Mapping[int, Late]) -> list[Message]:
    """Return a sentence about orders whose kept lines have several customers, with the first of them."""
    parts = range(len(laid.tallies))
    rounds = rounds_for(sum(tally.kept for tally in laid.tallies))
    shared = shared_orders(lambda: (pair_hashes(*_lines(laid, late, part)) for part in parts), rounds)
    if not len(shared):
        return []
    found: dict[str, str] = {}
    for part in parts:
        orders, customers = _lines(laid, late, part)
        which = pa.array(np.isin(hashes_of([orders]), shared))
        for order, customer in zip(orders.filter(which).to_pylist(), customers.filter(which).to_pylist(), strict=True):
            first = found.setdefault(order, customer)
            if first != customer:
                told = {"order": order, "customers": (first, customer), "column": laid.scheme.heading("order_id")}
                return [say("collect.note_shared_order", file=laid.source.file, count=len(shared), **told)]
    return []


def _lines(laid: Laid, late: Mapping[int, Late], part: int) -> tuple[pa.Array, pa.Array]:
    orders, customers = laid.columns(part, ["order_id", "customer_id"])
    if part not in late or not len(late[part].dropped):
        return orders, customers
    fine = np.ones(len(orders), dtype=bool)
    fine[late[part].dropped] = False
    return orders.filter(pa.array(fine)), customers.filter(pa.array(fine))


def _own_columns(scheme: Scheme, headings: Sequence[str]) -> list[Message]:
    own = [name for name in headings if name in scheme.own]
    told = sorted((_own_column(name, scheme) for name in own), key=lambda note: note.code == "collect.own_column")
    if not told:
        return []
    columns = tuple(told[:_COLUMNS_NAMED])
    if len(told) > _COLUMNS_NAMED:
        return [say("collect.note_many_own_columns", file=scheme.file, columns=columns, count=len(told))]
    return [say("collect.note_own_columns", file=scheme.file, columns=columns)]


def _nameless(scheme: Scheme, figures: TableQuality) -> list[Message]:
    heading = scheme.headings.get("name")
    if scheme.spec.name != "customers" or heading is None:
        return []
    count = round((1 - figures.completeness.get("name", 1.0)) * figures.kept)
    return [say("collect.note_nameless", file=figures.file, count=count, column=heading)] if count else []


def _own_column(heading: str, scheme: Scheme) -> Message:
    meant = column_of(scheme.spec.name, heading)
    if meant is not None and meant in scheme.headings:
        return say("collect.own_column_same", column=heading, other=scheme.headings[meant])
    near = nearest(heading, scheme.spec, scheme.headings)
    return say("collect.own_column_near" if near else "collect.own_column", column=heading, near=near)


def _rejected(figures: TableQuality, tally: Tally) -> list[Message]:
    notes = []
    for code, count in figures.rejected_by.items():
        first = tally.first[code]
        told = {"row": first["row"], "column": first["column"] or "—", "reason": reason_of(code, first["params"])}
        notes.append(say("collect.note_rejected", file=figures.file, count=count, **told))
    return notes
