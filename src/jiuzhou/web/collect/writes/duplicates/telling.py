"""The owners of merged records are told whose customer it is now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import Actor, valid_at
from jiuzhou.web.inbox.writes import notify
from jiuzhou.web.store.models import Customer, RoleGrant


def tell_owners(actor: Actor, survivor: Customer, others: Iterable[Customer], *, now: datetime) -> None:
    """Leave a notice for the owners where records of different owners became one."""
    for other in others:
        if other.owner_id is None or other.owner_id == survivor.owner_id:
            continue
        key = f"merged:{other.pk}:{other.version}"
        gained = _people_of(actor, {survivor.owner_id}, now) if survivor.owner_id else set()
        lost = _people_of(actor, {other.owner_id}, now) - gained
        told = say("duplicates.yours_is_merged", merged=other.name, survivor=survivor.name)
        notify(actor.organisation_id, lost, "customer", told, key=key)
        told = say("duplicates.yours_took_in", merged=other.name, survivor=survivor.name)
        link = f"/customers/{survivor.code}"
        notify(actor.organisation_id, gained, "customer", told, link=link, key=key)


def tell_parted(actor: Actor, survivor: Customer, other: Customer, *, now: datetime) -> None:
    """Leave a notice for both owners where a record came back to another owner than the survivor's."""
    if other.owner_id is None or other.owner_id == survivor.owner_id:
        return
    told = say("duplicates.taken_apart", merged=other.name, survivor=survivor.name)
    people = _people_of(actor, {other.owner_id, survivor.owner_id} - {None}, now)
    key = f"parted:{other.pk}:{other.version}"
    notify(actor.organisation_id, people, "customer", told, link=f"/customers/{other.code}", key=key)


def _people_of(actor: Actor, owners: Collection[int | None], now: datetime) -> set[int]:
    grants = RoleGrant.unscoped.filter(
        valid_at(now), organisation=actor.organisation_id, owner__in=owners, role__in=("rep", "partner_user")
    )
    return set(grants.exclude(user=actor.user_id).values_list("user_id", flat=True))
