"""One customer: who and where it is, who has it, its contacts as far as they may be seen, and what is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from jiuzhou.kernel.message import Message, message_of
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.merged import stands_for_others
from jiuzhou.web.store.models import Action, Customer, Decision, Owner, Ownership, Territory, Visit
from jiuzhou.web.store.own_regions import names_for
from jiuzhou.web.store.present import called, with_present_owner

HIDDEN = "••••"
CONTACT = ("phone", "email", "address", "tax_id")
"""Fields that are hidden from who may not reach the customer."""

PERSON = ("birth_year", "sex", "occupation", "income_band", "interests", "values")
"""Fields of a customer that is a person: demographic and psychographic."""

_MOST_ACTIONS = 5


@dataclass(frozen=True, slots=True)
class Due:
    """An open action: its sentence, until when, and what it is worth."""

    message: Message
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Spell:
    """One owner's time with the customer, and when it was written down."""

    owner: str
    role: str
    source: str
    valid_from: datetime
    valid_to: datetime | None
    recorded_at: datetime
    corrected: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """
    One customer.

    Attributes
    ----------
    masked
        Whether telephone, e-mail, address and tax number are hidden from who asks.
    since
        Since when the present owner has it.
    next_visit
        The day of the next planned visit.
    stands_for_others
        Whether other records were merged into it.
    why
        The sentence of the decision by which the owner has it, where one is kept.
    person
        What is known of the person, ``PERSON``, as far as it is; empty for who may not see how the customer is reached.
    """

    key: int
    code: str
    name: str
    key_account: bool
    industry: str
    size_band: str
    channel: str
    place: tuple[str, ...]
    region_code: str
    group: tuple[str, str] | None
    owner: str
    owner_code: str
    owner_kind: str
    territory: str
    territory_code: str
    pool: str
    locked: bool
    since: datetime | None
    next_visit: date | None
    phone: str
    email: str
    address: str
    tax_id: str
    masked: bool
    consent_marketing: bool | None
    needs: tuple[str, ...]
    products: tuple[str, ...]
    annual_revenue: Any
    language: str
    customer_since: datetime | None
    version: int
    why: Message | None
    decision: int | None
    stands_for_others: bool
    person: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


def customer(actor: Actor, code: str) -> Detail:
    """
    Return the customer of ``code``.

    Raises
    ------
    NotFoundError
        If there is none, or none for this actor.
    """
    actor.must("customer.read")
    row = _found(actor, code)
    owner, territory = _holders(actor, row)
    masked = not shows_contact(actor, row)
    why = _why(actor, row.decision_key)
    head = (row.head_code, row.head_name) if row.head_code else None
    return Detail(
        key=row.pk,
        code=row.code,
        name=row.name,
        key_account=row.key_account,
        industry=row.industry,
        size_band=row.size_band,
        channel=row.channel,
        place=names_for(actor.organisation_id, [row.region_code]).path(row.region_code),
        region_code=row.region_code,
        group=head,
        owner=owner[0],
        owner_code=owner[1],
        owner_kind=row.owner.kind if row.owner else "",
        territory=territory[0],
        territory_code=territory[1],
        pool=row.pool,
        locked=row.locked,
        since=row.held_since,
        next_visit=row.visit_on,
        phone=_shown(row.phone, masked),
        email=_shown(row.email, masked),
        address=_shown(row.address, masked),
        tax_id=_shown(row.tax_id, masked),
        masked=masked,
        consent_marketing=row.consent_marketing,
        needs=tuple(row.needs),
        products=tuple(row.products),
        annual_revenue=row.annual_revenue,
        language=row.language,
        customer_since=row.customer_since,
        version=row.version,
        why=why,
        decision=row.decision_key if why else None,
        stands_for_others=row.stands_for_others,
        person={} if masked else {name: value for name in PERSON if (value := getattr(row, name))},
        extra=row.extra,
    )


def spells(actor: Actor, code: str) -> tuple[Spell, ...]:
    """Return who had the customer, the latest first; a corrected spell says so."""
    row = one_visible(actor, Customer, code=code)
    rows = visible_to(actor, Ownership).filter(customer=row.pk).select_related("owner").order_by("-valid_from", "-pk")
    return tuple(
        Spell(
            owner=spell.owner.name,
            role=spell.role,
            source=spell.source,
            valid_from=spell.valid_from,
            valid_to=spell.valid_to,
            recorded_at=spell.recorded_at,
            corrected=spell.superseded_at is not None,
        )
        for spell in rows[:50]
    )


def shows_contact(actor: Actor, row: Customer) -> bool:
    """Return whether ``actor`` may see how ``row`` is reached: a customer of the pool is reached once it is taken."""
    return actor.user_id is None or (actor.may("customer.contact") and (row.owner_id is not None or actor.everywhere))


def _found(actor: Actor, code: str) -> Any:
    # All in one question: a page has few to spare.
    spell = visible_to(actor, Ownership).filter(
        customer=OuterRef("pk"), role="primary", valid_to__isnull=True, superseded_at__isnull=True
    )
    visit = visible_to(actor, Visit).filter(customer=OuterRef("pk"), state="planned").order_by("planned_on")
    head = visible_to(actor, Customer).filter(pk=OuterRef("parent"))
    rows = visible_to(actor, Customer).filter(code=code).select_related("owner", "territory")
    row = rows.annotate(
        held_since=Subquery(spell.values("valid_from")[:1]),
        decision_key=Subquery(spell.values("decision")[:1]),
        visit_on=Subquery(visit.values("planned_on")[:1]),
        head_code=Subquery(head.values("code")[:1]),
        head_name=Subquery(head.values("name")[:1]),
        stands_for_others=stands_for_others(),
    ).first()
    if row is None:
        raise NotFoundError
    return row


def _holders(actor: Actor, row: Any) -> tuple[tuple[str, str], tuple[str, str]]:
    if actor.settling is None:
        owner = (row.owner.name, row.owner.code) if row.owner else ("", "")
        return owner, (row.territory.name, row.territory.code) if row.territory else ("", "")
    now = with_present_owner(visible_to(actor, Customer).filter(pk=row.pk), settling=actor.settling)
    moved: Any = now.get()
    owner_key, territory_key = moved.owner_now, moved.territory_now
    owners, places = called(Owner, [owner_key]), called(Territory, [territory_key])
    return owners.get(owner_key, ("", "")), places.get(territory_key, ("", ""))


def due(actor: Actor, code: str) -> tuple[Due, ...]:
    """Return the most urgent open actions with the customer, for those who serve customers."""
    if not actor.may("action.read"):
        return ()
    rows = visible_to(actor, Action).filter(customer__code=code, customer__deleted_at__isnull=True, state="open")
    return tuple(
        Due(message_of({"code": item.code, "params": item.params}), item.due_on)
        for item in rows.order_by("-priority", "pk")[:_MOST_ACTIONS]
    )


def _why(actor: Actor, key: int | None) -> Message | None:
    decision = visible_to(actor, Decision).filter(pk=key).first() if key and actor.may("decision.read") else None
    return message_of({"code": decision.code, "params": decision.params}) if decision else None


def _shown(text: str, masked: bool) -> str:
    return HIDDEN if masked and text else text
