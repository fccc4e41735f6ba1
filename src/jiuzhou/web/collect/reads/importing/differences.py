"""What an import would change, cell by cell, as people are shown it before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from jiuzhou.kernel.message import Message
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.exporting import csv_line
from jiuzhou.web.collect.reads.importing.folders import difference_path, shelf_checked
from jiuzhou.web.collect.reads.importing.naming import column_name
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Import

DIFFERENCE = pa.schema([(name, pa.string()) for name in ("customer_id", "name", "column", "before", "after")])
CELLS = 50
NOTHING = {"added": 0, "changed": 0, "unchanged": 0, "skipped": 0, "refusals": 0, "cells": 0}
_OF_PEOPLE = ("phone", "email")
_HIDDEN = "•••"


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """
    One cell, what stands there, and what comes instead; empty for nothing.

    Attributes
    ----------
    customer
        Code of the customer that the row is or tells of; empty where it tells of none.
    name
        The customer's name; of a fact the key of its row.
    """

    customer: str
    name: str
    column: str
    title: Message
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Differences:
    """
    What an import would change of a table, or has changed.

    Attributes
    ----------
    counts
        Rows ``added``, ``changed``, ``unchanged`` and ``skipped``, customers whose later refusal of marketing stays
        (``refusals``), and ``cells`` that change.
    next
        Where the cells after these begin.
    """

    counts: Mapping[str, int]
    items: tuple[ChangedCell, ...]
    start: int
    next: int | None


def differences(
    actor: Actor, number: int, *, table: str = "customers", start: int = 0, most: int = CELLS
) -> Differences:
    """
    Return some of the cells that an import changes of a table, in the order of its file.

    Who may not see how people are reached is not shown what stood there of it. An import that was not checked, or
    brings nothing of the table, changes none.

    Raises
    ------
    NotFoundError
        If there is no such import.
    """
    row = one_visible(actor, Import, pk=number)
    counts = row.counts.get("differences", {}).get(table, NOTHING)
    contact = actor.may("customer.contact")
    cells = islice(_cells(row, table, start) if table in TABLES else (), most)
    items = tuple(_cell(one, contact=contact) for one in cells)
    last = start + most
    return Differences(counts, items, start, last if last < counts["cells"] and items else None)


def difference_file(actor: Actor, number: int, table: str) -> Iterator[str]:
    """
    Yield all cells that an import changes of a table, as lines of CSV.

    Raises
    ------
    NotFoundError
        If there is no such import, or it changes nothing of that table.
    """
    row = one_visible(actor, Import, pk=number)
    if table not in row.counts.get("differences", {}):
        raise NotFoundError
    return _lines(row, table, contact=actor.may("customer.contact"))


def _lines(row: Import, table: str, *, contact: bool) -> Iterator[str]:
    first = ("customer_id", "name") if table == "customers" else ("customer_id", "row")
    yield "\ufeff" + csv_line([*first, "column", "before", "after"])
    for one in _cells(row, table, 0):
        cell = _cell(one, contact=contact)
        yield csv_line([cell.customer, cell.name, cell.column, cell.before, cell.after])


def _cells(row: Import, table: str, start: int) -> Iterator[dict[str, str]]:
    path = difference_path(shelf_checked(row) / f"{table}.parquet")
    if not path.is_file():
        return
    file, passed = pq.ParquetFile(path), 0
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        if passed + rows > start:
            yield from file.read_row_group(group).slice(max(0, start - passed)).to_pylist()
        passed += rows


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
