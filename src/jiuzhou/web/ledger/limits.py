"""
How often a person may ask: counted in the database, so that every worker process counts the same requests.

A process takes a few reads at a time from the shared count and spends them itself, because a read that had to write
would wait for every writer. What it has taken is counted at once, so the limit is never exceeded; at worst a person is
told a little early.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from jiuzhou.web.problems import TooManyError
from jiuzhou.web.store.forgetting import forget
from jiuzhou.web.store.models import RateAtDoor, RateCount


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds; ``taken`` at a time by each process."""

    most: int
    seconds: int
    taken: int = 1


RATES: Mapping[str, Rate] = {
    "read": Rate(600, 60, taken=20),
    "write": Rate(60, 60),
    "export": Rate(10, 3600),
    "check": Rate(120, 600, taken=5),
}

RATES_AT_DOOR: Mapping[str, Rate] = {
    "look": Rate(120, 60, taken=20),
    "answer": Rate(30, 60),
    "link": Rate(20, 3600),
}
"""At a door that stands open: pages and forms from one address, and forms by one link."""

_leases: dict[tuple[int | str, str], tuple[int, int]] = {}
_lock = Lock()
_MOST_LEASES = 10_000


def count_request(organisation_id: int, user_id: int, kind: str, *, now: datetime) -> None:
    """
    Count one request of a person, whatever the token or session; ``kind`` is read, write, export or check.

    Raises
    ------
    TooManyError
        If there were as many as allowed since the window began; carries the seconds until the next one.
    """

    def count(window: int, taken: int, most: int) -> bool:
        mine = RateCount.unscoped.filter(user=user_id, kind=kind, window=window)
        new = {"organisation_id": organisation_id, "user_id": user_id, "kind": kind, "window": window}
        return _taken(mine, lambda: RateCount.unscoped.create(**new, count=taken), taken=taken, most=most)

    left = _spend((user_id, kind), RATES[kind], now, count)
    if left is not None:
        raise TooManyError(f"ledger.too_many.{kind}", seconds=left, most=RATES[kind].most)


def count_at_door(whom: str, kind: str, *, now: datetime) -> None:
    """
    Count one request of ``kind`` (``look``, ``answer`` or ``link``) at a door that stands open to everybody.

    Parameters
    ----------
    whom
        The address it came from, or the link it came with; only a keyed digest of it is kept.

    Raises
    ------
    TooManyError
        If there were as many as allowed since the window began; carries the seconds until the next one.
    """
    digest = hmac.new(str(settings.AUDIT_KEY).encode(), f"door:{whom}".encode(), sha256).hexdigest()[:32]

    def count(window: int, taken: int, most: int) -> bool:
        same = {"whom": digest, "kind": kind, "window": window}
        mine = RateAtDoor.unscoped.filter(whom=digest, kind=kind, window=window)
        return _taken(mine, lambda: RateAtDoor.unscoped.create(**same, count=taken), taken=taken, most=most)

    left = _spend((digest, kind), RATES_AT_DOOR[kind], now, count)
    if left is not None:
        raise TooManyError("ledger.too_many.door", seconds=left)


def forget_leases() -> None:
    """Give up what this process has taken and not spent; a new one begins without."""
    with _lock:
        _leases.clear()


def prune(now: datetime) -> int:
    """Forget windows that ended hours ago; return how many."""
    past = int((now - timedelta(hours=3)).timestamp())
    return forget(RateCount.unscoped.filter(window__lt=past)) + forget(RateAtDoor.unscoped.filter(window__lt=past))


def _spend(who: tuple[int | str, str], rate: Rate, now: datetime, count: Callable[[int, int, int], bool]) -> int | None:
    # Nothing where the request is within the rate, else the seconds until the next window.
    moment = int(now.timestamp())
    window = moment - moment % rate.seconds
    with _lock:
        of_window, left = _leases.get(who, (0, 0))
        if of_window == window and left > 0:
            _leases[who] = (window, left - 1)
            return None
    for taken in sorted({rate.taken, 1}, reverse=True):
        if count(window, taken, rate.most):
            with _lock:
                _tidy(window)
                _leases[who] = (window, taken - 1)
            return None
    return window + rate.seconds - moment


def _tidy(window: int) -> None:
    # Strangers come from any number of addresses: what is past is not kept in memory.
    if len(_leases) > _MOST_LEASES:
        past = [who for who, (of_window, _) in _leases.items() if of_window < window]
        for who in past:
            del _leases[who]


def _taken(mine: QuerySet[Any], create: Callable[[], object], *, taken: int, most: int) -> bool:
    room = mine.filter(count__lte=most - taken)
    if room.update(count=F("count") + taken):
        return True
    if mine.exists():
        return False
    try:
        with transaction.atomic():
            create()
    except IntegrityError:
        return bool(room.update(count=F("count") + taken))
    return taken <= most
