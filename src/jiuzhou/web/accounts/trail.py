"""The audit trail for the people who may read it: looked through, exported; and refusals written into it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.ledger.audit import pseudonym, record
from jiuzhou.web.ledger.trail import Act, Wanted, list_acts
from jiuzhou.web.paging import MAX_SIZE, Page
from jiuzhou.web.store.models import AuditEntry

MOST_ROWS = 200_000
"""Rows of one export."""

_HEAD = ("sequence", "at", "who", "origin", "verb", "noun", "key", "before", "after", "note")
_RISKY = re.compile(r"^[=+\-@\t\r＝＋－＠]")
_REFUSED_EVERY = timedelta(minutes=1)


def wanted_of(
    actor: Actor,
    *,
    person: int | None = None,
    noun: str = "",
    key: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Wanted:
    """Return what is looked for; ``since`` and ``until`` are days of the actor's zone, both included."""
    zone = ZoneInfo(actor.zone)
    return Wanted(
        noun=noun,
        key=key,
        user_id=person,
        since=datetime.combine(since, time(), zone) if since else None,
        until=datetime.combine(until + timedelta(days=1), time(), zone) if until else None,
    )


def read_trail(actor: Actor, wanted: Wanted, *, cursor: str | None = None) -> Page[Act]:
    """Return one page of the trail, the latest first."""
    actor.must("audit.read")
    return list_acts(actor.organisation_id, wanted, cursor=cursor)


@dataclass(frozen=True, slots=True)
class Week:
    """What of the last seven days an auditor looks at first: refusals, failed log-ins, exports, and since which day."""

    refused: int
    failed: int
    exports: int
    since: date


def read_week(actor: Actor, *, now: datetime) -> Week:
    """Return the week behind ``now``, as days of the actor's zone."""
    actor.must("audit.read")
    since = now.astimezone(ZoneInfo(actor.zone)).date() - timedelta(days=6)
    begins = datetime.combine(since, time(), ZoneInfo(actor.zone))
    found = (
        visible_to(actor, AuditEntry)
        .filter(at__gte=begins)
        .aggregate(
            refused=Count("pk", filter=Q(verb="access.refuse")),
            failed=Count("pk", filter=Q(verb__in=("login.failure", "login.code_failure"))),
            exports=Count("pk", filter=Q(verb__endswith=".export")),
        )
    )
    return Week(since=since, **found)


def nouns_of(actor: Actor) -> tuple[str, ...]:
    """Return the kinds of object that the trail speaks of."""
    actor.must("audit.read")
    return tuple(sorted(visible_to(actor, AuditEntry).values_list("noun", flat=True).distinct().order_by()))


def export_trail(actor: Actor, wanted: Wanted) -> Iterator[str]:
    """
    Return the trail as CSV, page by page, no cell a formula; the export itself stands in the trail.

    At most 200,000 rows, the latest first.
    """
    actor.must("audit.export")
    sought = {"noun": wanted.noun, "key": wanted.key, "since": wanted.since, "until": wanted.until}
    record(actor.origin, "audit.export", "audit", after={name: value for name, value in sought.items() if value})
    return _lines(actor, wanted)


def note_refusal(actor: Actor, verb: str, *, now: datetime) -> None:
    """Write that the actor was refused ``verb``: once a minute, so that asking again fills no ledger."""
    lately = AuditEntry.unscoped.filter(
        organisation=actor.organisation_id,
        who=pseudonym(actor.user_id),
        verb="access.refuse",
        key=verb,
        at__gt=now - _REFUSED_EVERY,
    )
    if not lately.exists():
        record(actor.origin, "access.refuse", "door", verb)


def _lines(actor: Actor, wanted: Wanted) -> Iterator[str]:
    yield "\ufeff" + _csv([_HEAD])
    cursor: str | None = None
    for _ in range(MOST_ROWS // MAX_SIZE):
        page = list_acts(actor.organisation_id, wanted, cursor=cursor, size=MAX_SIZE)
        yield _csv([[_cell(getattr(act, name)) for name in _HEAD] for act in page.items])
        cursor = page.next
        if cursor is None:
            return


def _csv(rows: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    text = "; ".join(f"{name}={one}" for name, one in value.items()) if isinstance(value, dict) else str(value)
    return f"'{text}" if _RISKY.match(text) else text
