"""
The audit chain: each entry carries the HMAC-SHA-256 over the one before it, its number and its body.

A changed, removed or forged entry breaks the chain at its number; a cut tail is found against the anchors written
outside the database. People stand in it by a keyed pseudonym only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from jiuzhou.web.ledger.idempotency import mark_effect
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
        mark_effect()
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
    head = [entry.previous, entry.sequence, at, entry.who, entry.origin, entry.verb, entry.noun, entry.key]
    return _digest(_keyed(), entry.organisation_id, (*head, _told(entry.before), _told(entry.after), entry.note))


def broken_links(
    organisation_id: int,
    *,
    anchor: tuple[int, str] | None = None,
    passed: Callable[[int], None] = lambda sequence: None,
) -> Iterator[int]:
    """
    Yield the sequence of each entry at which the chain does not hold.

    An entry that was changed or forged is named itself, and so is the first of those that are missing.

    Parameters
    ----------
    anchor
        A sequence and digest kept outside the database; a chain that does not contain it is broken there.
    passed
        Told of each entry that was looked at.
    """
    # The head is read first and what is appended meanwhile left for the next time.
    head = AuditHead.unscoped.filter(organisation_id=organisation_id).first()
    entries = AuditEntry.unscoped.filter(organisation_id=organisation_id, sequence__lte=head.sequence if head else 0)
    keyed, before, expected = _keyed(), ("", ""), 1
    anchored = anchor is None
    for *signed, digest in _signed_rows(entries):
        previous, sequence = signed[:2]
        due = _digest(keyed, organisation_id, signed)
        if sequence != expected:
            yield expected
        elif previous not in before:
            yield sequence
        # Compared by itself: the entry after a gap may be sound, and the one after a forged digest names the true one.
        if not hmac.compare_digest(digest, due):
            yield sequence
        anchored = anchored or (sequence, digest) == anchor
        before, expected = (digest, due), sequence + 1
        passed(sequence)
    if head and (head.sequence != expected - 1 or head.digest not in before):
        yield expected
    if not anchored and anchor is not None:
        yield anchor[0]


_told = json.JSONEncoder(sort_keys=True).encode
_quoted = json.encoder.encode_basestring_ascii


def _keyed() -> hmac.HMAC:
    return hmac.new(_key(), digestmod=hashlib.sha256)


def _digest(keyed: hmac.HMAC, organisation_id: int, signed: Sequence[Any]) -> str:
    # One JSON list of everything but the digest, put together here because a million entries are followed at once.
    previous, sequence, at, who, origin, verb, noun, key, before, after, note = signed
    words = ", ".join(map(_quoted, (at, who, origin, verb, noun, key)))
    told = f"{organisation_id}:[{_quoted(previous)}, {sequence}, {words}, {before}, {after}, {_quoted(note)}]"
    digest = keyed.copy()
    digest.update(told.encode())
    return digest.hexdigest()


def _signed_rows(entries: QuerySet[AuditEntry]) -> Iterator[Sequence[Any]]:
    # SQLite keeps times and JSON as the text that was signed; PostgreSQL keeps them its own way, and they are written
    # anew. Either way no model is made of a row.
    words = ("who", "origin", "verb", "noun", "key")
    texts = {name: Cast(name, TextField()) for name in ("at", "before", "after")}
    if connection.vendor == "sqlite":
        rows = entries.order_by("sequence").values_list(
            "previous", "sequence", texts["at"], *words, texts["before"], texts["after"], "note", "digest"
        )
        for previous, sequence, at, *rest in rows.iterator(10_000):
            whole = at if len(at) > 19 else f"{at}.000000"
            yield (previous, sequence, f"{whole[:10]}T{whole[11:]}+00:00", *rest)
        return
    rows = entries.order_by("sequence").values_list(
        "previous", "sequence", "at", *words, texts["before"], texts["after"], "note", "digest"
    )
    for previous, sequence, at, who, origin, verb, noun, key, before, after, *rest in rows.iterator(10_000):
        told = (_told(json.loads(held)) if held != "{}" else held for held in (before, after))
        yield (previous, sequence, at.isoformat(timespec="microseconds"), who, origin, verb, noun, key, *told, *rest)


def _key() -> bytes:
    return str(settings.AUDIT_KEY).encode()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True))
    return plain
