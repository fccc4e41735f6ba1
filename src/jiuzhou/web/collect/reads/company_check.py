"""
Whether a company is there already: looked for in the whole organisation, told so far as the asker may know.

Of a company that the asker does not see, the answer says its name, how it is like the one typed, in whose hands it is
and until when it is protected: never its code, contact, address or figures. Names that may be a person's are not told
at all then. A telephone number is only compared with those of customers whom the asker sees, because the answer to
whom a number belongs is contact data itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

from jiuzhou.collect.companies import Verdict, company_name, phone_number
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.company import Asked, Match, asked_for, matches_among, names_a_company, rank_of
from jiuzhou.web.collect.reads.customer import shows_contact
from jiuzhou.web.store.company_keys import Held, near_customers, near_registrations
from jiuzhou.web.store.models import Customer, Registration

MOST = 8
"""Companies in one answer."""

STANDING = ("waiting", "granted")
_LEAST_DIGITS = 7
_MOST_LOOKED_AT = 64


@dataclass(frozen=True, slots=True)
class Told:
    """
    One company that is there already, as the asker may know it.

    Attributes
    ----------
    holder
        In whose hands it is, as a sentence.
    until
        The last day on which it is protected; ``None`` where no day is set.
    code, registration
        Where the asker sees it: the customer's code, the registration's id; else empty and ``None``.
    mine
        Whether it is a registration of the asker's own.
    bars
        Whether it is the same company, protected for somebody else, so that the asker cannot enter it whatever is said.
    """

    kind: str
    name: str
    verdict: str
    reasons: tuple[Message, ...]
    holder: Message
    until: date | None
    code: str
    registration: int | None
    mine: bool
    bars: bool = False


@dataclass(frozen=True, slots=True)
class CompanyCheck:
    """
    What the check says.

    Attributes
    ----------
    cut
        Whether so many names begin alike that not all of them were compared.
    hidden
        Keys of the told customers and registrations that the asker does not see; for the ledger, not for answers.
    """

    matches: tuple[Told, ...] = ()
    cut: bool = False
    hidden: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether one of them is the same company by name or number, other than what the asker registered."""
        return any(match.verdict == Verdict.SAME and not match.mine for match in self.matches)

    @property
    def barred(self) -> Told | None:
        """The one that is protected for somebody else, so that it cannot be entered; ``None`` where none is."""
        return next((match for match in self.matches if match.bars), None)


def today_of(actor: Actor) -> date:
    """Return the day it is where the organisation is."""
    return timezone.now().astimezone(ZoneInfo(actor.zone)).date()


def customers_like(actor: Actor, asked: Asked) -> tuple[list[Match], bool]:
    """Return the customers of the whole organisation that are or may be the company, and whether some were left out."""
    near = near_customers(actor.organisation_id, asked.parts, asked.numbers, settling=actor.settling)
    return matches_among(asked, near.held), near.cut


def registrations_like(actor: Actor, asked: Asked, *, states: tuple[str, ...] = STANDING) -> list[Match]:
    """Return the standing registrations of the whole organisation that are or may be of the company."""
    near = near_registrations(actor.organisation_id, asked.parts, asked.numbers, today=today_of(actor), states=states)
    return matches_among(asked, near)


def look_for_company(actor: Actor, name: str, tax_id: str = "", phone: str = "") -> CompanyCheck:
    """Return what ``actor`` may know of the companies that ``name``, ``tax_id`` or ``phone`` may be."""
    actor.must("customer.check")
    asked = asked_for(name, tax_id)
    found: list[Match] = []
    cut = False
    if asked.says_enough:
        found, cut = customers_like(actor, asked)
        found = registrations_like(actor, asked) + found
    called = {match.held.key for match in found if match.held.kind == "customer"}
    found += [match for match in _with_phone(actor, phone) if match.held.key not in called]
    found = sorted(found, key=rank_of)[:_MOST_LOOKED_AT]
    customers, registrations = _seen(actor, found)
    shown = [
        (match, match.held.key in (customers if match.held.kind == "customer" else registrations)) for match in found
    ]
    shown = [pair for pair in shown if pair[1] or names_a_company(pair[0].held.parts)]
    shown = shown[:MOST]
    return CompanyCheck(
        matches=tuple(_told(actor, match, seen=seen) for match, seen in shown),
        cut=cut,
        hidden=tuple(match.held.code or f"registration:{match.held.key}" for match, seen in shown if not seen),
    )


def _seen(actor: Actor, found: Iterable[Match]) -> tuple[set[int], set[int]]:
    keys: dict[str, list[int]] = {"customer": [], "registration": []}
    for match in found:
        keys[match.held.kind].append(match.held.key)
    customers = visible_to(actor, Customer).filter(pk__in=keys["customer"]) if keys["customer"] else ()
    registrations = visible_to(actor, Registration).filter(pk__in=keys["registration"]) if keys["registration"] else ()
    return {row.pk for row in customers}, {row.pk for row in registrations}


def _with_phone(actor: Actor, phone: str) -> list[Match]:
    number = phone_number(phone)
    if not actor.may("customer.contact") or sum(sign.isdigit() for sign in number) < _LEAST_DIGITS:
        return []
    rows = visible_to(actor, Customer).filter(phone__in={number, phone.strip()}).select_related("owner")[:MOST]
    reason = say("companies.same_phone", phone=number)
    return [
        Match(
            Held(
                kind="customer",
                key=row.pk,
                code=row.code,
                name=row.name,
                parts=company_name(row.name),
                tax_id=row.tax_id,
                owner_id=row.owner_id,
                owner=row.owner.name if row.owner else "",
                pool=row.pool,
            ),
            Verdict.SIMILAR,
            0.5,
            (reason,),
        )
        for row in rows
        if shows_contact(actor, row)
    ]


def _told(actor: Actor, match: Match, *, seen: bool) -> Told:
    held = match.held
    customer = held.kind == "customer"
    mine = not customer and held.owner_id in actor.own_ids
    decides = actor.may("registration.decide") and (actor.everywhere or held.owner_id in actor.owner_ids)
    return Told(
        kind=held.kind,
        name=held.name,
        verdict=match.verdict.value,
        reasons=match.reasons,
        holder=holder_of(held),
        until=held.until,
        code=held.code if seen and customer else "",
        registration=held.key if seen and not customer else None,
        mine=mine,
        bars=held.state == "granted" and match.verdict is Verdict.SAME and not mine and not decides,
    )


def holder_of(held: Held) -> Message:
    """Return in whose hands a company is, as a sentence."""
    if held.kind == "registration":
        return say("entry.registered" if held.state == "granted" else "entry.asked_for", owner=held.owner)
    if held.owner:
        return say("entry.owned", owner=held.owner)
    return say("entry.in_public_pool") if held.pool in ("", "public") else say("entry.in_pool", pool=held.pool)
