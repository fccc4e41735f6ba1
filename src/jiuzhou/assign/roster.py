"""The owners on one moment: who works here, who is away until when, and how much each may carry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import floor, inf
from typing import Any
from zoneinfo import ZoneInfo

from jiuzhou.assign.policy import AssignPolicy
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.period import is_within

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Roster:
    """
    The owners by id. A set of owners is an integer: bit *i* stands for owner *i*.

    Attributes
    ----------
    ids, names, kinds, teams, levels, skills, weights
        By position, in the order of the ids; weights are not negative.
    managers
        Position of each owner's manager, or −1.
    places
        Longitude and latitude in degrees, ``None`` where unknown.
    partner_types, regions
        Of partners: their kind, and the region codes they have by contract today or by a skill ``region:code``;
        ``None`` where none was ever stated, and then they cover every region.
    capacity_hours, capacity_customers
        Limits, ``inf`` where there is none.
    stated_hours
        Hours a year each owner has, stated or by policy; what free hours are counted from.
    active, present
        Those who work here today; those of them who are not away at this moment.
    back
        For those away: the moment they return.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    teams: tuple[str | None, ...]
    levels: tuple[str | None, ...]
    skills: tuple[frozenset[str], ...]
    weights: tuple[float, ...]
    managers: tuple[int, ...]
    places: tuple[tuple[float, float] | None, ...]
    partner_types: tuple[str | None, ...]
    regions: tuple[tuple[str, ...] | None, ...]
    capacity_hours: tuple[float, ...]
    capacity_customers: tuple[float, ...]
    stated_hours: tuple[float, ...]
    active: int
    present: int
    back: Mapping[int, datetime]

    @property
    def everybody(self) -> int:
        """All owners as a set."""
        return (1 << len(self.ids)) - 1

    def where(self, holds: Callable[[int], bool]) -> int:
        """Return the set of the owners for whose position ``holds``."""
        return sum(1 << position for position in range(len(self.ids)) if holds(position))

    def positions(self) -> dict[str, int]:
        """Return the position of each id."""
        return {owner: position for position, owner in enumerate(self.ids)}


def members(owners: int) -> tuple[int, ...]:
    """Return the positions in a set of owners, ascending."""
    found = []
    while owners:
        lowest = owners & -owners
        found.append(lowest.bit_length() - 1)
        owners ^= lowest
    return tuple(found)


def roster(book: Book, policy: AssignPolicy, *, now: datetime) -> Roster:
    """
    Return the owners of ``book`` as they are at ``now``.

    An owner works here on a day within ``[active_from, active_to)`` of its own time zone, and is away at a moment
    within ``[starts_at, ends_at)`` of one of its absences.
    """
    rows = book.table("owners").sort_by("owner_id").to_pylist()
    ids = tuple(str(row["owner_id"]) for row in rows)
    position = {owner: place for place, owner in enumerate(ids)}
    active = [is_within(_today(row, book, now), row["active_from"], row["active_to"]) for row in rows]
    back = {position[owner]: until for owner, until in _away(book, now).items() if owner in position}
    hours, customers = _limits(rows, policy)
    stated = _stated_regions(book, now.astimezone(ZoneInfo(book.settings.zone)).date())
    return Roster(
        ids=ids,
        names=tuple(row["name"] or row["owner_id"] for row in rows),
        kinds=tuple(row["kind"] or "rep" for row in rows),
        teams=tuple(row["team_id"] for row in rows),
        levels=tuple(row["level"] for row in rows),
        skills=tuple(frozenset(row["skills"] or ()) for row in rows),
        weights=tuple(1.0 if row["weight"] is None else float(row["weight"]) for row in rows),
        managers=tuple(position.get(row["manager_id"], NOBODY) for row in rows),
        places=tuple(_place(row) for row in rows),
        partner_types=tuple(row["partner_type"] for row in rows),
        regions=tuple(_regions(row, stated) for row in rows),
        capacity_hours=hours,
        capacity_customers=customers,
        stated_hours=tuple(
            float(policy.owner_hours if row["capacity_hours"] is None else row["capacity_hours"]) for row in rows
        ),
        active=_set(place for place, works in enumerate(active) if works),
        present=_set(place for place, works in enumerate(active) if works and place not in back),
        back=back,
    )


def _set(positions: Iterable[int]) -> int:
    return sum(1 << position for position in positions)


def _today(row: Mapping[str, Any], book: Book, now: datetime) -> date:
    try:
        zone = ZoneInfo(row["timezone"] or book.settings.zone)
    except (KeyError, ValueError, OSError):
        zone = ZoneInfo(book.settings.zone)
    return now.astimezone(zone).date()


def _away(book: Book, now: datetime) -> dict[str, datetime]:
    # Back-to-back absences are one: the return is the end of the last that begins before the one before it ends.
    back: dict[str, datetime] = {}
    for row in book.table("absences").sort_by([("owner_id", "ascending"), ("starts_at", "ascending")]).to_pylist():
        owner, starts, ends = row["owner_id"], row["starts_at"], row["ends_at"]
        if starts <= now < ends or (owner in back and starts <= back[owner] < ends):
            back[owner] = max(ends, back.get(owner, ends))
    return back


def _limits(rows: list[dict[str, Any]], policy: AssignPolicy) -> tuple[tuple[float, ...], tuple[float, ...]]:
    factor = policy.capacity_factor

    def limits(column: str, counts: bool) -> tuple[float, ...]:
        held = [inf if row[column] is None or not counts else float(row[column]) * factor for row in rows]
        return tuple(held)

    hours = limits("capacity_hours", policy.capacity in ("both", "hours"))
    customers = limits("capacity_customers", policy.capacity in ("both", "customers"))
    return hours, tuple(limit if limit == inf else float(floor(limit + 1e-9)) for limit in customers)


def _place(row: Mapping[str, Any]) -> tuple[float, float] | None:
    return None if row["lon"] is None or row["lat"] is None else (row["lon"], row["lat"])


def _stated_regions(book: Book, today: date) -> dict[str, list[str]]:
    # An owner with contracts over, or without a region in force, is in the mapping with an empty list.
    stated: dict[str, list[str]] = {}
    for row in book.table("contracts").sort_by("contract_id").to_pylist():
        kind, _, code = (row["exclusivity"] or "").partition(":")
        if row["owner_id"] and kind == "region" and code:
            codes = stated.setdefault(row["owner_id"], [])
            codes += [code] if row["starts_on"] <= today < row["ends_on"] else []
    return stated


def _regions(row: Mapping[str, Any], stated: Mapping[str, list[str]]) -> tuple[str, ...] | None:
    skilled = [skill.partition(":")[2] for skill in row["skills"] or () if skill.startswith("region:")]
    if row["owner_id"] not in stated and not skilled:
        return None
    return tuple(sorted({*stated.get(row["owner_id"], ()), *skilled}))
