"""The one place that reads the clock."""

from __future__ import annotations

from datetime import date


def today() -> date:
    """Return the day it is here."""
    return date.today()  # noqa: DTZ011, TID251 what people's calendars show
