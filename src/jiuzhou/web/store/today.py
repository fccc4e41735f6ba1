"""Which day it is for an organisation: today, unless its data end long before it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

FRESH = timedelta(days=31)
"""Data as old as this are read as of their own day: a list of visits for today made from them would be all late."""


def working_day(as_of: date | None, *, now: datetime, zone: str) -> date:
    """Return the organisation's day at ``now``, or the day of its data where they are older than ``FRESH``."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return as_of if as_of is not None and today - as_of > FRESH else today
