"""
Registrations of companies granted, refused, extended, taken back, and won when the company becomes a customer.

At most one registration of a company protects it at a time. That is decided by comparing names and numbers, which no
constraint of a database can do; so everything that begins a protection, or a customer that one might stand against,
takes its turn on the organisation's row first and compares then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from jiuzhou.collect.companies import Verdict
from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.company import (
    DAYS,
    LEAST_DAYS,
    MOST_DAYS,
    Asked,
    Match,
    asked_for,
    is_standing,
)
from jiuzhou.web.collect.reads.company_check import registrations_like, today_of
from jiuzhou.web.inbox.subjects import Outcome
from jiuzhou.web.inbox.writes import close_request, notify
from jiuzhou.web.inbox.writes import withdraw as withdraw_request
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError, InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.models import Customer, Organisation, Owner, Registration

NOUN = "registration"
CHOICE = "registration_days"
REASON = 1000


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Protections that stand while a customer is made.

    Attributes
    ----------
    own
        Registrations of who gets the customer, which are won by it.
    others
        Registrations of others, which a manager passed over.
    """

    own: tuple[int, ...] = ()
    others: tuple[int, ...] = ()

    @property
    def told(self) -> dict[str, Any]:
        """What the ledger is told of those that were passed over."""
        return {"passed_over": list(self.others)} if self.others else {}


def grant_registration(actor: Actor, key: int, *, version: int) -> None:
    """
    Grant a registration that waits.

    Raises
    ------
    NotFoundError, ForbiddenError, RefusedError
        If there is none for this actor; if the actor may not decide; if it is the actor's own.
    StaleError, ConflictError
        If it was decided since; if another registration protects the company.
    """
    row = _to_decide(actor, key, version)
    with transaction.atomic():
        _grant(actor, row, version)
        close_request(actor, NOUN, str(row.pk), "approved")


def refuse_registration(actor: Actor, key: int, *, version: int, reason: str) -> None:
    """Refuse a registration that waits, and say why; raises as ``grant_registration`` does, and without a reason."""
    row = _to_decide(actor, key, version)
    reason = _reason(reason)
    with transaction.atomic():
        _refuse(actor, row, version, reason)
        close_request(actor, NOUN, str(row.pk), "refused", reason)


def decide_registration(actor: Actor, key: str, outcome: Outcome, answer: str) -> None:
    """Carry out a decision that was made in the inbox, in its transaction."""
    row = _to_decide(actor, int(key), None)
    if outcome == "approved":
        _grant(actor, row, row.version)
    else:
        _refuse(actor, row, row.version, _reason(answer))


def withdraw_registration(actor: Actor, key: int, *, version: int) -> None:
    """
    Take a registration back: one's own, or as a manager anybody's whom one sees.

    Raises
    ------
    NotFoundError, ForbiddenError
        If there is none for this actor; if it is somebody else's and the actor does not decide.
    StaleError, ConflictError
        If it changed since; if it does not stand any more.
    """
    actor.must("registration.write")
    row = one_visible(actor, Registration, pk=key)
    if row.by_id != actor.user_id:
        actor.must("registration.decide")
    _must_stand(actor, row)
    with transaction.atomic():
        _change(actor, row, version, "withdraw", state="withdrawn")
        withdraw_request(actor, NOUN, str(row.pk))
        if row.by_id != actor.user_id:
            _tell(actor, row, say("registrations.was_withdrawn", company=row.name, by=actor.name))


def extend_registration(actor: Actor, key: int, *, version: int) -> None:
    """
    Protect a company once more for as many days as a registration does; a manager does that once.

    Raises
    ------
    NotFoundError, ForbiddenError, RefusedError
        As ``grant_registration`` does.
    StaleError, ConflictError
        If it changed since; if it does not protect any more, or was extended already.
    """
    row = _to_decide(actor, key, version)
    today = today_of(actor)
    if row.state != "granted" or not is_standing(row.state, row.protected_until, today):
        raise ConflictError("registrations.not_standing")
    if row.extended_at is not None:
        raise ConflictError("registrations.extended_already")
    assert row.protected_until is not None
    until = row.protected_until + timedelta(days=protection_days(actor))
    with transaction.atomic():
        _change(actor, row, version, "extend", protected_until=until, extended_at=timezone.now())
        _tell(actor, row, say("registrations.was_extended", company=row.name, until=until))


def set_protection_days(actor: Actor, days: int, *, version: int) -> int:
    """
    Set for how many days a registration protects from now on; return the organisation's new version.

    Raises
    ------
    InvalidError
        If ``days`` is out of 1 to 365.
    StaleError
        If somebody changed the organisation since.
    """
    actor.must("registration.set")
    if not LEAST_DAYS <= days <= MOST_DAYS:
        raise InvalidError({"days": say("registrations.bad_days", least=LEAST_DAYS, most=MOST_DAYS)})
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=actor.organisation_id)
        before = row.choices.get(CHOICE, DAYS)
        if row.version != version:
            raise StaleError(row.version, {"days": before})
        row.choices = {**row.choices, CHOICE: days}
        row.version += 1
        row.save(update_fields=["choices", "version"])
        record(
            actor.origin, "registration.set", "organisation", row.slug, before={"days": before}, after={"days": days}
        )
    return version + 1


def protection_days(actor: Actor) -> int:
    """Return for how many days a registration protects in the actor's organisation."""
    choices = Organisation.objects.values_list("choices", flat=True).get(pk=actor.organisation_id)
    return int(choices.get(CHOICE, DAYS))


