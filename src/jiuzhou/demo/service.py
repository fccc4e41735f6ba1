"""What passed between customers and the company: visits, calls, messages, service, complaints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jiuzhou.demo.columns import blanked, concat, moments, pick, table_of
from jiuzhou.demo.customers import Customers
from jiuzhou.demo.places import NORTH_JIANGSU, draw
from jiuzhou.demo.streams import BLOCK, Topic, stream
from jiuzhou.demo.world import World
from jiuzhou.kernel.arrays import Floats, Ints, Mask

COMPLAINTS = ("到货延迟", "质量问题", "售后响应慢", "发票错误", "安装调试")
_USUAL = np.cumsum([0.22, 0.3, 0.24, 0.14, 0.1])
_KINDS = ("visit", "call", "message", "service", "event", "browse")
_A_VISIT = np.array([0.75, 1.0, 0.5, 0.25, 0.04, 0.3])
"""How often each kind happens for one visit due."""
_CHANNELS = ("上门", "电话", "企业微信", "电话", "展会", "官网")
_MINUTES = np.array([80.0, 12.0, 3.0, 45.0, 30.0, 6.0])
_OUTCOMES = ("有进展", "无变化", "达成意向", "未见到人")
_OUTCOME = np.cumsum([0.38, 0.37, 0.17, 0.08])
_TOPICS = ("新品介绍", "续约", "报价", "使用培训", "回款", "例行拜访")
_TEXTS = {
    "到货延迟": "货比约定晚到，影响了检测排期。",
    "质量问题": "收到的货有瑕疵，要求更换。",
    "售后响应慢": "报修后迟迟没有工程师联系。",
    "发票错误": "发票抬头有误，需要重开。",
    "安装调试": "设备安装后指标不稳定。",
}
SPIKE_DAYS = 61
"""How long before the book's day deliveries to 苏北 began to come late."""
_SPIKE = {"苏北": 0.9, "华东": 0.1}
"""Complaints about it for each customer: in 苏北, and elsewhere in 华东."""


@dataclass(frozen=True, slots=True)
class _Events:
    row: Ints
    day: Ints
    topic: Ints
    open: Mask


def interaction_table(world: World, block: int, who: Customers) -> pa.Table:
    """Return everything that passed with a block of customers, complaints last."""
    return concat([_contacts(world, block, who), complaint_table(world, block, who)])


def _contacts(world: World, block: int, who: Customers) -> pa.Table:
    rng = stream(world.seed, Topic.INTERACTIONS, block)
    begins, years = _span(world, who)
    care = np.where(who.ownership.owner >= 0, 0.35 + 0.9 * rng.random(BLOCK), 0.0)
    care[who.channel == 1] *= 0.5
    often = who.visits[:, None] * years[:, None] * care[:, None] * _A_VISIT
    often[:, _KINDS.index("browse")] *= np.where(who.channel == 1, 6.0, 0.4)
    count = rng.poisson(often)
    row = np.repeat(np.arange(BLOCK), count.sum(axis=1))
    kind = np.repeat(np.tile(np.arange(len(_KINDS)), BLOCK), count.ravel())
    day = _days(world, who, row, begins, rng)
    owner = who.ownership.on(row, day)
    told = kind < 3
    outcome = draw(_OUTCOME, np.minimum(rng.random(len(row)) / (0.75 + 0.35 * who.satisfaction[row]), 0.999))
    alone = kind == _KINDS.index("browse")
    return table_of(
        "interactions",
        {
            "customer_id": who.ids.take(pa.array(row)),
            "at": moments(day, rng.integers(9 * 3600, 17 * 3600, len(row)) // 60 * 60),
            "kind": pick(_KINDS, kind),
            "owner_id": pick(world.sellers.ids, np.where(alone, -1, owner)),
            "outcome": blanked(pick(_OUTCOMES, outcome), ~told),
            "minutes": np.ceil(_MINUTES[kind] * rng.gamma(4.0, 0.25, len(row))),
            "quality": pa.array(np.clip(np.rint(rng.normal(3.6, 0.9, len(row))), 1, 5), mask=kind != 0),
            "channel": pick(_CHANNELS, kind),
            "topic": blanked(pick(_TOPICS, rng.integers(0, len(_TOPICS), len(row))), ~told),
            "text": pa.nulls(len(row), pa.string()),
            "resolved_at": pa.nulls(len(row), pa.timestamp("us", "UTC")),
        },
    )


def complaint_table(world: World, block: int, who: Customers) -> pa.Table:
    """Return the complaints of a block: now and then anywhere, and the late deliveries of the last two months."""
    rng = stream(world.seed, Topic.COMPLAINTS, block)
    begins, years = _span(world, who)
    count = rng.poisson(0.42 * years * (1.5 - who.satisfaction))
    row = np.repeat(np.arange(BLOCK), count)
    topic = draw(_USUAL, rng.random(len(row)))
    always = _Events(row, _days(world, who, row, begins, rng), topic, rng.random(len(row)) < 0.03)
    spike = rng.poisson(_late_deliveries(world, who))
    row = np.repeat(np.arange(BLOCK), spike)
    recent = np.full(BLOCK, world.rhythm.end_day - SPIKE_DAYS)
    late = _Events(row, _days(world, who, row, recent, rng), np.zeros_like(row), rng.random(len(row)) < 0.5)
    return concat([_complaints(world, who, part, rng) for part in (always, late)])


def _complaints(world: World, who: Customers, said: _Events, rng: np.random.Generator) -> pa.Table:
    count = len(said.row)
    solved = said.day + np.ceil(rng.lognormal(1.2, 0.8, count)).astype(np.int64)
    topic = pick(COMPLAINTS, said.topic)
    return table_of(
        "interactions",
        {
            "customer_id": who.ids.take(pa.array(said.row)),
            "at": moments(said.day, rng.integers(9 * 3600, 17 * 3600, count) // 60 * 60),
            "kind": ["complaint"] * count,
            "owner_id": pick(world.sellers.ids, who.ownership.on(said.row, said.day)),
            "outcome": pa.nulls(count, pa.string()),
            "minutes": pa.nulls(count, pa.float64()),
            "quality": pa.nulls(count, pa.float64()),
            "channel": ["电话"] * count,
            "topic": topic,
            "text": pick(tuple(_TEXTS[name] for name in COMPLAINTS), said.topic),
            "resolved_at": moments(
                solved, np.full(count, 16 * 3600), known=~said.open & (solved < world.rhythm.end_day)
            ),
        },
    )


def _late_deliveries(world: World, who: Customers) -> Floats:
    codes = [city.code in NORTH_JIANGSU for city in world.places.cities]
    north = np.array(codes)[who.city]
    rate = np.where(north, _SPIKE["苏北"], np.where(who.region == 0, _SPIKE["华东"], 0.0))
    buying: Floats = np.where(who.prospect, 0.0, rate)
    return buying


def _span(world: World, who: Customers) -> tuple[Ints, Floats]:
    begins = np.maximum(who.first_day, world.rhythm.book_day)
    return begins, np.maximum(world.rhythm.end_day - begins, 0) / 365.0


def _days(world: World, who: Customers, row: Ints, begins: Ints, rng: np.random.Generator) -> Ints:
    """Return a day for each event, even in business time, so never on a holiday and seldom at a weekend."""
    rhythm = world.rhythm
    region = who.region[row]
    start, end = rhythm.time_of(region, begins[row]), rhythm.clock[region, -1]
    day = rhythm.day_of(region, start + rng.random(len(row)) * (end - start))
    return np.minimum(day, rhythm.end_day - 1)
