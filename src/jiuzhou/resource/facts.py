"""What the Book, the plan and the scores say of each customer and territory, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from jiuzhou.kernel.arrays import Floats, Ints, floats, indices, lookup, ordinals
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.moments import local_days
from jiuzhou.kernel.plan import Plan, Territory
from jiuzhou.kernel.scores import Scores


@dataclass(frozen=True, slots=True)
class Members:
    """
    Which customers lie in which territory.

    Attributes
    ----------
    territories
        Those of the plan that hold units, by id.
    customers
        Ids of the customers, as a table column, in the order of the Book.
    territory_of
        Index of each customer's territory, shape ``(n_customers,)``; -1 where it has none.
    """

    territories: tuple[Territory, ...]
    customers: pa.ChunkedArray
    territory_of: Ints

    @classmethod
    def of(cls, book: Book, plan: Plan) -> Members:
        """Return the members of the plan's territories."""
        territories = plan.held_territories()
        customers = book.table("customers")["customer_id"]
        home = lookup(customers, plan.units["customer_id"], plan.units["territory_id"])
        ids = pa.array([item.id for item in territories], pa.string())
        return cls(territories, customers, indices(home, ids))

    def sums(self, values: Floats) -> Floats:
        """Return the sum of a customers' measure over each territory, shape ``(n_territories,)``."""
        inside = self.territory_of >= 0
        weights = np.nan_to_num(values[inside])
        return np.bincount(self.territory_of[inside], weights, len(self.territories)).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Sales:
    """Net sales in the Book's currency: ``day`` as an ordinal, ``territory`` -1 where the customer has none."""

    day: Ints
    amount: Floats
    territory: Ints
    foreign_lines: int

    @classmethod
    def of(cls, book: Book, members: Members) -> Sales:
        """Return every order line, returns included; lines in other currencies are left out and counted."""
        orders = book.table("orders")
        kept = book.in_own_currency(orders)
        customer = indices(kept["customer_id"], members.customers)
        territory = np.where(customer >= 0, members.territory_of[customer], -1) if len(members.customers) else customer
        days = ordinals(local_days(kept["ordered_at"], book.settings.zone))
        return cls(days, floats(kept["amount"]), territory, orders.num_rows - kept.num_rows)

    def between(self, start: date, end: date, territories: int) -> Floats:
        """Return the sales of each territory in ``[start, end)``, shape ``(territories,)``."""
        inside = (self.day >= start.toordinal()) & (self.day < end.toordinal()) & (self.territory >= 0)
        return np.bincount(self.territory[inside], self.amount[inside], territories).astype(np.float64)


def scored(scores: Scores, members: Members, column: str) -> Floats:
    """Return a numeric score of each customer, NaN where there is none."""
    table = scores.customers
    return floats(lookup(members.customers, table["customer_id"], table[column]))
