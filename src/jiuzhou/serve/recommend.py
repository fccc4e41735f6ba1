"""Which products to offer to whom, and the purchase that speaks for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from jiuzhou.kernel.arrays import EPOCH, Floats, Ints, Mask, indices
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say
from jiuzhou.serve.actions import params_of
from jiuzhou.serve.affinity import Affinity, Ease, Lift
from jiuzhou.serve.facts import Facts
from jiuzhou.serve.policy import ServePolicy
from jiuzhou.serve.purchases import Purchases, read_purchases

RECOMMENDATIONS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("owner_id", pa.string()),
        ("rank", pa.int64()),  # 1 is the best
        ("product_id", pa.string()),
        ("score", pa.float64()),  # comparable within one method and run; higher is better
        ("because_product_id", pa.string()),  # the purchase that speaks most for it
        ("may_offer", pa.bool_()),  # consent given; otherwise only where the customer asks
        ("method", pa.string()),  # ease or lift
        ("code", pa.string()),  # of the reason's message
        ("params", pa.string()),  # JSON object: the message's parameters
    ]
)
"""Up to a few rows for each owned customer, by id and rank; who refused marketing has none."""

_CHUNK = 512
_LEAST_SCORE = 1e-6


def recommend(book: Book, facts: Facts, policy: ServePolicy, *, today: int) -> tuple[pa.Table, Message]:
    """
    Return the products to offer to each owned customer that did not refuse marketing, and how they were found.

    Up to ``ease_products`` products that take part the method is EASE, beyond it co-purchase lift (see
    ``affinity``). Each product is offered for a purchase that speaks for it: one bought together with it by more
    customers than chance would have.

    Returns
    -------
    tuple
        Table ``RECOMMENDATIONS`` and the note.
    """
    purchases = read_purchases(book, policy, today=today)
    if purchases is None or policy.products_each == 0:
        return RECOMMENDATIONS.empty_table(), say("serve.no_recommendations", buyers=policy.min_buyers)
    count = len(purchases.products)
    pairs = purchases.bought.T.tocsr() @ purchases.bought
    affinity: Affinity
    if count <= policy.ease_products:
        pairs = pairs.toarray()
        method, affinity = "ease", Ease.fit(pairs, policy.ease_ridge)
    else:
        pairs.sort_indices()  # else each look-up walks its whole row
        method, affinity = "lift", Lift.fit(pairs, len(purchases.customers), policy.shrink_buyers)
    place = indices(facts.ids, purchases.customers)
    rows = np.flatnonzero((place >= 0) & (facts.consent != 0))
    found = _best(purchases, affinity, place[rows], _inactive(book, purchases.products, today), policy.products_each)
    found = _with_cause(found, purchases, pairs, affinity)
    reasons = _reasons(found, purchases, pairs, product_names(book))
    table = _table(facts, purchases, found, rows[found.asked], method, reasons)
    return table, say(f"serve.method_{method}", products=count, customers=len(purchases.customers))


Counts: TypeAlias = "sparse.csr_matrix | Floats"


@dataclass(frozen=True, slots=True)
class _Found:
    """
    Offers as parallel arrays.

    Place in the rows asked for, customer's and product's place in the purchases, score; the earlier purchase that
    speaks most for it, and how many bought both.
    """

    asked: Ints
    customer: Ints
    product: Ints
    score: Floats
    cause: Ints
    together: Floats

    def keep(self, which: Mask) -> _Found:
        return replace(self, **{item.name: getattr(self, item.name)[which] for item in fields(self)})


def _best(purchases: Purchases, affinity: Affinity, who: Ints, inactive: Mask, each: int) -> _Found:
    parts: list[tuple[Ints, Ints, Ints, Floats]] = []
    for start in range(0, len(who), _CHUNK):
        chunk = who[start : start + _CHUNK]
        score = np.round(affinity.scores(purchases.bought[chunk]), 6)
        score[:, inactive] = -np.inf
        barred = purchases.blocked[chunk].tocoo()
        score[barred.row, barred.col] = -np.inf
        row = np.arange(len(chunk))
        for _ in range(min(each, score.shape[1])):
            product = np.argmax(score, axis=1)  # the first of equals: the smallest id
            value = score[row, product].copy()
            score[row, product] = -np.inf
            parts.append((start + row, chunk, product, value))
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return _Found(none, none, none, np.zeros(0), none, np.zeros(0))
    asked, customer, product, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((product, -value, asked))
    unknown = np.zeros(len(order))
    found = _Found(asked[order], customer[order], product[order], value[order], unknown.astype(np.int64), unknown)
    return found.keep(found.score > _LEAST_SCORE)


def _with_cause(found: _Found, purchases: Purchases, pairs: Counts, affinity: Affinity) -> _Found:
    bought = purchases.bought
    length = np.diff(bought.indptr)[found.customer]
    found, length = found.keep(length > 0), length[length > 0]
    if not len(length):
        return found
    # Every (offer, earlier purchase) pair in one flat list, offer by offer; then the strongest of each offer.
    start = np.cumsum(length) - length
    offer = np.repeat(np.arange(len(length)), length)
    flat = np.arange(len(offer))
    earlier = bought.indices[bought.indptr[found.customer][offer] + flat - start[offer]].astype(np.int64)
    later = found.product[offer]
    buyers = pairs.diagonal()
    together = np.asarray(pairs[earlier, later], dtype=np.float64).ravel()
    more = (together * bought.shape[0] > buyers[earlier] * buyers[later]) & (earlier != later)
    weight = np.where(more, np.round(affinity.weights(earlier, later), 6), -np.inf)
    best = np.maximum.reduceat(weight, start)
    first = np.minimum.reduceat(np.where(weight == best[offer], flat, len(flat)), start)
    told = replace(found, cause=earlier[first], together=together[first])
    return told.keep(best > 0)


def _reasons(found: _Found, purchases: Purchases, pairs: Counts, names: Mapping[str, str]) -> list[Message]:
    ids = purchases.products.to_pylist()
    buyers = pairs.diagonal()
    everyone = purchases.bought.shape[0]
    return [
        say(
            "serve.bought_together",
            product=names.get(ids[product], ids[product]),
            because=names.get(ids[cause], ids[cause]),
            buyers=int(buyers[cause]),
            both=int(both),
            lift=round(float(both) * everyone / (float(buyers[cause]) * float(buyers[product])), 2),
        )
        for product, cause, both in zip(found.product, found.cause, found.together, strict=True)
    ]


def _table(
    facts: Facts, purchases: Purchases, found: _Found, customer: Ints, method: str, reasons: list[Message]
) -> pa.Table:
    _, first, group = np.unique(customer, return_index=True, return_inverse=True)
    return pa.table(
        {
            "customer_id": facts.ids.take(pa.array(customer)),
            "owner_id": [facts.owners[row] for row in customer],
            "rank": np.arange(len(customer)) - first[group] + 1 if len(customer) else customer,
            "product_id": purchases.products.take(pa.array(found.product)),
            "score": found.score,
            "because_product_id": purchases.products.take(pa.array(found.cause)),
            "may_offer": facts.consent[customer] == 1,
            "method": [method] * len(customer),
            "code": [reason.code for reason in reasons],
            "params": [params_of(reason) for reason in reasons],
        },
        schema=RECOMMENDATIONS,
    )


def product_names(book: Book) -> Mapping[str, str]:
    """Return the name of each product that has one."""
    table = book.table("products")
    pairs = zip(table["product_id"].to_pylist(), table["name"].to_pylist(), strict=True)
    return {product: name for product, name in pairs if name}


def _inactive(book: Book, products: pa.Array, today: int) -> Mask:
    table = book.table("products")
    at = pc.index_in(products, value_set=table["product_id"].combine_chunks())
    day: date = EPOCH + timedelta(days=today)
    start, end = table["active_from"].take(at), table["active_to"].take(at)
    early = pc.fill_null(pc.greater(start, pa.scalar(day)), False)
    gone = pc.fill_null(pc.less_equal(end, pa.scalar(day)), False)
    return np.asarray(pc.or_(early, gone), dtype=bool)
