"""People, their roles, and the organisation, as the pages of the settings show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, Subquery

from jiuzhou.web.accounts.access import people_of, visible_to
from jiuzhou.web.accounts.actor import Actor, valid_at
from jiuzhou.web.accounts.lock import code_of, lock_of
from jiuzhou.web.accounts.roles import MANAGERS
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Access, Organisation, Owner, RoleGrant, SignIn, Substitution, Territory, User


@dataclass(frozen=True, slots=True)
class Person:
    """
    A person in the list.

    Attributes
    ----------
    secured
        Whether a second factor is set up; ``due`` whether a role needs one.
    """

    id: int
    name: str
    email: str
    roles: tuple[str, ...]
    active: bool
    secured: bool
    due: bool
    invited: bool
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Grant:
    """
    A role that a person has, for what, and from when to when.

    Attributes
    ----------
    last
        The last moment it holds; ``None`` for good.
    """

    id: int
    role: str
    owner: str
    territory: str
    valid_from: datetime
    last: datetime | None
    by: str
    open: bool


@dataclass(frozen=True, slots=True)
class CustomerAccess:
    """A customer that somebody may see though it is not theirs by role."""

    id: int
    person: str
    customer: str
    code: str
    may_write: bool
    reason: str
    valid_from: datetime
    last: datetime | None
    open: bool


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who serves an absent owner's customers, and until when."""

    id: int
    owner: str
    substitute: str
    valid_from: datetime
    last: datetime | None
    open: bool


@dataclass(frozen=True, slots=True)
class PersonShape:
    """One person with everything that the administrator may change."""

    person: Person
    language: str
    created_at: datetime
    deactivated_at: datetime | None
    grants: tuple[Grant, ...]
    locked_until: datetime | None
    locked: bool
    oneself: bool


