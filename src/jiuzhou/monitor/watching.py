"""One pass of monitoring: the indicators, the alerts, the effect of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Json
from jiuzhou.kernel.plan import Plan
from jiuzhou.kernel.receivables import receivables
from jiuzhou.kernel.scores import Scores
from jiuzhou.monitor.alert import Alert, by_weight
from jiuzhou.monitor.complaints import complaint_alerts
from jiuzhou.monitor.drift import drift_alerts
from jiuzhou.monitor.effect import effect_of
from jiuzhou.monitor.facts import Facts
from jiuzhou.monitor.gaps import coverage_alerts, key_account_alerts, no_owner_alerts, no_place_alerts
from jiuzhou.monitor.grouping import grouped
from jiuzhou.monitor.imbalance import balances, imbalance_alerts
from jiuzhou.monitor.indicators import Business, indicators
from jiuzhou.monitor.payments import overdue_alerts
from jiuzhou.monitor.policy import MonitorPolicy
from jiuzhou.monitor.spans import DayTotals, Span


@dataclass(frozen=True, slots=True)
class Watch:
    """
    How a plan stands against what happened.

    Attributes
    ----------
    indicators
        Table ``indicators.INDICATORS``.
    alerts
        The most pressing first; none where nothing needs anybody.
    effect
        What the plan changed against the one before it; empty where there is none.
    """

    indicators: pa.Table
    alerts: tuple[Alert, ...]
    effect: Mapping[str, Json]


def watch(
    book: Book,
    plan: Plan,
    scores: Scores,
    decisions: pa.Table,
    *,
    targets: pa.Table,
    policy: MonitorPolicy | None = None,
    today: date,
    baseline: Plan | None = None,
) -> Watch:
    """
    Return how ``plan`` stands against what happened up to, and without, ``today``.

    Parameters
    ----------
    decisions
        Table ``DECISIONS``; a customer lies where its decision says, else where the plan says.
    targets
        Targets of ``revenue`` with columns ``territory_id, period, metric, value``; the Book's own count where it
        lacks one.
    baseline
        The plan before, for the effect.
    """
    chosen = policy or MonitorPolicy()
    facts = Facts.of(book, plan, scores, decisions, today=today)
    business = Business.of(facts)
    owed = receivables(book, term_days=chosen.payment_term, today=today)
    load = balances(facts, plan)
    table = indicators(
        facts,
        business,
        owed,
        targets=targets,
        deviations={key: item.deviation for key, item in load.items()},
        policy=chosen,
    )
    alerts = [
        *imbalance_alerts(facts, load, policy=chosen),
        *drift_alerts(facts, business, policy=chosen),
        *complaint_alerts(facts, policy=chosen),
        *coverage_alerts(facts, policy=chosen),
        *key_account_alerts(facts, policy=chosen),
        *no_owner_alerts(facts, decisions, plan.units, policy=chosen),
        *no_place_alerts(facts, policy=chosen),
    ]
    if owed is not None:
        year = Span("", today - timedelta(days=365), today)
        totals = DayTotals.of(business.events, business.amount, territories=facts.count, start=year.start, end=year.end)
        alerts += overdue_alerts(facts, owed, totals.over([year])[:, 0], policy=chosen)
    ranked = by_weight(grouped(facts, alerts, policy=chosen))
    return Watch(table, ranked, effect_of(facts, plan, business, baseline=baseline))
