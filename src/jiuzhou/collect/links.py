"""What a row refers to: the rows it names are there, or the reference is emptied, or the row rejected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.draft import Draft, Link
from jiuzhou.collect.findings import shown
from jiuzhou.collect.names import Names, names_of, no_names
from jiuzhou.collect.wishes import Standing
from jiuzhou.kernel.arrays import Mask, mask_of
from jiuzhou.kernel.column import Column
from jiuzhou.kernel.hashing import Index

_FROM_FILE = (
    *("collect.note_by_name", "collect.note_emptied", "collect.note_emptied_rejected"),
    "collect.note_emptied_shared",
)
_FROM_STANDING = (
    *("collect.note_by_name_standing", "collect.note_emptied_standing", "collect.note_emptied_standing"),
    "collect.note_shared_standing",
)
_BY_NAME = (_FROM_FILE[0], _FROM_STANDING[0])
_NEAR_IDS, _NEAR_UNKNOWN = 200_000, 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """
    What other tables may refer to in one table.

    Attributes
    ----------
    file
        Its source.
    kept, rejected
        Ids of its rows; of the rejected ones also their numbers in the file, ``rejected_rows``.
    names
        The names its rows go by.
    """

    file: str
    kept: pa.Array
    rejected: pa.Array
    rejected_rows: pa.Array
    names: Names
    _sounds: dict[str, str] = field(default_factory=dict)
    _indexes: dict[str, Index] = field(default_factory=dict)

    def has(self, values: pa.Array) -> Mask:
        """Return which values are ids of kept rows, shape ``(n,)``; nulls are not."""
        return self._index("kept", self.kept).find(values) >= 0

    def named(self, values: pa.Array) -> pa.Array:
        """Return the id of the one row that goes by each name; null where there is none, or several."""
        place = self._index("names", self.names.single).find(values)
        return self.names.ids.take(pa.array(place, mask=place < 0))

    def _index(self, name: str, keys: pa.Array) -> Index:
        if name not in self._indexes:
            self._indexes[name] = Index(keys)
        return self._indexes[name]

    def like(self, text: str) -> str:
        """Return the kept id that sounds like ``text``; empty where there is none, or too many to look at."""
        if not self._sounds and len(self.kept) <= _NEAR_IDS:
            self._sounds.update((_sound(known), known) for known in self.kept.to_pylist())
        return self._sounds.get(_sound(text), "")


def known_from(standing: Standing) -> Known:
    """Return what may be referred to among rows that are known without being given."""
    names = no_names() if standing.names is None else names_of("name", standing.names, standing.ids)
    none = pa.array([], pa.string())
    return Known("", standing.ids, none, pa.array([], pa.int64()), names)


def both(standing: Known, given: Known) -> Known:
    """Return what may be referred to in a table of which some rows were known before; a row given again is itself."""
    pair = (standing.names, given.names)
    single = pa.concat_arrays([names.single for names in pair])
    ids = pa.concat_arrays([names.ids for names in pair])
    # A name that several rows of one table have stays one whatever the other table says.
    shared = pa.concat_arrays([names.shared for names in pair])
    lost = pa.array(~_among(given.rejected, standing.kept))
    return Known(
        given.file,
        pa.concat_arrays([standing.kept, given.kept]).unique(),
        given.rejected.filter(lost),
        given.rejected_rows.filter(lost),
        names_of(given.names.heading or standing.names.heading, single, ids).without(shared),
    )


@dataclass(frozen=True, slots=True)
class Reference:
    """
    A column of references after they were looked up.

    Attributes
    ----------
    values
        With names read as ids; what led nowhere is still there.
    by_name, lost, shared, unknown
        Where a name was read as an id; where the id, or the name, is that of a rejected row, the name of several rows,
        or of none.
    """

    values: pa.Array
    by_name: Mask
    lost: Mask
    shared: Mask
    unknown: Mask

    @property
    def dangling(self) -> Mask:
        """Where the reference leads nowhere."""
        return self.lost | self.shared | self.unknown

    def emptied(self) -> pa.Array:
        """Return the values without those that lead nowhere."""
        dangling = self.dangling
        if not dangling.any():
            return self.values
        return pc.if_else(pa.array(dangling), pa.scalar(None, self.values.type), self.values)

    def links(self, column: str, known: Known) -> list[Link]:
        """Return what was changed, where what leads nowhere was emptied."""
        # Rows that stand already are in no file that could be named.
        codes = _FROM_FILE if known.file else _FROM_STANDING
        other = {"other": known.file} if known.file else {}
        found = [Link(column, codes[0], self.by_name, other | {"names": known.names.heading})]
        for code, rows in zip(codes[1:], (self.unknown, self.lost, self.shared), strict=True):
            found.append(Link(column, code, rows, other))
        return [link for link in found if link.rows.any()]


def look_up(values: pa.Array, known: Known) -> Reference:
    """Return where each reference leads: ids first, then names that one row alone has."""
    none = np.zeros(len(values), dtype=bool)
    dangling = _dangling(values, known)
    if not dangling.any():
        return Reference(values, none, none, none, none)
    lost_ids = _among(values, known.rejected)
    meant = known.named(values)
    by_name = dangling & mask_of(meant.is_valid()) & ~lost_ids
    if by_name.any():
        values = pc.if_else(pa.array(by_name), meant, values)
        dangling = _dangling(values, known)
    lost = dangling & _among(values, known.rejected)
    shared = dangling & ~lost & _among(values, known.names.shared)
    return Reference(values, by_name & ~dangling, lost, shared, dangling & ~lost & ~shared)


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


def _check_reference(draft: Draft, column: Column, known: Known) -> None:
    found = look_up(draft.values[column.name], known)
    draft.values[column.name] = found.values if column.required else found.emptied()
    draft.links += [link for link in found.links(column.name, known) if not column.required or link.code in _BY_NAME]
    if not column.required or not found.dangling.any():
        return
    heading, texts = draft.heading(column.name), shown(found.values)
    if found.lost.any():
        place = pc.index_in(found.values, value_set=known.rejected)
        told = {"value": texts, "first_row": known.rejected_rows.take(place)}
        draft.findings.add(heading, "collect.rejected_reference", found.lost, file=known.file, **told)
    draft.findings.add(heading, "collect.shared_name", found.shared, value=texts, file=known.file)
    near = _near(found.values, found.unknown, known)
    draft.findings.add(heading, "collect.unknown_reference", found.unknown, value=texts, file=known.file, near=near)


def _dangling(values: pa.Array, known: Known) -> Mask:
    return mask_of(values.is_valid()) & ~known.has(values)


def _among(values: pa.Array, ids: pa.Array) -> Mask:
    return mask_of(pc.is_in(values, value_set=ids, skip_nulls=True))


def _near(values: pa.Array, unknown: Mask, known: Known) -> pa.Array:
    distinct = values.filter(pa.array(unknown)).unique()
    if len(distinct) > _NEAR_UNKNOWN:
        return pa.array([""] * len(values), pa.string())
    near = pa.array([known.like(text) for text in distinct.to_pylist()], pa.string())
    return near.take(pc.index_in(values, value_set=distinct))


def _sound(text: str) -> str:
    """Return an id without what spreadsheets change: case, signs, leading zeros, a ``.0`` behind."""
    bare = "".join(sign for sign in text.casefold().removesuffix(".0") if sign.isalnum())
    return bare.lstrip("0")
