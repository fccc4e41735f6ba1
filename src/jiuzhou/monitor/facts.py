"""What happened to each customer and territory, as arrays over days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import Floats, Ints, Mask, floats, indices, lookup, ordinals
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.ids import CustomerId
from jiuzhou.kernel.moments import local_days
from jiuzhou.kernel.plan import Plan, Territory
from jiuzhou.kernel.scores import Scores


@dataclass(frozen=True, slots=True)
class Facts:
    """
    The customers of a plan's territories, and the Book they come from.

    Attributes
    ----------
    today
        Nothing on or after it is known.
    territories
        Those of the plan that hold units, by id.
    customers
        Ids of the customers, in the order of the Book; the arrays go by it.
    territory_of
        Index of each customer's territory; -1 where it has none.
    """

    book: Book
    scores: Scores
    today: date
    territories: tuple[Territory, ...]
    customers: pa.ChunkedArray
    territory_of: Ints

    @classmethod
    def of(cls, book: Book, plan: Plan, scores: Scores, decisions: pa.Table, *, today: date) -> Facts:
        """Return the facts; a customer's territory is the decision's where it gives one, else the plan's."""
        territories = plan.held_territories()
        customers = book.table("customers")["customer_id"]
        home = lookup(customers, plan.units["customer_id"], plan.units["territory_id"])
        if decisions.num_rows:
            home = pc.coalesce(lookup(customers, decisions["customer_id"], decisions["territory_id"]), home)
        ids = pa.array([item.id for item in territories], pa.string())
        return cls(book, scores, today, territories, customers, indices(home, ids))

    @property
    def count(self) -> int:
        """How many territories there are."""
        return len(self.territories)

    def scored(self, column: str) -> Floats:
        """Return a numeric score of each customer, NaN where there is none."""
        table = self.scores.customers
        return floats(lookup(self.customers, table["customer_id"], table[column]))

    def tiers(self) -> list[str | None]:
        """Return the tier of each customer."""
        table = self.scores.customers
        found: list[str | None] = lookup(self.customers, table["customer_id"], table["tier"]).to_pylist()
        return found

    def sums(self, values: Floats, territory_of: Ints | None = None) -> Floats:
        """Return the sum of a customers' measure over each territory; NaN counts as 0."""
        place = self.territory_of if territory_of is None else territory_of
        inside = place >= 0
        return np.bincount(place[inside], np.nan_to_num(values[inside]), self.count).astype(np.float64)

    def ids(self, places: Ints | Sequence[int]) -> tuple[CustomerId, ...]:
        """Return the ids of the customers at these places."""
        return tuple(CustomerId(name) for name in self.customers.take(pa.array(places, pa.int64())).to_pylist())

    def events(self, table: pa.Table, moment: str) -> Events:
        """Return the rows of a table as events of customers, on days in the Book's zone."""
        customer = indices(table["customer_id"], self.customers)
        territory = np.where(customer >= 0, self.territory_of[customer], -1) if len(self.customers) else customer
        return Events(customer, territory, ordinals(local_days(table[moment], self.book.settings.zone)))

    def interactions(self, kind: str) -> pa.Table:
        """Return the interactions of one kind."""
        table = self.book.table("interactions")
        return table.filter(pc.equal(table["kind"], kind))


@dataclass(frozen=True, slots=True)
class Events:
    """Rows that happened to customers: their places, their territories (-1 where none), their days as ordinals."""

    customer: Ints
    territory: Ints
    day: Ints

    def where(self, mask: Mask) -> Events:
        """Return the events that the mask keeps."""
        return Events(self.customer[mask], self.territory[mask], self.day[mask])

    def between(self, start: int, end: int) -> Mask:
        """Return which events lie in ``[start, end)`` and in a territory."""
        return (self.day >= start) & (self.day < end) & (self.territory >= 0)
