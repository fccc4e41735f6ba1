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
    images
        Of each row that was added or changed: key, code, the changed fields before (``None``: it is new) and after.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    images: list[tuple[int, str, str | None, str]] = field(default_factory=list)


def bring_in(
    standing: QuerySet[Any],
    given: Columns,
    empty: Mapping[str, Sequence[bool]],
    *,
    new: Callable[[Sequence[int]], Columns],
    closed: Callable[[Mapping[str, Any]], bool] = lambda row: False,
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
    """
    model = standing.model
    touched = [name for name in given if name != "code" and not all(empty[name])]
    locked = standing.select_for_update().order_by("pk")
    there = {row["code"]: row for row in locked.values("pk", "code", *dict.fromkeys([*touched, *also]))}
    outcome, added, changed = Outcome(), list[int](), list[tuple[int, list[Any]]]()
    for place, code in enumerate(given["code"]):
        row = there.get(code)
        if row is None:
            added.append(place)
            continue
        if closed(row):
            outcome.skipped += 1
            continue
        wanted = [row[name] if empty[name][place] else _joined(row[name], given[name][place]) for name in touched]
        differs = [name for name, value in zip(touched, wanted, strict=True) if row[name] != value]
        if not differs:
            outcome.unchanged += 1
            continue
        changed.append((row["pk"], wanted))
        now = dict(zip(touched, wanted, strict=True))
        before, after = ({name: source[name] for name in differs} for source in (row, now))
        outcome.images.append((row["pk"], code, _json(before), _json(after)))
    update_rows(
        model,
        [key for key, _ in changed],
        {name: [row[index] for _, row in changed] for index, name in enumerate(touched)},
        raise_version=True,
    )
    outcome.updated, outcome.added = len(changed), len(added)
    if added:
        insert_rows(model, new(added))
        codes = [given["code"][place] for place in added]
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
    return {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False)
