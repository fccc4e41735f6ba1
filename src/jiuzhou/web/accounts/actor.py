"""The actor: who is asking, as one value read anew for every request, so that a change of rights holds at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from django.db.models import BooleanField, Q, Value

from jiuzhou.web.accounts.roles import EVERYWHERE, MANAGERS, VERBS, in_scope
from jiuzhou.web.ledger.audit import Origin
from jiuzhou.web.problems import ForbiddenError
from jiuzhou.web.store.models import Access, Organisation, Owner, RoleGrant, Substitution, Territory, User

Via = Literal["page", "token", "command", "job"]
MOST_LENT = 500
"""Customers shown to one person, and owners it stands in for, up to which all are read with the person."""


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Who is asking.

    Attributes
    ----------
    user_id
        ``None`` for the system itself, which may do everything within one organisation.
    own_ids
        The owners this person sells as (one rep, one partner), and those they stand in for today.
    owner_ids, territory_ids
        Whose customers, and in which territories, the person may see. ``everywhere`` is all of them.
    granted_ids
        Customers that were shown to the person one by one; ``None`` where they are so many that every question asks
        for them.
    settling
        The plan whose moves are being written behind a publication, see ``store.present``.
    large
        Whether the organisation has so many customers that sums over them are kept, see ``accounts.tallies``.
    """

    organisation_id: int
    user_id: int | None
    name: str
    language: str = "zh"
    zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    organisation: str = ""
    roles: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    everywhere: bool = False
    own_ids: frozenset[int] = frozenset()
    owner_ids: frozenset[int] = frozenset()
    territory_ids: frozenset[int] = frozenset()
    granted_ids: frozenset[int] | None = frozenset()
    partners_only: bool = False
    settling: int | None = None
    plan_in_force: int | None = None
    large: bool = False
    via: Via = "page"
    scopes: frozenset[str] | None = None
    email: str = field(default="", repr=False)

    def may(self, verb: str) -> bool:
        """Return whether the actor may do ``verb`` at all; which rows it reaches is ``visible_to``'s to say."""
        if self.user_id is None:
            return True
        return verb in self.verbs and (self.scopes is None or in_scope(verb, self.scopes))

    def must(self, verb: str) -> None:
        """
        Go on only if the actor may do ``verb``.

        Raises
        ------
        ForbiddenError
            If it may not.
        """
        if not self.may(verb):
            raise ForbiddenError(verb)

    @property
    def origin(self) -> Origin:
        """Where the actor's acts come from, as the ledger writes them."""
        return Origin(self.organisation_id, self.user_id, self.via)

    @property
    def manages(self) -> bool:
        """Whether a second factor is due at log-in, and explanations show colleagues' load."""
        return bool(self.roles & MANAGERS)


def system_of(organisation: Organisation, *, via: Via = "job") -> Actor:
    """Return the actor that is the system itself, within one organisation."""
    return replace(_nobody_of(organisation), everywhere=True, via=via)


def actor_of(user: User, *, now: datetime, via: Via = "page", scopes: frozenset[str] | None = None) -> Actor:
    """
    Return what ``user`` is and may see at ``now``, from the rows as they are.

    Parameters
    ----------
    scopes
        What a token limits its bearer to; ``None`` for a person at a screen.
    """
    grants = list(
        RoleGrant.unscoped.filter(valid_at(now), user=user, organisation=user.organisation_id).select_related("owner")
    )
    roles = frozenset(grant.role for grant in grants)
    actor = replace(
        _nobody_of(user.organisation),
        user_id=user.pk,
        name=user.name,
        email=user.email,
        language=user.language,
        roles=roles,
        verbs=frozenset[str]().union(*(VERBS[role] for role in roles)),
        everywhere=any(grant.role in EVERYWHERE and grant.territory_id is None for grant in grants),
        via=via,
        scopes=scopes,
    )
    stood_for, granted = _lent_to(user, now)
    return _with_reach(replace(actor, granted_ids=granted), grants, stood_for=stood_for)


