"""What an import would change, cell by cell, as people are shown it before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from jiuzhou.kernel.message import Message
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.exporting import csv_line
from jiuzhou.web.collect.reads.importing.folders import differing_path, shelf_checked
from jiuzhou.web.collect.reads.importing.naming import column_name
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Import

DIFFERENCE = pa.schema([(name, pa.string()) for name in ("customer_id", "name", "column", "before", "after")])
FILE = "customers.difference.parquet"
CELLS = 50
_NONE = {"added": 0, "changed": 0, "unchanged": 0, "skipped": 0, "refusals": 0, "cells": 0}
_OF_PEOPLE = ("phone", "email")
_HIDDEN = "•••"


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """One cell of one customer, what stands there, and what comes instead; empty for nothing."""

    customer: str
    name: str
    column: str
    title: Message
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Differences:
    """
    What an import of customers would change, or has changed.

    Attributes
    ----------
    counts
        Customers ``added``, ``changed``, ``unchanged`` and ``skipped``, those whose later refusal of marketing stays
        (``refusals``), and ``cells`` that change.
    next
        Where the cells after these begin.
    """

    counts: Mapping[str, int]
    items: tuple[ChangedCell, ...]
    start: int
    next: int | None


def differences(actor: Actor, number: int, *, start: int = 0, most: int = CELLS) -> Differences:
    """
    Return some of the cells that an import changes, in the order of its file.

    Who may not see how customers are reached is not shown what stood there of it. An import that was not checked, or
    brings no customers, changes none.

    Raises
    ------
    NotFoundError
        If there is no such import.
    """
    row, table = _found(actor, number)
    items = tuple(_cell(one, contact=actor.may("customer.contact")) for one in table.slice(start, most).to_pylist())
    last = start + most
    return Differences(
        row.counts.get("difference") or _NONE, items, start, last if last < table.num_rows and items else None
    )


def difference_file(actor: Actor, number: int) -> bytes:
    """Return all cells that an import changes, as CSV; raises as ``differences`` does."""
    _, table = _found(actor, number)
    contact = actor.may("customer.contact")
    lines = [csv_line(DIFFERENCE.names)]
    for one in table.to_pylist():
        cell = _cell(one, contact=contact)
        lines.append(csv_line([cell.customer, cell.name, cell.column, cell.before, cell.after]))
    return ("\ufeff" + "".join(lines)).encode()


def known_file(actor: Actor, number: int, table: str) -> bytes:
    """
    Return the keys of rows that are known with other values than an import told, and which columns, as CSV.

    Raises
    ------
    NotFoundError
        If there is no such import, or no such row of ``table``.
    """
    row = one_visible(actor, Import, pk=number)
    path = differing_path(shelf_checked(row) / f"{table}.parquet")
    if table not in row.counts.get("differing_in", {}) or not path.is_file():
        raise NotFoundError
    file = pq.ParquetFile(path)
    lines = [csv_line(file.schema_arrow.names)]
    for batch in file.iter_batches(batch_size=65_536):
        lines += [csv_line(["" if cell is None else cell for cell in one.values()]) for one in batch.to_pylist()]
    return ("\ufeff" + "".join(lines)).encode()


def _found(actor: Actor, number: int) -> tuple[Import, pa.Table]:
    row = one_visible(actor, Import, pk=number)
    path = shelf_checked(row) / FILE
    return row, pq.read_table(path) if path.is_file() else DIFFERENCE.empty_table()


def _cell(one: Mapping[str, str], *, contact: bool) -> ChangedCell:
    hidden = one["column"] in _OF_PEOPLE and not contact and bool(one["before"])
    return ChangedCell(
        customer=one["customer_id"],
        name=one["name"],
        column=one["column"],
        title=column_name(one["column"]),
        before=_HIDDEN if hidden else one["before"],
        after=one["after"],
    )
