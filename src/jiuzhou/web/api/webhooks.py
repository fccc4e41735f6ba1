"""Endpoints of webhooks: who is told of events."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Router, Status
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.ledger import webhooks
from jiuzhou.web.ledger.outbound import LONGEST_URL
from jiuzhou.web.rest.marks import secret
from jiuzhou.web.rest.schemas import Body, Id, Moment, Shape

router = Router()

Kind = Literal[
    "customer.reassigned",
    "plan.submitted",
    "plan.approved",
    "plan.published",
    "rules.published",
    "import.finished",
    "alert.raised",
    "run.finished",
]


class Webhook(Shape):
    """An address that is told of events; of everything where ``kinds`` is empty."""

    id: int
    url: str
    kinds: list[str]
    active: bool
    created_at: Moment
    waiting: int
    dead: int
    sent_at: Moment | None
    trouble: str


class WebhookMade(Shape):
    """A new webhook's id, and the secret that signs what it is told; it is shown this once."""

    id: int
    secret: str


class NewWebhook(Body):
    """A webhook to be made."""

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
    kinds: Annotated[list[Kind], Field(default_factory=list, max_length=len(webhooks.KINDS))]


class WebhookSwitch(Body):
    """Whether a webhook is told of events."""

    active: bool


@router.get("/webhooks", response=list[Webhook])
@endpoint("webhook.write")
def list_webhooks(request: Asked) -> tuple[webhooks.WebhookView, ...]:
    """Return the webhooks of the company."""
    return webhooks.list_webhooks(request.actor.organisation_id)


@router.post("/webhooks", response={201: WebhookMade})
@secret
@endpoint("webhook.write")
def create_webhook(request: Asked, body: NewWebhook) -> Status[WebhookMade]:
    """Make a webhook; its secret is in this answer and nowhere else."""
    made, text = webhooks.add_webhook(request.actor.origin, body.url, body.kinds)
    return Status(201, WebhookMade(id=made, secret=text))


@router.put("/webhooks/{webhook}/active", response={204: None})
@endpoint("webhook.write", noun="webhook")
def set_webhook(request: Asked, webhook: Id, body: WebhookSwitch) -> Status[None]:
    """Let a webhook be told of events, or no longer."""
    webhooks.set_active(request.actor.origin, webhook, body.active)
    return Status(204, None)


@router.delete("/webhooks/{webhook}", response={204: None})
@endpoint("webhook.write", noun="webhook")
def delete_webhook(request: Asked, webhook: Id) -> Status[None]:
    """Remove a webhook, and what it was still to be told."""
    webhooks.remove_webhook(request.actor.origin, webhook)
    return Status(204, None)
