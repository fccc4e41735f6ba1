"""Which orders are overdue (回款逾期), on any day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from jiuzhou.kernel.arrays import Floats, Ints, floats, indices, ordinals
from jiuzhou.kernel.message import say
from jiuzhou.kernel.moments import local_days
from jiuzhou.monitor.alert import Alert, Severity, alert_id
from jiuzhou.monitor.facts import Events, Facts
from jiuzhou.monitor.policy import MonitorPolicy

_CENT = 0.01


@dataclass(frozen=True, slots=True)
class Receivables:
    """Orders with a positive amount, and what was paid on them; arrays by order, then by payment."""

    customer: Ints
    territory: Ints
    amount: Floats
    due: Ints
    paid_order: Ints
    paid_day: Ints
    paid_amount: Floats

    def outstanding(self, day: date) -> Floats:
        """Return what each order owes past its due day as ``day`` begins; 0 where nothing."""
        by = self.paid_day < day.toordinal()
        paid = np.bincount(self.paid_order[by], self.paid_amount[by], len(self.amount))
        open_amount = np.where(self.due < day.toordinal(), self.amount - paid, 0.0)
        return np.where(open_amount > _CENT, open_amount, 0.0)

    def by_territory(self, day: date, territories: int) -> Floats:
        """Return the overdue amount of each territory, shape ``(n_territories,)``."""
        inside = self.territory >= 0
        return np.bincount(self.territory[inside], self.outstanding(day)[inside], territories).astype(np.float64)


def receivables(facts: Facts, orders: pa.Table, events: Events, *, policy: MonitorPolicy) -> Receivables | None:
    """
    Return what is owed, or ``None`` without a table of payments.

    An order's amount is the sum of its lines, returns taken off. It is due on the last ``due_at`` of its payments,
    else so many days after it as the policy says. Orders before the first one that was ever paid are taken as settled:
    payments were not recorded then.
    """
    payments = facts.book.table("payments")
    if not payments.num_rows:
        return None
    codes = orders["order_id"].combine_chunks().dictionary_encode()
    line = np.asarray(codes.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    count = len(codes.dictionary)
    if not count:
        return None
    amount = np.bincount(line, floats(orders["amount"]), count).astype(np.float64)
    first = np.zeros(count, dtype=np.int64)
    first[line[::-1]] = np.arange(len(line))[::-1]  # the last one written is the order's first line
    day, customer = events.day[first], events.customer[first]
    payments = facts.book.in_own_currency(payments)
    order = indices(payments["order_id"], codes.dictionary)
    known = order >= 0
    order, zone = order[known], facts.book.settings.zone
    payments = payments.filter(pa.array(known))
    due = day + policy.payment_term
    stated = ordinals(local_days(payments["due_at"], zone))
    stated_by_order = np.zeros(count, dtype=np.int64)
    np.maximum.at(stated_by_order, order, stated)
    due = np.where(stated_by_order > 0, stated_by_order, due)
    begun = int(day[order].min()) if len(order) else facts.today.toordinal()
    amount = np.where((day >= begun) & (amount > 0), amount, 0.0)
    return Receivables(
        customer,
        events.territory[first],
        amount,
        due,
        order,
        ordinals(local_days(payments["paid_at"], zone)),
        floats(payments["amount"]),
    )


def overdue_alerts(facts: Facts, owed: Receivables, yearly: Floats, *, policy: MonitorPolicy) -> list[Alert]:
    """
    Return an alert for each territory whose overdue payments are a large share of its last twelve months' sales.

    Parameters
    ----------
    yearly
        Sales of the last twelve months by territory.
    """
    totals = owed.by_territory(facts.today, facts.count)
    shares = np.divide(totals, yearly, out=(totals > 0).astype(np.float64), where=yearly > 0)
    late = np.flatnonzero((shares > policy.overdue_share) & (totals > 0))
    return [_overdue(facts, owed, place, float(totals[place]), float(yearly[place]), policy) for place in late.tolist()]


def _overdue(facts: Facts, owed: Receivables, place: int, total: float, yearly: float, policy: MonitorPolicy) -> Alert:
    territory, limit = facts.territories[place], policy.overdue_share
    open_amounts = owed.outstanding(facts.today)
    mine = (owed.territory == place) & (open_amounts > 0)
    by_customer = np.bincount(owed.customer[mine], open_amounts[mine], len(facts.customers))
    order = np.lexsort((np.arange(len(by_customer)), -by_customer))
    debtors = order[by_customer[order] > 0]
    since = date.fromordinal(int(owed.due[mine].min())) + timedelta(days=1)
    top = min(len(debtors), 5)
    part = float(by_customer[debtors[:top]].sum() / total)
    share = total / yearly if yearly > 0 else 1.0
    size = share / limit if limit else share + 1
    return Alert(
        id=alert_id("overdue_payments", territory.id),
        code="overdue_payments",
        severity=Severity.HIGH if size >= 2 else Severity.MEDIUM,
        where=territory.id,
        owner_id=territory.owner_id,
        since=since,
        value=round(total, 2),
        threshold=round(yearly * limit, 2),
        size=round(size, 4),
        cause=say(
            "monitor.overdue",
            territory=territory.name,
            amount=round(total, 2),
            share=round(share, 4),
            limit=limit,
            since=since,
        ),
        action=say("monitor.collect", customers=top, share=round(part, 4), names=facts.ids(debtors[:top])),
        customers=facts.ids(debtors[: policy.ids_shown]),
        customer_count=len(debtors),
    )
