"""What the accounts forget: sessions past their time, how people signed in, dead keys, failures of long ago."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from jiuzhou.web.accounts.lock import past_attempts
from jiuzhou.web.accounts.sessions import IDLE
from jiuzhou.web.store.forgetting import forget
from jiuzhou.web.store.models import SignIn, Token

KEPT = timedelta(days=90)
"""How long it can be seen from where somebody signed in, and which keys there were."""


def prune() -> int:
    """Forget what has had its time; return how many rows."""
    now = timezone.now()
    past = now - KEPT
    sessions = Session.objects.filter(expire_date__lt=now)
    sign_ins = SignIn.unscoped.filter(Q(ended_at__lt=past) | Q(seen_at__lt=past - IDLE))
    alive = Token.unscoped.filter(
        organisation=OuterRef("organisation"), family=OuterRef("family"), revoked_at=None, expires_at__gt=now
    )
    # A key whose successor still works stays: that it is used again shows that it was copied.
    dead = Token.unscoped.filter(Q(revoked_at__lt=past) | Q(expires_at__lt=past)).exclude(Exists(alive))
    return forget(sessions) + forget(sign_ins) + forget(dead) + forget(past_attempts(now))
