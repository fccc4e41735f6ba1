"""Whether a territory's sales have broken with their past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from jiuzhou.calendar import company_calendar
from jiuzhou.kernel.arrays import Floats
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.period import Period, add_months
from jiuzhou.kernel.plan import Territory
from jiuzhou.monitor.alert import Alert, Severity, alert_id
from jiuzhou.monitor.facts import Facts
from jiuzhou.monitor.indicators import Business
from jiuzhou.monitor.policy import MonitorPolicy

_LONGEST = 36  # months looked back
_RECENT = 3  # periods that do not shape the limits, so that a break cannot hide itself
_LEAST = 8  # periods that must be left for the limits
_FLOOR = 0.03  # smallest robust deviation believed, of log sales
_CLIP = 4.0  # one odd month is not a lasting change
_COMMON_FROM = 4  # territories needed to tell the company's season from their own


@dataclass(frozen=True, slots=True)
class Break:
    """A lasting change: the index of its first period, its relative size, and the CUSUM that found it."""

    first: int
    change: float
    cusum: float


@dataclass(frozen=True, slots=True)
class Finding:
    """A break, where and when it began, and what to say of it; without a territory it is the company's."""

    where: Territory | None
    began: Period
    found: Break
    code: str
    action: Message
    customers: tuple[int, ...] = ()


def drift_alerts(facts: Facts, business: Business, *, policy: MonitorPolicy) -> list[Alert]:
    """
    Return an alert for each territory whose sales broke with their past, and one if the whole company's did.

    Sales count per working day. January and February are one period, as in China's official statistics, because the
    Spring Festival moves between them. With four territories or more the median territory's movement is taken out of
    each: it is the season and the market; what is common shows in the company's own series, compared year on year.
    """
    periods = _periods(facts, business)
    if len(periods) < _LEAST + _RECENT:
        return []
    series = np.maximum(_sales(facts, business, periods) / _workdays(facts, periods), 0)
    findings = []
    whole = _year_on_year(series.sum(axis=0))
    found = None if whole is None else find_break(whole, slack=policy.drift_slack, limit=policy.drift_limit)
    if whole is not None and found is not None:
        code = "monitor.company_fell" if found.change < 0 else "monitor.company_rose"
        began = periods[-len(whole) :][found.first]
        findings.append(Finding(None, began, found, code, say("monitor.review_plan")))
    for index, own in _own_movements(series).items():
        found = find_break(own, slack=policy.drift_slack, limit=policy.drift_limit)
        if found is not None:
            began = periods[-len(own) :][found.first]
            findings.append(_territory_finding(facts, business, index, began, found))
    return [_alert(facts, item, policy) for item in findings if abs(item.found.change) >= policy.drift_change]


def _own_movements(series: Floats) -> dict[int, Floats]:
    # By territory with steady sales: its movement without the company's, else year on year, else as it is.
    base = series.shape[1] - _RECENT
    level = np.median(series[:, :base], axis=1)
    steady = (level > 0) & ((series[:, :base] > 0).mean(axis=1) >= 0.8)
    relative = np.divide(series, level[:, None], out=np.zeros_like(series), where=steady[:, None])
    common = np.median(relative[steady], axis=0) if steady.sum() >= _COMMON_FROM else None
    found = {}
    for index in np.flatnonzero(steady).tolist():
        yearly = _year_on_year(relative[index]) if common is None else None
        if common is not None:
            found[index] = np.divide(relative[index], common, out=np.ones_like(common), where=common > 0)
        else:
            found[index] = relative[index] if yearly is None else yearly
    return found


def find_break(series: Floats, *, slack: float, limit: float) -> Break | None:
    """
    Return the change that a two-sided CUSUM sees at the end of ``series``, or ``None``.

    The logarithms are standardised by median and median absolute deviation of all but the last three periods. Sources:
    E. S. Page, "Continuous Inspection Schemes", Biometrika 41, 1954; the start of the change is where the sum last
    left zero.

    Parameters
    ----------
    series
        Shape ``(n_periods,)``, at least 0.
    slack, limit
        In robust standard deviations.
    """
    base = len(series) - _RECENT
    if base < _LEAST:
        return None
    floor = 0.05 * max(float(np.median(series[:base])), 1e-12)
    logs = np.log(np.maximum(series, floor))
    middle = float(np.median(logs[:base]))
    spread = max(1.4826 * float(np.median(np.abs(logs[:base] - middle))), _FLOOR)
    scores = np.clip((logs - middle) / spread, -_CLIP, _CLIP)
    for sign in (-1.0, 1.0):
        total, first = 0.0, 0
        for index, score in enumerate(scores.tolist()):
            total = max(0.0, total + sign * score - slack)
            if total == 0.0:
                first = index + 1
        if total > limit and first < len(series):
            change = float(np.exp(np.median(logs[first:]) - middle)) - 1
            return Break(first, change, total)
    return None