def days_version(actor: Actor) -> int:
    """Return the version that a change of the days must name."""
    return Organisation.objects.values_list("version", flat=True).get(pk=actor.organisation_id)


def take_turn(organisation: int) -> None:
    """Wait until nobody else begins a protection or a customer; held to the end of the transaction."""
    # Not the whole row: what is written meanwhile may refer to the organisation.
    Organisation.objects.select_for_update(no_key=True).values_list("pk").get(pk=organisation)


def owner_to_be(actor: Actor, registration: int) -> Owner:
    """
    Return who gets the customer that a registration becomes.

    Raises
    ------
    NotFoundError
        If there is none for this actor, or the actor neither sells for its owner nor decides.
    ConflictError
        If it protects nothing any more.
    """
    row = visible_to(actor, Registration).select_related("owner").filter(pk=registration).first()
    if row is None or not (row.owner_id in actor.own_ids or actor.may("registration.decide")):
        raise NotFoundError
    if row.state != "granted" or not is_standing(row.state, row.protected_until, today_of(actor)):
        raise ConflictError("registrations.not_standing")
    return row.owner


def stand_against(actor: Actor, name: str, tax_id: str, *, owner: int | None, also: int | None = None) -> Standing:
    """
    Return the protections that a new customer meets, after taking the organisation's turn.

    Parameters
    ----------
    owner
        Who gets the customer.
    also
        A registration that is the owner's own whatever the names.

    Raises
    ------
    ConflictError
        If the company is protected for another owner, and the actor is no manager who sees that owner.
    """
    take_turn(actor.organisation_id)
    same = _same_granted(actor, asked_for(name, tax_id))
    others = [match for match in same if match.held.owner_id != owner]
    for match in others:
        if not (actor.may("registration.decide") and (actor.everywhere or match.held.owner_id in actor.owner_ids)):
            raise _protected(match)
    return Standing(
        own=tuple({match.held.key for match in same if match.held.owner_id == owner} | ({also} if also else set())),
        others=tuple(match.held.key for match in others),
    )


def win_registrations(actor: Actor, standing: Standing, customer: Customer) -> None:
    """Note that registered companies became a customer, and tell those who were passed over."""
    for row in visible_to(actor, Registration).filter(pk__in=standing.own, state="granted"):
        _change(actor, row, row.version, "win", state="won", customer=customer)
    for row in visible_to(actor, Registration).filter(pk__in=standing.others):
        _tell(actor, row, say("registrations.passed_over", company=row.name, by=actor.name))


def link_of(key: int) -> str:
    """Return the page of a registration."""
    return f"/customers/registrations/{key}"


def _to_decide(actor: Actor, key: int, version: int | None) -> Registration:
    actor.must("registration.decide")
    row = one_visible(actor, Registration, pk=key)
    if row.by_id == actor.user_id:
        raise RefusedError("registrations.own")
    if version is not None and row.version != version:
        raise StaleError(row.version, {})
    return row


def _grant(actor: Actor, row: Registration, version: int) -> None:
    _must_wait(row)
    take_turn(actor.organisation_id)
    for match in _same_granted(actor, asked_for(row.name, row.tax_id)):
        raise _protected(match, "registrations.protected_already")
    until = today_of(actor) + timedelta(days=protection_days(actor))
    decided = {"decided_by_id": actor.user_id, "decided_at": timezone.now()}
    _change(actor, row, version, "grant", state="granted", protected_until=until, **decided)


def _refuse(actor: Actor, row: Registration, version: int, reason: str) -> None:
    _must_wait(row)
    decided = {"decided_by_id": actor.user_id, "decided_at": timezone.now()}
    _change(actor, row, version, "refuse", state="refused", reason=reason, **decided)


def _change(actor: Actor, row: Registration, version: int, act: str, **values: Any) -> None:
    # Conditional on the version: of two who decide at the same moment one is told that the other was first.
    same = Registration.unscoped.filter(pk=row.pk, version=version, state=row.state)
    if not same.update(**values, version=F("version") + 1):
        raise StaleError(row.version + 1, {})
    told: dict[str, Any] = {name: values[name] for name in ("state", "protected_until") if name in values}
    record(actor.origin, f"registration.{act}", NOUN, str(row.pk), before={"state": row.state}, after=told)


def _must_wait(row: Registration) -> None:
    if row.state != "waiting":
        raise ConflictError("registrations.decided_already")


def _must_stand(actor: Actor, row: Registration) -> None:
    if not is_standing(row.state, row.protected_until, today_of(actor)):
        raise ConflictError("registrations.not_standing")


def _same_granted(actor: Actor, asked: Asked) -> list[Match]:
    return [match for match in registrations_like(actor, asked, states=("granted",)) if match.verdict is Verdict.SAME]


def _protected(match: Match, code: str = "registrations.protected") -> ConflictError:
    until: date | None = match.held.until
    assert until is not None
    return ConflictError(code, company=match.held.name, owner=match.held.owner, until=until)


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason or len(reason) > REASON:
        raise InvalidError({"reason": say("registrations.reason_needed", most=REASON)})
    return reason


def _tell(actor: Actor, row: Registration, message: Message) -> None:
    if row.by_id is not None and row.by_id != actor.user_id:
        notify(actor.organisation_id, [row.by_id], NOUN, message, link=link_of(row.pk))
