"""The audit chain as it is read: who did what, to what, when; the reader's verb is the caller's to check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jiuzhou.web.ledger.audit import pseudonym
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.store.models import AuditEntry, User


@dataclass(frozen=True, slots=True)
class Act:
    """
    One act.

    Attributes
    ----------
    who
        The person's name; the keyed pseudonym where the person is no longer known, ``system`` for nobody.
    """

    sequence: int
    at: datetime
    who: str
    origin: str
    verb: str
    noun: str
    key: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    note: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which acts: of what kind, about what, by whom, since and until when; all where nothing is said."""

    verb: str = ""
    noun: str = ""
    key: str = ""
    user_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_acts(
    organisation_id: int, wanted: Wanted = Wanted(), *, cursor: str | None = None, size: int = 50
) -> Page[Act]:
    """Return acts of an organisation, the latest first."""
    rows = AuditEntry.unscoped.filter(organisation=organisation_id)
    exact = {"verb": wanted.verb, "noun": wanted.noun, "key": wanted.key}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.user_id is not None:
        rows = rows.filter(who=pseudonym(wanted.user_id))
    if wanted.since is not None:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(at__lt=wanted.until)
    names = {
        pseudonym(user_id): name
        for user_id, name in User.objects.filter(organisation=organisation_id).values_list("pk", "name")
    }
    return page_of(rows, lambda row: _act(row, names), order=("-sequence", "-id"), cursor=cursor, size=size)


def _act(row: AuditEntry, names: Mapping[str, str]) -> Act:
    return Act(
        sequence=row.sequence,
        at=row.at,
        who=names.get(row.who, row.who),
        origin=row.origin,
        verb=row.verb,
        noun=row.noun,
        key=row.key,
        before=row.before,
        after=row.after,
        note=row.note,
    )
