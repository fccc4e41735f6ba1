"""Absences: entered and taken back by those who answer for the person."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError, InvalidError, NotFoundError
from jiuzhou.web.store.models import Absence, Owner

REASON_LENGTH = 200
LONGEST = 366


def add_absence(actor: Actor, *, owner: str, starts_on: date, ends_on: date, reason: str = "") -> None:
    """
    Enter an absence of whole days, ``ends_on`` the last of them; the same one again changes nothing.

    Raises
    ------
    NotFoundError
        If there is no such owner whom the actor answers for.
    InvalidError
        If it ends before it begins, or lasts longer than a year.
    ConflictError
        If it overlaps another one of the same person.
    """
    if ends_on < starts_on:
        raise InvalidError({"ends_on": say("team.ends_before")})
    if ends_on - starts_on > timedelta(days=LONGEST):
        raise InvalidError({"ends_on": say("team.too_long", days=LONGEST)})
    person = _answered_for(actor, owner)
    starts_at, ends_at = _midnight(starts_on, actor.zone), _midnight(ends_on + timedelta(days=1), actor.zone)
    with transaction.atomic():
        # The owner's row is the lock under which two overlapping absences cannot both be entered.
        visible_to(actor, Owner).select_for_update(of=("self",)).get(pk=person.pk)
        standing = visible_to(actor, Absence).filter(owner=person.pk)
        if standing.filter(starts_at=starts_at, ends_at=ends_at).exists():
            return
        if standing.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
            raise ConflictError("team.overlaps")
        row = Absence.unscoped.create(
            organisation_id=actor.organisation_id,
            owner=person,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=reason.strip()[:REASON_LENGTH],
        )
        after = {"absence": row.pk, "from": starts_on, "to": ends_on}
        record(actor.origin, "absence.add", "owner", person.code, after=after)


def remove_absence(actor: Actor, *, owner: str, absence_id: int) -> None:
    """
    Take an absence back.

    Raises
    ------
    NotFoundError
        If there is none of a person whom the actor answers for.
    """
    person = _answered_for(actor, owner)
    row = one_visible(actor, Absence, pk=absence_id, owner=person.pk)
    with transaction.atomic():
        removed, _ = visible_to(actor, Absence).filter(pk=row.pk).delete()
        if removed:
            before = {"absence": row.pk, "from": row.starts_at, "to": row.ends_at}
            record(actor.origin, "absence.remove", "owner", person.code, before=before)


def _answered_for(actor: Actor, code: str) -> Owner:
    person = one_visible(actor, Owner, code=code)
    if not actor.everywhere and person.pk not in actor.owner_ids:
        raise NotFoundError
    return person


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
