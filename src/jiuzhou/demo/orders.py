"""What customers buy: when they order, what stands on the lines, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jiuzhou.demo.columns import concat, joined, moments, money, numbered, pick, table_of
from jiuzhou.demo.customers import CHANNELS, Customers
from jiuzhou.demo.places import draw_by_row
from jiuzhou.demo.products import FAMILIES, product_ids, sold_on
from jiuzhou.demo.streams import BLOCK, Topic, stream
from jiuzhou.demo.world import World
from jiuzhou.kernel.arrays import Floats, Ints

_LINES = np.array([1.9, 2.9, 3.8])
"""Lines of an order after the first, on average, by size."""
_CONSUMABLES = np.log(np.array([4.0, 9.0, 20.0]))
_DISCOUNT = np.array([0.02, 0.06, 0.12])
_ONLINE, _RESOLD = 1, 2
_RETURNED = 0.015
_PRICE_RISE = 0.02
_WORKDAY = (8 * 3600 + 1800, 18 * 3600)


@dataclass(frozen=True, slots=True)
class Orders:
    """
    The orders of one block, each a row; shapes ``(n_orders,)``, by customer and day.

    Attributes
    ----------
    customer
        Position in the block.
    sequence
        Counted from 1 for each customer, over those in the book.
    day, second
        When, in China: days after 1970-01-01 and seconds after midnight.
    channel
        Position in ``CHANNELS``.
    """

    customer: Ints
    sequence: Ints
    day: Ints
    second: Ints
    channel: Ints

    def ids(self, who: Customers) -> pa.Array:
        """Return the order numbers, such as SO0000012-0003."""
        return joined(numbered("SO", who.number[self.customer], 7), "-", numbered("", self.sequence, 4))


def orders(world: World, block: int, who: Customers) -> Orders:
    """
    Return the orders of a block between the book's first day and its last.

    While alive a customer orders at random at its own rate (Poisson in business time; the rates are gamma), and after
    each order it is lost with its own chance (beta): the process that BG/NBD describes.
    """
    rng = stream(world.seed, Topic.ORDERS, block)
    rhythm = world.rhythm
    rate = who.orders_a_year / 365.0
    until = (rhythm.clock[who.region, -1] - who.begins) * rate
    alive = rng.geometric(who.dropout)
    count = np.minimum(alive, np.ceil(until + 6 * np.sqrt(until) + 12)).astype(np.int64)
    count[who.prospect] = 0
    customer = np.repeat(np.arange(BLOCK), count)
    opening = np.cumsum(count) - count
    gaps = rng.standard_exponential(len(customer)) / rate[customer]
    gaps[opening[count > 0]] = 0.0
    passed = np.cumsum(gaps)
    before = passed[opening[customer]]
    day = rhythm.day_of(who.region[customer], who.begins[customer] + passed - before)
    second = rng.integers(*_WORKDAY, len(customer))
    online = rng.random(len(customer)) < 0.12
    kept = (day >= rhythm.book_day) & (day < rhythm.end_day)
    customer, day, second, online = customer[kept], day[kept], second[kept], online[kept]
    return Orders(
        customer=customer,
        sequence=_places(customer) + 1,
        day=day,
        second=second,
        channel=np.where(online, _ONLINE, who.channel[customer]),
    )


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one block's orders, by order; shapes ``(n_lines,)``; amounts in yuan, to a hundredth."""

    order: Ints
    number: Ints
    product: Ints
    quantity: Ints
    amount: Floats
    cost: Floats


