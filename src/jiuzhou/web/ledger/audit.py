"""
The audit chain: each entry carries the HMAC-SHA-256 over the one before it, its number and its body.

A changed, removed or forged entry breaks the chain at its number; a cut tail is found against the anchors written
outside the database. People stand in it by a keyed pseudonym only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from jiuzhou.web.store.models import AuditEntry, AuditHead


@dataclass(frozen=True, slots=True)
class Origin:
    """
    Where an act came from.

    Attributes
    ----------
    user_id
        ``None`` for the system itself.
    via
        ``page``, ``token``, ``command`` or ``job``.
    """

    organisation_id: int
    user_id: int | None
    via: str


def pseudonym(user_id: int | None) -> str:
    """Return the keyed name by which a person stands in the chain; ``system`` for nobody."""
    if user_id is None:
        return "system"
    return hmac.new(_key(), f"person:{user_id}".encode(), hashlib.sha256).hexdigest()[:16]


def record(
    origin: Origin,
    verb: str,
    noun: str,
    key: str = "",
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> AuditEntry:
    """
    Append one act to the organisation's chain, in the transaction of the act itself.

    Parameters
    ----------
    verb, noun, key
        What was done, to what kind of thing, and its code or id.
    before, after
        The fields that changed, as they were and as they are; codes and figures, no personal data.
    """
    with transaction.atomic():
        AuditHead.unscoped.get_or_create(organisation_id=origin.organisation_id)
        head = AuditHead.unscoped.select_for_update().get(organisation_id=origin.organisation_id)
        entry = AuditEntry(
            organisation_id=origin.organisation_id,
            sequence=head.sequence + 1,
            at=timezone.now(),
            who=pseudonym(origin.user_id),
            origin=origin.via,
            verb=verb,
            noun=noun,
            key=key,
            before=_plain(before or {}),
            after=_plain(after or {}),
            note=note,
            previous=head.digest,
        )
        entry.digest = digest_of(entry)
        entry.save(force_insert=True)
        head.sequence, head.digest = entry.sequence, entry.digest
        head.save(update_fields=["sequence", "digest"])
    return entry


def digest_of(entry: AuditEntry) -> str:
    """Return the HMAC that ``entry`` must carry."""
    at = entry.at.isoformat(timespec="microseconds")
    body = [entry.sequence, at, entry.who, entry.origin, entry.verb, entry.noun, entry.key]
    told = json.dumps([entry.previous, *body, entry.before, entry.after, entry.note], sort_keys=True)
    return hmac.new(_key(), f"{entry.organisation_id}:{told}".encode(), hashlib.sha256).hexdigest()


def broken_links(organisation_id: int, *, anchor: tuple[int, str] | None = None) -> Iterator[int]:
    """
    Yield the sequence of each entry at which the chain does not hold.

    Parameters
    ----------
    anchor
        A sequence and digest kept outside the database; a chain that does not contain it is broken there.
    """
    previous, expected = "", 1
    anchored = anchor is None
    for entry in AuditEntry.unscoped.filter(organisation_id=organisation_id).order_by("sequence").iterator(10_000):
        if entry.sequence != expected:
            yield expected
        if entry.previous != previous or not hmac.compare_digest(entry.digest, digest_of(entry)):
            yield entry.sequence
        anchored = anchored or (entry.sequence, entry.digest) == anchor
        previous, expected = entry.digest, entry.sequence + 1
    head = AuditHead.unscoped.filter(organisation_id=organisation_id).first()
    if head and head.sequence != expected - 1:
        yield expected
    if not anchored and anchor is not None:
        yield anchor[0]


def _key() -> bytes:
    return str(settings.AUDIT_KEY).encode()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return plain
