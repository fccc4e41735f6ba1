"""Amounts so large that their sums no longer fit are refused before any engine stumbles over them."""

from __future__ import annotations

import numpy as np

from jiuzhou.kernel.arrays import floats, lookup
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.errors import BookError

MOST = 4e13
"""Largest sum; a sum of two such sums still fits ``decimal(18, 4)``."""

_SUMMED = (
    *(("orders", "amount"), ("orders", "cost"), ("orders", "quantity"), ("payments", "amount")),
    *(("customers", "potential"), ("customers", "workload"), ("customers", "visits_per_year"), ("targets", "value")),
)


def refuse_huge(book: Book) -> None:
    """
    Refuse a Book whose amounts add up to more than ``MOST``, whatever their signs.

    Raises
    ------
    BookError
        It names the table, the column and the sum.
    """
    for table, column in _SUMMED:
        whole = float(np.abs(floats(book.table(table)[column], missing=0.0)).sum())
        if whole > MOST:
            raise BookError("evaluate.huge_sum", table=table, column=column, total=whole, most=MOST)
    for (table, column), whole in _products(book).items():
        if whole > MOST:
            raise BookError("evaluate.huge_sum", table=table, column=column, total=whole, most=MOST)


def _products(book: Book) -> dict[tuple[str, str], float]:
    # Unit cost × quantity where no cost is stated, visits × hours where no workload is.
    products, orders, customers = book.table("products"), book.table("orders"), book.table("customers")
    each = floats(lookup(orders["product_id"], products["product_id"], products["unit_cost"]), missing=0.0)
    costs = np.abs(each * floats(orders["quantity"], missing=0.0))
    hours = floats(customers["visits_per_year"], missing=0.0) * floats(customers["visit_hours"], missing=0.0)
    return {("products", "unit_cost"): float(costs.sum()), ("customers", "visit_hours"): float(hours.sum())}
