"""The rows that describe customers: themselves, their sites, their contacts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from jiuzhou.demo import names
from jiuzhou.demo.columns import blanked, lists, moments, money, numbered, pick, table_of
from jiuzhou.demo.credit_code import credit_codes
from jiuzhou.demo.customers import CHANNELS, QUALITIES, Customers
from jiuzhou.demo.people import NEEDS
from jiuzhou.demo.places import INDUSTRIES, draw, scatter
from jiuzhou.demo.products import CATEGORIES
from jiuzhou.demo.streams import BLOCK, Topic, stream
from jiuzhou.demo.world import World
from jiuzhou.kernel.arrays import Ints

_ORDER_VALUE = np.array([26_000.0, 38_000.0, 60_000.0])
_VISIT_HOURS = np.array([1.5, 2.0, 3.0])
_REVENUE = np.array([3e6, 6e7, 1.1e9])
_NEED = np.array([0.34, 0.22, 0.3, 0.32, 0.16])
_BUYS = np.array([0.45, 0.92, 0.3, 0.5])
_INTERESTS = ("行业展会", "新品试用", "线上课程", "学术会议", "同行交流")
_VALUES = ("质量优先", "成本优先", "绿色环保", "技术创新", "长期合作")
_OCCUPATIONS = ("店主", "医生", "校长", "个体经营者", "实验员")
_INCOMES = ("10万以下", "10-20万", "20-50万", "50万以上")
_ROLES = ("采购经理", "实验室主任", "设备科长", "总经理", "财务经理", "质量总监")
_SITE_KINDS = ("工厂", "实验室", "仓库", "门店", "分公司")


def customer_table(world: World, block: int, who: Customers) -> pa.Table:
    """Return the customers of a block as the Book keeps them."""
    rng = stream(world.seed, Topic.PLACES, block)
    parent = _parents(who, rng)
    word = names.words(np.where(parent > 0, parent, who.number))
    city = pick([place.name for place in world.places.cities], who.city)
    owner, consent = who.ownership.owner, rng.random(BLOCK)
    asked = consent < 0.7
    ids = {
        "customer_id": who.ids,
        "name": names.company_names(city, word, who.industry, who.size, group=who.head),
        "phone": names.phones(who.number),
        "email": blanked(names.emails("kehu", who.number), rng.random(BLOCK) < 0.25),
        "tax_id": credit_codes(world.places.code[who.city], who.number + 31_000_000),
        "parent_customer_id": blanked(numbered("C", parent, 7), parent == 0),
        "key_account": pa.array(who.head),
        "country": ["CN"] * BLOCK,
        "industry": pick(INDUSTRIES, who.industry),
        "size_band": pick(names.SIZES, who.size),
        "channel": pick(CHANNELS, who.channel),
        "language": pick(("zh", "en"), (rng.random(BLOCK) < 0.02).astype(np.int64)),
        "owner_id": who.ownership.ids(world.sellers),
        "locked": pa.array(who.head & (owner >= 0) & (owner < world.sellers.reps) & (who.number % 6 == 0)),
        "created_at": moments(who.first_day - rng.integers(5, 60, BLOCK), rng.integers(32_400, 64_800, BLOCK)),
        "consent_marketing": pa.array(consent < 0.55, mask=~asked),
        "consent_at": moments(who.first_day, np.full(BLOCK, 36_000), known=consent < 0.55),
    }
    return table_of("customers", ids | _where(world, who, city, rng) | _worth(who, rng) | _people(who, rng))


def _parents(who: Customers, rng: np.random.Generator) -> Ints:
    # A subsidiary belongs to the last head before it: never a later one, so a smaller book is a beginning of a larger.
    latest = np.maximum.accumulate(np.where(who.head, who.number, 0))
    belongs = ~who.head & (rng.random(BLOCK) < 0.06)
    parent: Ints = np.where(belongs, latest, 0)
    return parent


def _where(world: World, who: Customers, city: pa.Array, rng: np.random.Generator) -> dict[str, Any]:
    lon, lat = scatter(world.places, who.city, rng)
    digits = np.where(who.quality == 1, 1e3, 1e5)
    pointed = who.quality <= 1
    address = names.addresses(city, rng.random(BLOCK) < 0.1, rng)
    return {
        "region_code": who.region_code(world),
        "address": blanked(address, who.quality >= 3),
        "lat": pa.array(np.rint(lat * digits) / digits, mask=~pointed),
        "lon": pa.array(np.rint(lon * digits) / digits, mask=~pointed),
        "location_quality": pick(QUALITIES, who.quality),
    }


def _worth(who: Customers, rng: np.random.Generator) -> dict[str, Any]:
    revenue = _REVENUE[who.size] * rng.lognormal(0, 0.8, BLOCK)
    potential = who.orders_a_year * _ORDER_VALUE[who.size] * rng.lognormal(0.35, 0.5, BLOCK)
    hours = np.round(_VISIT_HOURS[who.size] * rng.choice([0.75, 1.0, 1.25], BLOCK), 2)
    return {
        "annual_revenue": money(np.round(revenue, -4), known=rng.random(BLOCK) < 0.8),
        "potential": money(np.round(potential, -2), known=rng.random(BLOCK) < 0.7),
        "visits_per_year": who.visits.astype(np.float64),
        "visit_hours": hours,
        "workload": np.round(who.visits * (hours + rng.gamma(2.0, 0.4, BLOCK)), 1),
        "needs": lists(NEEDS, rng.random((BLOCK, len(NEEDS))) < _NEED),
        "products": lists(CATEGORIES, rng.random((BLOCK, len(CATEGORIES))) < _BUYS),
    }


def _people(who: Customers, rng: np.random.Generator) -> dict[str, Any]:
    # Only where the customer is as good as one person: a small shop, clinic or school.
    trades = [INDUSTRIES.index(name) for name in ("医疗", "零售", "教育")]
    person = (who.size == 0) & np.isin(who.industry, trades) & (rng.random(BLOCK) < 0.6)
    asked = rng.random(BLOCK) < 0.2

    def known(words: tuple[str, ...]) -> pa.Array:
        return blanked(pick(words, rng.integers(0, len(words), BLOCK)), ~person)

    return {
        "birth_year": pa.array(rng.integers(1962, 2000, BLOCK), mask=~person),
        "sex": known(("男", "女")),
        "income_band": known(_INCOMES),
        "occupation": known(_OCCUPATIONS),
        "interests": lists(_INTERESTS, (rng.random((BLOCK, len(_INTERESTS))) < 0.4) & asked[:, None]),
        "values": lists(_VALUES, (rng.random((BLOCK, len(_VALUES))) < 0.35) & asked[:, None]),
    }


def site_table(world: World, block: int, who: Customers) -> pa.Table:
    """Return the sites of groups, two to five in several cities, and of some middling customers one more."""
    rng = stream(world.seed, Topic.SITES, block)
    counts = np.where(who.head, rng.integers(2, 6, BLOCK), (who.size == 1) & (rng.random(BLOCK) < 0.05))
    row = np.repeat(np.arange(BLOCK), counts)
    far = draw(np.cumsum(world.places.share), rng.random(len(row)))
    city = np.where(rng.random(len(row)) < 0.4, who.city[row], far)
    lon, lat = scatter(world.places, city, rng)
    order = np.arange(len(row)) - (np.cumsum(counts) - counts)[row] + 1
    named = pick([place.name for place in world.places.cities], city)
    kind = np.where(order == 1, 0, rng.integers(0, len(_SITE_KINDS), len(row)))
    return table_of(
        "sites",
        {
            "site_id": numbered("S", who.number[row] * 10 + order, 8),
            "customer_id": who.ids.take(pa.array(row)),
            "address": names.addresses(named, rng.random(len(row)) < 0.2, rng),
            "lat": np.round(lat, 5),
            "lon": np.round(lon, 5),
            "kind": pick(_SITE_KINDS, kind),
            "region_code": pick([place.code for place in world.places.cities], city),
        },
    )


def contact_table(world: World, block: int, who: Customers) -> pa.Table:
    """Return the people to talk to: two or three at large customers, one or none at small ones."""
    rng = stream(world.seed, Topic.CONTACTS, block)
    counts = np.array([0, 1, 2])[who.size] + (rng.random(BLOCK) < 0.5)
    row = np.repeat(np.arange(BLOCK), counts)
    order = np.arange(len(row)) - (np.cumsum(counts) - counts)[row] + 1
    number: Ints = who.number[row] * 10 + order
    consent = rng.random(len(row))
    return table_of(
        "contacts",
        {
            "contact_id": numbered("K", number, 8),
            "customer_id": who.ids.take(pa.array(row)),
            "name": names.people(rng, len(row)),
            "role": pick(_ROLES, rng.integers(0, len(_ROLES), len(row))),
            "phone": names.phones(number),
            "email": names.emails("lianxi", number),
            "consent_marketing": pa.array(consent < 0.5, mask=consent > 0.75),
        },
    )
