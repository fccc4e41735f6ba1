"""Rows that come in meet rows that stand: an empty cell leaves what is there, and what was there is remembered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet

from jiuzhou.web.store.bulk import insert_rows, update_rows

Columns = Mapping[str, Sequence[Any]]
_IMAGES = pa.schema([("key", pa.int64()), ("code", pa.string()), ("before", pa.string()), ("after", pa.string())])


@dataclass(slots=True)
class Outcome:
    """
    What became of some rows.

    Attributes
    ----------
    held
        In how many rows what stands outlives what comes.
    images
        Of each row that was added or changed: key, code, the changed fields before (``None``: it is new) and after.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    held: int = 0
    images: list[tuple[int, str, str | None, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Change:
    """
    A standing row that says something else than what comes.

    Attributes
    ----------
    wanted
        What each of the compared fields is to be.
    differs
        The names of those that change.
    """

    place: int
    row: Mapping[str, Any]
    wanted: Mapping[str, Any]
    differs: tuple[str, ...]


@dataclass(slots=True)
class Compared:
    """What comes, against what stands: places of new rows, changes, and how many change nothing or take nothing."""

    fields: tuple[str, ...]
    added: list[int] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    skipped: int = 0
    held: int = 0


def compare(
    standing: QuerySet[Any],
    given: Columns,
    empty: Mapping[str, Sequence[bool]],
    *,
    closed: Callable[[Mapping[str, Any]], bool] = lambda row: False,
    hold: Callable[[Mapping[str, Any], dict[str, Any]], bool] = lambda row, wanted: False,
    also: Sequence[str] = (),
) -> Compared:
    """Return what bringing ``given`` in would change; parameters as of ``bring_in``."""
    fields = tuple(name for name in given if name != "code" and not all(empty[name]))
    there = {row["code"]: row for row in standing.values("pk", "code", *dict.fromkeys([*fields, *also]))}
    found = Compared(fields)
    for place, code in enumerate(given["code"]):
        row = there.get(code)
        if row is None:
            found.added.append(place)
        elif closed(row):
            found.skipped += 1
        else:
            wanted = {
                name: row[name] if empty[name][place] else _joined(row[name], given[name][place]) for name in fields
            }
            found.held += hold(row, wanted)
            differs = tuple(name for name, value in wanted.items() if row[name] != value)
            if differs:
                found.changed.append(Change(place, row, wanted, differs))
            else:
                found.unchanged += 1
    return found


def bring_in(
    standing: QuerySet[Any],
    given: Columns,
    empty: Mapping[str, Sequence[bool]],
    *,
    new: Callable[[Sequence[int]], Columns],
    closed: Callable[[Mapping[str, Any]], bool] = lambda row: False,
    hold: Callable[[Mapping[str, Any], dict[str, Any]], bool] = lambda row, wanted: False,
    also: Sequence[str] = (),
) -> Outcome:
    """
    Add the rows that are new and change those that say something else; call it within a transaction.

    Parameters
    ----------
    standing
        The rows that may stand for these, all of one organisation.
    given
        Values by ``attname``, ``code`` among them.
    empty
        For each of these columns, which rows say nothing: what stands there stays.
    new
        Returns all columns of the new rows at the given places.
    closed
        Whether a standing row takes nothing; it is given ``also``.
    hold
        Puts back into what a row is to be (its second argument) what must stand, and returns whether it did.
    """
    model = standing.model
    # By key and not by code: to put the rows in order, SQLite would read the whole organisation.
    there = model._base_manager.filter(pk__in=list(standing.values_list("pk", flat=True)))
    locked = there.select_for_update().order_by("pk")
    found = compare(locked, given, empty, closed=closed, hold=hold, also=also)
    outcome = Outcome(added=len(found.added), updated=len(found.changed))
    outcome.unchanged, outcome.skipped, outcome.held = found.unchanged, found.skipped, found.held
    for one in found.changed:
        before, after = ({name: source[name] for name in one.differs} for source in (one.row, one.wanted))
        outcome.images.append((one.row["pk"], given["code"][one.place], _json(before), _json(after)))
    update_rows(
        model,
        [one.row["pk"] for one in found.changed],
        {name: [one.wanted[name] for one in found.changed] for name in found.fields},
        raise_version=True,
    )
    if found.added:
        insert_rows(model, new(found.added))
        codes = [given["code"][place] for place in found.added]
        keys = dict(standing.filter(code__in=codes).values_list("code", "pk"))
        outcome.images += [(keys[code], code, None, "{}") for code in codes]
    return outcome


def keep_images(images: Sequence[tuple[int, str, str | None, str]], path: Path) -> None:
    """Write what rows were before, in place before the transaction that changes them ends."""
    if not images:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    columns = list(zip(*images, strict=True))
    table = pa.table([pa.array(column, item.type) for column, item in zip(columns, _IMAGES, strict=True)], _IMAGES)
    draft = path.with_suffix(".writing")
    pq.write_table(table, draft, compression="zstd")
    draft.chmod(0o600)
    draft.replace(path)


def read_images(path: Path) -> list[tuple[int, str, dict[str, Any] | None, dict[str, Any]]]:
    """Return what ``keep_images`` wrote, values as JSON keeps them."""
    table = pq.read_table(path)
    return [
        (
            row["key"],
            row["code"],
            None if row["before"] is None else json.loads(row["before"]),
            json.loads(row["after"]),
        )
        for row in table.to_pylist()
    ]


def as_kept(value: Any) -> Any:
    """Return a value as an image keeps it."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def as_field(model: type[Model], name: str, kept: Any) -> Any:
    """Return a value of an image as the field of that ``attname`` holds it."""
    item = next(item for item in model._meta.concrete_fields if item.attname == name)
    return kept if kept is None else item.to_python(kept)


def _joined(before: Any, value: Any) -> Any:
    # Columns of the company's own come on top of those that another file brought.
    if not (isinstance(before, dict) and isinstance(value, dict)):
        return value
    return {**before, **{name: cell for name, cell in value.items() if not _says(cell, before.get(name))}}


def _says(text: Any, number: Any) -> bool:
    """Whether a text is the number that stands there: a sheet gives all cells of such columns as texts."""
    if not isinstance(text, str) or not isinstance(number, int | float):
        return False
    try:
        return float(text) == number
    except ValueError:
        return False


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False)
