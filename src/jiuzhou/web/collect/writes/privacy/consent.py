"""Consents: given or withdrawn, at once, with who wrote it down, when, and to which words."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.writes.consents import note_consent
from jiuzhou.web.collect.writes.editing import must_hold
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError, InvalidError
from jiuzhou.web.store.models import Customer

SOURCES = ("page", "api", "form", "paper", "phone", "message")
"""How a person said it."""
LONGEST = 500


def record_consent(actor: Actor, code: str, *, given: bool, wording: str = "", source: str = "page") -> datetime:
    """
    Write down that a customer gave or withdrew consent to marketing; return since when that holds: now.

    A withdrawal closes the customer's open marketing actions in the same transaction.

    Raises
    ------
    NotFoundError, ForbiddenError
        If there is no such customer for this actor; if the actor may see it and not change it.
    InvalidError
        If a value makes no sense.
    ConflictError
        If the customer was erased: nobody is left to say anything.
    """
    actor.must("consent.write")
    row = one_visible(actor, Customer, code=code)
    must_hold(actor, row)
    if row.erased_at is not None:
        raise ConflictError("privacy.nobody_left")
    _check(wording, source)
    now = timezone.now()
    with transaction.atomic():
        before = Customer.unscoped.select_for_update().values_list("consent_marketing", flat=True).get(pk=row.pk)
        Customer.unscoped.filter(pk=row.pk).update(consent_marketing=given, consent_at=now, version=F("version") + 1)
        closed = note_consent(row, given=given, at=now, by=actor.user_id, wording=wording.strip(), source=source)
        record(
            actor.origin,
            "customer.consent",
            "customer",
            row.code,
            before={"consent_marketing": before},
            after={"consent_marketing": given, "source": source, "closed": closed},
        )
    return now


def _check(wording: str, source: str) -> None:
    wrong: dict[str, Message] = {}
    if len(wording) > LONGEST or any(ord(sign) < 32 for sign in wording):
        wrong["wording"] = say("privacy.bad_wording", most=LONGEST)
    if source not in SOURCES:
        wrong["source"] = say("privacy.bad_source", known=SOURCES)
    if wrong:
        raise InvalidError(wrong)
