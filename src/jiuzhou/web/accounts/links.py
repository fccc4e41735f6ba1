"""
Links that let somebody in once: to set a password, or to confirm an address.

A link is signed and carries a fingerprint of what the account was when it was made: once the password, the address or
the epoch has changed, it opens nothing.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.core import signing
from django.utils.crypto import salted_hmac

from jiuzhou.web.store.models import User

Purpose = Literal["reset", "invite", "address"]
LASTS: dict[Purpose, timedelta] = {
    "reset": timedelta(hours=1),
    "invite": timedelta(days=3),
    "address": timedelta(hours=1),
}
"""How long a link opens."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Whom a link is for, and what it carries."""

    user: User
    value: str


def make_link(user: User, purpose: Purpose, value: str = "") -> str:
    """Return the text of a link for ``user``, to stand in an address."""
    body = {"user": user.pk, "value": value, "print": _fingerprint(user, purpose)}
    return signing.dumps(body, salt=f"accounts.{purpose}")


def open_link(text: str, purpose: Purpose) -> Opened | None:
    """Return whom the link is for; ``None`` when it is forged, too old, used, or its person is shut out."""
    try:
        body = signing.loads(text, salt=f"accounts.{purpose}", max_age=LASTS[purpose])
    except signing.BadSignature:
        return None
    user = User.objects.select_related("organisation").filter(pk=body["user"], is_active=True).first()
    if user is None or not hmac.compare_digest(body["print"], _fingerprint(user, purpose)):
        return None
    return Opened(user, body["value"])


def _fingerprint(user: User, purpose: Purpose) -> str:
    now = f"{user.pk}:{user.email}:{user.password}:{user.epoch}"
    return salted_hmac(f"accounts.{purpose}", now, algorithm="sha256").hexdigest()[:32]