@dataclass(frozen=True, slots=True)
class OrganisationShape:
    """The organisation as its form shows it."""

    name: str
    zone: str
    currency: str
    language: str
    choices: Mapping[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: its value and its name."""

    value: str
    name: str


def list_people(
    actor: Actor,
    *,
    now: datetime,
    text: str = "",
    role: str = "",
    state: str = "",
    cursor: str | None = None,
    size: int = 50,
) -> Page[Person]:
    """
    Return one page of the organisation's people by name.

    Parameters
    ----------
    state
        ``active``, ``inactive`` or empty.
    """
    rows = _people(actor)
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(email__icontains=text))
    if role:
        rows = rows.filter(Exists(RoleGrant.unscoped.filter(valid_at(now), user=OuterRef("pk"), role=role)))
    if state:
        rows = rows.filter(is_active=state == "active")
    page = page_of(rows, lambda row: row, order=("name", "id"), cursor=cursor, size=size)
    roles = _roles(actor, [row.pk for row in page.items], now)
    return Page(tuple(_person(row, roles.get(row.pk, ())) for row in page.items), page.next, page.previous)


def read_person(actor: Actor, person_id: int, *, now: datetime) -> PersonShape:
    """
    Return one person with roles and lock.

    Raises
    ------
    NotFoundError
        If there is none whom the actor may see.
    """
    row = _people(actor).filter(pk=person_id).first()
    if row is None:
        raise NotFoundError
    lock = lock_of(row.email, now) or lock_of(code_of(row.email), now)
    grants = visible_to(actor, RoleGrant).filter(user=row.pk).select_related("owner", "territory", "granted_by")
    shapes = tuple(_grant(item, now) for item in grants.order_by("-valid_from", "-id")[:200])
    return PersonShape(
        person=_person(row, tuple(item.role for item in shapes if item.open)),
        language=row.language,
        created_at=row.created_at,
        deactivated_at=row.deactivated_at,
        grants=shapes,
        locked_until=lock.until if lock else None,
        locked=lock is not None,
        oneself=row.pk == actor.user_id,
    )


def read_organisation(actor: Actor) -> OrganisationShape:
    """Return the actor's organisation."""
    row = Organisation.objects.get(pk=actor.organisation_id)
    return OrganisationShape(row.name, row.zone, row.currency, row.language, dict(row.choices), row.version)


def list_access(actor: Actor, *, now: datetime, cursor: str | None = None) -> Page[CustomerAccess]:
    """Return one page of the explicit grants that the actor may see, the latest first."""
    rows = visible_to(actor, Access).select_related("user", "customer")

    def shape(row: Access) -> CustomerAccess:
        still = row.valid_to is None or row.valid_to > now
        return CustomerAccess(
            row.pk,
            row.user.name,
            row.customer.name,
            row.customer.code,
            row.may_write,
            row.reason,
            row.valid_from,
            _last(row.valid_to),
            still,
        )

    return page_of(rows, shape, order=("-valid_from", "-id"), cursor=cursor)


def list_stand_ins(actor: Actor, *, now: datetime, cursor: str | None = None) -> Page[StandIn]:
    """Return one page of the substitutions that the actor may see, the latest first."""
    rows = visible_to(actor, Substitution).select_related("owner", "substitute")

    def shape(row: Substitution) -> StandIn:
        return StandIn(
            row.pk, row.owner.name, row.substitute.name, row.valid_from, _last(row.valid_to), row.valid_to > now
        )

    return page_of(rows, shape, order=("-valid_from", "-id"), cursor=cursor)


def owners_to_choose(actor: Actor) -> tuple[Choice, ...]:
    """Return the owners whom the actor sees, by code."""
    rows = visible_to(actor, Owner).order_by("kind", "name", "pk").values_list("code", "name")[:2000]
    return tuple(Choice(code, f"{name} · {code}") for code, name in rows)


def territories_to_choose(actor: Actor) -> tuple[Choice, ...]:
    """Return the territories whom the actor sees, by code."""
    rows = visible_to(actor, Territory).filter(valid_to=None).order_by("code").values_list("code", "name")[:2000]
    return tuple(Choice(code, f"{name} · {code}") for code, name in rows)


def colleagues_of(actor: Actor, *, now: datetime) -> tuple[Choice, ...]:
    """Return whom the actor may let stand in or see: everybody for administrators, else those of its own owners."""
    people = User.objects.filter(organisation=actor.organisation_id, is_active=True)
    if not actor.may("user.read"):
        around = visible_to(actor, Owner).values("pk")
        theirs = RoleGrant.unscoped.filter(valid_at(now), user=OuterRef("pk"), owner__in=around)
        people = people.filter(Exists(theirs))
    return tuple(Choice(str(pk), name) for pk, name in people.order_by("name", "pk").values_list("pk", "name")[:2000])


def _people(actor: Actor) -> Any:
    last = SignIn.unscoped.filter(user=OuterRef("pk")).order_by("-seen_at").values("seen_at")[:1]
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type="totp")
    return people_of(actor).annotate(secured=Exists(factor), seen_at=Subquery(last))


def _last(ends: datetime | None) -> datetime | None:
    # An end is the first moment after; people name the last day.
    return ends - timedelta(microseconds=1) if ends else None


def _roles(actor: Actor, people: list[int], now: datetime) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = visible_to(actor, RoleGrant).filter(valid_at(now), user__in=people).order_by("role")
    for user, role in rows.values_list("user", "role"):
        if role not in found.get(user, ()):
            found[user] = (*found.get(user, ()), role)
    return found


def _person(row: Any, roles: tuple[str, ...]) -> Person:
    return Person(
        id=row.pk,
        name=row.name,
        email=row.email,
        roles=tuple(dict.fromkeys(roles)),
        active=row.is_active,
        secured=row.secured,
        due=bool(set(roles) & MANAGERS),
        invited=not row.has_usable_password() and row.seen_at is None,
        seen_at=row.seen_at,
    )


def _grant(row: RoleGrant, now: datetime) -> Grant:
    return Grant(
        id=row.pk,
        role=row.role,
        owner=row.owner.name if row.owner else "",
        territory=row.territory.name if row.territory else "",
        valid_from=row.valid_from,
        last=_last(row.valid_to),
        by=row.granted_by.name if row.granted_by else "",
        open=row.valid_to is None or row.valid_to > now,
    )
