"""What a customer said to marketing, over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.store.models import ConsentRecord, Customer

_MOST = 200


@dataclass(frozen=True, slots=True)
class Consent:
    """
    One answer.

    Attributes
    ----------
    given
        ``False`` where consent was refused or withdrawn.
    by
        Name of who wrote it down; empty where a program did.
    """

    at: datetime
    purpose: str
    given: bool
    wording: str
    source: str
    by: str


def consents(actor: Actor, code: str) -> tuple[Consent, ...]:
    """
    Return what the customer said, the latest first.

    Raises
    ------
    NotFoundError
        If there is no such customer, or none for this actor.
    """
    actor.must("customer.read")
    row = one_visible(actor, Customer, code=code)
    said = visible_to(actor, ConsentRecord).filter(customer=row.pk).select_related("by").order_by("-at", "-pk")
    return tuple(
        Consent(
            at=one.at,
            purpose=one.purpose,
            given=one.given,
            wording=one.wording,
            source=one.source,
            by=one.by.name if one.by else "",
        )
        for one in said[:_MOST]
    )
