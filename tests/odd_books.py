"""Books that no company would write on purpose, and some do: a recipe says what is odd, a seed fills the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.tables import TABLES

TODAY = date(2026, 4, 1)
NOON = datetime(2026, 4, 1, 4, tzinfo=UTC)
HUGE = Decimal(10) ** 12
PLACES = ("scattered", "one_point", "line", "pairs", "regions", "mixed", "nowhere", "world")
ORDERS = ("none", "some", "returns", "one_day", "later", "huge", "tiny", "free", "foreign")
CODES = ("440106", "440103", "420100", "110000", "659001", "710000", "XX-1", "999999")
TIERS = ("A", "B", "C", "D", "gold", None)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is odd about a Book."""

    seed: int
    customers: int
    owners: int
    places: str
    orders: str
    staff: str
    holes: float
    locked: float
    costs: bool
    potential: str
    extras: bool
    extremes: bool
    zone: str
    language: str


recipes = st.builds(
    Recipe,
    seed=st.integers(0, 10_000),
    customers=st.integers(0, 40),
    owners=st.integers(0, 6),
    places=st.sampled_from(PLACES),
    orders=st.sampled_from(ORDERS),
    staff=st.sampled_from(("reps", "any", "some_gone", "away", "homeless", "full")),
    holes=st.sampled_from((0.0, 0.3, 0.9)),
    locked=st.sampled_from((0.0, 0.2, 1.0)),
    costs=st.booleans(),
    potential=st.sampled_from(("none", "zero", "some", "huge")),
    extras=st.booleans(),
    extremes=st.booleans(),
    zone=st.sampled_from(("Asia/Shanghai", "America/New_York", "Pacific/Kiritimati")),
    language=st.sampled_from(("zh", "en")),
)


def book_of(recipe: Recipe) -> Book:
    """Return the Book of ``recipe``; the same recipe always gives the same one."""
    rng = np.random.default_rng(recipe.seed)
    settings = BookSettings(zone=recipe.zone, language=recipe.language, as_of=TODAY)
    rows = {"customers": customers(recipe, rng), "owners": owners(recipe, rng), "orders": orders(recipe, rng)}
    if recipe.staff == "away":
        until = {"starts_at": NOON - timedelta(days=3), "ends_at": NOON + timedelta(days=9)}
        rows["absences"] = [{"owner_id": f"R{n}", **until} for n in range(0, recipe.owners, 2)]
    if recipe.extras:
        rows |= extras(recipe, rng)
    if recipe.extremes:
        plant_extremes(rows, rng)
    tables = {name: table_of(name, found) for name, found in rows.items() if found or name == "customers"}
    return Book.of(settings, tables)


