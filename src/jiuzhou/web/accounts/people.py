"""What a person does with their own account: password, address, second factor, name and choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.links import Opened, make_link
from jiuzhou.web.accounts.lock import try_attempt, unlock
from jiuzhou.web.accounts.mail import send_letter
from jiuzhou.web.accounts.passwords import ALONE
from jiuzhou.web.accounts.sessions import end_everything
from jiuzhou.web.ledger.audit import Origin, record
from jiuzhou.web.problems import ConflictError, InvalidError
from jiuzhou.web.store.models import User


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as the person sees it."""

    id: int
    name: str
    email: str
    language: str
    choices: Mapping[str, Any]
    secured: bool
    codes_left: int
    has_password: bool


def profile_of(actor: Actor) -> Profile:
    """Return the actor's own account."""
    user = user_of(actor)
    factors = {item.type: item for item in Authenticator.objects.filter(user_id=user.pk)}
    codes = factors.get("recovery_codes")
    return Profile(
        id=user.pk,
        name=user.name,
        email=user.email,
        language=user.language,
        choices=dict(user.choices),
        secured="totp" in factors,
        codes_left=len(codes.wrap().get_unused_codes()) if codes else 0,
        has_password=user.has_usable_password(),
    )


def change_profile(actor: Actor, *, name: str, language: str, choices: Mapping[str, str]) -> None:
    """Change the actor's own name, language and ways of seeing."""
    actor.must("account.write")
    user = user_of(actor)
    before = {"language": user.language, **user.choices}
    user.name, user.language = name, language
    user.choices = {**user.choices, **choices}
    with transaction.atomic():
        user.save(update_fields=["name", "language", "choices"])
        record(
            actor.origin,
            "account.change",
            "user",
            str(user.pk),
            before=before,
            after={"language": language, **user.choices},
        )


def check_password(actor: Actor, password: str, *, address: str, now: datetime) -> None:
    """
    Go on only if ``password`` is the actor's, counting the attempt.

    Raises
    ------
    InvalidError
        If it is not, or too many were wrong.
    """
    user = user_of(actor)
    lock = try_attempt(user.email, address, now)
    if lock is not None:
        raise InvalidError({"password": lock.message(now)})
    if not user.check_password(password):
        record(Origin(user.organisation_id, user.pk, actor.via), "login.failure", "user", str(user.pk))
        raise InvalidError({"password": say("accounts.password_wrong")})
    unlock(user.email)


def change_password(actor: Actor, password: str) -> int:
    """
    Give the actor a new password; every other session and every token ends.

    Returns
    -------
    int
        The new epoch, under which the present session may be kept.
    """
    actor.must("account.write")
    return set_password(user_of(actor), password, origin=actor.origin, verb="password.change")


def reset_password(opened: Opened, password: str) -> None:
    """Give the person of a link a new password: every session and token ends, and so does every lock."""
    user = opened.user
    set_password(user, password, origin=Origin(user.organisation_id, user.pk, "page"), verb="password.reset")
    unlock(user.email)


def set_password(user: User, password: str, *, origin: Origin, verb: str) -> int:
    """
    Set a person's password and return the new epoch.

    Raises
    ------
    InvalidError
        If the password is not good enough.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidError({"password": say("accounts.said", text=" ".join(error.messages))}) from None
    user.set_password(password)
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, epoch=user.epoch).update(password=user.password):
            raise ConflictError("accounts.link_used")
        epoch = end_everything(user.pk)
        record(origin, verb, "user", str(user.pk))
    send_letter("password", user.email, user.language, name=user.name)
    return epoch


def ask_for_reset(email: str, build: Any) -> None:
    """
    Send a link for a new password if ``email`` is somebody's; nothing tells whether it is.

    Parameters
    ----------
    build
        Makes an address of the link's text.
    """
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        return
    record(Origin(user.organisation_id, None, "page"), "password.ask", "user", str(user.pk))
    send_letter("reset", user.email, user.language, name=user.name, link=build(make_link(user, "reset")))


def ask_for_address(actor: Actor, email: str, build: Any) -> None:
    """Send a link to the new address, and a notice to the present one; nothing changes until the link is opened."""
    actor.must("account.write")
    user = user_of(actor)
    record(actor.origin, "address.ask", "user", str(user.pk))
    send_letter("address_old", user.email, user.language, name=user.name)
    # An address that somebody else has gets no link, and the asker is not told: it would say who is here.
    if not User.objects.filter(email__iexact=email).exists():
        send_letter("address_new", email, user.language, name=user.name, link=build(make_link(user, "address", email)))


def change_address(opened: Opened) -> None:
    """
    Make the address that the link carries the person's; every session and token ends, both addresses are told.

    Raises
    ------
    ConflictError
        If somebody else has the address by now, or the link was used.
    """
    user, old = opened.user, opened.user.email
    try:
        with transaction.atomic():
            if not User.objects.filter(pk=user.pk, epoch=user.epoch, email=old).update(email=opened.value):
                raise ConflictError("accounts.link_used")
            end_everything(user.pk)
            record(Origin(user.organisation_id, user.pk, "page"), "address.change", "user", str(user.pk))
    except IntegrityError:
        raise ConflictError("accounts.address_taken") from None
    for address in (old, opened.value):
        send_letter("address_changed", address, user.language, name=user.name)


def remove_factor(actor: Actor, password: str) -> None:
    """
    Take away the actor's second factor.

    Parameters
    ----------
    password
        The password, which has been checked: alone it must be long.

    Raises
    ------
    ConflictError
        If the actor's roles need the factor, or the password is too short without it.
    """
    actor.must("account.write")
    if actor.manages:
        raise ConflictError("accounts.factor_needed")
    if len(password) < ALONE:
        raise ConflictError("accounts.factor_before_length", least=ALONE)
    with transaction.atomic():
        Authenticator.objects.filter(user_id=actor.user_id).delete()
        record(actor.origin, "login.factor_off", "user", str(actor.user_id))
    send_letter("factor_off", actor.email, actor.language, name=actor.name)


def sign_out_everywhere(actor: Actor) -> None:
    """End every session and token of the actor's, the present one too."""
    actor.must("account.write")
    assert actor.user_id is not None
    with transaction.atomic():
        end_everything(actor.user_id)
        record(actor.origin, "session.end_all", "user", str(actor.user_id))


def user_of(actor: Actor) -> User:
    """Return the actor's row, as it is now."""
    assert actor.user_id is not None
    return User.objects.select_related("organisation").get(pk=actor.user_id)
