"""What the reads of service return: frozen values, no rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from jiuzhou.kernel.message import Message

WHEN = ("late", "today", "week", "later")
DONE = frozenset({"done", "dismissed"})


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Which part of the work a list shows.

    Attributes
    ----------
    owner
        Code of an owner; empty for the actor's own customers, or for all that a person without any may see.
    kind
        Kind of next action; empty for all.
    when
        One of ``WHEN``; empty for all.
    """

    owner: str = ""
    kind: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A planned visit."""

    id: int
    customer: str
    customer_code: str
    place: str
    phone: str
    tier: str
    owner: str
    planned_on: date
    days_late: int
    reason: Message
    state: str
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class ActionLine:
    """A next action; ``days_late`` is 0 for one that is not."""

    id: int
    customer: str
    customer_code: str
    place: str
    phone: str
    tier: str
    owner: str
    kind: str
    reason: Message
    due_on: date | None
    days_late: int
    value: Decimal | None
    state: str
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class Today:
    """
    The work of one owner, or of all that the actor may see.

    Attributes
    ----------
    counts
        Open visits and actions together by ``WHEN``.
    kinds
        Open actions by kind.
    owners
        Owners to choose from: code and name.
    counted_at
        When the numbers were counted, if something changed since.
    """

    today: date
    as_of: date | None
    owner: str
    visits: tuple[VisitLine, ...]
    actions: tuple[ActionLine, ...]
    next: str | None
    previous: str | None
    counts: Mapping[str, int]
    visit_counts: Mapping[str, int]
    kinds: Mapping[str, int]
    stake: Decimal
    owners: tuple[tuple[str, str], ...]
    counted_at: datetime | None = None

    @property
    def open(self) -> int:
        """How much is open in all."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class TeamLine:
    """The open work of one owner."""

    code: str
    name: str
    late_visits: int
    visits_today: int
    visits_week: int
    late_actions: int
    actions: int
    stake: Decimal
    done_week: int


@dataclass(frozen=True, slots=True)
class TeamWork:
    """The open work of everybody whom the actor may see; ``counted_at`` if something changed since it was counted."""

    today: date
    as_of: date | None
    lines: tuple[TeamLine, ...]
    counted_at: datetime | None = None

    @property
    def total(self) -> TeamLine:
        """All lines as one."""
        names = ("late_visits", "visits_today", "visits_week", "late_actions", "actions", "done_week")
        sums = {name: sum(getattr(line, name) for line in self.lines) for name in names}
        return TeamLine("", "", stake=sum((line.stake for line in self.lines), Decimal()), **sums)


def week_end(today: date) -> date:
    """Return the Sunday that ends the week of a day."""
    return today + timedelta(days=7 - today.isoweekday())


def when_of(day: date | None, today: date) -> str:
    """Return which of ``WHEN`` a day falls into; what has no day is for later."""
    if day is None:
        return "later"
    if day < today:
        return "late"
    if day == today:
        return "today"
    return "week" if day <= week_end(today) else "later"