def _periods(facts: Facts, business: Business) -> list[Period]:
    # Whole months before today, January and February joined, from the first whole month of the orders.
    end = facts.today.replace(day=1)
    if not len(business.events.day):
        return []
    earliest = date.fromordinal(int(business.events.day.min()))
    first = earliest if earliest.day == 1 else add_months(earliest.replace(day=1), 1)
    first = max(first, add_months(end, -_LONGEST))
    if first.month == 2:
        first = add_months(first, 1)
    found = []
    while first < end:
        following = add_months(first, 2 if first.month == 1 else 1)
        if following <= end:
            found.append(Period(first, following))
        first = following
    return found


def _workdays(facts: Facts, periods: list[Period]) -> Floats:
    calendar = company_calendar(facts.book)
    return np.array([max(calendar.workdays(period), 1) for period in periods], dtype=np.float64)


def _sales(facts: Facts, business: Business, periods: list[Period]) -> Floats:
    edges = np.array([*(period.start.toordinal() for period in periods), periods[-1].end.toordinal()])
    inside = business.events.between(int(edges[0]), int(edges[-1]))
    place = np.searchsorted(edges, business.events.day[inside], side="right") - 1
    cells = business.events.territory[inside] * len(periods) + place
    totals = np.bincount(cells, business.amount[inside], facts.count * len(periods))
    return totals.reshape(facts.count, len(periods)).astype(np.float64)


def _year_on_year(series: Floats) -> Floats | None:
    # Eleven periods make a year. None without enough years for limits of their own.
    year = 11
    if len(series) < year + _LEAST + _RECENT or np.any(series[:-year] <= 0):
        return None
    return np.asarray(np.maximum(series[year:], 0) / series[:-year], dtype=np.float64)


def _fallen(facts: Facts, business: Business, index: int) -> list[int]:
    # The customers behind most of what a quarter lacks against the three quarters before it.
    today, inside = facts.today.toordinal(), business.events.territory == index
    customer, day, amount = business.events.customer[inside], business.events.day[inside], business.amount[inside]
    now, past = day >= today - 91, (day >= today - 364) & (day < today - 91)
    count = len(facts.customers)
    lost = np.bincount(customer[past], amount[past], count) / 3 - np.bincount(customer[now], amount[now], count)
    order = np.lexsort((np.arange(count), -lost))
    order = order[lost[order] > 0]
    enough = int(np.searchsorted(np.cumsum(lost[order]), 0.8 * lost[order].sum())) + 1
    return [int(place) for place in order[:enough]]


def _territory_finding(facts: Facts, business: Business, index: int, began: Period, found: Break) -> Finding:
    territory = facts.territories[index]
    if found.change > 0:
        action = say("monitor.keep_growth", territory=territory.name)
        return Finding(territory, began, found, "monitor.sales_rose", action)
    customers = tuple(_fallen(facts, business, index))
    action = say("monitor.talk_to_fallen", territory=territory.name, customers=len(customers))
    return Finding(territory, began, found, "monitor.sales_fell", action, customers)


def _alert(facts: Facts, finding: Finding, policy: MonitorPolicy) -> Alert:
    where, found = finding.where, finding.found
    severity = Severity.LOW
    if found.change < 0:
        severity = Severity.HIGH if found.change <= -2 * policy.drift_change else Severity.MEDIUM
    return Alert(
        id=alert_id("sales_drift", where.id if where else None),
        code="sales_drift",
        severity=severity,
        where=where.id if where else None,
        owner_id=where.owner_id if where else None,
        since=finding.began.start,
        value=round(found.change, 6),
        threshold=-policy.drift_change if found.change < 0 else policy.drift_change,
        size=round(found.cusum / policy.drift_limit, 4),
        cause=say(
            finding.code,
            territory=where.name if where else "",
            since=finding.began.start,
            change=round(abs(found.change), 4),
            least=policy.drift_change,
            cusum=round(found.cusum, 2),
            limit=policy.drift_limit,
        ),
        action=finding.action,
        customers=facts.ids(finding.customers[: policy.ids_shown]),
        customer_count=len(finding.customers),
    )
