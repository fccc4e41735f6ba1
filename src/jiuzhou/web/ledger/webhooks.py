"""
Webhooks: who is told of events, at which address, signed with which secret. Off unless the installation allows it.

A receiver checks ``Jiuzhou-Signature: t=<unix seconds>,v1=<hex>``: the HMAC-SHA-256, under the webhook's secret, of
``<unix seconds>.<body>``; it refuses what is older than a few minutes, and drops an event whose ``Jiuzhou-Event`` it
has already seen, because an event may be told more than once.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.utils import timezone

from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.web.ledger.audit import Origin, record
from jiuzhou.web.ledger.outbound import Target, post, target_of
from jiuzhou.web.problems import ConflictError, NotFoundError
from jiuzhou.web.store.models import OutboxEvent, Webhook

MOST = 20
KINDS = (
    "customer.reassigned",
    "plan.submitted",
    "plan.approved",
    "plan.published",
    "rules.published",
    "import.finished",
    "alert.raised",
    "run.finished",
)
"""What can be told."""


@dataclass(frozen=True, slots=True)
class WebhookView:
    """
    A webhook as its administrators see it; the secret is shown once, when it is made.

    Attributes
    ----------
    kinds
        What it is told of; everything where empty.
    waiting, dead
        Events still to be sent, and those given up.
    trouble
        Why the last event that failed did.
    """

    id: int
    url: str
    kinds: tuple[str, ...]
    active: bool
    created_at: datetime
    waiting: int
    dead: int
    sent_at: datetime | None
    trouble: str


def list_webhooks(organisation_id: int) -> tuple[WebhookView, ...]:
    """Return the webhooks of an organisation."""
    events = OutboxEvent.unscoped.filter(webhook=OuterRef("pk"))
    troubled = events.exclude(trouble="").order_by("-next_try_at")
    still = Q(events__pk__isnull=False, events__sent_at__isnull=True, events__dead_at__isnull=True)
    rows = Webhook.unscoped.filter(organisation=organisation_id).annotate(
        waiting=Count("events", filter=still),
        dead=Count("events", filter=Q(events__dead_at__isnull=False)),
        last_sent_at=Max("events__sent_at"),
        last_trouble=Subquery(troubled.values("trouble")[:1]),
    )
    return tuple(_view(row) for row in rows.order_by("pk")[: MOST + 1])


def add_webhook(origin: Origin, url: str, kinds: Collection[str]) -> tuple[int, str]:
    """
    Return the id and the secret of a new webhook, which is told of events from now on.

    Raises
    ------
    RefusedError
        If the installation does not call out.
    InputError
        If the address is not one we would call, or a kind is unknown.
    """
    if not settings.OUTBOUND:
        raise RefusedError("ledger.outbound_off")
    checked_target(url)
    if not set(kinds) <= set(KINDS):
        raise InputError("ledger.unknown_kind")
    if Webhook.unscoped.filter(organisation=origin.organisation_id).count() >= MOST:
        raise ConflictError("ledger.too_many_webhooks", most=MOST)
    secret = f"whsec_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        row = Webhook.unscoped.create(
            organisation_id=origin.organisation_id,
            url=url,
            secret=secret,
            kinds=sorted(set(kinds)),
            active=True,
            created_by_id=origin.user_id,
        )
        record(origin, "webhook.create", "webhook", str(row.pk), after={"kinds": sorted(set(kinds))})
    return row.pk, secret


def set_active(origin: Origin, webhook_id: int, active: bool) -> None:
    """Let a webhook be told of events, or no longer."""
    with transaction.atomic():
        mine = Webhook.unscoped.filter(organisation=origin.organisation_id, pk=webhook_id)
        if not mine.update(active=active):
            raise NotFoundError
        record(origin, "webhook.set", "webhook", str(webhook_id), after={"active": active})


def remove_webhook(origin: Origin, webhook_id: int) -> None:
    """Remove a webhook, and what it was still to be told."""
    with transaction.atomic():
        if not Webhook.unscoped.filter(organisation=origin.organisation_id, pk=webhook_id).delete()[0]:
            raise NotFoundError
        record(origin, "webhook.delete", "webhook", str(webhook_id))


def checked_target(url: str) -> Target:
    """Return what ``url`` names, if this installation may call it."""
    return target_of(url, plain=settings.OUTBOUND_PLAIN, hosts=settings.OUTBOUND_HOSTS)


def signature(secret: str, at: int, body: bytes) -> str:
    """Return the signature of ``body`` sent at Unix time ``at``."""
    told = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={told}"


def deliver(event: OutboxEvent, *, send: Callable[[Target, bytes, Mapping[str, str]], int] = post) -> int:
    """
    Send an event to its webhook; return the status of the answer.

    Raises
    ------
    TroubleError
        If there was no answer.
    InputError
        If the address is no longer one that this installation may call.
    """
    target = checked_target(event.webhook.url)
    body = _body(event)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "jiuzhou",
        "Jiuzhou-Event": event.key,
        "Jiuzhou-Kind": event.kind,
        "Jiuzhou-Signature": signature(event.webhook.secret, int(timezone.now().timestamp()), body),
    }
    return send(target, body, headers)


def _body(event: OutboxEvent) -> bytes:
    told: dict[str, Any] = {"id": event.key, "kind": event.kind, "at": event.created_at, "body": event.body}
    return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True).encode()


def _view(row: Any) -> WebhookView:
    return WebhookView(
        id=row.pk,
        url=row.url,
        kinds=tuple(row.kinds),
        active=row.active,
        created_at=row.created_at,
        waiting=row.waiting,
        dead=row.dead,
        sent_at=row.last_sent_at,
        trouble=row.last_trouble or "",
    )
