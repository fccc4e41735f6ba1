"""What is owed past its due day has one definition; evaluation's, in Ibis, gives the same figures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from jiuzhou.cycle import Cycle
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.receivables import receivables

TODAY = date(2026, 3, 1)


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 4, tzinfo=UTC)


def book(orders: list[tuple[str, datetime, int]], payments: list[tuple[str, datetime, int]]) -> Book:
    return Book.of(
        BookSettings(),
        {
            "customers": pa.table({"customer_id": ["C1"]}),
            "orders": pa.table(
                {
                    "order_id": [order for order, _, _ in orders],
                    "customer_id": ["C1"] * len(orders),
                    "ordered_at": pa.array([when for _, when, _ in orders], pa.timestamp("us", "UTC")),
                    "amount": [amount for _, _, amount in orders],
                }
            ),
            "payments": pa.table(
                {
                    "payment_id": [f"P{n}" for n in range(len(payments))],
                    "order_id": pa.array([order for order, _, _ in payments], pa.string()),
                    "paid_at": pa.array([when for _, when, _ in payments], pa.timestamp("us", "UTC")),
                    "amount": pa.array([amount for _, _, amount in payments], pa.int64()),
                }
            ),
        },
    )


def owed(made: Book, *, term_days: int = 30) -> float:
    found = receivables(made, term_days=term_days, today=TODAY)
    return 0.0 if found is None else float(found.outstanding(TODAY).sum())


def test_what_is_not_paid_a_term_after_the_order_is_overdue() -> None:
    made = book([("O1", at(1, 1), 100), ("O2", at(2, 20), 70)], [("O1", at(1, 5), 40)])

    assert owed(made) == 60
    assert owed(made, term_days=3) == 130


def test_returns_are_taken_off_and_an_order_returned_whole_owes_nothing() -> None:
    orders = [("O1", at(1, 1), 100), ("O1", at(1, 9), -30), ("O2", at(1, 2), 50), ("O2", at(1, 3), -50)]

    assert owed(book(orders, [("O1", at(1, 5), 10)])) == 60


def test_orders_before_the_first_that_was_ever_paid_are_settled() -> None:
    made = book([("O1", at(1, 1), 100), ("O2", at(1, 10), 70)], [("O2", at(1, 12), 20)])

    assert owed(made) == 50


def test_without_payments_nobody_knows_what_is_owed() -> None:
    assert receivables(book([("O1", at(1, 1), 100)], []), term_days=30, today=TODAY) is None


def test_evaluation_advice_and_alerts_count_the_same_money(small_cycle: Cycle) -> None:
    found = receivables(small_cycle.book, term_days=small_cycle.policy.serve.payment_term_days, today=small_cycle.today)
    assert found is not None
    owner = small_cycle.book.table("customers")["owner_id"].to_pylist()
    left = found.outstanding(small_cycle.today)
    with_owner = sum(left[row] for row, place in enumerate(found.customer.tolist()) if owner[place] is not None)

    stated = small_cycle.scores.owners["overdue"].drop_null().to_pylist()

    assert float(sum(stated, Decimal(0))) == pytest.approx(with_owner)
    assert with_owner > 0
