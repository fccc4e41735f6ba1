"""Handing a person's data out, written into the ledger."""

from __future__ import annotations

from django.db import transaction

from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.privacy.person import PersonalData, personal_data
from jiuzhou.web.ledger.audit import record


def hand_out(actor: Actor, code: str, *, contact: str = "") -> PersonalData:
    """
    Return everything of one person, after noting in the ledger who took how many rows of each table.

    Raises
    ------
    NotFoundError
        If there is no such customer or contact, or none for this actor.
    """
    data = personal_data(actor, code, contact=contact)
    with transaction.atomic():
        record(actor.origin, "privacy.export", "customer", code, after={"contact": bool(contact), "rows": data.counts})
    return data
