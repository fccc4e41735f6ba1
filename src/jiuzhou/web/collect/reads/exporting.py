"""Customers as a file that spreadsheets open and that comes back as it went out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from jiuzhou.adapters.texts import Lang, render
from jiuzhou.kernel.message import Message
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.listing import CustomerRow, chosen, rows_of, shaped
from jiuzhou.web.collect.reads.wanted import SORTS, Wanted

DIRECTLY = 10_000
"""Rows up to which a file is sent at once; more are written by a job."""

COLUMNS: tuple[tuple[str, Callable[[CustomerRow], Any]], ...] = (
    ("customer_id", lambda row: row.code),
    ("name", lambda row: row.name),
    ("tier", lambda row: row.tier),
    ("score", lambda row: row.score),
    ("key_account", lambda row: "true" if row.key_account else "false"),
    ("industry", lambda row: row.industry),
    ("region_code", lambda row: row.region_code),
    ("owner_id", lambda row: row.owner_code),
    ("owner", lambda row: row.owner),
    ("territory_id", lambda row: row.territory_code),
    ("territory", lambda row: row.territory),
    ("revenue_12m", lambda row: row.revenue_12m),
    ("clv", lambda row: row.clv),
    ("churn_risk", lambda row: row.risk),
    ("last_order_on", lambda row: row.last_order_on),
)
_RISKY = "=+-@\t\r＝＋－＠'"
_BOM = "\ufeff"


def count_for_export(actor: Actor, wanted: Wanted) -> int:
    """Return how many rows a file of the list has; one more than ``DIRECTLY`` stands for any larger number."""
    actor.must("customer.export")
    choice = chosen(actor, wanted)
    if choice.best:
        return DIRECTLY + 1
    return int(rows_of(actor, choice, scores=wanted.scores).order_by()[: DIRECTLY + 1].count())


def lines_for_export(actor: Actor, wanted: Wanted, *, keys: frozenset[str] | None = None) -> Iterator[str]:
    """
    Yield the lines of the file: a heading in the names of the Book, then a line for each customer.

    Parameters
    ----------
    keys
        Codes of the customers chosen on the list; all of the list where ``None``.
    """
    actor.must("customer.export")
    choice = chosen(actor, wanted, whole=True)
    rows = rows_of(actor, choice, scores=wanted.scores)
    if keys is not None:
        rows = rows.filter(**{"customer__code__in" if wanted.scores else "code__in": sorted(keys)})
    yield _BOM + _line([name for name, _ in COLUMNS])
    for row in rows.order_by(*SORTS[wanted.sort]).iterator(2_000):
        shape = shaped(row)
        yield _line([_cell(value(shape)) for _, value in COLUMNS])


def csv_line(values: Iterable[Any]) -> str:
    """Return one line of a file that spreadsheets open; no text in it is run as a formula."""
    return _line([_cell(value) for value in values])


def unescaped(cell: str) -> str:
    """Return what a cell held before ``_cell`` made it safe: the apostrophe that it put there is taken off."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in _RISKY else cell


def file_name(wanted: Wanted, title: Message, lang: Lang, suffix: str = ".csv") -> str:
    """Return the name of the file: what it is of, and its tab."""
    return f"{render(title, lang)}-{wanted.tab}{suffix}"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    # A spreadsheet would run such a text as a formula; a leading apostrophe is doubled so that it comes back too.
    return f"'{text}" if isinstance(value, str) and text[:1] and text[0] in _RISKY else text


def _line(cells: list[str]) -> str:
    into = io.StringIO()
    csv.writer(into, lineterminator="\r\n").writerow(cells)
    return into.getvalue()
