"""
What administrators change: people, roles, explicit grants, substitutions, the organisation.

Nobody changes their own roles, and the last administrator stays: both are checked while the organisation's row is held,
so that two administrators cannot remove each other at the same moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, people_of, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.links import make_link
from jiuzhou.web.accounts.lock import unlock
from jiuzhou.web.accounts.mail import send_letter
from jiuzhou.web.accounts.reads import colleagues_of
from jiuzhou.web.accounts.sessions import end_everything
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError, InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.models import Access, Customer, Organisation, Owner, RoleGrant, Substitution, Territory, User

TERRITORIAL = frozenset({"regional_manager"})
OWNING = frozenset({"rep", "team_lead", "partner_user"})


@dataclass(frozen=True, slots=True)
class Invitation:
    """A person who was just made, and the text of the link with which they set a password."""

    person_id: int
    link: str


def invite_person(actor: Actor, *, name: str, email: str, language: str) -> Invitation:
    """
    Make a person who can do nothing yet, and the link with which they set a password.

    Raises
    ------
    InvalidError
        If the address is taken, here or elsewhere.
    """
    actor.must("user.write")
    user = User(organisation_id=actor.organisation_id, email=email.strip(), name=name.strip(), language=language)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
            record(actor.origin, "user.invite", "user", str(user.pk), after={"language": language})
    except IntegrityError:
        raise InvalidError({"email": say("accounts.address_taken")}) from None
    return Invitation(user.pk, make_link(user, "invite"))


def invite_again(actor: Actor, person_id: int) -> Invitation:
    """
    Make a new link with which a person sets a password; the present password and everything signed in end at once.

    Raises
    ------
    ConflictError
        If it is the actor itself, or the person is shut out.
    """
    actor.must("user.write")
    user = _person(actor, person_id)
    if user.pk == actor.user_id:
        raise ConflictError("accounts.not_oneself")
    if not user.is_active:
        raise ConflictError("accounts.person_is_out")
    user.set_unusable_password()
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(password=user.password)
        user.epoch = end_everything(user.pk)
        record(actor.origin, "user.invite", "user", str(user.pk))
    return Invitation(user.pk, make_link(user, "invite"))


def send_invitation(actor: Actor, person_id: int, address: str) -> None:
    """Send the address of an invitation's link to the person, where there is a mail server."""
    actor.must("user.write")
    user = _person(actor, person_id)
    send_letter("invite", user.email, user.language, name=user.name, company=actor.organisation, link=address)


def deactivate_person(actor: Actor, person_id: int) -> None:
    """
    Shut a person out: sessions and tokens end with the next request.

    Raises
    ------
    ConflictError
        If it is the actor itself or the last administrator.
    """
    actor.must("user.write")
    user, now = _person(actor, person_id), timezone.now()
    if user.pk == actor.user_id:
        raise ConflictError("accounts.not_oneself")
    with transaction.atomic():
        _hold(actor)
        if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False, deactivated_at=now):
            return
        end_everything(user.pk)
        _keep_an_admin(actor, now)
        record(actor.origin, "user.deactivate", "user", str(user.pk), before={"active": True}, after={"active": False})


def reactivate_person(actor: Actor, person_id: int) -> None:
    """Let a person in again; what was ended stays ended."""
    actor.must("user.write")
    user = _person(actor, person_id)
    if user.pk == actor.user_id:
        raise ConflictError("accounts.not_oneself")
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True, deactivated_at=None):
            record(
                actor.origin, "user.reactivate", "user", str(user.pk), before={"active": False}, after={"active": True}
            )


def unlock_person(actor: Actor, person_id: int) -> None:
    """Forget a person's failed log-ins."""
    actor.must("user.write")
    user = _person(actor, person_id)
    with transaction.atomic():
        unlock(user.email)
        record(actor.origin, "user.unlock", "user", str(user.pk))


def sign_out_person(actor: Actor, person_id: int) -> None:
    """End every session and token of a person."""
    actor.must("user.write")
    user = _person(actor, person_id)
    with transaction.atomic():
        end_everything(user.pk)
        record(actor.origin, "session.end_all", "user", str(user.pk))


