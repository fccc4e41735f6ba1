"""
Tokens: keys that programs sign in with, in a person's name and never beyond that person's rights.

Only a digest is kept. A token dies with its day, when it is revoked, when the person's epoch rises, and when its
successor is made; one that is used after its successor was made has been copied, and ends the whole family.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor, actor_of
from jiuzhou.web.accounts.roles import SCOPES
from jiuzhou.web.ledger.audit import Origin, record
from jiuzhou.web.problems import ConflictError, InvalidError
from jiuzhou.web.store.models import Token, User

MARK = "jz"
MOST_DAYS = 366
MOST_TOKENS = 20
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TokenShape:
    """A token as its owner sees it; the text itself is shown once, when it is made."""

    id: int
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    alive: bool


def list_tokens(actor: Actor, *, now: datetime) -> tuple[TokenShape, ...]:
    """Return the actor's tokens, the newest first."""
    return tuple(
        TokenShape(
            id=row.pk,
            name=row.name,
            prefix=row.prefix,
            scopes=tuple(row.scopes),
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            alive=row.revoked_at is None and row.expires_at > now and row.epoch == row.user.epoch,
        )
        for row in visible_to(actor, Token).select_related("user").order_by("-created_at", "-id")[:100]
    )


def create_token(actor: Actor, name: str, scopes: Collection[str], days: int) -> str:
    """
    Return the text of a new token of the actor's, which nobody can be shown again.

    Parameters
    ----------
    scopes
        Words of ``roles.SCOPES``, at least one.
    days
        How long it lives, 1 to 366.

    Raises
    ------
    InvalidError
        If the name is empty, a scope is unknown, or the days are out of range.
    """
    actor.must("token.write")
    _check(name, scopes, days)
    now = timezone.now()
    if visible_to(actor, Token).filter(revoked_at=None, expires_at__gt=now).count() >= MOST_TOKENS:
        raise ConflictError("accounts.too_many_tokens", most=MOST_TOKENS)
    return _issue(actor, name.strip(), sorted(scopes), days, family=secrets.token_hex(8))


def rotate_token(actor: Actor, token_id: int, days: int) -> str:
    """
    Return the text of the token that takes the place of ``token_id``, which is dead from now on.

    Raises
    ------
    ConflictError
        If the token is already dead: rotated, revoked or past its day.
    """
    actor.must("token.write")
    row = one_visible(actor, Token, pk=token_id)
    _check(row.name, row.scopes, days)
    now = timezone.now()
    with transaction.atomic():
        alive = visible_to(actor, Token).filter(pk=row.pk, revoked_at=None, expires_at__gt=now)
        if not alive.update(revoked_at=now, rotated_at=now):
            raise ConflictError("accounts.token_is_dead")
        return _issue(actor, row.name, row.scopes, days, family=row.family)


def revoke_token(actor: Actor, token_id: int) -> None:
    """End one of the actor's own tokens; ending it twice changes nothing."""
    actor.must("token.write")
    row = one_visible(actor, Token, pk=token_id)
    with transaction.atomic():
        if visible_to(actor, Token).filter(pk=row.pk, revoked_at=None).update(revoked_at=timezone.now()):
            record(actor.origin, "token.revoke", "token", str(row.pk))


def actor_of_token(text: str, now: datetime) -> Actor | None:
    """
    Return who the bearer of ``text`` is; ``None`` for a token that is unknown, dead or of somebody who left.

    A token whose successor exists ends its whole family here: two hold it, and one of them should not.
    """
    if not text.startswith(f"{MARK}_") or len(text) > 200:
        return None
    row = Token.unscoped.select_related("user__organisation").filter(digest=_digest(text)).first()
    if row is None:
        return None
    if row.rotated_at is not None:
        _end_family(row, now)
    user = row.user
    if row.revoked_at is not None or row.expires_at <= now or not user.is_active or row.epoch != user.epoch:
        return None
    if row.last_used_at is None or row.last_used_at < now - _USED_EVERY:
        unused = Q(last_used_at=None) | Q(last_used_at__lt=now - _USED_EVERY)
        Token.unscoped.filter(unused, pk=row.pk).update(last_used_at=now)
    actor = actor_of(user, now=now, via="token", scopes=frozenset(row.scopes))
    return None if actor.manages and not _may_manage(user) else actor


def _may_manage(user: User) -> bool:
    # Somebody who became a manager after the token was made has to set up the second factor first, as at the screen.
    secured = Authenticator.objects.filter(user_id=user.pk, type="totp").exists()
    return secured or bool(user.organisation.choices.get("demo"))


def _issue(actor: Actor, name: str, scopes: Collection[str], days: int, *, family: str) -> str:
    prefix = secrets.token_hex(4)
    text = f"{MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        # The epoch is read under the lock: a token made while the person is being shut out is born dead.
        assert actor.user_id is not None
        owner = User.objects.select_for_update().get(pk=actor.user_id)
        row = Token.unscoped.create(
            organisation_id=actor.organisation_id,
            user=owner,
            name=name,
            prefix=prefix,
            digest=_digest(text),
            scopes=list(scopes),
            family=family,
            epoch=owner.epoch,
            expires_at=timezone.now() + timedelta(days=days),
        )
        record(actor.origin, "token.create", "token", str(row.pk), after={"scopes": list(scopes), "days": days})
    return text


def _end_family(row: Token, now: datetime) -> None:
    alive = Token.unscoped.filter(organisation=row.organisation_id, family=row.family, revoked_at=None)
    with transaction.atomic():
        if alive.update(revoked_at=now):
            origin = Origin(row.organisation_id, row.user_id, "token")
            record(origin, "token.reuse", "token", str(row.pk))


def _check(name: str, scopes: Collection[str], days: int) -> None:
    wrong: dict[str, Message] = {}
    if not 1 <= len(name.strip()) <= 120:
        wrong["name"] = say("accounts.name_needed", most=120)
    if not scopes or not set(scopes) <= set(SCOPES):
        wrong["scopes"] = say("accounts.scopes_needed")
    if not 1 <= days <= MOST_DAYS:
        wrong["days"] = say("accounts.days_out_of_range", most=MOST_DAYS)
    if wrong:
        raise InvalidError(wrong)


def _digest(text: str) -> str:
    # 256 random bits need no slow hash.
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
