"""Customers as a workbook that people edit and import again: what stands, under the Book's own headings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from jiuzhou.adapters.spreadsheets import write_workbook
from jiuzhou.adapters.texts import Lang
from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.listing import chosen, rows_of
from jiuzhou.web.collect.reads.wanted import SORTS, Wanted
from jiuzhou.web.store.book import FIELD_OF, plain
from jiuzhou.web.store.models import Customer, Owner
from jiuzhou.web.store.present import called, with_present_owner

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 200_000
"""Customers of one workbook; more of them no spreadsheet is comfortable with."""

_AT_ONCE = 2_000
_FIELD_OF = {**FIELD_OF, "owner_id": "owner_now"}
_LEFT_OUT = ("tier",)
"""The tier is worked out from the scores; a workbook that states it would not change it."""
_OF_PEOPLE = (
    *("phone", "email", "tax_id", "birth_year", "sex", "income_band", "occupation", "interests", "values"),
    *("consent_marketing", "consent_at"),
)
"""Columns that only those who may see how customers are reached are given."""


def write_customers_workbook(
    actor: Actor,
    wanted: Wanted,
    path: Path,
    *,
    lang: Lang,
    keys: frozenset[str] | None = None,
    advance: Callable[[int], None] = lambda rows: None,
) -> int:
    """
    Write the customers of a list as a workbook, and return how many there are.

    Parameters
    ----------
    keys
        Codes of the customers chosen on the list; all of the list where ``None``.
    advance
        Called with the rows read so far; what it raises ends the work.

    Raises
    ------
    ForbiddenError
        If the actor may not take customers out.
    RefusedError
        If there are more than ``MOST``.
    """
    actor.must("customer.export")
    found = _keys(actor, wanted, keys)
    if len(found) > MOST:
        raise RefusedError("customers.workbook_too_long", limit=MOST)
    fields = _fields(actor)
    parts: list[pa.RecordBatch] = []
    extras: list[Mapping[str, Any]] = []
    schema = pa.schema([field for field in TABLES["customers"].arrow if field.name in fields])
    for start in range(0, len(found), _AT_ONCE):
        rows = list(_rows(actor, found[start : start + _AT_ONCE], fields))
        extras += [row.pop("extra") for row in rows]
        parts.append(pa.RecordBatch.from_pylist(rows, schema=schema))
        advance(len(extras))
    table = _with_own(pa.Table.from_batches(parts, schema=schema), extras)
    write_workbook({"customers": table}, path, lang=lang, zone=actor.zone)
    return len(extras)


def _keys(actor: Actor, wanted: Wanted, codes: frozenset[str] | None) -> list[int]:
    rows = rows_of(actor, chosen(actor, wanted, whole=True), scores=wanted.scores)
    if codes is not None:
        rows = rows.filter(**{"customer__code__in" if wanted.scores else "code__in": sorted(codes)})
    return list(rows.order_by(*SORTS[wanted.sort]).values_list("pk", flat=True)[: MOST + 1])


def _fields(actor: Actor) -> dict[str, str]:
    hidden = {*_LEFT_OUT, *(() if actor.may("customer.contact") else _OF_PEOPLE)}
    names = [name for name in TABLES["customers"].arrow.names if name not in hidden]
    return {name: _FIELD_OF.get(name, name) for name in names}


def _rows(actor: Actor, keys: Sequence[int], fields: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    visible = with_present_owner(visible_to(actor, Customer).filter(pk__in=keys), settling=actor.settling)
    rows = {row["pk"]: row for row in visible.order_by().values("pk", "extra", *fields.values())}
    owners = called(Owner, (row["owner_now"] for row in rows.values()))
    for key in keys:
        if key in rows:
            row = rows[key]
            told = {name: plain(row[field]) for name, field in fields.items()}
            yield {**told, "owner_id": owners.get(row["owner_now"], (None, None))[1], "extra": row["extra"] or {}}


def _with_own(table: pa.Table, extras: Sequence[Mapping[str, Any]]) -> pa.Table:
    for name in sorted({name for extra in extras for name in extra} - {*table.column_names}):
        cells = [extra.get(name) for extra in extras]
        known = [cell for cell in cells if cell is not None]
        is_number = all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in known)
        column = pa.array(cells, pa.float64()) if is_number else pa.array([_text(cell) for cell in cells], pa.string())
        table = table.append_column(name, column)
    return table


def _text(cell: Any) -> str | None:
    return "|".join(map(str, cell)) if isinstance(cell, list) else None if cell is None else str(cell)
