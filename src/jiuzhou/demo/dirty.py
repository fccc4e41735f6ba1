"""Bad rows, planted so that a reader has something to reject: as texts, since a typed column could not hold them."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

TextRow = Mapping[str, str]

_ONE_IN = 1_000


def bad_customers(table: pa.Table) -> list[tuple[str, TextRow]]:
    """
    Return the bad rows that follow ``customers``, each with its fault: three in a thousand, at least one of each.

    Faults: ``duplicate`` (an id that is already there), ``latitude`` (200), ``potential`` (negative), ``unreadable``
    (``12w`` as a yearly revenue).
    """
    rows: list[tuple[str, TextRow]] = []
    for turn in range(max(1, table.num_rows * 3 // (4 * _ONE_IN))):
        old = table.slice(turn * 7 % table.num_rows, 1).to_pylist()[0]
        new = {"name": f"导入测试第{turn + 1}号有限公司", "industry": "制造", "country": "CN"}
        rows += [
            ("duplicate", {"customer_id": old["customer_id"], "name": old["name"]}),
            ("latitude", new | {"customer_id": f"X1{turn:04d}", "lat": "200", "lon": "118.8"}),
            ("potential", new | {"customer_id": f"X2{turn:04d}", "potential": "-5000"}),
            ("unreadable", new | {"customer_id": f"X3{turn:04d}", "annual_revenue": "12w"}),
        ]
    return rows


def bad_orders(table: pa.Table, day: str) -> list[tuple[str, TextRow]]:
    """
    Return the bad rows that follow ``orders``, each with its fault: three in a thousand, at least one of each.

    Faults: ``unknown_customer``, ``no_date``, ``unreadable`` (``12w`` as a quantity).

    Parameters
    ----------
    table
        The first order lines of the book; bad rows are made like them.
    day
        When the bad orders were placed, as text.
    """
    rows: list[tuple[str, TextRow]] = []
    for turn in range(max(1, table.num_rows // _ONE_IN)):
        like = table.slice(turn * 11 % table.num_rows, 1).to_pylist()[0]
        new = {
            "customer_id": like["customer_id"],
            "ordered_at": day,
            "amount": "1200.00",
            "line_no": "1",
            "quantity": "1",
        }
        rows += [
            ("unknown_customer", new | {"order_id": f"SX1{turn:05d}", "customer_id": f"C9{turn:07d}"}),
            ("no_date", {**new, "order_id": f"SX2{turn:05d}", "ordered_at": ""}),
            ("unreadable", new | {"order_id": f"SX3{turn:05d}", "quantity": "12w"}),
        ]
    return rows
