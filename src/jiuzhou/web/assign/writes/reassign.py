"""Reassigning by hand: at once or from a day on, to an owner or to the pool, once however often it is sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone

from jiuzhou.kernel.errors import JiuzhouError, RefusedError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor, valid_at
from jiuzhou.web.assign.writes.moving import Move, write_move
from jiuzhou.web.inbox.writes import notify
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.models import Customer, Decision, Owner, RoleGrant, ScheduledMove
from jiuzhou.web.store.settling import settle

LONGEST_REASON = 500
MOST_AT_ONCE = 1000
_NOW = timedelta(minutes=1)
"""A start this near is now."""


@dataclass(frozen=True, slots=True)
class Reassigned:
    """
    What became of it.

    Attributes
    ----------
    owner_code
        Empty for the pool.
    version
        The customer's version now.
    due_at
        When it will be so; ``None`` where it is so now.
    """

    customer_code: str
    owner_code: str
    version: int
    decision_id: int | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one customer of several; ``problem`` where it was not reassigned."""

    customer_code: str
    done: Reassigned | None
    problem: Message | None


def reassign(
    actor: Actor,
    customer_code: str,
    owner_code: str,
    *,
    version: int,
    reason: str,
    from_when: datetime | None = None,
    key: str = "",
) -> Reassigned:
    """
    Give a customer to another owner.

    Parameters
    ----------
    owner_code
        One of the owners the actor may see; empty for the public pool.
    version
        The customer's version that the actor looked at.
    from_when
        When it begins; now where it is not given.
    key
        A name under which this is done once: asked again, it answers as the first time.

    Raises
    ------
    StaleError
        If the customer was changed since.
    InvalidError
        If there is no reason, or the start lies in the past.
    RefusedError
        If the customer has this owner already, or the owner no longer works here.
    """
    actor.must("customer.reassign")
    customer = one_visible(actor, Customer, code=customer_code)
    owner = one_visible(actor, Owner, code=owner_code) if owner_code else None
    earlier = _done_before(actor, customer, owner, key) if key else None
    if earlier is not None:
        return Reassigned(customer_code, owner_code, customer.version, earlier)
    key = f"manual:{customer.pk}:{key or f'v{version}'}"
    now = timezone.now()
    _check(reason, from_when, now)
    _refuse_who_left(owner, (from_when or now).astimezone(ZoneInfo(actor.zone)).date())
    if from_when is not None and from_when > now + _NOW:
        return _scheduled(actor, customer, owner, version=version, reason=reason, due_at=from_when)
    try:
        return _moved(actor, customer.pk, owner, version=version, reason=reason.strip(), key=key[:120])
    except IntegrityError:
        present = Customer.unscoped.select_related("owner").get(pk=customer.pk)
        raise StaleError(present.version, _seen(present)) from None


def reassign_each(
    actor: Actor, customers: Sequence[tuple[str, int]], owner_code: str, *, reason: str
) -> tuple[RowResult, ...]:
    """
    Give several customers to one owner, each by itself, and return what became of each.

    Parameters
    ----------
    customers
        Code and version of each, at most ``MOST_AT_ONCE``.
    """
    if len(customers) > MOST_AT_ONCE:
        raise InvalidError({"customers": say("assigning.too_many", most=MOST_AT_ONCE)})
    found = []
    for code, version in customers:
        try:
            found.append(RowResult(code, reassign(actor, code, owner_code, version=version, reason=reason), None))
        except JiuzhouError as error:
            found.append(RowResult(code, None, error.message))
    return tuple(found)


def apply_move(actor: Actor, move_id: int, *, now: datetime) -> bool:
    """Write a scheduled move whose time has come; return whether this call did."""
    with transaction.atomic():
        waiting = ScheduledMove.unscoped.filter(pk=move_id, done_at__isnull=True, cancelled_at__isnull=True)
        if not waiting.update(done_at=now):
            return False
        move = ScheduledMove.unscoped.select_related("owner", "customer").get(pk=move_id)
        settle(actor.organisation_id, [move.customer_id], now=now)
        customer = _locked(move.customer_id)
        problem = _no_longer(customer, move, actor, now)
        if problem is not None:
            ScheduledMove.unscoped.filter(pk=move_id).update(done_at=None, cancelled_at=now)
            record(actor.origin, "customer.unschedule", "customer", customer.code)
            people = [move.asked_by_id] if move.asked_by_id else []
            notify(actor.organisation_id, people, "customer", problem, link=_link(customer), key=f"move:{move.pk}")
            return True
        sentence = _sentence(move.owner, move.reason)
        written = Move(move.owner, sentence, f"scheduled:{move.pk}", move.due_at, move.asked_by_id)
        former = customer.owner_id
        write_move(customer, written, actor.origin, now=now)
        _tell_owners(actor, customer, former, move.owner, but=None)
    return True


def _done_before(actor: Actor, customer: Customer, owner: Owner | None, key: str) -> int | None:
    mine = Decision.unscoped.filter(organisation=actor.organisation_id, by=actor.user_id, owner=owner)
    return mine.filter(key=f"manual:{customer.pk}:{key}"[:120]).values_list("pk", flat=True).first()


