"""Revenue targets: the whole company's aim, shared out to territories and quarters without losing a yuan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa

from jiuzhou.kernel.arrays import Floats
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.money import apportion
from jiuzhou.kernel.period import Period, add_months
from jiuzhou.kernel.scores import Scores
from jiuzhou.resource.facts import Members, Sales, scored
from jiuzhou.resource.policy import ResourcePolicy

TARGETS = pa.schema(
    [
        ("territory_id", pa.string()),
        ("period", pa.string()),
        ("metric", pa.string()),  # revenue: net sales
        ("value", pa.float64()),  # whole units of money, so that sums are exact
        ("currency", pa.string()),
        ("history_share", pa.float64()),  # of the company's last twelve months
        ("potential_share", pa.float64()),  # of the company's potential
        ("capped", pa.bool_()),  # held back by the largest growth
    ]
)
"""One row for each territory and period, by both."""

_YEAR = 365


@dataclass(frozen=True, slots=True)
class Whole:
    """The company's aim over the periods, and why it is that."""

    total: Decimal
    growth: float
    yearly: Floats  # last twelve months of each territory, stretched to a year where the Book is younger
    reason: Message


def set_targets(
    book: Book, members: Members, scores: Scores, sales: Sales, *, policy: ResourcePolicy, today: date
) -> tuple[pa.Table, tuple[Message, ...]]:
    """
    Return table ``TARGETS`` and what its reader must know.

    Top-down: the company's aim goes to territories by their shares of past sales and of potential, and each
    territory's part to the periods by the company's season. The targets sum to the aim exactly.
    """
    if not members.territories:
        return TARGETS.empty_table(), (say("resource.no_territories"),)
    periods = coming_periods(book.settings.fiscal_year_start, policy.quarters, today=today)
    season = seasons(sales, periods, today=today)
    whole = aim(sales, float(season.sum()), members, policy=policy, today=today)
    if whole.total <= 0:
        return TARGETS.empty_table(), (say("resource.no_history"),)
    potential = np.maximum(members.sums(scored(scores, members, "potential")), 0)
    reach = whole.yearly * float(season.sum())
    parts, capped = share_targets(whole.total, reach, potential, policy=policy)
    unit = Decimal(policy.target_unit)
    rows = [
        (territory.id, str(period), float(value), index)
        for index, territory in enumerate(members.territories)
        for period, value in zip(periods, apportion(parts[index], season.tolist(), unit=unit), strict=True)
    ]
    history, outlook = _shares(whole.yearly), _shares(potential)
    columns = {
        "territory_id": [row[0] for row in rows],
        "period": [row[1] for row in rows],
        "metric": ["revenue"] * len(rows),
        "value": [row[2] for row in rows],
        "currency": [book.settings.currency] * len(rows),
        "history_share": [round(float(history[row[3]]), 6) for row in rows],
        "potential_share": [round(float(outlook[row[3]]), 6) for row in rows],
        "capped": [bool(capped[row[3]]) for row in rows],
    }
    made = say(
        "resource.target_made",
        history=policy.history_weight,
        potential=policy.potential_weight,
        capped=int(capped.sum()),
    )
    return pa.table(columns, TARGETS), (whole.reason, made)


def share_targets(
    total: Decimal, history: Floats, potential: Floats, *, policy: ResourcePolicy
) -> tuple[list[Decimal], np.ndarray]:
    """
    Return each territory's part of ``total``, and whether the largest growth held it back.

    What a capped territory may not take goes to the others in proportion to their shares. Where every territory is
    capped the whole is kept and the caps give way together.

    Parameters
    ----------
    total
        Money, at least 0.
    history, potential
        Past sales over as long a time, and potential, shape ``(n_territories,)``, at least 0.

    Returns
    -------
    tuple[list[Decimal], np.ndarray]
        Parts that sum to ``total`` rounded to whole units, and a mask.
    """
    weights = policy.history_weight * _shares(history) + policy.potential_weight * _shares(potential)
    if weights.sum() <= 0:
        weights = np.ones(len(history))
    caps = np.where(history > 0, history * (1 + policy.max_growth), np.inf)
    capped = np.zeros(len(history), dtype=bool)
    for _ in range(len(history)):
        left = float(total) - float(caps[capped].sum())
        open_weight = float(weights[~capped].sum())
        if open_weight <= 0 or left <= 0:
            break
        share = np.divide(weights, open_weight, out=np.zeros(len(weights)), where=~capped)
        over = share * left > caps
        if not over.any():
            break
        capped |= over
    left = float(total) - float(caps[capped].sum())
    open_weight = float(weights[~capped].sum())
    parts = np.where(capped, caps, 0.0)
    if open_weight > 0:
        parts[~capped] = weights[~capped] / open_weight * max(left, 0.0)
    return apportion(total, parts.tolist(), unit=Decimal(policy.target_unit)), capped


