"""What is wrong almost everywhere is one thing to decide, not an alert for each territory."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, zip_longest

from jiuzhou.kernel.ids import CustomerId
from jiuzhou.kernel.message import Param, say
from jiuzhou.monitor.alert import Alert, Severity, alert_id
from jiuzhou.monitor.facts import Facts
from jiuzhou.monitor.policy import MonitorPolicy

_COMMON = ("coverage_gap", "overdue_payments", "key_accounts_at_risk")
_UNEVEN = ("overload", "underload")
_NAMED = 3


def grouped(facts: Facts, alerts: list[Alert], *, policy: MonitorPolicy) -> list[Alert]:
    """
    Return the alerts, with those of one cause that half of the territories share as one of the company.

    Its value and threshold are those of the worst territory. Alerts of high severity stay on their own, beside it; but
    where half of the territories have too much or too little, the division is to be made anew and none is moved alone.
    """
    found = [alert for alert in alerts if alert.code not in (*_COMMON, *_UNEVEN)]
    uneven = sorted((alert for alert in alerts if alert.code in _UNEVEN), key=lambda alert: (-alert.size, alert.id))
    found += [_uneven(facts, uneven)] if len(uneven) >= max(policy.spread_from, facts.count / 2) else uneven
    for code in _COMMON:
        alike = sorted((alert for alert in alerts if alert.code == code), key=lambda alert: (-alert.size, alert.id))
        pressing = [alert for alert in alike if alert.severity is Severity.HIGH]
        rest = [alert for alert in alike if alert.severity is not Severity.HIGH]
        common = len(alike) >= max(policy.spread_from, facts.count / 2) and len(rest) > 1
        found += [*pressing, _of_company(facts, rest, policy)] if common else alike
    return found


def _uneven(facts: Facts, alerts: list[Alert]) -> Alert:
    worst = alerts[0]
    heaviest = max(alerts, key=lambda alert: alert.value)
    lightest = min(alerts, key=lambda alert: alert.value)
    cause = say(
        "monitor.common_imbalance",
        territories=len(alerts),
        of=facts.count,
        activity=worst.cause.params["activity"],
        limit=abs(worst.threshold),
        heaviest=heaviest.cause.params["territory"],
        most=heaviest.value,
        lightest=lightest.cause.params["territory"],
        least=lightest.value,
    )
    return replace(
        worst,
        id=alert_id("imbalance", None),
        code="imbalance",
        where=None,
        owner_id=None,
        since=min(alert.since for alert in alerts),
        cause=cause,
        action=say("monitor.act_imbalance", territories=len(alerts)),
        customers=(),
        customer_count=0,
    )


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
