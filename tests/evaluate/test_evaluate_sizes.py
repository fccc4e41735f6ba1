"""Amounts beyond what money can hold: refused where they are stated, left out where they are only estimated."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from jiuzhou.evaluate import EvaluatePolicy, score
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.errors import BookError

AS_OF = date(2026, 1, 1)
HUGE = Decimal(10) ** 12


def book_of(amounts: list[Decimal], **columns: list[object]) -> Book:
    """One customer with one order of each amount, and further columns of the orders."""
    lines = {
        "order_id": [f"O{n}" for n in range(len(amounts))],
        "customer_id": ["C1"] * len(amounts),
        "ordered_at": pa.array([datetime(2025, 6, 1, tzinfo=UTC)] * len(amounts), pa.timestamp("us", tz="UTC")),
        "amount": pa.array(amounts, pa.decimal128(18, 4)),
    }
    products = {"product_id": ["P1"], "unit_cost": pa.array([HUGE], pa.decimal128(18, 4))}
    tables = {
        "customers": pa.table({"customer_id": ["C1"], "region_code": ["440106"], "owner_id": ["R1"]}),
        "owners": pa.table({"owner_id": ["R1"]}),
        "products": pa.table(products),
        "orders": pa.table(lines | columns),
    }
    return Book.of(BookSettings(), tables)


@pytest.mark.parametrize("sign", [1, -1])
def test_sums_that_money_cannot_hold_are_refused_with_their_place(engine, sign: int) -> None:
    book = book_of([sign * HUGE] * 120)

    with pytest.raises(BookError) as caught:
        score(book, as_of=AS_OF, engine=engine)

    assert caught.value.code == "evaluate.huge_sum"
    assert caught.value.message.params["table"] == "orders"
    assert caught.value.message.params["column"] == "amount"


def test_a_reckoned_cost_that_money_cannot_hold_is_refused(engine) -> None:
    book = book_of([Decimal(1)], product_id=["P1"], quantity=[1e6])

    with pytest.raises(BookError) as caught:
        score(book, as_of=AS_OF, engine=engine)

    assert caught.value.message.params["column"] == "unit_cost"


def test_sums_just_below_are_scored(engine) -> None:
    book = book_of([HUGE] * 39)

    found = score(book, as_of=AS_OF, engine=engine)

    assert found.customers["monetary"].to_pylist() == [39 * HUGE]
    assert found.regions["revenue"].to_pylist() == [39 * HUGE] * 3


def test_an_estimate_that_adds_up_to_too_much_is_left_out(engine) -> None:
    customers = {"customer_id": [f"C{n}" for n in range(12)], "owner_id": ["R1"] * 12, "region_code": ["110000"] * 12}
    orders = {
        "order_id": [f"O{n}" for n in range(3)],
        "customer_id": ["C0", "C1", "C2"],
        "ordered_at": pa.array([datetime(2025, 6, 1, tzinfo=UTC)] * 3, pa.timestamp("us", tz="UTC")),
        "amount": pa.array([13 * HUGE] * 3, pa.decimal128(18, 4)),
    }
    book = Book.of(BookSettings(), {"customers": pa.table(customers), "orders": pa.table(orders)})
    policy = EvaluatePolicy(min_peers=2)

    found = score(book, policy=policy, as_of=AS_OF, engine=engine)

    assert found.customers["potential"].to_pylist() == [13 * HUGE] * 12
    assert found.regions["potential"].to_pylist() == [None]
