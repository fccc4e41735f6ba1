"""Who sells: teams, representatives, those who left, partners; and who is away when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from jiuzhou.demo import names
from jiuzhou.demo.columns import moments, table_of
from jiuzhou.demo.places import INDUSTRIES, REGIONS, Places, distance_km
from jiuzhou.demo.products import CATEGORIES
from jiuzhou.demo.streams import Topic, stream
from jiuzhou.kernel.arrays import Floats, Ints, day_number

NEEDS = ("技术支持", "定制方案", "快速交付", "价格优惠", "培训")
CUSTOMERS_OF_A_REP = 125
_ONE_REP = 1.2
"""A city with more customers than this many reps have on average is shared."""
FEWEST_REPS = 24
_TEAM_SHARES = np.array([7, 5, 4, 4, 4]) / 24
_BACKGROUNDS = {"医疗": "医学", "制造": "工程", "食品": "食品", "金融": "金融", "建筑": "工程", "信息技术": "工程"}
_LEVELS = ("junior", "regular", "senior")
_HOURS = {"junior": 1_450.0, "regular": 1_600.0, "senior": 1_650.0}
_CUSTOMERS = {"junior": 120, "regular": 150, "senior": 170}
_PARTNERS = (
    ("P01", "天山科仪经销有限公司", "distributor", "650100"),
    ("P02", "岭南检测设备代理有限公司", "agent", "450100"),
    ("P03", "北疆渠道服务有限公司", "channel", "150100"),
)


@dataclass(frozen=True, slots=True)
class Sellers:
    """
    The owners of customers, as positions in ``ids``: active reps, then reps who left, then partners.

    Attributes
    ----------
    reps, departed
        How many of each.
    forerunner
        Position of the departed rep whose customers each active rep is to take over, shape ``(reps,)``; -1 for most.
    joined
        Day, after 1970-01-01, on which each began, in the order of ``ids``.
    near
        Reps who may own a customer of each city, shape ``(n_cities, k)``.
    chance
        Cumulative chances of ``near``, shape ``(n_cities, k)``; uneven on purpose.
    habit
        The draw that a city's customers share where one rep looks after the whole city, shape ``(n_cities,)``; not a
        number in cities too large for one rep.
    by_region
        Active reps of each sales region.
    """

    ids: tuple[str, ...]
    reps: int
    departed: int
    forerunner: Ints
    joined: Ints
    near: Ints
    chance: Floats
    habit: Floats
    by_region: tuple[Ints, ...]
    owners: pa.Table
    absences: pa.Table


def rep_count(customers: int) -> int:
    """Return how many active reps a book of that size has: one for 125 customers, and never fewer than 24."""
    return max(FEWEST_REPS, customers // CUSTOMERS_OF_A_REP)


def sellers(places: Places, *, customers: int, seed: int, as_of: date) -> Sellers:
    """Return the owners for a book of ``customers``."""
    rng = stream(seed, Topic.PEOPLE)
    reps = rep_count(customers)
    departed = max(1, reps // FEWEST_REPS)
    region = np.repeat(np.arange(len(REGIONS)), np.diff(np.rint(np.r_[0, np.cumsum(_TEAM_SHARES)] * reps)).astype(int))
    home = _homes(places, region)
    followers = (3 + FEWEST_REPS * np.arange(departed)) % reps
    forerunner = np.full(reps, -1, dtype=np.int64)
    forerunner[followers] = reps + np.arange(departed)
    everyone = np.r_[np.arange(reps), followers]
    lon = places.lon[home[everyone]] + rng.normal(0, 0.04, len(everyone))
    lat = places.lat[home[everyone]] + rng.normal(0, 0.035, len(everyone))
    rows = _reps(region[everyone], reps, rng, as_of)
    for row, x, y in zip(rows, lon, lat, strict=True):
        row |= {"lon": round(float(x), 5), "lat": round(float(y), 5)}
    near, chance = _candidates(places, region, lon[:reps], lat[:reps], rng)
    partners = _partners(places)
    return Sellers(
        ids=tuple(str(row["owner_id"]) for row in [*rows, *partners]),
        reps=reps,
        departed=departed,
        forerunner=forerunner,
        joined=np.array([day_number(row["active_from"]) for row in [*rows, *partners]], dtype=np.int64),
        near=near,
        chance=chance,
        habit=np.where(places.share * reps < _ONE_REP, rng.random(len(places.share)), np.nan),
        by_region=tuple(np.flatnonzero(region == index) for index in range(len(REGIONS))),
        owners=_table([*_teams(region), *rows, *partners]),
        absences=_absences(reps, rng, as_of),
    )


def _homes(places: Places, region: Ints) -> Ints:
    # Highest averages: each next rep of a region goes where a city has most customers for the reps it has.
    home = np.empty(len(region), dtype=np.int64)
    held = np.zeros(len(places.cities))
    for rep, index in enumerate(region):
        quotient = np.where(places.region == index, places.share / (held + 1), -1.0)
        home[rep] = int(np.argmax(quotient))
        held[home[rep]] += 1
    return home


def _candidates(
    places: Places, region: Ints, lon: Floats, lat: Floats, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    pull = rng.lognormal(0, 0.6, len(region))
    largest = int(np.ceil(1.5 * len(region) * places.share.max()))
    width = min(max(4, largest), int(np.bincount(region).min()))
    away = distance_km(places.lon[:, None], places.lat[:, None], lon[None], lat[None])
    away[places.region[:, None] != region[None]] = np.inf
    near = np.argsort(away, axis=1, kind="stable")[:, :width]
    distance = np.take_along_axis(away, near, axis=1)
    # A city needs about as many reps as its share; those beyond are reached only where the distance allows it.
    wanted = np.maximum(4, np.ceil(1.5 * len(region) * places.share))
    weight = pull[near] * np.exp(-distance / 140.0) * (np.arange(width) < wanted[:, None])
    total = np.cumsum(np.maximum(weight, 1e-12), axis=1)
    return near.astype(np.int64), total / total[:, -1:]


def _reps(region: Ints, active: int, rng: np.random.Generator, as_of: date) -> list[dict[str, Any]]:
    called = names.people(rng, len(region)).to_pylist()
    first = {int(index): int(np.argmax(region[:active] == index)) for index in np.unique(region)}
    rows = []
    for number, (index, name) in enumerate(zip(region.tolist(), called, strict=True)):
        leads = first[index] == number
        level = "senior" if leads else str(rng.choice(_LEVELS, p=(0.25, 0.5, 0.25)))
        served = (
            rng.integers(1_200, 3_600)
            if leads
            else rng.integers(150, 900)
            if level == "junior"
            else rng.integers(900, 3_600)
        )
        since = as_of - timedelta(days=int(served))
        left = number >= active
        rows.append(
            {
                "owner_id": f"R{number + 1:04d}",
                "kind": "rep",
                "name": name,
                "team_id": f"team-{REGIONS[index].code}",
                "manager_id": None if leads else f"R{first[index] + 1:04d}",
                "level": level,
                "skills": _skills(REGIONS[index].industries, level, rng),
                "capacity_hours": 0.0 if left else _HOURS[level],
                "capacity_customers": 0 if left else _CUSTOMERS[level],
                "active_from": since - timedelta(days=400 if left else 0),
                "active_to": as_of - timedelta(days=45 + 10 * (number % 7)) if left else None,
            }
        )
    return rows


def _skills(mix: tuple[float, ...], level: str, rng: np.random.Generator) -> list[str]:
    many = 1 + _LEVELS.index(level)
    weights = np.array(mix) / sum(mix)
    known = [INDUSTRIES[i] for i in sorted(rng.choice(len(INDUSTRIES), min(many + 1, 4), replace=False, p=weights))]
    goods = [CATEGORIES[i] for i in sorted(rng.choice(len(CATEGORIES), min(many, 3), replace=False))]
    needs = [NEEDS[i] for i in sorted(rng.choice(len(NEEDS), 1 + (many > 1), replace=False))]
    background = sorted({_BACKGROUNDS[name] for name in known[:2] if name in _BACKGROUNDS})
    speaks = ["language:zh"] + (["language:en"] if rng.random() < 0.15 + 0.2 * (many - 1) else [])
    return [
        *(f"industry:{name}" for name in known),
        *(f"product:{name}" for name in goods),
        *(f"background:{name}" for name in background),
        *(f"need:{name}" for name in needs),
        *speaks,
    ]


def _teams(region: Ints) -> list[dict[str, Any]]:
    return [
        {
            "owner_id": f"team-{part.code}",
            "kind": "team",
            "name": f"{part.name}大区",
            "manager_id": f"R{int(np.argmax(region == index)) + 1:04d}",
            "active_from": date(2019, 1, 1),
        }
        for index, part in enumerate(REGIONS)
    ]


def _partners(places: Places) -> list[dict[str, Any]]:
    at = {city.code: city for city in places.cities}
    return [
        {
            "owner_id": owner,
            "kind": "partner",
            "name": name,
            "partner_type": kind,
            "lon": at[city].lon if city in at else None,
            "lat": at[city].lat if city in at else None,
            "capacity_customers": 200,
            "active_from": date(2023, 1, 1),
        }
        for owner, name, kind, city in _PARTNERS
    ]


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    fields = ("owner_id", "kind", "name", "lat", "lon", "team_id", "manager_id", "level", "skills")
    more = ("capacity_hours", "capacity_customers", "active_from", "active_to", "partner_type")
    columns: dict[str, Any] = {name: [row.get(name) for row in rows] for name in (*fields, *more)}
    columns["weight"] = [None if row["kind"] == "team" else 1.0 for row in rows]
    columns["timezone"] = ["Asia/Shanghai"] * len(rows)
    return table_of("owners", columns)


def _absences(reps: int, rng: np.random.Generator, as_of: date) -> pa.Table:
    today = day_number(as_of)
    away = np.flatnonzero(rng.random(reps) < 0.6)
    away = away[away != 1]  # she is on maternity leave
    owner = [1, *away.tolist()]
    starts = np.r_[today - 40, today + rng.integers(-120, 45, len(away))].astype(np.int64)
    length = np.r_[158, rng.integers(3, 11, len(away))].astype(np.int64)
    reason = ["产假", *("病假" if sick else "年假" for sick in rng.random(len(away)) < 0.2)]
    columns = {
        "owner_id": [f"R{number + 1:04d}" for number in owner],
        "starts_at": moments(starts, np.full(len(starts), 9 * 3600)),
        "ends_at": moments(starts + length, np.full(len(starts), 18 * 3600)),
        "reason": reason,
    }
    order = pa.compute.sort_indices(pa.table(columns), [("owner_id", "ascending"), ("starts_at", "ascending")])
    return table_of("absences", columns).take(order)
