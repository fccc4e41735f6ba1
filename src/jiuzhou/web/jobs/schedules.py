"""Work that starts by itself: every so many minutes, or at a time of day where the company is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor, system_of
from jiuzhou.web.jobs.kinds import KINDS, kind_of, kind_title
from jiuzhou.web.jobs.queue import start
from jiuzhou.web.jobs.states import WAITING_OR_RUNNING
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import InvalidError
from jiuzhou.web.store.models import Schedule

LEAST_MINUTES, MOST_MINUTES = 5, 7 * 24 * 60


def start_due(*, now: datetime | None = None) -> int:
    """
    Start every run whose time has come, each once however late it is, and return how many.

    The start and the next time are written together, under the condition that the time is still the one that was read:
    two workers start a run once, a killed one starts it or leaves it to the other. A run waits until the one before it
    has ended.
    """
    now = now or timezone.now()
    due = Schedule.unscoped.filter(active=True, next_at__lte=now).select_related("organisation", "last_run")
    return sum(_started(schedule, now) for schedule in due.order_by("next_at", "pk"))


def _started(schedule: Schedule, now: datetime) -> bool:
    if schedule.last_run is not None and schedule.last_run.state in WAITING_OR_RUNNING:
        return False
    following = next_time(
        schedule.next_at,
        now=now,
        every_minutes=schedule.every_minutes,
        at_time=schedule.at_time,
        zone=schedule.organisation.zone,
    )
    with transaction.atomic():
        same = Schedule.unscoped.filter(pk=schedule.pk, next_at=schedule.next_at, active=True)
        if not same.update(next_at=following):
            return False
        run = start(
            system_of(schedule.organisation),
            schedule.kind,
            schedule.arguments,
            title=kind_title(schedule.kind),
            key=f"schedule:{schedule.pk}:{schedule.next_at.isoformat()}",
        )
        Schedule.unscoped.filter(pk=schedule.pk).update(last_run=run)
    return True


def next_time(last: datetime, *, now: datetime, every_minutes: int | None, at_time: time | None, zone: str) -> datetime:
    """
    Return the first time after ``now`` at which a schedule is due that was due at ``last``.

    A time of day that a spring night leaves out is due as soon after it as there is one; one that an autumn night has
    twice is due at the first.
    """
    if every_minutes is not None:
        step = timedelta(minutes=every_minutes)
        missed = max(0, (now - last) // step)
        return last + (missed + 1) * step
    if at_time is None:
        raise InputError("jobs.schedule_without_time")
    here = ZoneInfo(zone)
    day = max(last, now).astimezone(here).date() - timedelta(days=1)
    while True:
        moment = datetime.combine(day, at_time, tzinfo=here).astimezone(UTC)
        if moment > max(last, now):
            return moment
        day += timedelta(days=1)


def set_schedule(
    actor: Actor,
    kind: str,
    *,
    arguments: Mapping[str, Any] | None = None,
    every_minutes: int | None = None,
    at_time: time | None = None,
) -> Schedule:
    """
    Let ``kind`` start by itself from now on; a schedule of that kind that exists is changed.

    Parameters
    ----------
    every_minutes
        5 to 10,080, a week; either this or ``at_time`` is given.
    at_time
        Time of day in the organisation's zone.

    Raises
    ------
    ForbiddenError
        If the actor may not start such work.
    InvalidError
        If such work does not repeat, or the time is missing or out of range.
    """
    actor.must(kind_of(kind).verb)
    _must_say_when(kind, every_minutes, at_time)
    now = timezone.now()
    next_at = next_time(now, now=now, every_minutes=every_minutes, at_time=at_time, zone=actor.zone)
    times = {"every_minutes": every_minutes, "at_time": at_time, "next_at": next_at, "active": True}
    with transaction.atomic():
        schedule, _ = Schedule.unscoped.update_or_create(
            organisation_id=actor.organisation_id, kind=kind, defaults={**times, "arguments": dict(arguments or {})}
        )
        record(
            actor.origin,
            "schedule.set",
            "schedule",
            kind,
            after={"every_minutes": every_minutes, "at_time": at_time.isoformat() if at_time else None},
        )
    return schedule


def switch_schedule(actor: Actor, kind: str, *, active: bool) -> None:
    """
    Let a schedule rest, or go on from now.

    Raises
    ------
    NotFoundError
        If there is none of that kind.
    ForbiddenError
        If the actor may not start such work.
    """
    schedule = one_visible(actor, Schedule, kind=kind)
    actor.must(kind_of(kind).verb)
    if schedule.active == active:
        return
    now = timezone.now()
    next_at = next_time(now, now=now, every_minutes=schedule.every_minutes, at_time=schedule.at_time, zone=actor.zone)
    with transaction.atomic():
        Schedule.unscoped.filter(pk=schedule.pk).update(active=active, next_at=next_at)
        record(
            actor.origin,
            "schedule.set",
            "schedule",
            kind,
            before={"active": schedule.active},
            after={"active": active},
        )


def repeating(actor: Actor) -> tuple[str, ...]:
    """Return the kinds of work that ``actor`` may let start by itself."""
    return tuple(name for name, kind in sorted(KINDS.items()) if kind.repeats and actor.may(kind.verb))


def _must_say_when(kind: str, every_minutes: int | None, at_time: time | None) -> None:
    if not kind_of(kind).repeats:
        raise InvalidError({"kind": say("jobs.does_not_repeat", kind=kind_title(kind))})
    if (every_minutes is None) == (at_time is None):
        raise InvalidError({"every_minutes": say("jobs.schedule_without_time")})
    if every_minutes is not None and not LEAST_MINUTES <= every_minutes <= MOST_MINUTES:
        raise InvalidError({"every_minutes": say("jobs.minutes_range", least=LEAST_MINUTES, most=MOST_MINUTES)})
