"""What was not known on the eve of a day changes no score of that day; and roll-ups are sums anybody can redo."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jiuzhou.cycle import Cycle
from jiuzhou.evaluate import score
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.moments import local_days

MOMENTS = {
    "orders": "ordered_at",
    "payments": "paid_at",
    "interactions": "at",
    "surveys": "at",
    "ownership": "recorded_at",
}


def on_the_eve(book: Book, days: int) -> Book:
    """Return ``book`` as it would have been written ``days`` earlier."""
    as_of = book.as_of - timedelta(days=days)
    tables = dict(book.tables)
    for name, moment in MOMENTS.items():
        table = book.table(name)
        happened = pc.less(local_days(table[moment], book.settings.zone), pa.scalar(as_of))
        tables[name] = table.filter(pc.fill_null(happened, True))
    market = book.table("market")
    tables["market"] = market.filter(pc.less(market["at"], pa.scalar(as_of)))
    return Book(replace(book.settings, as_of=as_of), tables)


@pytest.mark.parametrize("days", [1, 100])
def test_a_day_scored_later_is_scored_as_it_was_then(small_cycle: Cycle, engine, days: int) -> None:
    book = small_cycle.book
    then = on_the_eve(book, days)

    later = score(book, as_of=then.as_of, engine=engine)
    at_the_time = score(then, as_of=then.as_of, engine=engine)

    for name in ("customers", "regions", "owners", "products"):
        assert getattr(later, name).equals(getattr(at_the_time, name)), name
    assert later.notes == at_the_time.notes


def test_sales_of_customers_products_and_the_whole_country_are_those_of_the_lines(small_cycle: Cycle) -> None:
    book, scores = small_cycle.book, small_cycle.scores
    start = scores.as_of.replace(year=scores.as_of.year - 1)
    by_customer: Counter[str] = Counter()
    by_product: Counter[str] = Counter()
    days = local_days(book.table("orders")["ordered_at"], book.settings.zone).to_pylist()
    for day, line in zip(days, book.table("orders").to_pylist(), strict=True):
        if start <= day < scores.as_of:
            by_customer[line["customer_id"]] += line["amount"]
            by_product[line["product_id"]] += line["amount"]

    for row in scores.customers.to_pylist():
        assert row["revenue_12m"] == (by_customer[row["customer_id"]] or Decimal(0))
    for row in scores.products.to_pylist():
        assert row["revenue"] == (by_product[row["product_id"]] or Decimal(0))
    top = [row for row in scores.regions.to_pylist() if row["parent_code"] is None]
    assert sum(row["revenue"] for row in top) == sum(by_customer.values())
    assert sum(row["customers"] for row in top) == scores.customers.num_rows
