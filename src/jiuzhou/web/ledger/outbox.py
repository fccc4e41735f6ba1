"""
The outbox: what others are to be told is written in the transaction that made it true, and sent after it.

So nothing is told of work that was rolled back, and nothing is forgotten when a process dies in between; an event may
reach its receiver more than once, always under the same key.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from jiuzhou.kernel.errors import InputError
from jiuzhou.web.ledger.outbound import TroubleError
from jiuzhou.web.ledger.webhooks import deliver
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.forgetting import forget
from jiuzhou.web.store.models import OutboxEvent, Webhook

MOST_TRIES = 12
"""With the pauses below, about a day."""

KEPT = timedelta(days=7)
KEPT_DEAD = timedelta(days=30)
_LEASE = timedelta(seconds=60)
_LONGEST_PAUSE = timedelta(hours=4)
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Drained:
    """What came of one round: how many were sent, how many failed, and the webhooks at which events were given up."""

    sent: int
    failed: int
    given_up: tuple[tuple[int, str], ...]
    """Organisation and address."""


def tell(organisation_id: int, kind: str, body: Mapping[str, Any]) -> str:
    """
    Note, in the caller's transaction, that others are to be told; return the event's key.

    Parameters
    ----------
    kind
        One of ``webhooks.KINDS``.
    body
        Codes and figures; no personal data.
    """
    key = secrets.token_hex(16)
    if not settings.OUTBOUND:
        return key
    now = timezone.now()
    receivers = Webhook.unscoped.filter(organisation=organisation_id, active=True)
    OutboxEvent.unscoped.bulk_create(
        OutboxEvent(
            organisation_id=organisation_id,
            webhook=webhook,
            key=key,
            kind=kind,
            body=dict(body),
            created_at=now,
            next_try_at=now,
        )
        for webhook in receivers
        if not webhook.kinds or kind in webhook.kinds
    )
    return key


def drain(*, now: datetime | None = None, send: Callable[[OutboxEvent], int] = deliver) -> Drained:
    """
    Send what is due, each event at least once, those of one round in the order in which they happened.

    Several workers may drain at the same time: an event is taken for a minute by whoever raises its count of tries.
    """
    now = now or timezone.now()
    if not settings.OUTBOUND:
        return Drained(0, 0, ())
    waiting = OutboxEvent.unscoped.filter(
        sent_at__isnull=True, dead_at__isnull=True, next_try_at__lte=now, webhook__active=True
    )
    sent = failed = 0
    given_up: dict[tuple[int, str], None] = {}
    for event in waiting.select_related("webhook").order_by("created_at", "pk")[:_AT_ONCE]:
        taken = OutboxEvent.unscoped.filter(pk=event.pk, tries=event.tries, sent_at__isnull=True)
        if not taken.update(tries=F("tries") + 1, next_try_at=now + _LEASE):
            continue
        trouble = _tried(event, send)
        fault("outbox.sent")
        if not trouble:
            sent += 1
            OutboxEvent.unscoped.filter(pk=event.pk).update(sent_at=timezone.now(), trouble="")
        elif event.tries + 1 >= MOST_TRIES:
            given_up[event.organisation_id, event.webhook.url] = None
            OutboxEvent.unscoped.filter(pk=event.pk).update(dead_at=timezone.now(), trouble=trouble)
        else:
            failed += 1
            pause = min(timedelta(seconds=30) * 2**event.tries, _LONGEST_PAUSE)
            OutboxEvent.unscoped.filter(pk=event.pk).update(next_try_at=now + pause, trouble=trouble)
    return Drained(sent, failed, tuple(given_up))


def oldest_waiting(now: datetime) -> timedelta | None:
    """Return how long the oldest unsent event has waited, for the health of the machinery."""
    waiting = OutboxEvent.unscoped.filter(sent_at__isnull=True, dead_at__isnull=True, webhook__active=True)
    first = waiting.order_by("created_at").values_list("created_at", flat=True).first()
    return now - first if first else None


def prune(now: datetime) -> int:
    """Forget events sent a week ago, and those given up a month ago; return how many."""
    past = Q(sent_at__lt=now - KEPT) | Q(dead_at__lt=now - KEPT_DEAD)
    return forget(OutboxEvent.unscoped.filter(past))


def _tried(event: OutboxEvent, send: Callable[[OutboxEvent], int]) -> str:
    # The code of what went wrong, and nothing the receiver said: its words are not ours to show.
    try:
        status = send(event)
    except TroubleError as error:
        return error.code
    except InputError as error:
        return error.code
    return "" if 200 <= status < 300 else f"status_{status}"
