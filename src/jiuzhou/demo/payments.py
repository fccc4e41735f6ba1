"""回款: what was paid for the orders, when, and when it was due."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from jiuzhou.demo.columns import joined, moments, money, table_of
from jiuzhou.demo.customers import Customers
from jiuzhou.demo.orders import Lines, Orders
from jiuzhou.demo.streams import BLOCK, Topic, stream
from jiuzhou.demo.world import World

_TERMS_DAYS = np.array([30, 0, 60])
"""By channel."""
_INSTALMENTS_FROM = 200_000.0
_FIRST_PART = 0.3
_NOON = 12 * 3600


def payment_table(world: World, block: int, who: Customers, placed: Orders, asked: Lines) -> pa.Table:
    """
    Return the payments of a block that came before the book's day, by order.

    Large orders are paid in two parts. One customer in twelve pays late as a habit, and now and then somebody does not
    pay at all; what is not paid has no row.
    """
    rng = stream(world.seed, Topic.PAYMENTS, block)
    count = len(placed.customer)
    slow = rng.random(BLOCK) < 1 / 12
    total = np.round(np.bincount(asked.order, asked.amount, minlength=count), 2)
    two = total >= _INSTALMENTS_FROM
    order = np.repeat(np.arange(count), 1 + two)
    second = np.r_[False, order[1:] == order[:-1]] if count else np.zeros(0, dtype=bool)
    first_part = np.round(total * _FIRST_PART, 2)
    amount = np.where(second, (total - first_part)[order], np.where(two, first_part, total)[order])
    customer = placed.customer[order]
    terms = _TERMS_DAYS[placed.channel[order]] + 45 * second
    due = placed.day[order] + terms
    usual = np.rint(rng.normal(-4, 2.5, len(order)))
    late = np.where(slow[customer] | (rng.random(len(order)) < 0.06), np.ceil(rng.gamma(2.0, 18.0, len(order))), usual)
    paid = np.maximum(placed.day[order], due + late.astype(np.int64))
    kept = (paid < world.rhythm.end_day) & (rng.random(len(order)) >= 0.008)
    order, second, amount, due, paid = order[kept], second[kept], amount[kept], due[kept], paid[kept]
    ids = placed.ids(who).take(pa.array(order))
    return table_of(
        "payments",
        {
            "payment_id": joined(
                "PAY", pa.compute.utf8_slice_codeunits(ids, 2), pa.array(["-1", "-2"]).take(_int(second))
            ),
            "order_id": ids,
            "paid_at": moments(paid, np.maximum(placed.second[order], _NOON)),
            "amount": money(amount),
            "currency": ["CNY"] * len(order),
            "due_at": moments(due, np.full(len(order), 18 * 3600)),
        },
    )


def _int(flags: np.ndarray) -> pa.Array:
    return pa.array(flags.astype(np.int64))