def table_of(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows as a table of the Book."""
    return pa.Table.from_pylist(rows, TABLES[name].arrow)


def customers(recipe: Recipe, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return the customers; every optional value may be missing."""
    potentials = {"none": None, "zero": Decimal(0), "some": Decimal(int(rng.integers(1, 10**6))), "huge": HUGE}
    rows = []
    for number in range(recipe.customers):
        row = {
            "customer_id": f"C{number:03d}",
            "name": ["甲", "=cmd|'/c'!A1", 'a,b\n"c"', "{name}", "<script>"][number % 5],
            "key_account": bool(rng.random() < 0.2),
            **place(recipe, number, rng),
            "industry": str(rng.choice(["医疗", "食品"])),
            "size_band": str(rng.choice(["大型", "小型"])),
            "channel": str(rng.choice(["经销", "电商", "直销"])),
            "products": [["P1"], [], ["软件", "none"]][number % 3],
            "needs": [["定制方案"], []][number % 2],
            "language": str(rng.choice(["zh", "en"])),
            "potential": potentials[recipe.potential],
            "workload": [0.0, 1.0, 1e6, float(rng.uniform(0, 90))][int(rng.integers(4))],
            "visits_per_year": float(rng.choice([0, 1, 400])),
            "visit_hours": float(rng.choice([0, 1.5])),
            "tier": TIERS[int(rng.integers(len(TIERS)))],
            "owner_id": f"R{int(rng.integers(max(recipe.owners, 1)))}" if recipe.owners else None,
            "territory_id": [None, "T-R0", "T-old"][number % 3],
            "locked": bool(rng.random() < recipe.locked),
            "created_at": NOON - timedelta(days=int(rng.integers(-30, 1500))),
            "consent_marketing": bool(rng.random() < 0.5),
            "parent_customer_id": "C000" if number % 7 == 3 else None,
        }
        rows.append(with_holes(row, recipe, rng, keep=("customer_id", "owner_id", "locked", "lat", "lon")))
    return rows


def place(recipe: Recipe, number: int, rng: np.random.Generator) -> dict[str, Any]:
    """Return where a customer is."""
    kind = recipe.places if recipe.places != "mixed" else PLACES[int(rng.integers(5))]
    code = str(CODES[int(rng.integers(len(CODES)))])
    spots: Mapping[str, tuple[float, float] | None] = {
        "scattered": (float(rng.uniform(20, 45)), float(rng.uniform(100, 120))),
        "one_point": (23.1, 113.3),
        "line": (30.0, 100.0 + number / 4),
        "pairs": (30.0 + number // 2 / 5, 114.0),
        "regions": None,
        "nowhere": None,
        "world": (float(rng.uniform(-90, 90)), float(rng.uniform(-180, 180))),
    }
    spot = spots[kind]
    quality = ("exact", "street", "district", "city", "unknown")[int(rng.integers(5))]
    found: dict[str, Any] = {"region_code": None if kind == "nowhere" else code}
    return found if spot is None else found | {"lat": spot[0], "lon": spot[1], "location_quality": quality}


def owners(recipe: Recipe, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return the owners: of every kind, some gone, some without home or limit."""
    rows = []
    for number in range(recipe.owners):
        kind = str(rng.choice(["rep", "team", "partner"])) if recipe.staff == "any" else "rep"
        home = {} if recipe.staff == "homeless" else {"lat": float(rng.uniform(22, 40)), "lon": 113.0 + number}
        limits = [None, 0, 1, 5, 10**6] if recipe.staff != "full" else [0]
        row = {
            "owner_id": f"R{number}",
            "kind": kind,
            "name": f"代表{number}" if number % 2 else None,
            **home,
            "team_id": ["R0", "R1", "T9"][number % 3],
            "manager_id": ["R0", "nobody", f"R{number}"][number % 3],
            "level": str(rng.choice(["junior", "regular", "senior"])),
            "skills": [["industry:医疗", "language:en"], ["region:44"], []][number % 3],
            "capacity_customers": limits[int(rng.integers(len(limits)))],
            "capacity_hours": [None, 0.0, 40.0, 1600.0][int(rng.integers(4))],
            "weight": [None, 0.0, 1.0, 2.5, 1e-9][int(rng.integers(5))],
            "timezone": [None, "Asia/Tokyo", "Europe/Oslo"][number % 3],
            "active_from": [None, date(2020, 1, 1), date(2027, 1, 1)][
                int(rng.integers(3 if recipe.staff == "any" else 2))
            ],
            "active_to": date(2025, 12, 31) if recipe.staff == "some_gone" and number % 2 else None,
        }
        rows.append(with_holes(row, recipe, rng, keep=("owner_id", "active_to", "lat", "lon")))
    return rows


def orders(recipe: Recipe, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return order lines of up to three years, by what is odd about them."""
    if recipe.orders == "none" or not recipe.customers:
        return []
    rows = []
    for number in range(int(rng.integers(1, 6 * recipe.customers + 2))):
        ago = int(rng.integers(1, 1000))
        ago = {"one_day": 30, "later": -ago}.get(recipe.orders, ago)
        amount = Decimal(int(rng.integers(-(10**6), 10**8))) / 10_000
        odd = {"returns": -abs(amount), "huge": HUGE * (1 + number % 3), "tiny": Decimal("0.0001"), "free": Decimal(0)}
        row = {
            "order_id": f"O{number // 2}" if number % 11 else "O0",
            "customer_id": f"C{int(rng.integers(recipe.customers)):03d}",
            "ordered_at": NOON - timedelta(days=ago, minutes=int(rng.integers(1440))),
            "amount": odd.get(recipe.orders, amount),
            "product_id": f"P{int(rng.integers(4))}",
            "quantity": float(rng.choice([-1, 0, 0.3333, 1, 1e9])),
            "cost": abs(amount) - 1 if recipe.costs else None,
            "currency": "USD" if recipe.orders == "foreign" and number % 2 else None,
            "owner_id": "R0" if recipe.owners else None,
        }
        must = ("order_id", "customer_id", "ordered_at", "amount", "currency")
        rows.append(with_holes(row, recipe, rng, keep=must) | {"line_no": number})
    return rows


def extras(recipe: Recipe, rng: np.random.Generator) -> dict[str, list[dict[str, Any]]]:
    """Return the tables a company may or may not have."""
    who = [f"C{int(rng.integers(max(recipe.customers, 1))):03d}" for _ in range(30)] if recipe.customers else []
    at = [NOON - timedelta(days=int(rng.integers(-20, 800))) for _ in who]
    when = list(zip(who, at, strict=True))
    kinds = ("visit", "complaint", "usage", "call")
    scores = ("csat", "nps", "ces", "need")
    return {
        "products": [
            {"product_id": f"P{n}", "category": "软件" if n % 2 else None, "unit_cost": Decimal(n) if n else None}
            for n in range(4)
        ],
        "interactions": [
            {
                "customer_id": one,
                "at": at,
                "kind": kinds[n % 4],
                "resolved_at": at + timedelta(hours=n) if n % 3 else None,
            }
            for n, (one, at) in enumerate(when)
        ],
        "surveys": [
            {
                "customer_id": one,
                "at": at,
                "kind": scores[n % 4],
                "score": float(n % 11),
                "scale_max": [None, 5.0, 1.0][n % 3],
            }
            for n, (one, at) in enumerate(when)
        ],
        "payments": [
            {"payment_id": f"Y{n}", "order_id": f"O{n}", "paid_at": at, "amount": Decimal(n * 100), "due_at": at}
            for n, (_, at) in enumerate(when)
        ],
        "deals": [
            {"deal_id": f"D{n}", "customer_id": one, "stage": "offer", "amount": [None, HUGE][n % 2], "opened_at": at}
            for n, (one, at) in enumerate(when)
        ],
        "targets": [
            {"territory_id": "T-R0", "period": period, "metric": "revenue", "value": value}
            for period, value in (("2026", 1e12), ("2026-Q1", 0.0), ("2026-04", 5.0), ("soon", 1.0))
        ],
        "stock": [
            {"product_id": f"P{n}", "location_id": "W", "on_hand": float(n), "lead_time_days": 5.0} for n in range(3)
        ],
        "market": [{"region_code": code, "at": TODAY, "market_size": HUGE, "competition": 0.5} for code in CODES[:4]],
    }


def plant_extremes(rows: Mapping[str, list[dict[str, Any]]], rng: np.random.Generator) -> None:
    """Put numbers nobody means into one row in four."""
    large = {"minutes": 9e17, "score": 9e17, "scale_max": 9e17, "on_hand": 9e17, "lead_time_days": 9e17}
    large |= {"weight": [5e-324, 9e17][int(rng.integers(2))], "capacity_customers": 10**17, "capacity_hours": 9e17}
    large |= {
        "visit_hours": 1e4,
        "visits_per_year": 1e6,
        "workload": 1e12,
        "quantity": 1e9,
        "annual_revenue": 99 * HUGE,
    }
    for name, found in rows.items():
        known = set(TABLES[name].arrow.names)
        for row in found[::4]:
            row.update({column: value for column, value in large.items() if column in known and rng.random() < 0.3})


def with_holes(
    row: dict[str, Any], recipe: Recipe, rng: np.random.Generator, *, keep: tuple[str, ...]
) -> dict[str, Any]:
    """Return ``row`` with values missing at random, except those to keep."""
    return {name: None if name not in keep and rng.random() < recipe.holes else value for name, value in row.items()}
