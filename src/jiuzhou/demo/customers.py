"""A block of customers: where they are, what they do, and how they will buy; as arrays, before any table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jiuzhou.demo.columns import blanked, numbered, pick
from jiuzhou.demo.ownership import Ownership, own
from jiuzhou.demo.places import draw, draw_by_row
from jiuzhou.demo.streams import BLOCK, Topic, stream
from jiuzhou.demo.world import World
from jiuzhou.kernel.arrays import Floats, Ints, Mask

CHANNELS = ("直销", "电商", "经销")
QUALITIES = ("exact", "street", "district", "city", "unknown")
UNKNOWN = QUALITIES.index("unknown")
_QUALITY = np.cumsum([0.8, 0.08, 0.065, 0.045, 0.01])
_SIZE = np.cumsum([0.58, 0.32, 0.10])
_CHANNEL = np.cumsum([[0.3, 0.42, 0.28], [0.52, 0.2, 0.28], [0.78, 0.05, 0.17]], axis=1)
_ORDERS_A_YEAR = np.array([6.6, 14.5, 28.0])
_VISITS = np.array([2, 5, 11])


@dataclass(frozen=True, slots=True)
class Customers:
    """
    One block of customers as arrays of shape ``(BLOCK,)``.

    Attributes
    ----------
    number
        Counted from 1 over the whole book; ``ids`` are made of it.
    city, region, industry, size, channel, family, quality
        Positions in the cities, regions, industries, sizes, channels, product families and location qualities.
    satisfaction
        What no table says: 0 to 1. It moves answers, complaints and dropout.
    orders_a_year, dropout
        Rate of orders while alive, and the chance to be lost after each of them (BG/NBD: Fader, Hardie, Lee 2005).
    begins, first_day
        Business time and day on which the first order falls.
    prospect
        Whether it never buys.
    head
        Whether it heads a group, and so is a key account.
    visits
        Visits due a year.
    """

    ids: pa.Array
    number: Ints
    city: Ints
    region: Ints
    industry: Ints
    size: Ints
    channel: Ints
    family: Ints
    quality: Ints
    satisfaction: Floats
    orders_a_year: Floats
    dropout: Floats
    begins: Floats
    first_day: Ints
    prospect: Mask
    head: Mask
    visits: Ints
    ownership: Ownership

    def region_code(self, world: World) -> pa.Array:
        """Return the adcode of each customer's city; null where its place is unknown."""
        code = pick([place.code for place in world.places.cities], self.city)
        return blanked(code, self.quality == UNKNOWN)


def customers(world: World, block: int) -> Customers:
    """Return block ``block`` of the customers, always whole."""
    rng = stream(world.seed, Topic.CUSTOMERS, block)
    number = np.arange(1, BLOCK + 1, dtype=np.int64) + block * BLOCK
    city = draw(np.cumsum(world.places.share), rng.random(BLOCK))
    region = world.places.region[city]
    industry = draw_by_row(world.places.industry, city, rng.random(BLOCK))
    head = rng.random(BLOCK) < 0.028
    size = np.where(head, 2, draw(_SIZE, rng.random(BLOCK)))
    channel = draw_by_row(_CHANNEL, size, rng.random(BLOCK))
    satisfaction = 1 / (1 + np.exp(-rng.normal(0.9, 1.0, BLOCK)))
    begins = _begins(world, region, rng)
    first_day = world.rhythm.day_of(region, begins)
    prospect = rng.random(BLOCK) < 0.05
    return Customers(
        ids=numbered("C", number, 7),
        number=number,
        city=city,
        region=region,
        industry=industry,
        size=size,
        channel=channel,
        family=draw_by_row(world.products.family, industry, rng.random(BLOCK)),
        quality=draw(_QUALITY, rng.random(BLOCK)),
        satisfaction=satisfaction,
        orders_a_year=_ORDERS_A_YEAR[size] * rng.gamma(1.4, 1 / 1.4, BLOCK),
        dropout=np.clip(rng.beta(0.9, 16.0, BLOCK) * (3.0 - 2.8 * satisfaction), 0.001, 0.9),
        begins=begins,
        first_day=first_day,
        prospect=prospect,
        head=head,
        visits=np.maximum(1, rng.poisson(_VISITS[size])),
        ownership=own(world, block, city=city, channel=channel, head=head, prospect=prospect, first_day=first_day),
    )


def _begins(world: World, region: Ints, rng: np.random.Generator) -> Floats:
    # Half were customers before the book begins; the rest came evenly in business time.
    rhythm = world.rhythm
    opening = rhythm.time_of(region, np.full(BLOCK, rhythm.book_day))
    end = rhythm.clock[region, -1]
    old, part = rng.random(BLOCK) < 0.55, rng.random(BLOCK)
    return np.where(old, part * opening, opening + part * (end - opening))
