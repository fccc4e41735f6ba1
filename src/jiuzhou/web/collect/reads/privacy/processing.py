"""
The record of processing (PIPL 55 and 56, GDPR 30), read from the classification and from what is set up.

For each purpose: which data, of whom, who inside may read them, whom outside they reach, how long they are kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from jiuzhou.kernel.personal import BOOK, Classified, Pii, Purpose
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.roles import VERBS
from jiuzhou.web.ledger.webhooks import list_webhooks
from jiuzhou.web.store.classified import MODELS
from jiuzhou.web.store.models import ConsentRecord, Customer, Organisation, Owner
from jiuzhou.web.store.tombstones import count_erased

BASES: Mapping[Purpose, str] = {
    Purpose.SERVING: "contract",
    Purpose.MARKETING: "consent",
    Purpose.PLANNING: "interest",
    Purpose.MEASURING: "interest",
    Purpose.STAFFING: "employment",
    Purpose.SECURITY: "duty",
    Purpose.EVIDENCE: "duty",
    Purpose.RUNNING: "interest",
}
"""On what each purpose usually rests; the company's own lawyers have the last word."""

READERS: Mapping[Purpose, str] = {
    Purpose.SERVING: "customer.read",
    Purpose.MARKETING: "customer.read",
    Purpose.PLANNING: "plan.read",
    Purpose.MEASURING: "monitor.read",
    Purpose.STAFFING: "team.read",
    Purpose.SECURITY: "user.read",
    Purpose.EVIDENCE: "audit.read",
    Purpose.RUNNING: "run.start",
}
"""The verb without which nobody reads what is kept for a purpose."""


@dataclass(frozen=True, slots=True)
class Processing:
    """
    One purpose.

    Attributes
    ----------
    fields
        Category (a class of ``Pii``) → ``table.field`` of each field.
    roles
        Roles that may read them.
    """

    purpose: str
    basis: str
    fields: Mapping[str, tuple[str, ...]]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody outside to whom data go: what for, and the host."""

    kind: str
    host: str


@dataclass(frozen=True, slots=True)
class Record:
    """The record of processing as it is at a moment."""

    organisation: str
    at: datetime
    processings: tuple[Processing, ...]
    recipients: tuple[Recipient, ...]
    customers: int
    people: int
    consents: int
    erased: int
    days: Mapping[str, int | None]

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        return {
            "format": "jiuzhou.record-of-processing",
            "version": 1,
            "organisation": self.organisation,
            "at": self.at.isoformat(),
            "processing": [
                {
                    "purpose": one.purpose,
                    "basis": one.basis,
                    "data": {pii: list(names) for pii, names in one.fields.items()},
                    "roles": list(one.roles),
                }
                for one in self.processings
            ],
            "recipients": [{"kind": one.kind, "host": one.host} for one in self.recipients],
            "counts": {
                "customers": self.customers,
                "people": self.people,
                "consents": self.consents,
                "erased": self.erased,
            },
            "retention_days": dict(self.days),
        }


def record_of_processing(actor: Actor, days: Mapping[str, int | None]) -> Record:
    """
    Return the record of the actor's organisation.

    Parameters
    ----------
    days
        For how many days each kind of data is kept; ``None`` for one that is kept.
    """
    actor.must("privacy.export")
    here = actor.organisation_id
    return Record(
        organisation=Organisation.objects.values_list("name", flat=True).get(pk=here),
        at=timezone.now(),
        processings=tuple(_processings()),
        recipients=tuple(_recipients(here)),
        customers=visible_to(actor, Customer).filter(erased_at=None).count(),
        people=visible_to(actor, Owner).count(),
        consents=visible_to(actor, ConsentRecord).count(),
        erased=count_erased(here),
        days=days,
    )


def _processings() -> Iterator[Processing]:
    found: dict[Purpose, dict[Pii, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, classified in _fields():
        if classified.pii is not Pii.NONE:
            found[classified.purpose][classified.pii].append(name)
    for purpose in Purpose:
        if purpose in found:
            fields = {pii.value: tuple(sorted(found[purpose][pii])) for pii in Pii if pii in found[purpose]}
            roles = tuple(role for role, verbs in VERBS.items() if READERS[purpose] in verbs)
            yield Processing(purpose.value, BASES[purpose], fields, roles)


def _fields() -> Iterator[tuple[str, Classified]]:
    # The customers of the Book are the rows of the table: said once.
    for table, columns in BOOK.items():
        if table not in ("customers", "owners", "ownership", "absences"):
            yield from ((f"{table}.{name}", classified) for name, classified in columns.items())
    for model, fields in MODELS.items():
        yield from ((f"{model.__name__}.{name}", classified) for name, classified in fields.items())


def _recipients(organisation: int) -> Iterator[Recipient]:
    if settings.OUTBOUND:
        told = list_webhooks(organisation)
        for host in sorted({urlsplit(row.url).hostname or "" for row in told if row.active}):
            yield Recipient("webhook", host)
    if settings.MAIL:
        yield Recipient("mail", urlsplit(settings.MAIL).hostname or "")
    if settings.OIDC_ISSUER:
        yield Recipient("sign_in", urlsplit(settings.OIDC_ISSUER).hostname or "")
    if settings.TILES:
        yield Recipient("map", urlsplit(settings.TILES).hostname or "")
