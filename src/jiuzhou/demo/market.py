"""The company's surroundings: market and rivals by region, stock by warehouse, targets by territory, divisions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from jiuzhou.demo.columns import concat, moments, money, table_of
from jiuzhou.demo.places import REGIONS
from jiuzhou.demo.products import product_ids
from jiuzhou.demo.streams import Topic, stream
from jiuzhou.demo.world import World
from jiuzhou.geo.provinces import PROVINCES
from jiuzhou.kernel.arrays import Floats, Ints, day_number

SALES_OF_A_CUSTOMER = 230_000.0
"""About what one customer of the book buys a year, on average, in yuan."""
_SOURCE = "演示数据"
_RIVALS = (
    ("衡泰仪器", "检测设备", 0.92, "价格低，服务网点少"),
    ("Norvik Analytik", "检测设备", 1.35, "品牌强，交货期长"),
    ("明析科技", "软件", 0.85, "软件更新快"),
    ("博测检验", "服务", 0.95, "本地实验室多"),
    ("东越试剂", "耗材", 0.8, "耗材价格低"),
)
_WAREHOUSES = {"east": "310000", "south": "440100", "north": "110000", "central": "420100", "west": "510100"}
_TYPICAL_PRICE = {"检测设备": 120_000.0, "耗材": 600.0, "软件": 28_000.0, "服务": 6_000.0}


def market_table(world: World) -> pa.Table:
    """Return the market of each city at the beginning of this year and of the last one."""
    rng = stream(world.seed, Topic.MARKET)
    places, count = world.places, len(world.places.cities)
    ours = places.share * world.customers * SALES_OF_A_CUSTOMER
    size = ours / np.clip(rng.normal(0.16, 0.05, count), 0.05, 0.35)
    growth = np.array([region.growth for region in REGIONS])[places.region] * 0.6 + rng.normal(0.03, 0.02, count)
    competition = np.clip(
        0.25 + 0.5 * places.population / places.population.max() + rng.normal(0, 0.12, count), 0.02, 0.98
    )
    wealth = np.array([9.5, 9.0, 7.6, 7.0, 6.2])[places.region] * rng.lognormal(0, 0.2, count)
    parts = []
    for back in (1, 0):
        notes: list[str | None] = [None] * count
        notes[0] = "医疗器械经营须备案，二类以上须许可。" if back == 0 else None
        parts.append(
            table_of(
                "market",
                {
                    "region_code": [city.code for city in places.cities],
                    "at": [date(world.as_of.year - back, 1, 1)] * count,
                    "market_size": money(np.round(size / (1 + growth) ** back, -3)),
                    "competition": np.round(competition, 3),
                    "growth": np.round(growth, 4),
                    "population": places.population * 10_000,
                    "gdp": np.round(places.population * 10_000 * wealth * 10_000, -8),
                    "law_note": pa.array(notes, pa.string()),
                    "source": [_SOURCE] * count,
                },
            )
        )
    return concat(parts)


def competitor_table(world: World) -> pa.Table:
    """Return five invented rivals in each sales region."""
    rng = stream(world.seed, Topic.RIVALS)
    rows = [
        {
            "name": name,
            "region_code": f"{region.provinces[0]}0000",
            "product": product,
            "share": round(float(np.clip(rng.normal(0.12, 0.05), 0.02, 0.3)), 3),
            "strength": strength,
            "price": price * _TYPICAL_PRICE[product],
        }
        for name, product, price, strength in _RIVALS
        for region in REGIONS
    ]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    columns["price"] = money(np.array(columns["price"]))
    return table_of(
        "competitors", columns | {"at": [world.as_of - timedelta(days=90)] * len(rows), "source": [_SOURCE] * len(rows)}
    )


def stock_table(world: World) -> pa.Table:
    """Return what lies in the five warehouses: two to fourteen weeks of sales, one thing in nine too little."""
    rng = stream(world.seed, Topic.STOCK)
    goods = np.flatnonzero(world.products.category <= 1)
    parts = []
    for index, region in enumerate(REGIONS):
        weekly = _weekly_units(world, goods, index)
        weeks = np.where(rng.random(len(goods)) < 0.11, 0.4, rng.uniform(2, 14, len(goods)))
        lead = np.where(
            world.products.category[goods] == 0, rng.integers(25, 70, len(goods)), rng.integers(5, 25, len(goods))
        )
        yesterday = np.full(len(goods), day_number(world.as_of) - 1)
        parts.append(
            table_of(
                "stock",
                {
                    "product_id": product_ids(goods),
                    "location_id": [f"WH-{region.code}"] * len(goods),
                    "on_hand": np.floor(weekly * weeks),
                    "region_code": [_WAREHOUSES[region.code]] * len(goods),
                    "on_order": np.where(weeks < 3, np.ceil(weekly * 4), 0.0),
                    "lead_time_days": lead.astype(np.float64),
                    "holding_rate": np.full(len(goods), 0.18),
                    "at": moments(yesterday, np.full(len(goods), 18 * 3600)),
                },
            )
        )
    return concat(parts)


def target_table(world: World) -> pa.Table:
    """Return last year's and this year's sales targets of each active rep's territory, named as a plan names it."""
    rng = stream(world.seed, Topic.TARGETS)
    reps = world.sellers.reps
    fair = world.customers * SALES_OF_A_CUSTOMER / reps
    parts = []
    for back in (1, 0):
        value = np.round(fair * 1.08 ** (1 - back) * rng.uniform(0.8, 1.2, reps), -4)
        parts.append(
            table_of(
                "targets",
                {
                    "territory_id": [f"T-{owner}" for owner in world.sellers.ids[:reps]],
                    "period": [str(world.as_of.year - back)] * reps,
                    "metric": ["revenue"] * reps,
                    "value": value,
                    "currency": ["CNY"] * reps,
                },
            )
        )
    return concat(parts)


def region_table(world: World) -> pa.Table:
    """Return the provinces and the cities in which the company sells, without their borders."""
    used = {city.code[:2] for city in world.places.cities}
    provinces = [(item.code, item.full_name, None) for item in PROVINCES if item.code[:2] in used]
    towns = [(city.code, city.name, f"{city.code[:2]}0000") for city in world.places.cities if city.code[2:] != "0000"]
    rows = sorted([*provinces, *towns])
    return table_of(
        "regions",
        {
            "region_code": [code for code, _, _ in rows],
            "name": [name for _, name, _ in rows],
            "parent_code": pa.array([parent for _, _, parent in rows], pa.string()),
        },
    )


def _weekly_units(world: World, goods: Ints, region: int) -> Floats:
    chosen = np.diff(world.products.chosen.mean(axis=0), prepend=0.0)[goods]
    share = world.places.share[world.places.region == region].sum()
    lines = world.customers * share * 17 / 52
    units = np.where(world.products.category[goods] == 1, 9.0, 1.1)
    weekly: Floats = lines * chosen * units
    return weekly
