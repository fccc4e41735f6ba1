"""Visits not made, key accounts in danger, customers whom nobody owns, customers without a place."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import Floats, Ints, floats, indices
from jiuzhou.kernel.decision import Outcome
from jiuzhou.kernel.message import say
from jiuzhou.kernel.moments import local_days
from jiuzhou.monitor.alert import Alert, Severity, alert_id
from jiuzhou.monitor.facts import Facts
from jiuzhou.monitor.indicators import visit_rates
from jiuzhou.monitor.policy import MonitorPolicy

_YEAR = 365
_LEAST_DUE = 5.0  # visits due below which a coverage says nothing


def coverage_alerts(facts: Facts, *, policy: MonitorPolicy) -> list[Alert]:
    """Return an alert for each territory that made too few of the visits due in the last weeks."""
    visits = facts.events(facts.interactions("visit"), "at")
    start = facts.today - timedelta(days=policy.coverage_days)
    if not visits.between(start.toordinal() - _YEAR, facts.today.toordinal()).any():
        return []  # visits are not recorded in this Book
    inside = visits.between(start.toordinal(), facts.today.toordinal())
    made = np.bincount(visits.customer[inside], minlength=len(facts.customers)).astype(np.float64)
    due = visit_rates(facts, policy) * policy.coverage_days / _YEAR
    made_here, due_here = facts.sums(made), facts.sums(due)
    coverage = np.divide(made_here, due_here, out=np.ones(facts.count), where=due_here > 0)
    low = np.flatnonzero((coverage < policy.coverage_least) & (due_here >= _LEAST_DUE))
    return [_coverage_gap(facts, place, made, due, policy) for place in low.tolist()]


def _coverage_gap(facts: Facts, place: int, made: Floats, due: Floats, policy: MonitorPolicy) -> Alert:
    territory, least = facts.territories[place], policy.coverage_least
    missing = np.maximum(due - made, 0)
    mine = np.flatnonzero((facts.territory_of == place) & (missing >= 0.5))
    order = mine[np.lexsort((mine, -missing[mine]))]
    made_here, due_here = float(facts.sums(made)[place]), float(facts.sums(due)[place])
    coverage = made_here / due_here
    weekly = (least * due_here - made_here) / (policy.coverage_days / 7)
    return Alert(
        id=alert_id("coverage_gap", territory.id),
        code="coverage_gap",
        severity=Severity.HIGH if coverage < least / 2 else Severity.MEDIUM,
        where=territory.id,
        owner_id=territory.owner_id,
        since=facts.today - timedelta(days=policy.coverage_days),
        value=round(coverage, 6),
        threshold=least,
        size=round((1 - coverage) / max(1 - least, 1e-6), 4),
        cause=say(
            "monitor.coverage",
            territory=territory.name,
            days=policy.coverage_days,
            made=int(made_here),
            due=round(due_here, 1),
            coverage=round(coverage, 4),
            limit=least,
        ),
        action=say("monitor.visit_first", customers=len(order), weekly=math.ceil(weekly), names=facts.ids(order[:3])),
        customers=facts.ids(order[: policy.ids_shown]),
        customer_count=len(order),
    )


def key_account_alerts(facts: Facts, *, policy: MonitorPolicy) -> list[Alert]:
    """Return an alert for each territory with key accounts that are likely to leave, the largest first."""
    risk, revenue = facts.scored("churn_risk"), np.nan_to_num(facts.scored("revenue_12m"))
    key = np.array([bool(flag) for flag in facts.book.table("customers")["key_account"].to_pylist()], dtype=bool)
    key |= np.array([tier == "A" for tier in facts.tiers()], dtype=bool)
    danger = key & (revenue > 0) & (np.nan_to_num(risk) >= policy.risk)  # who buys no more is lost, not at risk
    totals, at_stake = facts.sums(revenue), facts.sums(np.where(danger, revenue, 0.0))
    found = []
    for index, territory in enumerate(facts.territories):
        mine = np.flatnonzero(danger & (facts.territory_of == index))
        if not len(mine):
            continue
        order = mine[np.lexsort((mine, -risk[mine], -revenue[mine]))]
        share = float(at_stake[index] / totals[index]) if totals[index] > 0 else 0.0
        found.append(
            Alert(
                id=alert_id("key_accounts_at_risk", territory.id),
                code="key_accounts_at_risk",
                severity=Severity.HIGH if share >= 0.1 else Severity.MEDIUM,
                where=territory.id,
                owner_id=territory.owner_id,
                since=facts.scores.as_of,
                value=round(float(risk[order[0]]), 6),
                threshold=policy.risk,
                size=round(1 + share, 4),
                cause=say(
                    "monitor.key_accounts",
                    territory=territory.name,
                    customers=len(order),
                    limit=policy.risk,
                    revenue=round(float(at_stake[index]), 2),
                    share=round(share, 4),
                ),
                action=say("monitor.see_key_accounts", names=facts.ids(order[:3])),
                customers=facts.ids(order[: policy.ids_shown]),
                customer_count=len(order),
            )
        )
    return found


def no_owner_alerts(facts: Facts, decisions: pa.Table, units: pa.Table, *, policy: MonitorPolicy) -> list[Alert]:
    """Return one alert for each reason that left customers without an owner; by the plan where nothing was decided."""
    if decisions.num_rows:
        open_ones = decisions.filter(pc.equal(decisions["outcome"], Outcome.UNASSIGNED.value))
        reasons = pc.fill_null(open_ones["code"], "").to_pylist()
        days = local_days(open_ones["decided_at"], facts.book.settings.zone).to_pylist()
    else:
        open_ones = units.filter(pc.and_(pc.is_null(units["owner_id"]), pc.is_valid(units["customer_id"])))
        reasons, days = [""] * open_ones.num_rows, [facts.scores.as_of] * open_ones.num_rows
    places = indices(open_ones["customer_id"], facts.customers)
    found = []
    for reason in sorted(set(reasons)):
        rows = [row for row, other in enumerate(reasons) if other == reason and places[row] >= 0]
        if rows:
            since = min((days[row] for row in rows if days[row]), default=facts.today)
            found.append(_no_owner(facts, np.sort(places[rows]), reason, since, policy))
    return found


def _no_owner(facts: Facts, places: Ints, reason: str, since: date, policy: MonitorPolicy) -> Alert:
    revenue = np.nan_to_num(facts.scored("revenue_12m"))
    order = places[np.lexsort((places, -revenue[places]))]
    count, share = len(places), len(places) / len(facts.customers)
    homes = Counter(int(home) for home in facts.territory_of[places] if home >= 0)
    owned = {home: number for home, number in homes.items() if facts.territories[home].owner_id}
    if owned:
        most = min(owned, key=lambda home: (-owned[home], home))
        territory = facts.territories[most]
        action = say(
            "monitor.give_to_owner", customers=owned[most], territory=territory.name, owner=territory.owner_id or ""
        )
    else:
        action = say("monitor.name_owner", customers=count)
    return Alert(
        id=alert_id("no_owner", None, reason),
        code="no_owner",
        severity=Severity.HIGH if share >= 0.01 else Severity.MEDIUM,
        where=None,
        owner_id=None,
        since=since,
        value=float(count),
        threshold=0.0,
        size=round(1 + share, 4),
        cause=say(
            "monitor.no_owner" if reason else "monitor.no_owner_in_plan",
            customers=count,
            revenue=round(float(revenue[places].sum()), 2),
            reason=reason,
        ),
        action=action,
        customers=facts.ids(order[: policy.ids_shown]),
        customer_count=count,
    )


def no_place_alerts(facts: Facts, *, policy: MonitorPolicy) -> list[Alert]:
    """Return an alert if too many customers have neither coordinates nor a region."""
    customers = facts.book.table("customers")
    if not customers.num_rows:
        return []
    located = np.isfinite(floats(customers["lat"])) & np.isfinite(floats(customers["lon"]))
    placed = located | np.asarray(pc.is_valid(customers["region_code"]).to_numpy(), dtype=bool)
    lost = np.flatnonzero(~placed)
    share = len(lost) / customers.num_rows
    if share <= policy.unplaced_share:
        return []
    addressed = int(pc.sum(pc.is_valid(customers["address"].take(pa.array(lost)))).as_py() or 0)
    revenue = np.nan_to_num(facts.scored("revenue_12m"))
    order = lost[np.lexsort((lost, -revenue[lost]))]
    return [
        Alert(
            id=alert_id("no_place", None),
            code="no_place",
            severity=Severity.MEDIUM if share >= 0.1 else Severity.LOW,
            where=None,
            owner_id=None,
            since=facts.scores.as_of,
            value=round(share, 6),
            threshold=policy.unplaced_share,
            size=round(share / max(policy.unplaced_share, 1e-6), 4),
            cause=say("monitor.no_place", customers=len(lost), share=round(share, 4), limit=policy.unplaced_share),
            action=say("monitor.complete_places", addressed=addressed, customers=len(lost) - addressed),
            customers=facts.ids(order[: policy.ids_shown]),
            customer_count=len(lost),
        )
    ]
