"""Amounts in other currencies become the Book's by the rate of their day."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

from jiuzhou import collect
from jiuzhou.collect import RawTable
from jiuzhou.kernel.book import BookSettings


def read(orders: list[tuple[str | None, ...]], rates: list[tuple[str, ...]] | None) -> collect.Collected:
    tables = {
        "customers": pa.table({"customer_id": ["A"]}),
        "orders": pa.table(
            {
                "order_id": [str(number) for number in range(len(orders))],
                "customer_id": ["A"] * len(orders),
                **{name: [row[place] for row in orders] for place, name in enumerate(("ordered_at", "amount", "币种"))},
            }
        ),
    }
    if rates is not None:
        columns = ("币种", "生效日期", "汇率")
        tables["rates"] = pa.table({name: [row[place] for row in rates] for place, name in enumerate(columns)})
    return collect.read({name: RawTable(f"{name}.csv", table) for name, table in tables.items()}, BookSettings())


RATES = [("USD", "2025-01-01", "7.3"), ("USD", "2025-06-01", "7.18345678"), ("EUR", "2025-01-01", "7.6")]


def test_amounts_are_converted_at_the_rate_of_their_day_and_the_stated_ones_kept() -> None:
    orders = [("2025-05-31 23:59", "100", "USD"), ("2025-06-01", "100.0001", "USD"), ("2025-06-01", "5", None)]
    table = read(orders, RATES).book.table("orders")
    assert table["amount"].to_pylist() == [Decimal("730"), Decimal("718.3464"), Decimal(5)]
    assert table["currency"].to_pylist() == ["CNY", "CNY", None]
    assert table["stated_amount"].to_pylist() == [Decimal(100), Decimal("100.0001"), None]
    assert table["stated_currency"].to_pylist() == ["USD", "USD", None]


def test_an_amount_without_a_rate_on_its_day_stays_as_it_is_and_is_in_doubt() -> None:
    found = read([("2024-12-31", "100", "USD"), ("2025-01-01", "7", "JPY"), ("2025-01-01", "1", "EUR")], RATES)
    assert found.book.table("orders")["currency"].to_pylist() == ["USD", "JPY", "CNY"]
    assert found.book.table("orders")["amount"].to_pylist() == [Decimal(100), Decimal(7), Decimal("7.6")]
    assert found.quality.tables["orders"].doubts == {"collect.no_rate": 2}


def test_without_a_table_of_rates_nothing_changes() -> None:
    found = read([("2025-01-01", "100", "USD")], None)
    assert found.book.table("orders")["currency"].to_pylist() == ["USD"]
    assert "stated_amount" not in found.book.table("orders").column_names
    assert found.quality.tables["orders"].doubts == {}


def test_a_currency_has_one_rate_from_a_day_on() -> None:
    found = read(
        [("2025-01-01", "1", "USD")],
        [("USD", "2025-01-01", "7.3"), ("USD", "2025-01-01", "9"), ("USD", "2025-01-02", "0")],
    )
    assert found.rejects["rates"]["code"].to_pylist() == ["collect.duplicate_key", "collect.too_small"]
    assert found.book.table("orders")["amount"].to_pylist() == [Decimal("7.3")]
