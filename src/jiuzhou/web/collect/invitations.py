"""
The text of a link to a question: a random key and the hour it ends, signed.

Nothing of the company, the question or the customer can be read off it; they are found by the key.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from django.core import signing
from django.utils.http import base36_to_int, int_to_base36

LASTS_DAYS = 30
LONGEST_DAYS = 365
_HOUR = 3600
_BODY = re.compile(r"([0-9a-f]{24})([0-9a-z]{3,6})")


def new_key() -> str:
    """Return a key that nobody can guess: 96 random bits."""
    return secrets.token_hex(12)


def link_of(key: str, ends_at: datetime) -> str:
    """Return the text of the link of ``key`` that opens until ``ends_at``, to the hour after it."""
    hours = -(-int(ends_at.timestamp()) // _HOUR)
    return _signer().sign(key + int_to_base36(hours))


def key_of(text: str, now: datetime) -> str:
    """Return the key of a link; empty where it is forged, garbled or too old."""
    try:
        body = _signer().unsign(text)
    except signing.BadSignature:
        return ""
    found = _BODY.fullmatch(body)
    if found is None or base36_to_int(found[2]) * _HOUR < now.timestamp():
        return ""
    return found[1]


def ending(now: datetime, days: int) -> datetime:
    """Return when a link that is made now and lasts so many days ends."""
    return now + timedelta(days=days)


def _signer() -> signing.Signer:
    return signing.Signer(salt="survey-link", sep=".")