def lines(world: World, block: int, who: Customers, placed: Orders) -> Lines:
    """Return what each order asks for: no product twice, mostly of the customer's main family."""
    rng = stream(world.seed, Topic.LINES, block)
    size = who.size[placed.customer]
    order = np.repeat(np.arange(len(placed.customer)), 1 + rng.poisson(_LINES[size]))
    customer = placed.customer[order]
    taste = who.industry[customer] * len(FAMILIES) + who.family[customer]
    product = draw_by_row(world.products.chosen, taste, rng.random(len(order)))
    product = sold_on(world.products, product, placed.day[order])
    many = 64
    once = np.unique(order * many + product)
    order, product = once // many, once % many
    customer = placed.customer[order]
    category, size = world.products.category[product], who.size[customer]
    noise, extra = rng.standard_normal(len(order)), rng.random(len(order))
    boxes = np.ceil(np.exp(_CONSUMABLES[size] + 0.7 * noise))
    quantity = np.where(category == 1, boxes, 1 + (extra < 0.04 + 0.08 * size)).astype(np.int64)
    age = (world.rhythm.end_day - placed.day[order]) / 365.0
    rebate = _DISCOUNT[size] + 0.1 * (placed.channel[order] == _RESOLD) + 0.06 * rng.random(len(order))
    price = np.round(world.products.price[product] * (1 - rebate) * (1 - _PRICE_RISE * age), 2)
    cost = world.products.cost[product] * (1 - 0.5 * _PRICE_RISE * age)
    return Lines(order, _places(order) + 1, product, quantity, price * quantity, np.round(cost * quantity, 2))


def order_table(world: World, block: int, who: Customers, placed: Orders, asked: Lines) -> pa.Table:
    """Return the order lines of a block, then the returns; a return is an order of its own with negative figures."""
    rng = stream(world.seed, Topic.RETURNS, block)
    owner = who.ownership.on(placed.customer, placed.day)
    alone = (placed.channel == _ONLINE) & (rng.random(len(owner)) < 0.5)
    seller = pick(world.sellers.ids, np.where(alone, -1, owner))
    code = who.region_code(world).take(pa.array(placed.customer))
    back = np.flatnonzero(rng.random(len(asked.order)) < _RETURNED)
    part = np.maximum(1, np.floor(asked.quantity[back] * rng.choice([0.3, 1.0], len(back)))).astype(np.int64)
    later = placed.day[asked.order[back]] + rng.integers(3, 26, len(back))
    in_time = (later < world.rhythm.end_day) & (later % 7 != 2) & (later % 7 != 3)  # 1970-01-03 was a Saturday
    back, part, later = back[in_time], part[in_time], later[in_time]
    sent = {
        "order_id": placed.ids(who),
        "customer_id": who.ids.take(pa.array(placed.customer)),
        "ordered_at": moments(placed.day, placed.second),
        "channel": pick(CHANNELS, placed.channel),
        "owner_id": seller,
        "ship_region_code": code,
    }
    rows = pa.array(asked.order)
    sold = {name: column.take(rows) for name, column in sent.items()} | _figures(asked, asked.quantity)
    home = pa.array(asked.order[back])
    returned = Lines(
        *(asked.order[back], np.ones(len(back), dtype=np.int64), asked.product[back], -part),
        amount=-np.round(asked.amount[back] * part / asked.quantity[back], 2),
        cost=-np.round(asked.cost[back] * part / asked.quantity[back], 2),
    )
    number = joined("RT", pa.compute.utf8_slice_codeunits(sent["order_id"].take(home), 2), "-")
    came = {name: column.take(home) for name, column in sent.items()} | _figures(returned, returned.quantity)
    came |= {
        "order_id": joined(number, pa.compute.cast(pa.array(asked.number[back]), pa.string())),
        "ordered_at": moments(later, placed.second[asked.order[back]]),
    }
    return concat([table_of("orders", sold), table_of("orders", came)])


def _figures(asked: Lines, quantity: Ints) -> dict[str, pa.Array]:
    return {
        "amount": money(asked.amount),
        "line_no": pa.array(asked.number),
        "product_id": product_ids(asked.product),
        "quantity": pa.array(quantity.astype(np.float64)),
        "cost": money(asked.cost),
        "currency": pa.array(["CNY"]).take(pa.array(np.zeros(len(quantity), dtype=np.int64))),
    }


def _places(group: Ints) -> Ints:
    """Return 0, 1, 2… within each run of equal neighbours."""
    where = np.arange(len(group))
    opens = np.r_[True, group[1:] != group[:-1]] if len(group) else np.zeros(0, dtype=bool)
    places: Ints = where - np.maximum.accumulate(np.where(opens, where, 0))
    return places
