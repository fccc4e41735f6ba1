"""The working calendar of each owner, from the Book."""

from __future__ import annotations

from collections.abc import Mapping

from jiuzhou.calendar.work import DAYS, Interval, WorkCalendar
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.ids import OwnerId


def company_calendar(book: Book) -> WorkCalendar:
    """Return the calendar of the company itself: its zone, and China's holidays where that zone is China's."""
    return WorkCalendar(zone=book.settings.zone, days=_usual_days(book.settings.zone))


def owner_calendars(book: Book) -> Mapping[OwnerId, WorkCalendar]:
    """
    Return the calendar of each owner, by id.

    The owner's ``timezone`` and ``calendar`` (one of ``DAYS``) hold where they are given, else the company's; a text
    that is no calendar counts as not given. Rows of ``absences`` are taken off.
    """
    away: dict[str, list[Interval]] = {}
    absences = book.table("absences")
    columns = (absences[name].to_pylist() for name in ("owner_id", "starts_at", "ends_at"))
    for owner, starts, ends in zip(*columns, strict=True):
        away.setdefault(owner, []).append((starts, ends))
    owners = book.table("owners")
    found: dict[OwnerId, WorkCalendar] = {}
    columns = (owners[name].to_pylist() for name in ("owner_id", "timezone", "calendar"))
    for owner, zone, days in sorted(zip(*columns, strict=True), key=lambda row: str(row[0])):
        named = zone or book.settings.zone
        found[OwnerId(owner)] = WorkCalendar(
            zone=named,
            days=days.lower() if (days or "").lower() in DAYS else _usual_days(named),
            absences=tuple(sorted(away.get(owner, ()))),
        )
    return found


def _usual_days(zone: str) -> str:
    return "cn" if zone in ("Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Harbin", "PRC") else "weekdays"
