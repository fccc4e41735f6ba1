"""
Two or more records of one customer made one, in one transaction; nothing is thrown away.

The survivor gets the chosen values and what hung on the others. A merged record is deleted and names its survivor; its
facts keep its code and are read as the survivor's (``store.merged``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.duplicates import CONTACT, KEPT, MOST, usual
from jiuzhou.web.collect.reads.customer import shows_contact
from jiuzhou.web.collect.writes.duplicates.moving import move_rows
from jiuzhou.web.collect.writes.duplicates.telling import tell_owners
from jiuzhou.web.collect.writes.editing import must_hold
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import Customer, DuplicatePair, Merge
from jiuzhou.web.store.search import index_customers
from jiuzhou.web.store.settling import settle

HELD = ("owner_id", "territory_id", "pool", "locked")
"""What a record that is merged no longer says of who has it."""

_COLUMNS = tuple(dict.fromkeys(column for columns in KEPT.values() for column in columns))
_CONSENT = ("consent_marketing", "consent_at")


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What is to become one.

    Attributes
    ----------
    survivor
        Code of the record that stays.
    versions
        Version by code of every record as it was looked at, the survivor's too.
    keep
        Code of the record whose value stays, by field of ``KEPT``; the usual one where a field is not named.
    """

    survivor: str
    versions: Mapping[str, int]
    keep: Mapping[str, str]


def merge(actor: Actor, wanted: Wanted) -> tuple[int, ...]:
    """
    Return the merges, one for each record that leads to the survivor from now on.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the actor does not see all of them, or may not change one, or takes one from its owner and may not reassign.
    InvalidError
        If there are fewer than two, too many, or a choice that is none.
    StaleError
        If one was changed since it was looked at.
    ConflictError
        If somebody merged one of them first.
    """
    actor.must("duplicate.write")
    _check(wanted)
    rows = list(visible_to(actor, Customer).filter(code__in=wanted.versions).order_by("pk"))
    if len(rows) < len(wanted.versions):
        _refuse_merged(actor, wanted)
    for row in rows:
        must_hold(actor, row)
    try:
        with transaction.atomic():
            locked = _locked(actor, wanted, [row.pk for row in rows])
            return _merged(actor, wanted, locked)
    except IntegrityError:
        raise ConflictError("duplicates.merged_meanwhile") from None


def _check(wanted: Wanted) -> None:
    wrong = {}
    if not 2 <= len(wanted.versions) <= MOST:
        wrong["customers"] = say("duplicates.two_to_most", most=MOST)
    if wanted.survivor not in wanted.versions:
        wrong["survivor"] = say("duplicates.choose_survivor")
    if any(field not in KEPT or code not in wanted.versions for field, code in wanted.keep.items()):
        wrong["keep"] = say("duplicates.choose_kept")
    if wrong:
        raise InvalidError(wrong)


def _refuse_merged(actor: Actor, wanted: Wanted) -> None:
    gone = visible_to(actor, Merge).filter(merged__code__in=wanted.versions, undone_at=None)
    if gone.exists():
        raise ConflictError("duplicates.merged_meanwhile")
    raise NotFoundError


def _locked(actor: Actor, wanted: Wanted, keys: list[int]) -> dict[str, Customer]:
    found = {row.code: row for row in _rows(keys)}
    if len(found) < len(keys):
        raise ConflictError("duplicates.merged_meanwhile")
    for code, row in found.items():
        if row.version != wanted.versions[code]:
            raise StaleError(row.version, {"customer": code})
        if row.erased_at is not None:
            raise RefusedError("duplicates.erased_since", customer=code)
    settle(actor.organisation_id, keys)
    return {row.code: row for row in _rows(keys)}


def _rows(keys: list[int]) -> list[Customer]:
    # Locked in one order, so that two who merge the same records wait for each other.
    rows = Customer.unscoped.select_for_update().filter(pk__in=keys, deleted_at__isnull=True)
    return list(rows.order_by("pk"))


