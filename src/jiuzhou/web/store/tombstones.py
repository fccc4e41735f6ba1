"""
Marks of erased people, by which nobody who was erased comes back with the next file.

A mark is a keyed digest of the organisation and of what the person was known by; whoever has the table cannot read
names from it, and without the key cannot even try them out. The digests of codes also stand in a list beside the
anchors of the audit trail, outside the database: a restored backup is older than they are, and they are applied to it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from jiuzhou.web.store.models import Tombstone

Mask = npt.NDArray[np.bool_]
Values: TypeAlias = "Sequence[str | None] | pa.Array"
Columns = Mapping[str, Values]
_SIZE = 16
_LEAST_DIGITS = 7


def digest(organisation_id: int, kind: str, *values: str) -> str:
    """
    Return the mark of values of a kind, of ``models.privacy.KINDS``; the same for every way in which they are written.

    Empty where a value is missing: what is not known marks nobody.
    """
    return digests(organisation_id, kind, *([value] for value in values))[0]


def digests(organisation_id: int, kind: str, *columns: Values) -> list[str]:
    """Return the mark of each row of columns, as ``digest`` does of one."""
    plain = [_plain(kind, place, values).to_pylist() for place, values in enumerate(columns)]
    begun = blake2b(f"{organisation_id}\x1f{kind}".encode(), key=_key(), digest_size=_SIZE)
    found = []
    for row in zip(*plain, strict=True):
        if not all(row):
            found.append("")
            continue
        told = begun.copy()
        told.update(("\x1f" + "\x1f".join(row)).encode())
        found.append(told.hexdigest())
    return found


def blocked(organisation_id: int, rows: Columns, *, standing: Collection[str] | None = None) -> Mask:
    """
    Return which rows are of somebody who was erased and must not come in again.

    Parameters
    ----------
    rows
        Columns of the Book, all of one length, as far as they are there: ``customer_id``, ``contact_id``, ``name``,
        ``phone``, ``email``, ``tax_id``. A row is blocked by its code, its e-mail, its tax number, or its name together
        with its telephone; facts, which have a customer's code alone, by that.
    standing
        The marks, where the caller has read them already (``marks_of``).
    """
    mask = np.zeros(len(next(iter(rows.values()), ())), bool)
    marks = marks_of(organisation_id) if standing is None else standing
    if not marks:
        return mask
    for kind, names in _ASKED:
        if all(name in rows for name in names):
            mask |= _marked(organisation_id, kind, [rows[name] for name in names], marks)
    return mask


def _marked(organisation_id: int, kind: str, columns: Sequence[Values], marks: Collection[str]) -> Mask:
    if len(columns) > 1:
        return np.array([told in marks for told in digests(organisation_id, kind, *columns)], bool)
    # Facts name the same customer many times: each value is asked once.
    coded = pa.array(columns[0], pa.string()).dictionary_encode()
    found = [told in marks for told in digests(organisation_id, kind, coded.dictionary)]
    at = coded.indices.fill_null(len(found)).to_numpy(zero_copy_only=False)
    mask: Mask = np.array([*found, False], bool)[at]
    return mask


_ASKED = (
    ("customer", ("customer_id",)),
    ("contact", ("customer_id", "contact_id")),
    ("email", ("email",)),
    ("tax_id", ("tax_id",)),
    ("name_phone", ("name", "phone")),
)


def marks_of(organisation_id: int) -> frozenset[str]:
    """Return every mark of an organisation."""
    return frozenset(Tombstone.unscoped.filter(organisation=organisation_id).values_list("digest", flat=True))


def count_erased(organisation_id: int) -> int:
    """Return how many customers and contacts were erased."""
    return Tombstone.unscoped.filter(organisation=organisation_id, kind__in=("customer", "contact")).count()


def bury(organisation_id: int, marks: Iterable[tuple[str, str]], *, at: datetime) -> int:
    """Keep marks, pairs of kind and digest, within the caller's transaction; return how many are new."""
    wanted = {told: kind for kind, told in marks if told}
    known = marks_of(organisation_id)
    made = [
        Tombstone(organisation_id=organisation_id, kind=kind, digest=told, at=at)
        for told, kind in wanted.items()
        if told not in known
    ]
    Tombstone.unscoped.bulk_create(made)
    return len(made)


def marks_for(organisation_id: int, person: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield kind and digest of everything that a person, a row of the Book, may be known again by."""
    for kind, names in _ASKED:
        if kind not in ("customer", "contact"):
            yield kind, digest(organisation_id, kind, *(str(person.get(name) or "") for name in names))


def list_file(home: Path | None = None) -> Path:
    """Return the list of who was erased, which lies outside the database; keep a copy where backups are not."""
    return (home or Path(settings.HOME)) / "anchors" / "erased.jsonl"


def note_in_list(organisation_id: int, mark: str, *, at: datetime) -> None:
    """Add the mark of an erased code to the list, if it is not there, and wait until the disk has it."""
    path = list_file()
    if mark in marks_in(path):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"organisation": organisation_id, "digest": mark, "at": at.isoformat()}) + "\n")
        file.flush()
        os.fsync(file.fileno())


def marks_in(path: Path) -> frozenset[str]:
    """Return the marks of a list; a line that a power cut tore is passed over."""
    found = set()
    for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
        try:
            found.add(str(json.loads(line)["digest"]))
        except (ValueError, KeyError, TypeError):
            continue
    return frozenset(found)


def _plain(kind: str, place: int, values: Values) -> pa.Array:
    texts = pc.utf8_trim_whitespace(pc.utf8_normalize(pa.array(values, pa.string()), form="NFKC"))
    if kind in ("customer", "contact"):
        return texts
    if kind == "name_phone" and place == 1:
        for pattern, instead in ((r"\D", ""), ("^0086", ""), (r"^86(\d{11})$", r"\1")):
            texts = pc.replace_substring_regex(texts, pattern, instead)
        return pc.if_else(pc.greater_equal(pc.utf8_length(texts), _LEAST_DIGITS), texts, None)
    return pc.utf8_lower(pc.replace_substring_regex(texts, r"\s+", ""))


def _key() -> bytes:
    return blake2b(str(settings.AUDIT_KEY).encode(), person=b"tombstones", digest_size=32).digest()
