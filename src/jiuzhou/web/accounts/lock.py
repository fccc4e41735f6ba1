"""
The lock against guessing: each attempt is counted before the password is looked at, in the database, for all workers.

Counted are the account from everywhere, and the account from one address. Ten failures close both for a minute, and
each further one for twice as long: up to a day for the address, up to a quarter of an hour for the account, so that a
stranger cannot keep somebody out for long. After a hundred failures in a row only an administrator, or a new password
by mail, opens the account. While it is closed no password is looked at, so a right one answers like a wrong one.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from typing import Any

from axes.handlers.base import AxesHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from jiuzhou.kernel.message import Message, say

FREE = 10
MOST = 100
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_AT_ADDRESS = timedelta(days=1)
_LONGEST_ANYWHERE = timedelta(minutes=15)
_FORGOTTEN = timedelta(days=30)
_ANYWHERE = "0.0.0.0"


@dataclass(frozen=True, slots=True)
class Lock:
    """
    Why no attempt is looked at.

    Attributes
    ----------
    until
        When the next attempt is; ``None`` when only an administrator, or a new password, opens the account.
    """

    until: datetime | None

    def message(self, now: datetime) -> Message:
        """Return what to tell whoever tries."""
        if self.until is None:
            return say("accounts.closed")
        minutes = max(1, -(-int((self.until - now).total_seconds()) // 60))
        return say("accounts.locked", minutes=minutes)


def try_attempt(account: str, address: str, now: datetime, *, closes: bool = True) -> Lock | None:
    """
    Count one attempt before it is looked at, or return the lock because of which it must not be.

    Parameters
    ----------
    account
        What is tried: an e-mail address, whether it belongs to anybody or not, or ``code:`` and the address for a
        second factor.
    closes
        Whether a hundred failures close the account until somebody opens it.
    """
    name = _name(account)
    with transaction.atomic():
        for place in (_ANYWHERE, address):
            AccessAttempt.objects.get_or_create(
                username=name, ip_address=place, user_agent="", defaults={"failures_since_start": 0}
            )
        rows = AccessAttempt.objects.filter(username=name, user_agent="", ip_address__in=(_ANYWHERE, address))
        lock = _lock(list(rows.select_for_update().order_by("pk")), now, closes=closes)
        if lock is None:
            rows.update(failures_since_start=F("failures_since_start") + 1, attempt_time=now)
    return lock


def lock_of(account: str, now: datetime) -> Lock | None:
    """Return the lock of the account from everywhere, or ``None``."""
    return _lock(list(AccessAttempt.objects.filter(username=_name(account), ip_address=_ANYWHERE)), now)


def forget_attempts(account: str) -> int:
    """Forget the failures of the account, at every address, and return how many rows that were."""
    return int(AccessAttempt.objects.filter(username=_name(account)).delete()[0])


def past_attempts(now: datetime) -> QuerySet[AccessAttempt]:
    """Return the counts of long ago, without those that closed an account."""
    past: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(
        attempt_time__lt=now - _FORGOTTEN, failures_since_start__lt=MOST
    )
    return past


def unlock(email: str) -> int:
    """Open an account to its password and its second factor, and return how many counts that ended."""
    return forget_attempts(email) + forget_attempts(code_of(email))


def code_of(email: str) -> str:
    """Return the name under which attempts at the second factor are counted."""
    return f"code:{email}"


def address_of(request: HttpRequest) -> str:
    """
    Return the address the request came from.

    ``X-Forwarded-For`` is believed as far as there are proxies of our own (``JIUZHOU_PROXIES``), counted from the
    right: what stands further left anybody could have written.
    """
    found = str(request.META.get("REMOTE_ADDR") or "")
    if hops := int(settings.TRUSTED_PROXIES):
        told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        found = told[-hops] if len(told) >= hops else found
    try:
        return str(ip_address(found))
    except ValueError:
        return "0.0.0.1"


class LockHandler(AxesHandler):
    """Where django-axes asks before a password is looked at."""

    def is_allowed(self, request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> bool:
        """Return whether this attempt may be looked at, and count it."""
        given = credentials or {}
        account = str(given.get("email") or given.get("username") or "")
        lock = try_attempt(account, address_of(request), timezone.now())
        request.lock = lock  # type: ignore[attr-defined]
        return lock is None

    def is_locked(self, request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> bool:
        """Return whether the last attempt of this request met a lock."""
        return getattr(request, "lock", None) is not None

    def post_save_access_attempt(self, instance: AccessAttempt, **more: Any) -> None:
        """Do nothing: the rows are our own."""

    def post_delete_access_attempt(self, instance: AccessAttempt, **more: Any) -> None:
        """Do nothing: the rows are our own."""


def _lock(rows: list[AccessAttempt], now: datetime, *, closes: bool = True) -> Lock | None:
    locks = [
        lock for row in rows if (lock := _lock_of_row(row, closes=closes)) and (lock.until is None or lock.until > now)
    ]
    if any(lock.until is None for lock in locks):
        return Lock(None)
    return max(locks, key=lambda lock: lock.until or now, default=None)


def _lock_of_row(row: AccessAttempt, *, closes: bool) -> Lock | None:
    failures, anywhere = row.failures_since_start, row.ip_address == _ANYWHERE
    if failures < FREE:
        return None
    if closes and anywhere and failures >= MOST:
        return Lock(None)
    doubled: timedelta = _FIRST_WAIT * 2 ** min(failures - FREE, 16)
    return Lock(row.attempt_time + min(doubled, _LONGEST_ANYWHERE if anywhere else _LONGEST_AT_ADDRESS))


def _name(account: str) -> str:
    # People mistype: a password may end up where the address belongs. Only a keyed digest is kept.
    return hmac.new(str(settings.AUDIT_KEY).encode(), account.strip().casefold().encode(), sha256).hexdigest()