def _nobody_of(organisation: Organisation) -> Actor:
    return Actor(
        organisation_id=organisation.pk,
        user_id=None,
        name="",
        language=organisation.language,
        zone=organisation.zone,
        currency=organisation.currency,
        organisation=organisation.name,
        settling=organisation.plan_settling_id,
        plan_in_force=organisation.plan_in_force_id,
        large=organisation.large,
    )


def valid_at(now: datetime) -> Q:
    """Return the condition under which a dated row, such as a grant, holds at ``now``."""
    return Q(valid_from__lte=now) & (Q(valid_to__isnull=True) | Q(valid_to__gt=now))


def _lent_to(user: User, now: datetime) -> tuple[frozenset[int], frozenset[int] | None]:
    # Owners whom somebody stands in for and customers shown one by one, in one question: every page asks it.
    here = {"organisation": user.organisation_id}
    stood = Substitution.unscoped.filter(valid_at(now), substitute=user, **here)
    shown = Access.unscoped.filter(valid_at(now), user=user, **here)
    lent = [
        rows.annotate(owns=Value(owns, output_field=BooleanField())).order_by().values_list("owns", key)
        for rows, owns, key in ((stood, True, "owner_id"), (shown, False, "customer_id"))
    ]
    found = list(lent[0].union(lent[1], all=True).order_by("-owns")[: MOST_LENT + 1])
    granted = frozenset(key for owns, key in found if not owns)
    return frozenset(key for owns, key in found if owns), granted if len(found) <= MOST_LENT else None


def _with_reach(actor: Actor, grants: list[RoleGrant], *, stood_for: frozenset[int]) -> Actor:
    own = {grant.owner_id for grant in grants if grant.owner_id and grant.role in _AS_OWNER} | stood_for
    owners = set(own)
    teams = {_team(grant) for grant in grants if grant.role == "team_lead" and grant.owner_id}
    roots = {grant.territory_id for grant in grants if grant.territory_id and grant.role not in _AS_OWNER}
    territories = _subtree(actor.organisation_id, roots) if roots else {}
    if teams:
        owners |= _members(actor.organisation_id, teams)
    channel = [grant for grant in grants if grant.role == "channel_manager"]
    if channel and not actor.everywhere:
        owners |= _partners(actor.organisation_id)
    owners |= {owner for owner in territories.values() if owner}
    return replace(
        actor,
        own_ids=frozenset(own),
        owner_ids=frozenset(owners),
        territory_ids=frozenset(territories),
        partners_only=roles_only(actor.roles, {"channel_manager", "partner_user"}),
    )


_AS_OWNER = ("rep", "partner_user")


def roles_only(roles: frozenset[str], among: Iterable[str]) -> bool:
    """Return whether there are roles and all of them are ``among`` these."""
    return bool(roles) and roles <= frozenset(among)


def _team(grant: RoleGrant) -> int:
    owner = grant.owner
    assert owner is not None
    return owner.team_id if owner.kind != "team" and owner.team_id else owner.pk


def _members(organisation: int, teams: set[int]) -> set[int]:
    rows = Owner.unscoped.filter(Q(team__in=teams) | Q(pk__in=teams), organisation=organisation)
    return set(rows.values_list("pk", flat=True))


def _partners(organisation: int) -> set[int]:
    return set(Owner.unscoped.filter(organisation=organisation, kind="partner").values_list("pk", flat=True))


def _subtree(organisation: int, roots: set[int]) -> dict[int, int | None]:
    # The tree has a few hundred nodes: one query, and the descent in memory.
    children: dict[int | None, list[int]] = defaultdict(list)
    owner_of = {}
    for node, parent, owner in Territory.unscoped.filter(organisation=organisation).values_list(
        "pk", "parent_id", "owner_id"
    ):
        children[parent].append(node)
        owner_of[node] = owner
    found: dict[int, int | None] = {}
    waiting = [root for root in roots if root in owner_of]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = owner_of[node]
            waiting += children[node]
    return found
