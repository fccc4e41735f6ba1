"""
The check of companies at entry, limited and written down.

The ledger gets an entry when an answer names companies that the asker does not see and was not told of within the
hour. Whoever types a name is told of the same few companies with each letter; one entry for each of them says as much
as thirty would. What was told is remembered by each process: after a restart there is at worst one entry more.
"""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from django.db import transaction
from django.utils import timezone

from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.company_check import CompanyCheck, look_for_company
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.ledger.limits import count_request

_HOUR = 3600
_told: dict[tuple[int, str], int] = {}
_lock = Lock()
_MOST_REMEMBERED = 10_000


def check_company(actor: Actor, name: str, tax_id: str = "", phone: str = "") -> CompanyCheck:
    """
    Return what the actor may know of the companies that are or may be the one typed.

    Parameters
    ----------
    name, tax_id, phone
        As typed; what is empty is not looked for. A name needs two letters beside form and place.

    Raises
    ------
    ForbiddenError
        If the actor may not ask.
    TooManyError
        If the actor asked too often.
    """
    actor.must("customer.check")
    if not (name.strip() or tax_id.strip() or phone.strip()):
        return CompanyCheck()
    now = timezone.now()
    if actor.user_id is not None:
        count_request(actor.organisation_id, actor.user_id, "check", now=now)
    found = look_for_company(actor, name, tax_id, phone)
    new = _not_told_yet(actor, found.hidden, now)
    if new:
        with transaction.atomic():
            record(actor.origin, "customer.check", "customer", after={"told": new})
    return found


def forget_told() -> None:
    """Forget what this process told; a new one begins so."""
    with _lock:
        _told.clear()


def _not_told_yet(actor: Actor, hidden: tuple[str, ...], now: datetime) -> list[str]:
    if actor.user_id is None or not hidden:
        return []
    hour = int(now.timestamp()) // _HOUR
    with _lock:
        if len(_told) > _MOST_REMEMBERED:
            for key in [key for key, told in _told.items() if told < hour]:
                del _told[key]
        new = [code for code in hidden if _told.get((actor.user_id, code)) != hour]
        _told.update({(actor.user_id, code): hour for code in new})
    return new
