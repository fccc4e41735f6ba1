"""The people of a demo company: one for each role, bound to the parts of it that make their screens worth seeing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Count, F

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import system_of
from jiuzhou.web.accounts.roles import EVERYWHERE
from jiuzhou.web.inbox.writes import notify
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.store.models import Customer, Organisation, Owner, RoleGrant, Territory, User

DOMAIN = "demo.jiuzhou.example"
_SINCE = timedelta(days=365)
_NAMES = {
    "regional_manager": "王莉",
    "planner": "陈思远",
    "importer": "郑凯",
    "channel_manager": "何一平",
    "partner_user": "马晓东",
    "auditor": "钱慎之",
    "privacy_officer": "冯安然",
    "admin": "沈宁",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in to the demo."""

    role: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class _Bound:
    name: str
    owner: Owner | None = None
    territory: Territory | None = None


def add_demo_people(organisation: Organisation, *, pass_phrase: str, language: str, now: datetime) -> list[Person]:
    """
    Return one person for each role, after those that were not there were added.

    They share one pass phrase, made for this folder; the organisation is marked as a demo, where a second factor is not
    asked for.
    """
    bound = _bound(organisation)
    people = [Person(role, who.name, f"{role}@{DOMAIN}") for role, who in bound.items()]
    secret = make_password(pass_phrase)
    with transaction.atomic():
        Organisation.objects.filter(pk=organisation.pk).update(choices={**organisation.choices, "demo": True})
        for person in people:
            user, made = User.objects.get_or_create(
                email=person.email,
                defaults={
                    "organisation": organisation,
                    "name": person.name,
                    "language": language,
                    "password": secret,
                },
            )
            if not made:
                # Left by a load that was killed before the pass phrase was written down.
                User.objects.filter(pk=user.pk).update(password=secret)
            else:
                RoleGrant.unscoped.create(
                    organisation=organisation,
                    user=user,
                    role=person.role,
                    owner=bound[person.role].owner,
                    territory=bound[person.role].territory,
                    valid_from=now - _SINCE,
                )
        record(
            system_of(organisation, via="command").origin,
            "user.create",
            "organisation",
            organisation.slug,
            after={"people": len(people)},
        )
    _tell(organisation)
    return people


def _bound(organisation: Organisation) -> dict[str, _Bound]:
    rep = _busiest(organisation, "rep")
    team = rep.team if rep and rep.team else Owner.unscoped.filter(organisation=organisation, kind="team").first()
    lead = team.manager if team and team.manager else None
    region = Territory.unscoped.filter(organisation=organisation, owner=team).first() if team else None
    partner = _busiest(organisation, "partner")
    own = {
        "rep": _Bound(rep.name if rep else _NAMES["planner"], owner=rep),
        "team_lead": _Bound(lead.name if lead else "李明", owner=team),
        "regional_manager": _Bound(_NAMES["regional_manager"], territory=region),
        "partner_user": _Bound(_NAMES["partner_user"], owner=partner),
    }
    order = ("rep", "team_lead", "regional_manager", "planner", "importer", "channel_manager", "partner_user")
    return {role: own.get(role) or _Bound(_NAMES[role]) for role in (*order, "auditor", "privacy_officer", "admin")}


def _busiest(organisation: Organisation, kind: str) -> Owner | None:
    counted = (
        Customer.unscoped.filter(organisation=organisation, owner__kind=kind, owner__active_to=None)
        .values("owner")
        .annotate(held=Count("pk"))
        .order_by(F("held").desc(), "owner__code")
    )
    first = counted.first()
    found = Owner.unscoped.filter(organisation=organisation, kind=kind).order_by("code")
    return (found.filter(pk=first["owner"]) if first else found).first()


def _tell(organisation: Organisation) -> None:
    # How many customers the company has is for those who see them all.
    wide = RoleGrant.unscoped.filter(organisation=organisation, role__in=EVERYWHERE, territory=None)
    people = sorted(set(wide.values_list("user_id", flat=True)))
    customers = Customer.unscoped.filter(organisation=organisation).count()
    notify(
        organisation.pk,
        people,
        "run",
        say("loading.notice_loaded", customers=customers, day=organisation.as_of),
        link="/customers/",
        key=f"loaded:{organisation.as_of}",
    )
