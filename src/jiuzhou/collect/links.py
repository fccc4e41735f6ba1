"""What a row must keep to among others: the rows it refers to are there, and no two have the same name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.draft import Draft, Link
from jiuzhou.collect.findings import shown
from jiuzhou.collect.names import Names, names_of
from jiuzhou.kernel.column import Column

DUPLICATE = "collect.duplicate_key"
_NEAR_IDS, _NEAR_UNKNOWN = 200_000, 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """The ids of one table: those kept, those rejected with their row in the file, and the names they go by."""

    file: str
    kept: pa.Array
    rejected: pa.Array
    rejected_rows: pa.Array
    names: Names


def known_ids(draft: Draft) -> Known:
    """Return the ids that other tables may refer to."""
    ids, rejected = draft.values[draft.spec.key[0]], draft.findings.rejected
    lost = ids.filter(pa.array(rejected))
    return Known(draft.raw.file, ids.filter(pa.array(~rejected)), lost, pa.array(draft.rows[rejected]), names_of(draft))


def check_references(draft: Draft, known: Mapping[str, Known]) -> None:
    """
    Read references by name as ids, add the rows whose required reference leads nowhere, and empty the optional ones.

    Parameters
    ----------
    known
        The tables already read that have rows; a reference to another table is free.
    """
    for column in draft.spec.columns:
        table = column.refers_to.partition(".")[0]
        if table in known and table != draft.spec.name and column.name in draft.headings:
            _check_reference(draft, column, known[table])


def check_own_references(draft: Draft) -> None:
    """Do the same with the references within the table, such as to a parent customer; they are all optional."""
    for column in draft.spec.columns:
        if column.refers_to.partition(".")[0] == draft.spec.name and column.name in draft.headings:
            _check_reference(draft, column, known_ids(draft))


def _check_reference(draft: Draft, column: Column, known: Known) -> None:
    dangling = _dangling(draft.values[column.name], known.kept)
    if dangling.any():
        dangling = _read_names(draft, column.name, dangling, known)
    if not dangling.any():
        return
    values = draft.values[column.name]
    lost = dangling & _true(pc.is_in(values, value_set=known.rejected))
    shared = dangling & ~lost & _true(pc.is_in(values, value_set=known.names.shared))
    unknown = dangling & ~lost & ~shared
    if not column.required:
        codes = ("collect.note_emptied", "collect.note_emptied_rejected", "collect.note_emptied_shared")
        for code, rows in zip(codes, (unknown, lost, shared), strict=True):
            draft.links.append(Link(column.name, code, rows, {"other": known.file}))
        draft.values[column.name] = pc.if_else(pa.array(dangling), pa.scalar(None, values.type), values)
        draft.emptied[column.name] = dangling
        return
    heading, texts = draft.heading(column.name), shown(values)
    if lost.any():
        place = pc.index_in(values, value_set=known.rejected)
        told = {"value": texts, "first_row": known.rejected_rows.take(place)}
        draft.findings.add(heading, "collect.rejected_reference", lost, file=known.file, **told)
    draft.findings.add(heading, "collect.shared_name", shared, value=texts, file=known.file)
    near = _near(values, unknown, known.kept)
    draft.findings.add(heading, "collect.unknown_reference", unknown, value=texts, file=known.file, near=near)


def _read_names(draft: Draft, column: str, dangling: np.ndarray, known: Known) -> np.ndarray:
    """Put the id in the place of a name that one row alone has, and return what still leads nowhere."""
    values, names = draft.values[column], known.names
    place = pc.index_in(values, value_set=names.single)
    by_name = dangling & _true(place.is_valid()) & ~_true(pc.is_in(values, value_set=known.rejected))
    if not by_name.any():
        return dangling
    draft.values[column] = pc.if_else(pa.array(by_name), names.ids.take(place), values)
    still = _dangling(draft.values[column], known.kept)
    told = {"other": known.file, "names": names.heading}
    draft.links.append(Link(column, "collect.note_by_name", by_name & ~still, told))
    return still


def _dangling(values: pa.Array, ids: pa.Array) -> np.ndarray:
    return _true(pc.and_(values.is_valid(), pc.invert(pc.is_in(values, value_set=ids))))


def _near(values: pa.Array, unknown: np.ndarray, ids: pa.Array) -> pa.Array:
    distinct = values.filter(pa.array(unknown)).unique()
    if len(distinct) > _NEAR_UNKNOWN or len(ids) > _NEAR_IDS:
        return pa.array([""] * len(values), pa.string())
    by_sound = {_sound(text): text for text in ids.to_pylist()}
    near = pa.array([by_sound.get(_sound(text), "") for text in distinct.to_pylist()], pa.string())
    return near.take(pc.index_in(values, value_set=distinct))


def _sound(text: str) -> str:
    """Return an id without what spreadsheets change: case, signs, leading zeros, a ``.0`` behind."""
    bare = "".join(sign for sign in text.casefold().removesuffix(".0") if sign.isalnum())
    return bare.lstrip("0")


def number_lines(draft: Draft) -> None:
    """Give each order line without a number its own: by position within its order, after the numbers already there."""
    order = pc.fill_null(draft.values["order_id"], "").dictionary_encode().indices.to_numpy(zero_copy_only=False)
    given = draft.values.get("line_no")
    if given is None:
        given = pa.nulls(len(order), pa.int64())
    empty = _true(given.is_null())
    if not empty.any():
        return
    numbers = pc.fill_null(given, 0).to_numpy(zero_copy_only=False).copy()
    last = np.zeros(order.max(initial=-1) + 1, dtype=np.int64)
    np.maximum.at(last, order[~empty], numbers[~empty])
    rows = np.flatnonzero(empty)
    rows = rows[np.argsort(order[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(order[rows], prepend=-1))
    position = np.arange(len(rows)) - np.repeat(starts, np.diff(np.append(starts, len(rows))))
    numbers[rows] = last[order[rows]] + position + 1
    draft.values["line_no"] = pa.array(numbers)


def check_duplicates(draft: Draft) -> None:
    """Add the rows whose key an earlier good row has; a row rejected for another reason leaves its key to a twin."""
    alive = np.flatnonzero(~draft.findings.rejected)
    keys = [draft.values[name].take(pa.array(alive)) for name in draft.spec.key if name in draft.values]
    if not keys or not len(alive):
        return
    _, first, group = np.unique(_group(keys), return_index=True, return_inverse=True)
    first_of = first[group.reshape(-1)]
    repeats = first_of != np.arange(len(alive))
    if not repeats.any():
        return
    wrong = np.zeros(len(draft.rows), dtype=bool)
    wrong[alive[repeats]] = True
    first_row = np.zeros(len(draft.rows), dtype=np.int64)
    first_row[alive] = draft.rows[alive[first_of]]
    name = draft.spec.key[0]
    told = {"value": shown(draft.values[name]), "first_row": pa.array(first_row)}
    draft.findings.add(draft.heading(name), DUPLICATE, wrong, key=", ".join(draft.spec.key), **told)


def _group(keys: list[pa.Array]) -> np.ndarray:
    whole = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        encoded = key.dictionary_encode()
        codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
        # Made dense again after each column, so that the product never leaves 64 bits.
        whole = np.unique(whole * (len(encoded.dictionary) + 1) + codes, return_inverse=True)[1].reshape(-1)
    return whole


def _true(values: pa.Array) -> np.ndarray:
    return np.array(values.to_numpy(zero_copy_only=False), dtype=bool)
