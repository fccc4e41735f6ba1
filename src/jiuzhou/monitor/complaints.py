"""Where complaints of one topic come more often than chance explains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow.compute as pc

from jiuzhou.calendar import company_calendar
from jiuzhou.kernel.message import say
from jiuzhou.monitor.alert import Alert, Severity, alert_id
from jiuzhou.monitor.facts import Facts
from jiuzhou.monitor.policy import MonitorPolicy

_YEAR = 365


@dataclass(frozen=True, slots=True)
class Spike:
    """Complaints of one topic in one territory: how many, how many are usual, the limit, since when, from whom."""

    territory: int
    topic: str
    count: int
    usual: float
    limit: int
    since: date
    customers: tuple[int, ...]


def complaint_alerts(facts: Facts, *, policy: MonitorPolicy) -> list[Alert]:
    """Return an alert for each spike; a topic that spikes in many territories at once is one alert of the company."""
    spikes = complaint_spikes(facts, policy=policy)
    alerts: list[Alert] = []
    for topic in sorted({spike.topic for spike in spikes}):
        alike = [spike for spike in spikes if spike.topic == topic]
        groups = [alike] if len(alike) >= policy.spread_from else [[spike] for spike in alike]
        alerts += [_alert(facts, group, policy) for group in groups]
    return alerts


def complaint_spikes(facts: Facts, *, policy: MonitorPolicy) -> list[Spike]:
    """
    Return the territories and topics whose complaints of the last days exceed their Poisson limit.

    The rate is estimated from the year before the window, so the count ahead follows a negative binomial (a Poisson
    count under a gamma rate with Jeffreys' prior). The chance of a false alert is shared by all pairs of territory and
    topic (Bonferroni). Source: Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), section 2.6.
    """
    table = facts.interactions("complaint")
    events = facts.events(table, "at")
    start = facts.today.toordinal() - policy.complaint_days
    known = events.between(start - _YEAR, facts.today.toordinal())
    if not known.any() or not facts.count:
        return []
    coded = pc.fill_null(table["topic"], "").combine_chunks().dictionary_encode()
    topics = [str(topic) for topic in coded.dictionary.to_pylist()]
    events, topic = events.where(known), np.asarray(coded.indices.to_numpy())[known]
    cell = events.territory * len(topics) + topic
    now = events.day >= start
    counts = np.bincount(cell[now], minlength=facts.count * len(topics))
    past = np.bincount(cell[~now], minlength=facts.count * len(topics))
    exposure = min(_YEAR, max(start - int(events.day.min()), 90))
    chance = policy.complaint_chance / (facts.count * max(len(set(topic.tolist())), 1))
    found = []
    for place in np.flatnonzero(counts >= policy.complaint_least).tolist():
        before = int(past[place])
        limit = max(complaint_limit(before, exposure, policy.complaint_days, chance), policy.complaint_least)
        if counts[place] >= limit:
            mine = now & (cell == place)
            territory, coming = divmod(place, len(topics))
            callers, often = np.unique(events.customer[mine], return_counts=True)
            order = np.lexsort((callers, -often))
            found.append(
                Spike(
                    territory=territory,
                    topic=topics[coming],
                    count=int(counts[place]),
                    usual=before * policy.complaint_days / exposure,
                    limit=limit,
                    since=date.fromordinal(int(events.day[mine].min())),
                    customers=tuple(callers[order].tolist()),
                )
            )
    return found


def complaint_limit(before: int, exposure_days: int, window_days: int, chance: float) -> int:
    """
    Return the smallest count that a window reaches with less than ``chance`` if nothing changed.

    Parameters
    ----------
    before
        Complaints in the ``exposure_days`` before the window.
    """
    from scipy.special import betainc

    part = window_days / (window_days + exposure_days)
    count = 1
    while float(betainc(count, before + 0.5, part)) >= chance:
        count += 1
    return count


def _alert(facts: Facts, spikes: list[Spike], policy: MonitorPolicy) -> Alert:
    alone = facts.territories[spikes[0].territory] if len(spikes) == 1 else None
    names = tuple(facts.territories[spike.territory].name for spike in spikes)
    count, limit = sum(spike.count for spike in spikes), sum(spike.limit for spike in spikes)
    customers = [place for spike in spikes for place in spike.customers]
    topic = spikes[0].topic or say("monitor.no_topic")
    due = _third_workday(facts)
    return Alert(
        id=alert_id("complaint_spike", alone.id if alone else None, spikes[0].topic),
        code="complaint_spike",
        severity=Severity.HIGH if alone is None or count >= 2 * limit else Severity.MEDIUM,
        where=alone.id if alone else None,
        owner_id=alone.owner_id if alone else None,
        since=min(spike.since for spike in spikes),
        value=float(count),
        threshold=float(limit),
        size=round(count / limit, 4),
        cause=say(
            "monitor.complaints_here" if alone else "monitor.complaints_everywhere",
            territories=names,
            topic=topic,
            days=policy.complaint_days,
            count=count,
            usual=round(sum(spike.usual for spike in spikes), 1),
            limit=limit,
        ),
        action=say(
            "monitor.call_back" if alone else "monitor.fix_topic", topic=topic, customers=len(customers), due=due
        ),
        customers=facts.ids(customers[: policy.ids_shown]),
        customer_count=len(customers),
    )


def _third_workday(facts: Facts) -> date:
    calendar, day, left = company_calendar(facts.book), facts.today, 3
    while left:
        day += timedelta(days=1)
        left -= calendar.is_workday(day)
    return day
