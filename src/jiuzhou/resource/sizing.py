"""One pass of sizing: people, targets, stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.plan import Plan
from jiuzhou.kernel.scores import Scores
from jiuzhou.resource.facts import Members, Sales
from jiuzhou.resource.headcount import build_up, headcount
from jiuzhou.resource.policy import ResourcePolicy
from jiuzhou.resource.stock import reorder_points
from jiuzhou.resource.targets import set_targets


@dataclass(frozen=True, slots=True)
class Resources:
    """
    What the territories of a plan need.

    Attributes
    ----------
    headcount
        Table ``headcount.HEADCOUNT``.
    targets
        Table ``targets.TARGETS``; its first five columns are those of the Book's table.
    stock
        Table ``stock.STOCK``.
    notes
        How the figures came about, and what was left out.
    """

    headcount: pa.Table
    targets: pa.Table
    stock: pa.Table
    notes: tuple[Message, ...] = ()


def size(book: Book, plan: Plan, scores: Scores, *, policy: ResourcePolicy | None = None, today: date) -> Resources:
    """
    Return how many people each territory needs, which sales it should reach, and what is to be ordered.

    Parameters
    ----------
    today
        Nothing on or after it is known; targets begin with the next quarter.
    """
    chosen = policy or ResourcePolicy()
    members = Members.of(book, plan)
    sales = Sales.of(book, members)
    load = build_up(book, members, scores, policy=chosen)
    people, people_notes = headcount(book, plan, members, load, policy=chosen, today=today)
    targets, target_notes = set_targets(book, members, scores, sales, policy=chosen, today=today)
    stock, stock_notes = reorder_points(book, policy=chosen, today=today)
    notes = (*people_notes, *target_notes, *stock_notes)
    if sales.foreign_lines:
        notes += (say("resource.foreign_lines", lines=sales.foreign_lines, currency=book.settings.currency),)
    return Resources(people, targets, stock, notes)
