"""Everything that is kept of one person, as the person may have it: JSON, and the same as CSV, in one file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.exporting import csv_line
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.holdings import counts_about, people_at, subject_of, tables_about
from jiuzhou.web.store.models import Customer

FORMAT, VERSION = "jiuzhou.personal-data", 1
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Person:
    """
    A customer and the people at it, as the privacy officer looks at them.

    Attributes
    ----------
    counts
        How many rows each table holds.
    contacts
        Code, name and role of each person there.
    """

    code: str
    name: str
    erased_at: datetime | None
    consent: bool | None
    counts: Mapping[str, int]
    contacts: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Everything of one person: the rows of each table, as plain values by field."""

    code: str
    contact: str
    at: datetime
    tables: Mapping[str, Sequence[Mapping[str, Any]]]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        return {name: len(rows) for name, rows in self.tables.items()}

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        told = {
            "format": FORMAT,
            "version": VERSION,
            "customer": self.code,
            "contact": self.contact,
            "made_at": self.at,
            "tables": self.tables,
        }
        plain: dict[str, Any] = json.loads(json.dumps(told, cls=_Encoder))
        return plain

    def to_zip(self) -> bytes:
        """Return a zip with ``personal-data.json`` and a CSV for each table; formulas of spreadsheets are texts."""
        into = io.BytesIO()
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("personal-data.json", json.dumps(self.to_json(), ensure_ascii=False, indent=1))
            for name, rows in self.tables.items():
                archive.writestr(f"{name}.csv", _csv(rows))
        return into.getvalue()


def person(actor: Actor, code: str) -> Person:
    """
    Return who is meant by a customer's code, and how much is kept of it.

    Raises
    ------
    NotFoundError
        If there is no such customer, or none for this actor.
    """
    actor.must("privacy.export")
    row = one_visible(actor, Customer, code=code)
    subject = subject_of(row)
    return Person(
        code=row.code,
        name=row.name,
        erased_at=row.erased_at,
        consent=row.consent_marketing,
        counts=counts_about(subject),
        contacts=tuple(
            (str(one["contact_id"]), str(one.get("name") or ""), str(one.get("role") or ""))
            for one in people_at(subject)
        ),
    )


def personal_data(actor: Actor, code: str, *, contact: str = "") -> PersonalData:
    """
    Return everything that is kept of a customer, or of one person at it.

    Raises
    ------
    NotFoundError
        If there is no such customer or contact, or none for this actor.
    """
    actor.must("privacy.export")
    subject = subject_of(one_visible(actor, Customer, code=code), contact)
    if contact and not people_at(subject):
        raise NotFoundError
    tables = {name: rows for name, rows in tables_about(subject) if rows}
    return PersonalData(code, contact, timezone.now(), tables)


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        return list(o) if isinstance(o, tuple | set | frozenset) else super().default(o)


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [csv_line(names), *(csv_line([_told(row.get(name)) for name in names]) for row in rows)]
    return _BOM + "".join(lines)


def _told(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, cls=_Encoder) if isinstance(value, dict | list) else value
