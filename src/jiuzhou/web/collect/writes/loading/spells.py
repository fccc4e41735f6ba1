"""Spells of ownership from the Book, put in order: at most one open primary owner for each customer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pyarrow as pa

from jiuzhou.web.collect.writes.loading.columns import values

PRIMARY = "primary"


@dataclass(frozen=True, slots=True)
class Spell:
    """One owner's time with a customer, by codes; ``until`` is ``None`` while it lasts."""

    owner: str
    role: str
    since: datetime
    until: datetime | None
    product_line: str
    recorded_at: datetime | None

    @property
    def key(self) -> tuple[str, str, datetime, str]:
        """What it is known by among the spells of its customer."""
        return (self.owner, self.role, self.since, self.product_line)


def spells_of(table: pa.Table, zone: str) -> list[Spell]:
    """Return the rows of the Book's ``ownership``; days begin at midnight in ``zone``."""
    midnight = _Midnight(ZoneInfo(zone))
    rows = zip(
        values(table, "owner_id"),
        values(table, "role", PRIMARY),
        values(table, "valid_from"),
        values(table, "valid_to"),
        values(table, "product_line", ""),
        values(table, "recorded_at"),
        strict=True,
    )
    return [
        Spell(owner, role[:20], midnight.of(since), midnight.of(until) if until else None, line[:60], recorded)
        for owner, role, since, until, line, recorded in rows
    ]


def in_order(spells: Sequence[Spell], *, owner: str | None, since: datetime | None, now: datetime) -> list[Spell]:
    """
    Return the spells of one customer with exactly one open primary if it has an owner, and none if it has not.

    Parameters
    ----------
    owner
        Who has the customer according to the Book; ``None`` leaves it to the spells.
    since
        From when on, if no spell says so.
    now
        The moment the Book describes; a spell that is to end later still lasts.
    """
    lasting = [replace(spell, until=None) if spell.until and spell.until > now else spell for spell in spells]
    unique = {spell.key: spell for spell in lasting if spell.until is None or spell.until >= spell.since}
    rest = [spell for spell in unique.values() if spell.role != PRIMARY]
    primary = sorted((spell for spell in unique.values() if spell.role == PRIMARY), key=lambda spell: spell.since)
    chosen = owner or next((spell.owner for spell in reversed(primary) if spell.until is None), None)
    own = [spell for spell in primary if spell.owner == chosen and spell.until is None]
    if chosen and not own:
        ends = [spell.until or now for spell in primary]
        own = [Spell(chosen, PRIMARY, max([*ends, since or now]) if ends else since or now, None, "", None)]
    closed = [
        spell if spell.until or not own else replace(spell, until=max(spell.since, own[-1].since))
        for spell in primary
        if spell not in own
    ]
    return [*closed, *own[-1:], *rest]


def present_owner(spells: Iterable[Spell]) -> Spell | None:
    """Return the open primary spell among ``spells``."""
    return next((spell for spell in spells if spell.role == PRIMARY and spell.until is None), None)


class _Midnight:
    """The first moment of a day, worked out once for each day."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._known: dict[date, datetime] = {}

    def of(self, day: date) -> datetime:
        found = self._known.get(day)
        if found is None:
            found = datetime.combine(day, time(), tzinfo=self._zone).astimezone(UTC)
            self._known[day] = found
        return found
