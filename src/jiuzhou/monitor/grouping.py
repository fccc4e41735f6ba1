"""What is wrong almost everywhere is one thing to decide, not an alert for each territory."""

from __future__ import annotations

from itertools import chain, zip_longest

from jiuzhou.kernel.ids import CustomerId
from jiuzhou.kernel.message import Param, say
from jiuzhou.monitor.alert import Alert, Severity, alert_id
from jiuzhou.monitor.facts import Facts
from jiuzhou.monitor.policy import MonitorPolicy

_COMMON = ("coverage_gap", "overdue_payments", "key_accounts_at_risk")
_NAMED = 3


def grouped(facts: Facts, alerts: list[Alert], *, policy: MonitorPolicy) -> list[Alert]:
    """
    Return the alerts, with those of one cause that half of the territories share as one of the company.

    Its value and threshold are those of the worst territory. Alerts of high severity stay on their own, beside it.
    """
    found = [alert for alert in alerts if alert.code not in _COMMON]
    for code in _COMMON:
        alike = sorted((alert for alert in alerts if alert.code == code), key=lambda alert: (-alert.size, alert.id))
        pressing = [alert for alert in alike if alert.severity is Severity.HIGH]
        rest = [alert for alert in alike if alert.severity is not Severity.HIGH]
        common = len(alike) >= max(policy.spread_from, facts.count / 2) and len(rest) > 1
        found += [*pressing, _of_company(facts, rest, policy)] if common else alike
    return found


def _of_company(facts: Facts, alerts: list[Alert], policy: MonitorPolicy) -> Alert:
    worst = alerts[0]
    names = {territory.id: territory.name for territory in facts.territories}
    customers = sum(alert.customer_count for alert in alerts)
    said: dict[str, Param] = {
        "territories": len(alerts),
        "of": facts.count,
        "worst": tuple(names[alert.where] for alert in alerts[:_NAMED] if alert.where is not None),
        "customers": customers,
        "value": worst.value,
        "threshold": worst.threshold,
    }
    return Alert(
        id=alert_id(worst.code, None),
        code=worst.code,
        severity=worst.severity,
        where=None,
        owner_id=None,
        since=min(alert.since for alert in alerts),
        value=worst.value,
        threshold=worst.threshold,
        size=worst.size,
        cause=say(f"monitor.common_{worst.code}", **said),
        action=say(f"monitor.act_{worst.code}", **said),
        customers=_in_turn(alerts)[: policy.ids_shown],
        customer_count=customers,
    )


def _in_turn(alerts: list[Alert]) -> tuple[CustomerId, ...]:
    # The worst customer of each territory, then the second of each, and so on.
    turns = chain.from_iterable(zip_longest(*(alert.customers for alert in alerts)))
    return tuple(customer for customer in turns if customer is not None)
