"""Which orders are overdue (回款逾期), on any day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from jiuzhou.kernel.arrays import Floats
from jiuzhou.kernel.message import say
from jiuzhou.kernel.receivables import Receivables
from jiuzhou.monitor.alert import Alert, Severity, alert_id
from jiuzhou.monitor.facts import Facts
from jiuzhou.monitor.policy import MonitorPolicy


def overdue_by_territory(facts: Facts, owed: Receivables, day: date) -> Floats:
    """Return the amount overdue as ``day`` begins in each territory, shape ``(n_territories,)``."""
    home = facts.territory_of[owed.customer]
    inside = (owed.customer >= 0) & (home >= 0)
    return np.bincount(home[inside], owed.outstanding(day)[inside], facts.count).astype(np.float64)


def overdue_alerts(facts: Facts, owed: Receivables, yearly: Floats, *, policy: MonitorPolicy) -> list[Alert]:
    """
    Return an alert for each territory whose overdue payments are a large share of its last twelve months' sales.

    Parameters
    ----------
    yearly
        Sales of the last twelve months by territory.
    """
    totals = overdue_by_territory(facts, owed, facts.today)
    shares = np.divide(totals, yearly, out=(totals > 0).astype(np.float64), where=yearly > 0)
    late = np.flatnonzero((shares > policy.overdue_share) & (totals > 0))
    return [_overdue(facts, owed, place, float(totals[place]), float(yearly[place]), policy) for place in late.tolist()]


def _overdue(facts: Facts, owed: Receivables, place: int, total: float, yearly: float, policy: MonitorPolicy) -> Alert:
    territory, limit = facts.territories[place], policy.overdue_share
    open_amounts = owed.outstanding(facts.today)
    mine = (open_amounts > 0) & (facts.territory_of[owed.customer] == place)
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
