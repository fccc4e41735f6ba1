"""Who could receive a customer: the owners the actor may give it to, with their load."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Absence, Customer, Owner, ScheduledMove
from jiuzhou.web.store.present import called, with_present_owner

MOST = 500


@dataclass(frozen=True, slots=True)
class Receiver:
    """
    Somebody who could have the customer.

    Attributes
    ----------
    load
        Share of the capacity that is taken, 1 for all; ``None`` where it is not known.
    """

    code: str
    name: str
    kind: str
    load: float | None
    away: bool


@dataclass(frozen=True, slots=True)
class Receiving:
    """One customer, who has it now, what is planned for it, and who could have it."""

    customer_code: str
    customer_name: str
    version: int
    owner: str
    territory: str
    due_at: datetime | None
    owners: tuple[Receiver, ...]


def receiving(actor: Actor, customer_code: str) -> Receiving:
    """Return who could receive a customer, the least loaded first."""
    rows = with_present_owner(visible_to(actor, Customer), settling=actor.settling).select_related("territory")
    customer = rows.filter(code=customer_code).first()
    if customer is None:
        raise NotFoundError
    owner_now: int | None = customer.owner_now  # type: ignore[attr-defined]
    waiting = visible_to(actor, ScheduledMove)
    move = waiting.filter(customer=customer.pk, done_at__isnull=True, cancelled_at__isnull=True).first()
    return Receiving(
        customer_code=customer.code,
        customer_name=customer.name,
        version=customer.version,
        owner=called(Owner, [owner_now]).get(owner_now or 0, ("", ""))[0],
        territory=customer.territory.name if customer.territory else "",
        due_at=move.due_at if move else None,
        owners=_receivers(actor, but=owner_now),
    )


def _receivers(actor: Actor, *, but: int | None) -> tuple[Receiver, ...]:
    now = timezone.now()
    today = now.date()
    here = Q(active_to__isnull=True) | Q(active_to__gte=today)
    owners = visible_to(actor, Owner).filter(here).exclude(pk=but or 0).exclude(kind="team").select_related("scores")
    if not actor.everywhere:
        owners = owners.filter(pk__in=actor.owner_ids)
    away = set(
        visible_to(actor, Absence).filter(starts_at__lte=now, ends_at__gt=now).values_list("owner_id", flat=True)
    )
    found = [
        Receiver(row.code, row.name, row.kind, _load(row), row.pk in away)
        for row in owners.order_by("sort_key", "code")[:MOST]
    ]
    return tuple(sorted(found, key=lambda one: (one.away, one.load is None, one.load or 0.0, one.code)))


def _load(row: Owner) -> float | None:
    scores = getattr(row, "scores", None)
    if scores is None or scores.workload is None or not row.capacity_hours:
        return None
    return float(scores.workload) / row.capacity_hours
