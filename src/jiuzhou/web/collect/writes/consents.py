"""What a customer said to marketing, added to what it said before; a withdrawal ends what is under way."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

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
