"""Who bought which product, as sparse matrices: what the recommender learns from and what it must not offer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from jiuzhou.kernel.arrays import Floats, Ints, indices
from jiuzhou.kernel.book import Book
from jiuzhou.serve.facts import NEVER, amounts, days_of
from jiuzhou.serve.policy import ServePolicy


@dataclass(frozen=True, slots=True)
class Purchases:
    """
    Who bought what, as far as it teaches.

    Attributes
    ----------
    customers, products
        Ids in order: the rows and columns of the matrices.
    bought
        1 where the customer bought the product in the history; what it gave back in full does not count.
    blocked
        1 where the product may not be offered to the customer since it was bought before.
    """

    customers: pa.Array
    products: pa.Array
    bought: sparse.csr_matrix
    blocked: sparse.csr_matrix


def read_purchases(book: Book, policy: ServePolicy, *, today: int) -> Purchases | None:
    """
    Return the purchases up to ``today``, or ``None`` where they teach nothing.

    Only products with at least ``min_buyers`` buyers in the last ``history_days`` take part.
    """
    orders = book.table("orders")
    customers = pc.unique(orders["customer_id"]).sort()
    products = pc.unique(orders["product_id"]).drop_null().sort()
    who, what = indices(orders["customer_id"], customers), indices(orders["product_id"], products)
    days = days_of(orders["ordered_at"], book.settings.zone)
    known = (who >= 0) & (what >= 0) & (days > NEVER) & (days <= today)
    who, what, days = who[known], what[known], days[known]
    amount = amounts(orders["amount"])[known]
    size = (len(customers), len(products))
    recent = days > today - policy.history_days
    bought = _pairs(who[recent], what[recent], amount[recent], size)
    again = (days > today - policy.bought_again_days) if policy.bought_again_days else np.ones(len(days), dtype=bool)
    gained = again & (amount > 0)
    blocked = _pairs(who[gained], what[gained], amount[gained], size)
    teaches = np.flatnonzero(np.asarray(bought.sum(axis=0)).ravel() >= policy.min_buyers)
    if len(teaches) < 2:
        return None
    return Purchases(customers, products.take(pa.array(teaches)), bought[:, teaches], blocked[:, teaches])


def _pairs(who: Ints, what: Ints, amount: Floats, size: tuple[int, int]) -> sparse.csr_matrix:
    net = sparse.csr_matrix((amount, (who, what)), shape=size)
    net.sum_duplicates()
    net.data = (net.data > 1e-9).astype(np.float64)
    net.eliminate_zeros()
    return net