def _merged(actor: Actor, wanted: Wanted, rows: Mapping[str, Customer]) -> tuple[int, ...]:
    now = timezone.now()
    survivor = rows[wanted.survivor]
    others = [rows[code] for code in sorted(rows) if code != survivor.code]
    _may_take(actor, survivor, others)
    kept = _choice(actor, wanted, rows)
    done, keys = [], {row.pk for row in rows.values()}
    for other in others:
        changes = {column: getattr(other, column) for column in _columns(kept, other.code)}
        done.append(_take_in(actor, survivor, other, changes, keys, now=now))
        fault("merging.taken_in")
    pairs = DuplicatePair.unscoped.filter(organisation=actor.organisation_id, left__in=keys, right__in=keys)
    pairs.update(state="merged", by=actor.user_id, at=now, version=F("version") + 1)
    index_customers([survivor.pk])
    tell_owners(actor, survivor, others, now=now)
    return tuple(done)


def _may_take(actor: Actor, survivor: Customer, others: list[Customer]) -> None:
    if any(other.owner_id not in (None, survivor.owner_id) for other in others):
        actor.must("customer.reassign")


def _choice(actor: Actor, wanted: Wanted, rows: Mapping[str, Customer]) -> dict[str, str]:
    told = {code: {column: getattr(row, column) for column in _COLUMNS} for code, row in rows.items()}
    kept = {field: wanted.keep.get(field) or usual(field, wanted.survivor, told) for field in KEPT}
    hidden = {code for code, row in rows.items() if not shows_contact(actor, row)}
    if any(kept[field] in hidden for field in CONTACT & set(wanted.keep) if kept[field] != wanted.survivor):
        raise ForbiddenError("customer.contact")
    return kept


def _columns(kept: Mapping[str, str], code: str) -> list[str]:
    return [column for field, chosen in kept.items() if chosen == code for column in KEPT[field]]


def _take_in(
    actor: Actor,
    survivor: Customer,
    other: Customer,
    changes: dict[str, Any],
    group: set[int],
    *,
    now: datetime,
) -> int:
    changes |= _refusal(survivor, other)
    changes |= _head(survivor, other, changes, group)
    changed = {name: value for name, value in changes.items() if getattr(survivor, name) != value}
    made = Merge.unscoped.create(
        organisation_id=actor.organisation_id,
        survivor=survivor,
        merged=other,
        standing=survivor,
        moved=move_rows(other, survivor, now=now),
        row={name: getattr(other, name) for name in HELD},
        before={name: plain(getattr(survivor, name)) for name in changed},
        after={name: plain(value) for name, value in changed.items()},
        by_id=actor.user_id,
        at=now,
    )
    Merge.unscoped.filter(standing=other).exclude(pk=made.pk).update(standing=survivor)
    Customer.unscoped.filter(pk=survivor.pk).update(**changed, version=F("version") + 1)
    for name, value in changed.items():
        setattr(survivor, name, value)
    nobody = {"owner": None, "territory": None, "pool": "", "locked": False}
    Customer.unscoped.filter(pk=other.pk).update(
        **nobody, merged_into=survivor, deleted_at=now, version=F("version") + 1
    )
    _note(actor, survivor, other, changed)
    return int(made.pk)


def _refusal(survivor: Customer, other: Customer) -> dict[str, Any]:
    # One who said no to either record is not asked because of the other.
    if other.consent_marketing is None or survivor.consent_marketing is False:
        return {}
    if other.consent_marketing and survivor.consent_marketing:
        return {}
    return {name: getattr(other, name) for name in _CONSENT}


def _head(survivor: Customer, other: Customer, changes: Mapping[str, Any], group: set[int]) -> dict[str, Any]:
    # Nobody is above itself: a head that is one of the records gives way to that record's own.
    head = changes.get("parent_id", survivor.parent_id)
    if head == other.pk:
        head = other.parent_id
    return {"parent_id": None if head in group else head}


def _note(actor: Actor, survivor: Customer, other: Customer, changed: Mapping[str, Any]) -> None:
    before = {"owner": other.owner.code if other.owner else "", "pool": other.pool}
    after = {"survivor": survivor.code, "source": "merge"}
    record(actor.origin, "customer.merge", "customer", other.code, before=before, after=after)
    taken = {"merged": other.code, "fields": sorted(changed)}
    record(actor.origin, "customer.merge", "customer", survivor.code, after=taken)


def plain(value: Any) -> Any:
    """Return a column's value as JSON keeps it, to the last digit."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