def grant_role(
    actor: Actor,
    person_id: int,
    *,
    role: str,
    owner: str = "",
    territory: str = "",
    valid_from: datetime,
    valid_to: datetime | None = None,
) -> None:
    """
    Give a person a role.

    Parameters
    ----------
    owner, territory
        Codes of what the role is for: sellers and team leads need an owner, regional managers a territory.

    Raises
    ------
    InvalidError
        If what the role needs is missing or unknown, or it would end before it begins.
    ConflictError
        If it is the actor's own.
    """
    actor.must("role.write")
    user = _person(actor, person_id)
    if user.pk == actor.user_id:
        raise ConflictError("accounts.not_own_roles")
    wrong: dict[str, Message] = {}
    if role in OWNING and not owner:
        wrong["owner"] = say("accounts.owner_needed")
    if role in TERRITORIAL and not territory:
        wrong["territory"] = say("accounts.territory_needed")
    if valid_to is not None and valid_to <= valid_from:
        wrong["valid_to"] = say("accounts.ends_before")
    found_owner = visible_to(actor, Owner).filter(code=owner).first() if owner else None
    found_territory = visible_to(actor, Territory).filter(code=territory).first() if territory else None
    if owner and found_owner is None:
        wrong["owner"] = say("accounts.no_such_owner")
    if territory and found_territory is None:
        wrong["territory"] = say("accounts.no_such_territory")
    if wrong:
        raise InvalidError(wrong)
    with transaction.atomic():
        row = RoleGrant.unscoped.create(
            organisation_id=actor.organisation_id,
            user=user,
            role=role,
            owner=found_owner,
            territory=found_territory,
            valid_from=valid_from,
            valid_to=valid_to,
            granted_by_id=actor.user_id,
        )
        after = {"role": role, "owner": owner, "territory": territory, "from": valid_from, "to": valid_to}
        record(actor.origin, "role.grant", "user", str(user.pk), after=after | {"grant": row.pk})


def end_role(actor: Actor, person_id: int, grant_id: int) -> None:
    """
    End a role now; it stays readable as history.

    Raises
    ------
    ConflictError
        If it is the actor's own, or the last administrator's.
    """
    actor.must("role.write")
    row, now = one_visible(actor, RoleGrant, pk=grant_id, user=person_id), timezone.now()
    if row.user_id == actor.user_id:
        raise ConflictError("accounts.not_own_roles")
    with transaction.atomic():
        _hold(actor)
        still = Q(valid_to__isnull=True) | Q(valid_to__gt=now)
        ends = max(now, row.valid_from)
        if not visible_to(actor, RoleGrant).filter(still, pk=row.pk).update(valid_to=ends):
            return
        _keep_an_admin(actor, now)
        record(actor.origin, "role.end", "user", str(row.user_id), before={"role": row.role, "grant": row.pk})


def grant_access(
    actor: Actor, *, customer: str, person: int, reason: str, may_write: bool = False, valid_to: datetime | None = None
) -> None:
    """
    Let a person see, or change, one customer that is not theirs by role.

    Raises
    ------
    InvalidError
        If the customer or the person is not the actor's to choose, or the end lies in the past.
    """
    actor.must("grant.write")
    now, wrong = timezone.now(), dict[str, Message]()
    found = visible_to(actor, Customer).filter(code=customer).first()
    if found is None:
        wrong["customer"] = say("accounts.no_such_customer")
    if str(person) not in {item.value for item in colleagues_of(actor, now=now)}:
        wrong["person"] = say("accounts.no_such_person")
    if valid_to is not None and valid_to <= now:
        wrong["valid_to"] = say("accounts.ends_before")
    if wrong or found is None:
        raise InvalidError(wrong)
    with transaction.atomic():
        Access.unscoped.create(
            organisation_id=actor.organisation_id,
            user_id=person,
            customer=found,
            may_write=may_write,
            reason=reason,
            valid_from=now,
            valid_to=valid_to,
            granted_by_id=actor.user_id,
        )
        after = {"person": person, "may_write": may_write, "to": valid_to}
        record(actor.origin, "access.grant", "customer", found.code, after=after)