def coming_periods(fiscal_year_start: int, quarters: int, *, today: date) -> list[Period]:
    """
    Return the next quarters of the fiscal year; one that begins today is the first of them.

    Where the fiscal year's quarters are not the calendar's, which alone have a name, their months are returned.
    """
    first = date(today.year - 1, fiscal_year_start, 1)
    while first < today:
        first = add_months(first, 3)
    end = add_months(first, 3 * quarters)
    step = 3 if (fiscal_year_start - 1) % 3 == 0 else 1
    starts = [add_months(first, months) for months in range(0, 3 * quarters, step)]
    return [Period(start, following) for start, following in zip(starts, [*starts[1:], end], strict=True)]


def seasons(sales: Sales, periods: list[Period], *, today: date) -> Floats:
    """
    Return the share of a year's sales that falls into each period, by the last two years' whole months.

    A month's share is its part of the year it lies in; without a full year of history every day weighs the same.

    Returns
    -------
    Floats
        Shape ``(n_periods,)``; twelve months in a row sum to 1.
    """
    months = np.zeros(12)
    years = 0
    end = today.replace(day=1)
    first = int(sales.day.min()) if len(sales.day) else today.toordinal()
    while years < 2 and add_months(end, -12).toordinal() >= first - 31:
        start = add_months(end, -12)
        inside = (sales.day >= start.toordinal()) & (sales.day < end.toordinal())
        edges = [month.start.toordinal() for month in Period(start, end).months()]
        place = np.searchsorted(edges, sales.day[inside], side="right") - 1
        found = np.maximum(np.bincount(place, sales.amount[inside], 12), 0)
        if found.sum() <= 0:
            break
        months += np.roll(found / found.sum(), start.month - 1)
        years, end = years + 1, start
    if years == 0:
        return np.array([period.days / _YEAR for period in periods])
    months /= years
    return np.array([sum(months[part.start.month - 1] for part in period.months()) for period in periods])


def aim(sales: Sales, season: float, members: Members, *, policy: ResourcePolicy, today: date) -> Whole:
    """Return what the whole company aims at, over periods that hold the share ``season`` of a year."""
    count = len(members.territories)
    year, before = today - timedelta(days=_YEAR), today - timedelta(days=2 * _YEAR)
    first = int(sales.day.min()) if len(sales.day) else today.toordinal()
    observed = min(_YEAR, today.toordinal() - first)
    yearly = np.maximum(sales.between(year, today, count), 0) * (_YEAR / observed if observed > 0 else 1.0)
    last, previous = float(yearly.sum()), float(np.maximum(sales.between(before, year, count), 0).sum())
    if policy.growth is not None:
        growth, code = policy.growth, "resource.total_by_policy_growth"
    elif first <= before.toordinal() + 31 and previous > 0:
        growth = min(max(last / previous - 1, policy.growth_low), policy.growth_high)
        code = "resource.total_by_own_growth"
    else:
        growth, code = max(0.0, policy.growth_low), "resource.total_without_growth"
    if policy.target_total is not None:
        total, code = policy.target_total, "resource.total_by_policy"
    else:
        total = last * (1 + growth) * season
    unit = policy.target_unit
    whole = Decimal(round(total / unit)) * unit
    return Whole(whole, growth, yearly, say(code, total=whole, last=round(last, 2), growth=round(growth, 4)))


def _shares(values: Floats) -> Floats:
    whole = float(values.sum())
    return values / whole if whole > 0 else np.zeros_like(values)
