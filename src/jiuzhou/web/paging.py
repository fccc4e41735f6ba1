"""
Pages of a list by cursor: the next page starts after the last row seen, so that rows that come or go in between neither
repeat nor hide others, and the thousandth page costs what the first does.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from jiuzhou.kernel.errors import InputError

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)
MAX_SIZE = 500
LEAF = 250
"""Rows of a table whose rows are all known already that one page shows."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """
    One page of a list.

    Attributes
    ----------
    next, previous
        Cursors of the pages after and before this one; ``None`` where there is none.
    """

    items: tuple[Item, ...]
    next: str | None
    previous: str | None


def page_of(
    rows: QuerySet[Row],
    shape: Callable[[Row], Item],
    *,
    order: Sequence[str],
    cursor: str | None = None,
    size: int = 50,
) -> Page[Item]:
    """
    Return one page of ``rows``.

    Parameters
    ----------
    shape
        Makes the item that is shown of a row.
    order
        Fields, ``-`` before those that fall; none of them null, the last one unique (``id``).
    cursor
        From ``Page.next`` or ``Page.previous``; the first page where ``None`` or empty.
    size
        Rows on a page, 1 to 500.

    Raises
    ------
    InputError
        If the cursor was not made by this list, or the size is out of range.
    """
    if not 1 <= size <= MAX_SIZE:
        raise InputError("web.page_size", most=MAX_SIZE)
    backwards, values = _read(cursor, order) if cursor else (False, [])
    way = [_turned(field) for field in order] if backwards else list(order)
    if values:
        rows = rows.filter(_after(way, values))
    found = list(rows.order_by(*way)[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    before, after = (more, bool(values)) if backwards else (bool(values), more)
    return Page(
        items=tuple(shape(row) for row in found),
        next=_write(False, order, found[-1]) if found and after else None,
        previous=_write(True, order, found[0]) if found and before else None,
    )


@dataclass(frozen=True, slots=True)
class Leaf(Generic[Item]):
    """
    A stretch of rows that are all known.

    Attributes
    ----------
    total
        How many there are in all.
    next, previous
        Where the stretches after and before this one start; ``None`` where there is none.
    """

    rows: tuple[Item, ...]
    total: int
    next: int | None
    previous: int | None


def leaf_of(rows: Sequence[Item], start: str, *, size: int | None = None) -> Leaf[Item]:
    """
    Return ``size`` (``LEAF``) of ``rows``, from the one that an address says.

    Parameters
    ----------
    start
        What the address says: a whole number of rows to pass over; anything else, and whatever lies past the end, is
        the start.
    """
    size = size or LEAF
    first = int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 0
    first = first if first < len(rows) else 0
    after = first + size if first + size < len(rows) else None
    return Leaf(tuple(rows[first : first + size]), len(rows), after, max(0, first - size) if first else None)


def _turned(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _after(order: Sequence[str], values: Sequence[Any]) -> Q:
    # (a, b, c) > (x, y, z), spelled out because directions differ: a > x, or a = x and b > y, or …
    condition, same = Q(pk__in=()), Q()
    for field, value in zip(order, values, strict=True):
        name, sign = (field[1:], "lt") if field.startswith("-") else (field, "gt")
        condition |= same & Q(**{f"{name}__{sign}": value})
        same &= Q(**{name: value})
    return condition


def _value(row: Model, field: str) -> Any:
    value: Any = row
    for part in field.lstrip("-").split("__"):
        value = getattr(value, part)
    return value.pk if isinstance(value, Model) else value


def _write(backwards: bool, order: Sequence[str], row: Model) -> str:
    body = json.dumps([backwards, list(order), [_value(row, field) for field in order]], default=_written)
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def _written(value: Any) -> str:
    # To the last microsecond: a row that shares its millisecond with another is neither left out nor shown twice.
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(cursor: str, order: Sequence[str]) -> tuple[bool, list[Any]]:
    try:
        backwards, ordered, values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        sound = ordered == list(order) and len(values) == len(order) and isinstance(backwards, bool)
        sound = sound and all(isinstance(value, str | int | float) for value in values)
    except (binascii.Error, UnicodeError, ValueError, TypeError, RecursionError):
        sound = False
    if not sound:
        raise InputError("web.bad_cursor")
    return backwards, values
