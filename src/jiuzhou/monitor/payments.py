"""Which orders are overdue (回款逾期), on any day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
    own = pc.fill_null(pc.equal(payments["currency"], facts.book.settings.currency), fill_value=True)
    payments = payments.filter(own)
    order = indices(payments["order_id"], codes.dictionary)
    known = order >= 0
    order, zone = order[known], facts.book.settings.zone
    payments = payments.filter(pa.array(known))
    due = day + policy.payment_term_days
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
    open_amounts = owed.outstanding(facts.today)
    totals = owed.by_territory(facts.today, facts.count)
    found = []
    for index, territory in enumerate(facts.territories):
        share = totals[index] / yearly[index] if yearly[index] > 0 else float(totals[index] > 0)
        if share <= policy.overdue_share or totals[index] <= 0:
            continue
        mine = (owed.territory == index) & (open_amounts > 0)
        by_customer = np.bincount(owed.customer[mine], open_amounts[mine], len(facts.customers))
        order = np.lexsort((np.arange(len(by_customer)), -by_customer))
        debtors = order[by_customer[order] > 0]
        since = date.fromordinal(int(owed.due[mine].min())) + timedelta(days=1)
        top = min(len(debtors), 5)
        part = float(by_customer[debtors[:top]].sum() / totals[index])
        size = share / policy.overdue_share if policy.overdue_share else share + 1
        found.append(
            Alert(
                id=alert_id("overdue_payments", territory.id),
                code="overdue_payments",
                severity=Severity.HIGH if size >= 2 else Severity.MEDIUM,
                where=territory.id,
                owner_id=territory.owner_id,
                since=since,
                value=round(float(totals[index]), 2),
                threshold=round(float(yearly[index] * policy.overdue_share), 2),
                size=round(float(size), 4),
                cause=say(
                    "monitor.overdue",
                    territory=territory.name,
                    amount=round(float(totals[index]), 2),
                    share=round(float(share), 4),
                    limit=policy.overdue_share,
                    since=since,
                ),
                action=say("monitor.collect", customers=top, share=round(part, 4), names=facts.ids(debtors[:top])),
                customers=facts.ids(debtors[: policy.ids_shown]),
                customer_count=len(debtors),
            )
        )
    return found
