"""Rows brought up to date by their natural key: what is new is inserted, what differs is changed, the rest is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from jiuzhou.web.store.bulk import insert_rows, update_rows

Key = tuple[Any, ...]
Row = TypeVar("Row", bound=Model)
_CLOSE = 3


def bring_up_to_date(
    standing: QuerySet[Any],
    key: Sequence[str],
    columns: Mapping[str, Sequence[Any]],
    *,
    organisation: int,
    fixed: Collection[str] = (),
    raise_version: bool = False,
) -> int:
    """
    Return how many rows were inserted or changed.

    Parameters
    ----------
    standing
        The rows that may have to change: all that could share a key with the new ones.
    key
        Names of the columns by which a row is known.
    columns
        The new values by ``attname``; what is not named keeps its default.
    organisation
        Whose rows they are.
    fixed
        Columns that are written when a row is new and left alone afterwards.
    raise_version
        Whether ``version`` goes up with a change.
    """
    names = [name for name in columns if name not in key and name not in fixed]
    found = {row[: len(key)]: row[len(key) :] for row in standing.values_list(*key, "pk", *names)}
    new: list[int] = []
    changed: dict[int, Any] = {}
    for index, (known_by, row) in enumerate(zip(_rows(columns, key), _rows(columns, names), strict=True)):
        kept = found.get(known_by)
        if kept is None:
            new.append(index)
        elif kept[1:] != row:
            changed[index] = kept[0]
    insert_rows(standing.model, {**picked(columns, new), "organisation_id": [organisation] * len(new)})
    update_rows(
        standing.model,
        list(changed.values()),
        picked({name: columns[name] for name in names}, list(changed)),
        raise_version=raise_version,
    )
    return len(new) + len(changed)


def add_missing(
    standing: QuerySet[Any], key: Sequence[str], columns: Mapping[str, Sequence[Any]], *, organisation: int
) -> int:
    """Return how many rows were inserted: those whose key is not there yet; what is there stays as it is."""
    found = set(standing.values_list(*key))
    new = [index for index, known_by in enumerate(_rows(columns, key)) if known_by not in found]
    return insert_rows(standing.model, {**picked(columns, new), "organisation_id": [organisation] * len(new)})


def among(rows: QuerySet[Row], name: str, keys: Collection[int]) -> QuerySet[Row]:
    """
    Return at least those of ``rows`` whose ``name`` is one of ``keys``.

    Keys that lie close together are asked for as one range, which is many times faster to ask than each by itself;
    rows between them come along, of other organisations too. ``rows`` should not be narrowed to an organisation: a
    database without statistics takes the index of that and reads the whole organisation.
    """
    low, high = min(keys, default=0), max(keys, default=-1)
    if high - low < _CLOSE * len(keys):
        return rows.filter(**{f"{name}__gte": low, f"{name}__lte": high})
    return rows.filter(**{f"{name}__in": list(keys)})


def keys_of(rows: QuerySet[Any], name: str = "code") -> dict[str, int]:
    """Return the primary key of each of ``rows`` by its natural key."""
    return dict(rows.values_list(name, "pk"))


def picked(columns: Mapping[str, Sequence[Any]], places: Sequence[int]) -> dict[str, list[Any]]:
    """Return the rows of ``columns`` at ``places``."""
    return {name: [column[place] for place in places] for name, column in columns.items()}


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return rows that all have the same names as columns."""
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def _rows(columns: Mapping[str, Sequence[Any]], names: Sequence[str]) -> list[Key]:
    if not names:
        return [()] * len(next(iter(columns.values()), ()))
    return list(zip(*(columns[name] for name in names), strict=True))
