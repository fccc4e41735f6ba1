"""
How often a person may ask: counted in the database, so that every worker process counts the same requests.

A process takes a few reads at a time from the shared count and spends them itself, because a read that had to write
would wait for every writer. What it has taken is counted at once, so the limit is never exceeded; at worst a person is
told a little early.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from django.db import IntegrityError, transaction
from django.db.models import F

from jiuzhou.web.problems import TooManyError
from jiuzhou.web.store.forgetting import forget
from jiuzhou.web.store.models import RateCount


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
}

_leases: dict[tuple[int, str], tuple[int, int]] = {}
_lock = Lock()


def count_request(organisation_id: int, user_id: int, kind: str, *, now: datetime) -> None:
    """
    Count one request of ``kind`` (``read``, ``write`` or ``export``) of a person, whatever the token or session.

    Raises
    ------
    TooManyError
        If there were as many as allowed since the window began; carries the seconds until the next one.
    """
    rate = RATES[kind]
    moment = int(now.timestamp())
    window = moment - moment % rate.seconds
    with _lock:
        of_window, left = _leases.get((user_id, kind), (0, 0))
        if of_window == window and left > 0:
            _leases[user_id, kind] = (window, left - 1)
            return
    for taken in sorted({rate.taken, 1}, reverse=True):
        if _taken(organisation_id, user_id, kind, window=window, taken=taken, most=rate.most):
            with _lock:
                _leases[user_id, kind] = (window, taken - 1)
            return
    raise TooManyError(f"ledger.too_many.{kind}", seconds=window + rate.seconds - moment, most=rate.most)


def forget_leases() -> None:
    """Give up what this process has taken and not spent; a new one begins without."""
    with _lock:
        _leases.clear()


def prune(now: datetime) -> int:
    """Forget windows that ended hours ago; return how many."""
    past = int((now - timedelta(hours=3)).timestamp())
    return forget(RateCount.unscoped.filter(window__lt=past))


def _taken(organisation_id: int, user_id: int, kind: str, *, window: int, taken: int, most: int) -> bool:
    mine = RateCount.unscoped.filter(user=user_id, kind=kind, window=window)
    room = mine.filter(count__lte=most - taken)
    if room.update(count=F("count") + taken):
        return True
    if mine.exists():
        return False
    try:
        with transaction.atomic():
            RateCount.unscoped.create(
                organisation_id=organisation_id, user_id=user_id, kind=kind, window=window, count=taken
            )
    except IntegrityError:
        return bool(room.update(count=F("count") + taken))
    return taken <= most
