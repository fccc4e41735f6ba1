"""What a customer said to marketing, added to what it said before; a withdrawal ends what is under way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q

from jiuzhou.web.store.bulk import insert_rows
from jiuzhou.web.store.models import Action, ConsentRecord, Customer

MARKETING = "marketing"


def note_consent(
    row: Customer, *, given: bool, at: datetime, by: int | None, wording: str = "", source: str = "page"
) -> int:
    """
    Add a record, within the transaction that changes the customer's row.

    Returns
    -------
    int
        How many open marketing actions a withdrawal closed.
    """
    ConsentRecord.unscoped.create(
        organisation_id=row.organisation_id,
        customer=row,
        purpose=MARKETING,
        given=given,
        at=at,
        by_id=by,
        wording=wording,
        source=source,
    )
    if given:
        return 0
    waiting = Action.unscoped.filter(customer=row.pk, state="open", marketing=True)
    return waiting.update(state="dismissed", closed_at=at, closed_by=by, version=F("version") + 1)


class Said(NamedTuple):
    """What a file says of a customer, named by its key; ``at`` is ``None`` where the file states no day."""

    customer: int
    given: bool
    at: datetime | None


def note_consents(
    organisation: int, rows: Sequence[Said], *, now: datetime, source: str, brought_by: int | None = None
) -> int:
    """
    Add a record for each of many customers, within the transaction that changes their rows.

    Parameters
    ----------
    now
        When it came in: the day of what has none, and when a refusal closes open marketing actions.
    brought_by
        The import that brought them.

    Returns
    -------
    int
        How many open marketing actions the refusals closed.
    """
    insert_rows(
        ConsentRecord,
        {
            "organisation_id": [organisation] * len(rows),
            "customer_id": [one.customer for one in rows],
            "purpose": [MARKETING] * len(rows),
            "given": [one.given for one in rows],
            "at": [one.at or now for one in rows],
            "source": [source] * len(rows),
            "brought_by_id": [brought_by] * len(rows),
        },
    )
    refused = [one.customer for one in rows if not one.given]
    if not refused:
        return 0
    waiting = Action.unscoped.filter(customer__in=refused, state="open", marketing=True)
    return waiting.update(state="dismissed", closed_at=now, closed_by=None, version=F("version") + 1)


def take_back_consents(brought_by: int, customers: Collection[int], *, now: datetime) -> None:
    """
    Remove what an import recorded of ``customers``, after their rows were put back, and open what that closed.

    Parameters
    ----------
    now
        The moment that ``note_consents`` was given.
    """
    ConsentRecord.unscoped.filter(brought_by=brought_by, customer__in=customers).delete()
    closed = Action.unscoped.filter(
        Q(customer__consent_marketing=True) | Q(customer__consent_marketing=None),
        customer__in=customers,
        marketing=True,
        state="dismissed",
        closed_by=None,
        closed_at=now,
    )
    closed.update(state="open", closed_at=None, version=F("version") + 1)


def refusal_stays(stands: tuple[bool | None, datetime | None], comes: tuple[bool | None, datetime | None]) -> bool:
    """
    Return whether a refusal outlives what a file says: unless that was said later.

    Parameters
    ----------
    stands, comes
        The answer and when it was given; ``None`` where nobody knows.
    """
    (answer, since), (_, at) = stands, comes
    return answer is False and since is not None and (at is None or at < since)
