"""What was not known on the eve of a day changes no score of that day; and roll-ups are sums anybody can redo."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jiuzhou.cycle import Cycle
from jiuzhou.evaluate import EvaluatePolicy, score
from jiuzhou.evaluate.hindsight import as_known
from jiuzhou.evaluate.prepare import prepare
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.column import MONEY
from jiuzhou.kernel.moments import local_days, to_utc
from jiuzhou.kernel.scores import Scores

MOMENTS = {
    "orders": "ordered_at",
    "payments": "paid_at",
    "interactions": "at",
    "surveys": "at",
    "ownership": "recorded_at",
    "deals": "opened_at",
}
LATER = {"evaluate.later_customers", "evaluate.future_lines"}


def on_the_eve(book: Book, as_of: date) -> Book:
    """Return ``book`` as it would have been written before ``as_of``, reckoned one row at a time."""
    zone = ZoneInfo(book.settings.zone)
    tables = dict(book.tables)
    seen: dict[tuple[str, str], bool] = {}
    for name, moment in MOMENTS.items():
        table = book.table(name)
        happened = pc.fill_null(pc.less(local_days(table[moment], book.settings.zone), pa.scalar(as_of)), True)
        tables[name] = table.filter(happened)
        for key in ("customer_id", "product_id") if name == "orders" else {"customer_id"} & set(table.column_names):
            dated = zip(*(column.to_pylist() for column in (table[key], table[moment], happened)), strict=True)
            for value, at, before in dated:
                if at is not None:
                    seen[key, value] = seen.get((key, value), False) or before
    market = book.table("market")
    tables["market"] = market.filter(pc.less(market["at"], pa.scalar(as_of)))

    def known(row: dict[str, object], key: str, day: str) -> bool:
        since = row[day].astimezone(zone).date() if isinstance(row[day], datetime) else row[day]
        if since is not None and since < as_of:
            return True
        return seen.get((key, row[key]), since is None)

    eve = as_of - timedelta(days=1)
    holders: dict[str, list[tuple[int, str]]] = {}
    for spell in tables["ownership"].to_pylist():
        there = spell["role"] == "primary" and spell["valid_from"] <= eve
        if there and (spell["valid_to"] is None or spell["valid_to"] > eve):
            holders.setdefault(spell["customer_id"], []).append((-spell["valid_from"].toordinal(), spell["owner_id"]))
    told = {row["customer_id"] for row in book.table("ownership").to_pylist() if row["role"] == "primary"}
    customers = [row for row in book.table("customers").to_pylist() if known(row, "customer_id", "created_at")]
    for row in customers:
        if row["customer_id"] in told:
            row["owner_id"] = min(holders.get(row["customer_id"], [(0, None)]))[1]
    rows = {
        "customers": customers,
        "products": [row for row in book.table("products").to_pylist() if known(row, "product_id", "active_from")],
        "owners": [
            row for row in book.table("owners").to_pylist() if row["active_from"] is None or row["active_from"] < as_of
        ],
    }
    tables |= {name: pa.Table.from_pylist(found, book.table(name).schema) for name, found in rows.items()}
    return Book(replace(book.settings, as_of=as_of), tables)


def assert_same_eve(book: Book, as_of: date, engine) -> Scores:
    then = on_the_eve(book, as_of)

    later = score(book, as_of=as_of, engine=engine)
    at_the_time = score(then, as_of=as_of, engine=engine)

    for name in ("customers", "regions", "owners", "products", "forecast"):
        assert getattr(later, name).equals(getattr(at_the_time, name)), name
    assert [note for note in later.notes if note.code not in LATER] == list(at_the_time.notes)
    return later


@pytest.mark.parametrize("days", [1, 100, 400])
def test_a_day_scored_later_is_scored_as_it_was_then(small_cycle: Cycle, engine, days: int) -> None:
    book = small_cycle.book

    assert_same_eve(book, book.as_of - timedelta(days=days), engine)


def test_the_demo_has_something_to_leave_out(small_cycle: Cycle, engine) -> None:
    book = small_cycle.book
    as_of = book.as_of - timedelta(days=400)

    scores = score(book, as_of=as_of, engine=engine)

    told = {note.code: note.params for note in scores.notes}
    missing = book.table("customers").num_rows - scores.customers.num_rows
    assert told["evaluate.later_customers"] == {"customers": missing, "day": as_of}
    assert told["evaluate.future_lines"]["lines"] > 0
    owner_then = dict(zip(*(on_the_eve(book, as_of).table("customers")[c].to_pylist() for c in KEYS), strict=True))
    owner_now = dict(zip(*(book.table("customers")[c].to_pylist() for c in KEYS), strict=True))
    assert any(owner_then[customer] != owner_now[customer] for customer in owner_then)


KEYS = ("customer_id", "owner_id")


@pytest.mark.shared
def test_a_day_in_the_middle_of_real_sales_is_scored_as_it_was_then(shared_data: Path, engine) -> None:
    book = real_book(shared_data / "online_retail_ii.parquet")
    as_of = date(2011, 6, 10)

    assert assert_same_eve(book, as_of, engine).customers.num_rows == 5_034
    assert book.table("customers").num_rows == 5_942


DAY = date(2026, 1, 1)
IDS, OWNERS, PRODUCTS = ("a", "b", "c", "d"), ("r", "s"), ("p", "q")
days = st.dates(date(2025, 6, 1), date(2026, 6, 1))
moments = days.map(lambda day: f"{day}T09:00")
maybe = st.none()
some_books = st.fixed_dictionaries(
    {
        "customers": st.lists(
            st.fixed_dictionaries(
                {
                    "customer_id": st.sampled_from(IDS),
                    "created_at": maybe | moments,
                    "owner_id": maybe | st.sampled_from(OWNERS),
                }
            ),
            min_size=1,
            unique_by=lambda row: row["customer_id"],
        ),
        "products": st.lists(
            st.fixed_dictionaries({"product_id": st.sampled_from(PRODUCTS), "active_from": maybe | days}),
            unique_by=lambda row: row["product_id"],
        ),
        "owners": st.just([{"owner_id": "r", "active_from": date(2025, 9, 1)}, {"owner_id": "s"}]),
        "orders": st.lists(
            st.fixed_dictionaries(
                {
                    "customer_id": st.sampled_from(IDS),
                    "order_id": st.sampled_from(["o1", "o2", "o3"]),
                    "ordered_at": moments,
                    "amount": st.integers(-200, 500),
                    "product_id": maybe | st.sampled_from(PRODUCTS),
                }
            ),
            max_size=15,
        ),
        "ownership": st.lists(
            st.fixed_dictionaries(
                {
                    "customer_id": st.sampled_from(IDS),
                    "owner_id": st.sampled_from(OWNERS),
                    "role": st.sampled_from(["primary", "primary", "secondary"]),
                    "valid_from": days,
                    "valid_to": maybe | days,
                    "recorded_at": maybe | moments,
                }
            ),
            max_size=6,
        ),
        "interactions": st.lists(
            st.fixed_dictionaries(
                {"customer_id": st.sampled_from(IDS), "at": moments, "kind": st.sampled_from(["visit", "complaint"])}
            ),
            max_size=5,
        ),
        "surveys": st.lists(
            st.fixed_dictionaries(
                {"customer_id": st.sampled_from(IDS), "at": moments, "kind": st.just("nps"), "score": st.just(9.0)}
            ),
            max_size=3,
        ),
    }
)


def described_later(book_of, tables) -> Book:
    for place, line in enumerate(tables["orders"]):
        line["line_no"] = place
    return book_of(settings=BookSettings(as_of=date(2026, 6, 2)), **tables)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(some_books)
def test_no_row_of_a_later_day_is_among_what_is_known(engine, book_of, tables) -> None:
    book = described_later(book_of, tables)

    later = prepare(as_known(book, DAY)[0], as_of=DAY, policy=EvaluatePolicy())
    at_the_time = prepare(on_the_eve(book, DAY), as_of=DAY, policy=EvaluatePolicy())

    for name in at_the_time.relations:
        assert engine.to_pyarrow(later[name]).equals(engine.to_pyarrow(at_the_time[name])), name
    assert (later.has, later.has_costs) == (at_the_time.has, at_the_time.has_costs)


@settings(max_examples=2, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.generate])
@given(some_books)
def test_no_row_of_a_later_day_changes_a_score(engine, book_of, tables) -> None:
    assert_same_eve(described_later(book_of, tables), DAY, engine)


def test_on_the_day_the_book_describes_everybody_in_it_is_known(engine, book_of) -> None:
    people = [{"customer_id": "lead", "created_at": "2026-02-01"}, {"customer_id": "buyer"}]
    orders = [{"order_id": "o", "customer_id": "buyer", "ordered_at": "2025-12-31", "amount": 5}]
    book = book_of(customers=people, orders=orders)

    now = score(book, as_of=book.as_of, engine=engine)
    before = score(book, as_of=book.as_of - timedelta(days=1), engine=engine)

    assert now.customers["customer_id"].to_pylist() == ["buyer", "lead"]
    assert before.customers["customer_id"].to_pylist() == []


def test_lines_dated_later_are_counted_and_told(engine, book_of) -> None:
    orders = [{"order_id": f"o{i}", "customer_id": "a", "ordered_at": f"2026-0{i}-02", "amount": 5} for i in (1, 2, 3)]
    book = book_of(settings=BookSettings(as_of=date(2026, 2, 1)), customers=[{"customer_id": "a"}], orders=orders)

    scores = score(book, as_of=book.as_of, engine=engine)

    told = {note.code: note.params for note in scores.notes}
    assert told["evaluate.future_lines"] == {"lines": 2, "day": date(2026, 2, 1)}
    assert scores.customers["monetary"].to_pylist() == [Decimal(5)]


def real_book(path: Path) -> Book:
    """Return the sales of Online Retail II as a Book: customers and lines only, as the file has them."""
    columns = ["customer_id", "invoice", "stock_code", "invoice_time", "quantity", "price"]
    lines = pq.read_table(path, columns=columns, filters=[("customer_id", ">", 0)])
    amount = pc.round(pc.multiply(pc.cast(lines["quantity"], pa.float64()), lines["price"]), 2)
    orders = {
        "order_id": lines["invoice"],
        "line_no": np.arange(lines.num_rows),
        "customer_id": pc.cast(lines["customer_id"], pa.string()),
        "product_id": lines["stock_code"],
        "ordered_at": to_utc(lines["invoice_time"].combine_chunks(), "Europe/London"),
        "amount": pc.cast(amount, MONEY, safe=False),
    }
    people = pa.table({"customer_id": pc.unique(orders["customer_id"])})
    return Book.of(BookSettings(zone="Europe/London"), {"customers": people, "orders": pa.table(orders)})


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