def end_access(actor: Actor, access_id: int) -> None:
    """End an explicit grant now."""
    actor.must("grant.write")
    row, now = one_visible(actor, Access, pk=access_id), timezone.now()
    still = Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    with transaction.atomic():
        if visible_to(actor, Access).filter(still, pk=row.pk).update(valid_to=now):
            record(actor.origin, "access.end", "customer", row.customer.code, before={"person": row.user_id})


def add_stand_in(actor: Actor, *, owner: str, person: int, valid_from: datetime, valid_to: datetime) -> None:
    """
    Let a person serve an absent owner's customers.

    Raises
    ------
    InvalidError
        If the owner or the person is not the actor's to choose, or the end lies before the beginning.
    """
    actor.must("substitution.write")
    wrong: dict[str, Message] = {}
    found = visible_to(actor, Owner).filter(code=owner).first()
    if found is None or not (actor.everywhere or found.pk in actor.owner_ids):
        wrong["owner"] = say("accounts.no_such_owner")
    if str(person) not in {item.value for item in colleagues_of(actor, now=timezone.now())}:
        wrong["person"] = say("accounts.no_such_person")
    if valid_to <= valid_from:
        wrong["valid_to"] = say("accounts.ends_before")
    if wrong or found is None:
        raise InvalidError(wrong)
    with transaction.atomic():
        row = Substitution.unscoped.create(
            organisation_id=actor.organisation_id,
            owner=found,
            substitute_id=person,
            valid_from=valid_from,
            valid_to=valid_to,
            granted_by_id=actor.user_id,
        )
        after = {"person": person, "from": valid_from, "to": valid_to, "substitution": row.pk}
        record(actor.origin, "substitution.add", "owner", found.code, after=after)


def end_stand_in(actor: Actor, substitution_id: int) -> None:
    """End a substitution now; one that has not begun is taken back."""
    actor.must("substitution.write")
    row, now = one_visible(actor, Substitution, pk=substitution_id), timezone.now()
    with transaction.atomic():
        mine = visible_to(actor, Substitution).filter(pk=row.pk, valid_to__gt=now)
        ended = mine.delete()[0] if row.valid_from >= now else mine.update(valid_to=now)
        if ended:
            record(actor.origin, "substitution.end", "owner", row.owner.code, before={"person": row.substitute_id})


def change_organisation(actor: Actor, *, version: int, fields: Mapping[str, Any], choices: Mapping[str, Any]) -> None:
    """
    Change the organisation.

    Parameters
    ----------
    version
        Of the organisation as the page showed it.
    fields
        ``name``, ``zone``, ``currency``, ``language``.
    choices
        Named choices that replace those of the same name.

    Raises
    ------
    StaleError
        If somebody changed it since.
    """
    actor.must("organisation.write")
    row = Organisation.objects.get(pk=actor.organisation_id)
    before = {name: getattr(row, name) for name in fields} | {name: row.choices.get(name) for name in choices}
    after = dict(fields) | dict(choices)
    with transaction.atomic():
        mine = Organisation.objects.filter(pk=row.pk, version=version)
        if not mine.update(
            name=fields["name"],
            zone=fields["zone"],
            currency=fields["currency"],
            language=fields["language"],
            choices={**row.choices, **choices},
            version=F("version") + 1,
        ):
            raise StaleError(row.version, {name: value for name, value in before.items() if after[name] != value})
        changed = {name for name in after if after[name] != before[name]}
        record(
            actor.origin,
            "organisation.change",
            "organisation",
            row.slug,
            before={name: before[name] for name in sorted(changed)},
            after={name: after[name] for name in sorted(changed)},
        )


def _person(actor: Actor, person_id: int) -> User:
    user = people_of(actor).filter(pk=person_id).first()
    if user is None:
        raise NotFoundError
    return user


def _hold(actor: Actor) -> None:
    Organisation.objects.select_for_update().get(pk=actor.organisation_id)


def _keep_an_admin(actor: Actor, now: datetime) -> None:
    # An administrator for good: one whose role ends some day does not count.
    lasting = RoleGrant.unscoped.filter(
        organisation=actor.organisation_id,
        role="admin",
        territory=None,
        user__is_active=True,
        valid_from__lte=now,
        valid_to=None,
    )
    if not lasting.exists():
        raise ConflictError("accounts.last_admin")