def _moved(actor: Actor, customer_id: int, owner: Owner | None, *, version: int, reason: str, key: str) -> Reassigned:
    now = timezone.now()
    with transaction.atomic():
        customer = _locked(customer_id)
        if customer.version != version:
            raise StaleError(customer.version, _seen(customer))
        settle(actor.organisation_id, [customer_id], now=now)
        customer = _locked(customer_id)
        if customer.owner_id == (owner.pk if owner else None):
            raise RefusedError("assigning.same_owner", owner=owner.name if owner else say("assign.public_pool"))
        former = customer.owner_id
        move = Move(owner, _sentence(owner, reason), key, now, actor.user_id)
        decision = write_move(customer, move, actor.origin, now=now)
        _cancel_waiting(actor, customer, now)
        _tell_owners(actor, customer, former, owner, but=actor.user_id)
    code = owner.code if owner else ""
    return Reassigned(customer.code, code, customer.version + 1, decision.pk)


def _scheduled(
    actor: Actor, customer: Customer, owner: Owner | None, *, version: int, reason: str, due_at: datetime
) -> Reassigned:
    with transaction.atomic():
        customer = _locked(customer.pk)
        if customer.version != version:
            raise StaleError(customer.version, _seen(customer))
        _cancel_waiting(actor, customer, timezone.now())
        ScheduledMove.unscoped.create(
            organisation_id=actor.organisation_id,
            customer=customer,
            owner=owner,
            due_at=due_at,
            reason=reason.strip(),
            asked_by_id=actor.user_id,
        )
        after = {"owner": owner.code if owner else "", "due_at": due_at}
        record(actor.origin, "customer.schedule", "customer", customer.code, after=after)
    return Reassigned(customer.code, owner.code if owner else "", customer.version, due_at=due_at)


def _locked(customer_id: int) -> Customer:
    rows = Customer.unscoped.select_for_update(of=("self",)).select_related("owner", "territory")
    customer = rows.filter(pk=customer_id, deleted_at__isnull=True).first()
    if customer is None:
        raise NotFoundError
    return customer


def _check(reason: str, from_when: datetime | None, now: datetime) -> None:
    wrong: dict[str, Message] = {}
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        wrong["reason"] = say("assigning.reason_needed", most=LONGEST_REASON)
    if from_when is not None and from_when < now - _NOW:
        wrong["from_when"] = say("assigning.in_the_past")
    if wrong:
        raise InvalidError(wrong)


def _refuse_who_left(owner: Owner | None, day: date) -> None:
    if owner is not None and not _works(owner, day):
        raise RefusedError("assigning.owner_left", owner=owner.name)


def _works(owner: Owner, day: date) -> bool:
    return not (owner.active_to and owner.active_to < day) and not (owner.active_from and owner.active_from > day)


def _no_longer(customer: Customer, move: ScheduledMove, actor: Actor, now: datetime) -> Message | None:
    today = now.astimezone(ZoneInfo(actor.zone)).date()
    if move.owner is not None and not _works(move.owner, today):
        return say("assigning.move_dropped_left", customer=customer.name, owner=move.owner.name)
    if customer.owner_id == move.owner_id:
        return say("assigning.move_dropped_same", customer=customer.name)
    return None


def _sentence(owner: Owner | None, reason: str) -> Message:
    if owner is None:
        return say("assigning.put_by_hand", reason=reason)
    return say("assigning.given_by_hand", owner=owner.name, reason=reason)


def _cancel_waiting(actor: Actor, customer: Customer, now: datetime) -> None:
    waiting = ScheduledMove.unscoped.filter(customer=customer, done_at__isnull=True, cancelled_at__isnull=True)
    if waiting.update(cancelled_at=now):
        record(actor.origin, "customer.unschedule", "customer", customer.code)


def _tell_owners(actor: Actor, customer: Customer, former: int | None, owner: Owner | None, *, but: int | None) -> None:
    key = f"reassigned:{customer.pk}:{customer.version}"
    gained = _people_of({owner.pk}, actor) if owner else set()
    lost = _people_of({former}, actor) - gained if former else set()
    told = (
        (gained, say("assigning.you_have", customer=customer.name), _link(customer)),
        (lost, say("assigning.you_had", customer=customer.name), ""),
    )
    for people, message, link in told:
        notify(actor.organisation_id, people - {but}, "customer", message, link=link, key=key)


def _people_of(owners: Collection[int], actor: Actor) -> set[int]:
    now = timezone.now()
    grants = RoleGrant.unscoped.filter(
        valid_at(now),
        organisation=actor.organisation_id,
        owner__in=owners,
        role__in=("rep", "partner_user"),
    )
    return set(grants.values_list("user_id", flat=True))


def _link(customer: Customer) -> str:
    return f"/customers/{customer.code}"


def _seen(customer: Customer) -> dict[str, str]:
    return {"owner": customer.owner.name if customer.owner else ""}
