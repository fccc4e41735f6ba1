"""What may still be sold: deals with their stages and outcomes, and contracts with customers and partners."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from jiuzhou.demo.columns import blanked, dates, joined, moments, money, numbered, pick, table_of
from jiuzhou.demo.customers import Customers
from jiuzhou.demo.places import draw
from jiuzhou.demo.products import product_ids
from jiuzhou.demo.streams import BLOCK, Topic, stream
from jiuzhou.demo.world import World

STAGES = ("初步接触", "需求确认", "方案报价", "商务谈判", "已结束")
_A_YEAR = np.array([0.22, 0.5, 1.1])
_VALUE = np.array([18_000.0, 60_000.0, 220_000.0])
_CYCLE_DAYS = 70.0
_REGIONS_OF_PARTNERS = (("P01", "650000"), ("P02", "450000"), ("P03", "150000"))


def deal_table(world: World, block: int, who: Customers) -> pa.Table:
    """Return the deals of a block, by customer; a satisfied customer agrees more often."""
    rng = stream(world.seed, Topic.DEALS, block)
    rhythm = world.rhythm
    begins = np.maximum(who.first_day - 40, rhythm.book_day)
    count = rng.poisson(_A_YEAR[who.size] * (rhythm.end_day - begins) / 365.0)
    row = np.repeat(np.arange(BLOCK), count)
    number = np.arange(len(row)) - (np.cumsum(count) - count)[row] + 1
    opened = begins[row] + (rng.random(len(row)) * (rhythm.end_day - begins[row])).astype(np.int64)
    expected = opened + np.ceil(_CYCLE_DAYS * rng.lognormal(0, 0.5, len(row))).astype(np.int64)
    closed = expected + np.rint(rng.normal(6, 16, len(row))).astype(np.int64)
    closed = np.maximum(closed, opened + 5)
    over = closed < rhythm.end_day
    won = rng.random(len(row)) < 0.15 + 0.45 * who.satisfaction[row]
    # Where it stands is how much of its time has passed.
    passed = np.clip((rhythm.end_day - opened) / np.maximum(closed - opened, 1), 0, 0.999)
    stage = np.where(over, len(STAGES) - 1, (passed * (len(STAGES) - 1)).astype(np.int64))
    likely = np.cumsum(np.where(world.products.category == 0, 3.0, np.where(world.products.category == 1, 0.0, 1.0)))
    noon = np.full(len(row), 12 * 3600)
    return table_of(
        "deals",
        {
            "deal_id": joined(numbered("D", who.number[row], 7), "-", numbered("", number, 2)),
            "customer_id": who.ids.take(pa.array(row)),
            "stage": pick(STAGES, stage),
            "amount": money(np.round(_VALUE[who.size[row]] * rng.lognormal(0, 0.6, len(row)), -2)),
            "opened_at": moments(opened, noon),
            "expected_at": moments(expected, noon),
            "closed_at": moments(closed, noon, known=over),
            "outcome": blanked(pick(("lost", "won"), won.astype(np.int64)), ~over),
            "owner_id": pick(world.sellers.ids, who.ownership.on(row, opened)),
            "product_id": product_ids(draw(likely / likely[-1], rng.random(len(row)))),
        },
    )


def contract_table(world: World, block: int, who: Customers) -> pa.Table:
    """Return the yearly frame contracts of three key accounts in five; some end within weeks."""
    rng = stream(world.seed, Topic.CONTRACTS, block)
    row = np.flatnonzero(who.head & (rng.random(BLOCK) < 0.6))
    starts = world.rhythm.end_day - rng.integers(20, 350, len(row))
    return table_of(
        "contracts",
        {
            "contract_id": numbered("HT", who.number[row], 7),
            "starts_on": dates(starts),
            "ends_on": dates(starts + 365),
            "customer_id": who.ids.take(pa.array(row)),
            "owner_id": pa.nulls(len(row), pa.string()),
            "amount": money(np.round(rng.lognormal(13.4, 0.5, len(row)), -3)),
            "exclusivity": pa.nulls(len(row), pa.string()),
        },
    )


def partner_contracts(as_of: date) -> pa.Table:
    """Return the partners' contracts; ``exclusivity`` names the province each of them has to itself."""
    starts = [as_of - timedelta(days=days) for days in (500, 320, 340)]
    ends = [as_of + timedelta(days=days) for days in (230, 45, 390)]
    return table_of(
        "contracts",
        {
            "contract_id": [f"HT-{owner}" for owner, _ in _REGIONS_OF_PARTNERS],
            "starts_on": starts,
            "ends_on": ends,
            "customer_id": pa.nulls(len(ends), pa.string()),
            "owner_id": [owner for owner, _ in _REGIONS_OF_PARTNERS],
            "amount": money(np.array([3_000_000.0, 2_400_000.0, 1_200_000.0])),
            "exclusivity": [f"region:{code}" for _, code in _REGIONS_OF_PARTNERS],
        },
    )
