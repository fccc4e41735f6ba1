"""
Sums over a great many customers, kept for those who see exactly the same of them and counted anew behind the pages.

Only sums of ``KEPT_FROM`` or more are kept; every smaller one is counted when it is asked for. A kept sum is shown as
long as the audit trail says that nothing changed, and otherwise for ``LONGEST`` with the moment it is of. Other owners,
territories or another plan are another reach: a change of rights holds at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2s
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.module_loading import import_string

from jiuzhou.web.accounts.actor import Actor, actor_of
from jiuzhou.web.store.models import AuditHead, Organisation, Tally

KEPT_FROM = 50_000
"""Customers from which on a sum takes long enough to be kept."""
LEAST_OWNERS = 20
"""Owners from which on a person who does not see everything may have so many."""
LONGEST = timedelta(minutes=10)
FORGOTTEN = timedelta(days=1)
REST = 20
"""A count rests that many times as long as it took, so that counting takes a twentieth of one core at most."""
_UNKNOWN = -1
_LEAST_REST = timedelta(seconds=60)

Count = Callable[[], tuple[int, list[Any]]]
"""Returns how many customers, or how much work, it is of, and rows that JSON can hold."""

COUNTS: Mapping[str, str] = {
    "cells": "jiuzhou.web.monitor.reads.count_cells",
    "held": "jiuzhou.web.resource.reads.count_held",
    "open": "jiuzhou.web.serve.reads.count_open",
    "quality": "jiuzhou.web.collect.reads.quality.counting.count_quality",
    "team": "jiuzhou.web.serve.reads.count_team",
}
"""The counts by name, functions of an actor."""


@dataclass(frozen=True, slots=True)
class Tallied:
    """Rows of a count; ``at`` is when they were counted, if something changed since."""

    rows: list[Any]
    at: datetime | None = None


def tallied(actor: Actor, name: str, count: Count) -> Tallied:
    """
    Return what the count ``name`` of ``COUNTS`` says of what ``actor`` sees.

    Parameters
    ----------
    count
        The same count, for this actor at this moment.
    """
    now = timezone.now()
    reach = _reach(actor, now)
    kept = _kept(actor, name, reach) if reach and actor.large and not _granted(actor) else None
    if kept is not None and (kept.sequence == kept.trail or now - kept.counted_at < LONGEST):
        if kept.asked_at <= kept.counted_at:
            Tally.unscoped.filter(pk=kept.pk).update(asked_at=now, asked_by=actor.user_id)
        return Tallied(kept.body, None if kept.sequence == kept.trail else kept.counted_at)
    return Tallied(_counted(actor, name, reach, count))


def sees_many(actor: Actor) -> bool:
    """Return whether ``actor`` may see so many customers that they had better not be counted or collected."""
    return actor.everywhere or len(actor.owner_ids) >= LEAST_OWNERS


def recount() -> int:
    """Count anew what somebody looked at since it was counted and what may have changed; return how many sums."""
    now = timezone.now()
    Tally.unscoped.filter(asked_at__lt=now - FORGOTTEN).delete()
    rows = Tally.unscoped.filter(asked_at__gt=F("counted_at")).annotate(trail=_trail()).select_related("asked_by")
    done = 0
    for row in rows.exclude(sequence=F("trail")):
        if now - row.counted_at < max(_LEAST_REST, timedelta(seconds=REST * row.seconds)):
            continue
        actor = actor_of(row.asked_by, now=now)
        if row.asked_by.is_active and _reach(actor, now) == row.reach:
            count: Callable[[Actor], tuple[int, list[Any]]] = import_string(COUNTS[row.name])
            _counted(actor, row.name, row.reach, partial(count, actor))
            done += 1
        else:
            row.delete()
    return done


def _reach(actor: Actor, now: datetime) -> str:
    if actor.user_id is None or not sees_many(actor):
        return ""
    seen = "everywhere" if actor.everywhere else (sorted(actor.owner_ids), sorted(actor.territory_ids))
    today = now.astimezone(ZoneInfo(actor.zone)).date()
    return blake2s(repr((seen, actor.plan_in_force, actor.settling, today)).encode()).hexdigest()


def _trail() -> Coalesce:
    head = AuditHead.unscoped.filter(organisation=OuterRef("organisation")).values("sequence")[:1]
    return Coalesce(Subquery(head), Value(0), output_field=BigIntegerField())


def _granted(actor: Actor) -> bool:
    # Customers that one person may see beside what the reach says are in nobody else's sum.
    return not actor.everywhere and actor.granted_ids != frozenset()


def _kept(actor: Actor, name: str, reach: str) -> Any:
    rows = Tally.unscoped.filter(organisation=actor.organisation_id, name=name, reach=reach)
    return rows.annotate(trail=_trail()).first()


def _counted(actor: Actor, name: str, reach: str, count: Count) -> list[Any]:
    # Read before counting: what is written meanwhile makes the sum one of before it.
    trail = AuditHead.unscoped.filter(organisation=actor.organisation_id).values_list("sequence", flat=True)
    sequence = (trail.first() or 0) if reach and actor.large else _UNKNOWN
    now, began = timezone.now(), time.perf_counter()
    customers, rows = count()
    if reach and customers >= KEPT_FROM and not _granted(actor):
        values = {
            "body": rows,
            "sequence": sequence,
            "counted_at": now,
            "seconds": time.perf_counter() - began,
            "asked_at": now,
            "asked_by_id": actor.user_id,
        }
        Tally.unscoped.update_or_create(organisation_id=actor.organisation_id, name=name, reach=reach, defaults=values)
        Organisation.objects.filter(pk=actor.organisation_id, large=False).update(large=True)
    return rows
