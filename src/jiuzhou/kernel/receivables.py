"""What customers owe past its due day (回款逾期): the one definition that advice and alerts share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from jiuzhou.kernel.arrays import Floats, Ints, floats, indices, ordinals
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.moments import local_days

_CENT = 0.01


@dataclass(frozen=True, slots=True)
class Receivables:
    """
    Orders with a positive amount, and what was paid on them; arrays by order, then by payment.

    Attributes
    ----------
    customer
        Position among the Book's customers; -1 where the Book has none of that id.
    amount
        Sum of the lines, returns taken off, in the Book's currency; 0 where it is not above 0.
    due
        Day, as ``date.toordinal`` counts.
    """

    customer: Ints
    amount: Floats
    due: Ints
    paid_order: Ints
    paid_day: Ints
    paid_amount: Floats

    def outstanding(self, day: date) -> Floats:
        """Return what each order owes past its due day as ``day`` begins; 0 where nothing."""
        by = self.paid_day < day.toordinal()
        paid = np.bincount(self.paid_order[by], self.paid_amount[by], len(self.amount))
        left = np.where(self.due < day.toordinal(), self.amount - paid, 0.0)
        return np.where((left > _CENT) & (self.customer >= 0), left, 0.0)


def receivables(book: Book, *, term_days: int, today: date) -> Receivables | None:
    """
    Return what is owed on the orders before ``today``; ``None`` without payments or orders.

    An order is due on the last ``due_at`` of its payments, else ``term_days`` after its first line. Orders before the
    first one that was ever paid are taken as settled: payments were not recorded then.
    """
    zone = book.settings.zone
    orders, payments = (book.in_own_currency(book.table(name)) for name in ("orders", "payments"))
    orders = orders.filter(ordinals(local_days(orders["ordered_at"], zone)) < today.toordinal())
    if not orders.num_rows or not payments.num_rows:
        return None
    codes = orders["order_id"].combine_chunks().dictionary_encode()
    line, count = np.asarray(codes.indices.to_numpy(zero_copy_only=False), dtype=np.int64), len(codes.dictionary)
    amount = np.bincount(line, floats(orders["amount"], missing=0.0), count).astype(np.float64)
    first = np.zeros(count, dtype=np.int64)
    first[line[::-1]] = np.arange(len(line))[::-1]  # the last one written is the order's first line
    day = ordinals(local_days(orders["ordered_at"], zone))[first]
    order = indices(payments["order_id"], codes.dictionary)
    payments, order = payments.filter(order >= 0), order[order >= 0]
    stated = np.zeros(count, dtype=np.int64)
    np.maximum.at(stated, order, ordinals(local_days(payments["due_at"], zone)))
    begun = int(day[order].min()) if len(order) else today.toordinal()
    return Receivables(
        customer=indices(orders["customer_id"], book.table("customers")["customer_id"])[first],
        amount=np.where((day >= begun) & (amount > 0), amount, 0.0),
        due=np.where(stated > 0, stated, day + term_days),
        paid_order=order,
        paid_day=ordinals(local_days(payments["paid_at"], zone)),
        paid_amount=floats(payments["amount"], missing=0.0),
    )
