from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.moments import MOMENT


@pytest.fixture
def make_orders() -> Callable[..., pa.Table]:
    def make(rows: Sequence[tuple[str, date, float]], **more: Sequence[object]) -> pa.Table:
        noon = [datetime(day.year, day.month, day.day, 4, tzinfo=UTC) for _, day, _ in rows]
        return pa.table(
            {
                "order_id": [f"o{index}" for index in range(len(rows))],
                "customer_id": [customer for customer, _, _ in rows],
                "ordered_at": pa.array(noon, MOMENT),
                "amount": [amount for _, _, amount in rows],
                **more,
            }
        )

    return make


@pytest.fixture
def make_book() -> Callable[..., Book]:
    def make(settings: BookSettings | None = None, **tables: pa.Table) -> Book:
        return Book.of(settings or BookSettings(), tables)

    return make
