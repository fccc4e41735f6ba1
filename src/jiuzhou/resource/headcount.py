"""How many people each territory needs, by workload build-up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from jiuzhou.calendar import company_calendar
from jiuzhou.geo.distance import great_circle_km
from jiuzhou.kernel.arrays import Floats, floats, lookup
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.period import Period, is_within
from jiuzhou.kernel.plan import Plan, Territory
from jiuzhou.kernel.scores import Scores
from jiuzhou.kernel.service import by_tier, stated_or_by_tier
from jiuzhou.resource.facts import Members, scored
from jiuzhou.resource.policy import ResourcePolicy

HEADCOUNT = pa.schema(
    [
        ("territory_id", pa.string()),
        ("parent_id", pa.string()),
        ("level", pa.string()),
        ("name", pa.string()),
        ("owner_id", pa.string()),
        ("customers", pa.int64()),
        ("visits", pa.float64()),  # a year
        ("mean_km", pa.float64()),  # great circle from the centre, weighted by visits
        ("contact_hours", pa.float64()),  # a year
        ("travel_hours", pa.float64()),  # a year
        ("hours_needed", pa.float64()),  # contact + travel
        ("hours_available", pa.float64()),  # a year, of the people now
        ("people_needed", pa.float64()),
        ("people_now", pa.float64()),  # somebody with two territories is half a person in each
        ("gap", pa.float64()),  # needed - now; above 0 people are missing
    ]
)
"""One row for each territory and for each region above it (the sum of its territories), by id."""


@dataclass(frozen=True, slots=True)
class Load:
    """What each territory asks for in a year; arrays of shape ``(n_territories,)``."""

    customers: Floats
    visits: Floats
    visit_km: Floats
    contact_hours: Floats
    travel_hours: Floats


def build_up(book: Book, members: Members, scores: Scores, *, policy: ResourcePolicy) -> Load:
    """
    Return the yearly work of each territory: visits by tier, hours with customers, hours on the way.

    A stated ``visits_per_year`` goes before the tier's, and a known workload before visits times visit hours. The way
    of one visit is there and back from the territory's centre along the great circle, times the detour, shared by the
    visits of one trip. Source: W. J. Talley, "How to Design Sales Territories", Journal of Marketing 25(3), 1961.
    """
    customers = book.table("customers")
    tiers = lookup(members.customers, scores.customers["customer_id"], scores.customers["tier"]).to_pylist()
    visits = stated_or_by_tier(floats(customers["visits_per_year"]), by_tier(tiers, policy.visits))
    each = stated_or_by_tier(floats(customers["visit_hours"]), by_tier(tiers, policy.visit_hours))
    contact = stated_or_by_tier(scored(scores, members, "workload"), visits * each)
    km = _distance(floats(customers["lon"]), floats(customers["lat"]), members)
    total_visits, known = members.sums(visits), np.isfinite(km)
    placed = members.sums(np.where(known, visits, 0.0))
    mean_km = _ratio(members.sums(np.where(known, visits * km, 0.0)), placed)
    visit_km = mean_km * total_visits
    hours = 2 * policy.detour / policy.speed_kmh / policy.visits_per_trip
    counts = members.sums(np.ones(len(visits)))
    return Load(counts, total_visits, visit_km, members.sums(contact), visit_km * hours)


def headcount(
    book: Book, plan: Plan, members: Members, load: Load, *, policy: ResourcePolicy, today: date
) -> tuple[pa.Table, tuple[Message, ...]]:
    """Return table ``HEADCOUNT`` and what its reader must know."""
    people = _people(book, today)
    standard, note = _selling_hours(book, people, policy=policy, today=today)
    totals: dict[str, Floats] = {}
    known: dict[str, Territory] = {item.id: item for item in plan.territories}
    held = Counter(item.owner_id or "" for item in members.territories)
    for index, territory in enumerate(members.territories):
        owner = territory.owner_id or ""
        part = 1 / held[owner] if owner else 0.0
        hours = [part * (standard if np.isnan(capacity) else capacity) for capacity in people.get(owner, ())]
        figures = [load.customers, load.visits, load.visit_km, load.contact_hours, load.travel_hours]
        values = np.array([*(float(item[index]) for item in figures), sum(hours), part * len(hours)])
        for place in _upwards(territory.id, known):
            totals[place] = totals.get(place, np.zeros(len(values))) + values
    return _table(totals, known, standard), (note, _summary(load, standard, members, people))


def _upwards(place: str, known: Mapping[str, Territory]) -> list[str]:
    # The territory, then each region above it; regions that name each other as parents end the walk.
    found: list[str] = []
    above: str | None = place
    while above is not None and above not in found:
        found.append(above)
        above = known[above].parent if above in known else None
    return found


def _table(totals: Mapping[str, Floats], known: Mapping[str, Territory], standard: float) -> pa.Table:
    records = []
    for place in sorted(totals):
        territory = known.get(place)
        customers, visits, visit_km, contact, travel, available, now = totals[place].tolist()
        needed = contact + travel
        records.append(
            {
                "territory_id": place,
                "parent_id": territory.parent if territory else None,
                "level": territory.level if territory else "region",
                "name": territory.name if territory else place,
                "owner_id": territory.owner_id if territory else None,
                "customers": int(customers),
                "visits": round(visits, 2),
                "mean_km": round(visit_km / visits, 2) if visits else 0.0,
                "contact_hours": round(contact, 2),
                "travel_hours": round(travel, 2),
                "hours_needed": round(needed, 2),
                "hours_available": round(available, 2),
                "people_needed": round(needed / standard, 2),
                "people_now": round(now, 2),
                "gap": round(needed / standard - now, 2),
            }
        )
    return pa.Table.from_pylist(records, HEADCOUNT)


def _people(book: Book, today: date) -> dict[str, tuple[float, ...]]:
    # The capacity of each person behind an owner, NaN where unknown: a team has its members, a partner nobody of ours.
    owners = book.table("owners")
    names = ("owner_id", "kind", "team_id", "capacity_hours", "active_from", "active_to")
    found: dict[str, tuple[float, ...]] = {}
    teams: dict[str, list[float]] = {}
    for owner, kind, team, capacity, start, end in zip(*(owners[name].to_pylist() for name in names), strict=True):
        hours = float("nan") if capacity is None else capacity
        if kind not in ("team", "partner") and is_within(today, start, end):
            found[owner] = (hours,)
            if team:
                teams.setdefault(team, []).append(hours)
    return {team: tuple(hours) for team, hours in sorted(teams.items())} | found


def _selling_hours(
    book: Book, people: Mapping[str, tuple[float, ...]], *, policy: ResourcePolicy, today: date
) -> tuple[float, Message]:
    if policy.selling_hours is not None:
        return policy.selling_hours, say("resource.hours_by_policy", hours=policy.selling_hours)
    stated = [hours[0] for hours in people.values() if len(hours) == 1 and hours[0] > 0]
    if stated:
        middle = float(np.median(stated))
        return middle, say("resource.hours_by_owners", hours=middle, owners=len(stated))
    year = Period(today, today + timedelta(days=365))
    calendar = company_calendar(book)
    days = calendar.workdays(year)
    hours = days * policy.hours_per_day * policy.selling_share
    guess = "resource.hours_by_guess" if calendar.is_fallback(year) else "resource.hours_by_calendar"
    return hours, say(guess, hours=hours, days=days)


def _summary(load: Load, standard: float, members: Members, people: Mapping[str, tuple[float, ...]]) -> Message:
    needed = float(load.contact_hours.sum() + load.travel_hours.sum()) / standard
    now = sum(len(people.get(owner, ())) for owner in sorted({item.owner_id or "" for item in members.territories}))
    code = "resource.people_missing" if needed > now else "resource.people_enough"
    return say(code, needed=round(needed, 1), now=now, gap=round(abs(needed - now), 1))


def _distance(lon: Floats, lat: Floats, members: Members) -> Floats:
    # Great circle from each customer to its territory's centre; NaN where either is unknown.
    centres = np.array([item.centre for item in members.territories], dtype=np.float64).reshape(-1, 2)
    centres = np.vstack([centres, [np.nan, np.nan]])  # the last row serves the index -1
    to = centres[members.territory_of]
    return great_circle_km(lon, lat, to[:, 0], to[:, 1])


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
