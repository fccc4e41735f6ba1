"""
Sessions: each has a row that says when it began, when it was last seen, and whether it was ended.

A session lives 8 hours after it was last used and 7 days after it began, and not one request longer than the person's
epoch, the person's being active, and the row's being open.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.lock import address_of, code_of, forget_attempts
from jiuzhou.web.ledger.audit import Origin, record
from jiuzhou.web.store.models import SignIn, User

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=7)
_SEEN_EVERY = timedelta(minutes=5)
_KEY = "sign_in"
_POLLS = frozenset({"tray-count", "now", "run-progress"})
"""Parts of a page that ask again by themselves: a screen left open is nobody at work."""
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
"""What an agent contains, and its name; the first that fits."""


@dataclass(frozen=True, slots=True)
class Live:
    """
    A session that is alive.

    Attributes
    ----------
    secured
        Whether the person has set up a second factor.
    """

    id: int
    began_at: datetime
    secured: bool
    demo: bool


@dataclass(frozen=True, slots=True)
class SessionShape:
    """
    A session as its owner sees it.

    Attributes
    ----------
    device
        Browser and system, as far as the browser says; may be empty.
    """

    id: int
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    current: bool


def listen() -> None:
    """Connect to the log-in, the log-out and the failed log-in."""
    user_logged_in.connect(_opened, dispatch_uid="sign-in-opened")
    user_logged_out.connect(_closed, dispatch_uid="sign-in-closed")
    user_login_failed.connect(_failed, dispatch_uid="sign-in-failed")


def live_session(request: HttpRequest, user: User, now: datetime) -> Live | None:
    """Return the session of ``request`` if it is alive, noting at most every five minutes that it was seen."""
    row = (
        SignIn.unscoped.filter(digest=_digest(str(request.session.get(_KEY, ""))), user=user)
        .select_related("organisation")
        .annotate(secured=Exists(Authenticator.objects.filter(user=OuterRef("user"), type="totp")))
        .first()
    )
    if row is None or not user.is_active or row.ended_at is not None or row.epoch != user.epoch:
        return None
    if row.seen_at + IDLE <= now or row.began_at + LONGEST <= now:
        return None
    if row.seen_at + _SEEN_EVERY <= now and request.headers.get("HX-Trigger") not in _POLLS:
        SignIn.unscoped.filter(pk=row.pk).update(seen_at=now)
    user.organisation = row.organisation
    return Live(row.pk, row.began_at, row.secured, bool(row.organisation.choices.get("demo")))


def list_sessions(actor: Actor, *, now: datetime, current: int | None = None) -> tuple[SessionShape, ...]:
    """Return the actor's sessions that are alive, the present one first."""
    alive = visible_to(actor, SignIn).filter(
        ended_at=None, epoch=F("user__epoch"), seen_at__gt=now - IDLE, began_at__gt=now - LONGEST
    )
    found = [
        SessionShape(row.pk, _device(row.agent), row.address, row.began_at, row.seen_at, row.pk == current)
        for row in alive.order_by("-seen_at", "-id")[:50]
    ]
    return tuple(sorted(found, key=lambda item: not item.current))


def end_session(actor: Actor, session_id: int) -> None:
    """End one of the actor's own sessions; ending it twice changes nothing."""
    actor.must("account.write")
    row = one_visible(actor, SignIn, pk=session_id)
    with transaction.atomic():
        if visible_to(actor, SignIn).filter(pk=row.pk, ended_at=None).update(ended_at=timezone.now()):
            record(actor.origin, "session.end", "user", str(actor.user_id))


def end_everything(user_id: int) -> int:
    """End every session and token of a person from the next request on, and return the new epoch."""
    User.objects.filter(pk=user_id).update(epoch=F("epoch") + 1)
    return User.objects.values_list("epoch", flat=True).get(pk=user_id)


def keep_session(request: HttpRequest, epoch: int) -> None:
    """Keep the session of ``request`` alive though the person's epoch has risen, under a new cookie."""
    SignIn.unscoped.filter(digest=_digest(str(request.session.get(_KEY, "")))).update(epoch=epoch)
    request.session.cycle_key()


def _opened(sender: object, request: HttpRequest, user: User, **more: Any) -> None:
    now, key = timezone.now(), secrets.token_urlsafe(24)
    with transaction.atomic():
        SignIn.unscoped.create(
            organisation_id=user.organisation_id,
            user=user,
            digest=_digest(key),
            epoch=user.epoch,
            agent=request.headers.get("User-Agent", "")[:200],
            address=address_of(request),
            began_at=now,
            seen_at=now,
        )
        record(Origin(user.organisation_id, user.pk, "page"), "login.success", "user", str(user.pk))
    request.session[_KEY] = key
    forget_attempts(user.email)
    forget_attempts(code_of(user.email))


def _closed(sender: object, request: HttpRequest, user: User | None, **more: Any) -> None:
    if user is None:
        return
    mine = SignIn.unscoped.filter(digest=_digest(str(request.session.get(_KEY, ""))), user=user, ended_at=None)
    with transaction.atomic():
        if mine.update(ended_at=timezone.now()):
            record(Origin(user.organisation_id, user.pk, "page"), "login.out", "user", str(user.pk))


def _failed(sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **more: Any) -> None:
    # A lock writes nothing: whoever goes on trying must not fill the ledger.
    if request is None or getattr(request, "lock", None) is not None:
        return
    email = str(credentials.get("email") or credentials.get("username") or "")
    user = User.objects.filter(email__iexact=email).first()
    if user is not None:
        record(Origin(user.organisation_id, None, "page"), "login.failure", "user", str(user.pk))


def _device(agent: str) -> str:
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return " · ".join(part for part in (browser, system) if part)


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
