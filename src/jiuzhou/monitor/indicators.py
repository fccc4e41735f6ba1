"""How each territory did in each month, quarter and year, beside the year before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import Floats, floats, indices, ordinals
from jiuzhou.kernel.moments import local_days
from jiuzhou.kernel.receivables import Receivables
from jiuzhou.kernel.service import by_tier, stated_or_by_tier
from jiuzhou.monitor.facts import Events, Facts
from jiuzhou.monitor.payments import overdue_by_territory
from jiuzhou.monitor.policy import MonitorPolicy
from jiuzhou.monitor.spans import DayTotals, Span, recent_spans

INDICATORS = pa.schema(
    [
        ("territory_id", pa.string()),
        ("owner_id", pa.string()),
        ("period", pa.string()),
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("baseline", pa.float64()),  # the same customers in the same period a year earlier; null where unknown
        ("complete", pa.bool_()),  # whether the period is over; otherwise the value is to date
        ("version", pa.int64()),  # of the metric's definition
    ]
)
"""One row for each territory, period and metric that has a value, in this order."""

VERSIONS: Mapping[str, int] = {
    "sales": 1,  # net sales in the Book's currency
    "attainment": 1,  # sales / target; of a period that runs, the target counts pro rata by days
    "visits": 1,  # visits made
    "coverage": 1,  # visits made / visits due
    "new_customers": 1,  # with their first order ever in the period
    "active_customers": 1,  # with an order in the period
    "retention": 1,  # of the buyers of the year before last, those who bought in the year to the period's end
    "complaints": 1,
    "complaint_hours": 1,  # mean hours from a complaint of the period to its resolution
    "csat": 1,  # share of answers in the top two boxes
    "nps": 1,  # % of 9-10 - % of 0-6, -100 to 100
    "market_share": 1,  # own sales / market size over the same days
    "overdue": 1,  # payments overdue at the period's end
    "deviation": 1,  # of an activity from its target, today: deviation_workload and so on
}
"""Version of each metric's definition."""

_YEAR = 365
_USUAL_SCALE = {"csat": 5.0, "nps": 10.0}


@dataclass(frozen=True, slots=True)
class Business:
    """The order lines in the Book's currency, as a table and as events with their amounts."""

    lines: pa.Table
    events: Events
    amount: Floats

    @classmethod
    def of(cls, facts: Facts) -> Business:
        """Return the order lines; those in other currencies are left out."""
        lines = facts.book.in_own_currency(facts.book.table("orders"))
        events = facts.events(lines, "ordered_at")
        known = events.day < facts.today.toordinal()
        return cls(lines.filter(pa.array(known)), events.where(known), floats(lines["amount"])[known])


def indicators(
    facts: Facts,
    business: Business,
    owed: Receivables | None,
    *,
    targets: pa.Table,
    deviations: Mapping[str, Floats],
    policy: MonitorPolicy,
) -> pa.Table:
    """
    Return table ``INDICATORS``.

    Parameters
    ----------
    targets
        Columns ``territory_id, period, metric, value`` and more, with the metric ``revenue`` or ``sales``; where it
        lacks a row, the Book's own table counts.
    deviations
        By activity, each territory's deviation from its target today.
    """
    if not facts.territories:
        return INDICATORS.empty_table()
    spans = recent_spans(facts.today)
    before = [span.year_before() for span in spans]
    both = _measure(facts, business, owed, [*spans, *before], policy)
    values = {name: found[:, : len(spans)] for name, found in both.items()}
    start = int(business.events.day.min()) if len(business.events.day) else facts.today.toordinal()
    known = np.array([span.start.toordinal() >= start for span in before])
    baselines = {name: np.where(known, found[:, len(spans) :], np.nan) for name, found in both.items()}
    aims = _targets(facts, targets, spans)
    values["attainment"] = np.divide(values["sales"], aims, out=np.full_like(aims, np.nan), where=aims > 0)
    for key, deviation in deviations.items():
        only_now = np.full((facts.count, len(spans)), np.nan)
        only_now[:, _last_month(spans)] = deviation
        values[f"deviation_{key}"] = only_now
    return _table(facts, spans, values, baselines)


def _measure(
    facts: Facts, business: Business, owed: Receivables | None, spans: list[Span], policy: MonitorPolicy
) -> dict[str, Floats]:
    found = {**_selling(facts, business, spans), **_service(facts, spans, policy), **_voice(facts, spans)}
    market = _market(facts)
    days = np.array([span.days for span in spans]) / _YEAR
    size = market[:, None] * days
    found["market_share"] = np.divide(found["sales"], size, out=np.full_like(size, np.nan), where=size > 0)
    if owed is not None:
        found["overdue"] = np.stack([overdue_by_territory(facts, owed, span.end) for span in spans], axis=1)
    return found


def _totals(facts: Facts, spans: list[Span], events: Events, values: Floats | None = None) -> Floats:
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    return DayTotals.of(events, values, territories=facts.count, start=start, end=end).over(spans)


def _selling(facts: Facts, business: Business, spans: list[Span]) -> dict[str, Floats]:
    events = business.events
    days = _purchase_days(facts, events, business.amount)
    first = np.full(len(facts.customers), np.iinfo(np.int64).max)
    np.minimum.at(first, days.customer, days.day)
    came = np.flatnonzero(first < np.iinfo(np.int64).max)
    newcomers = Events(came, facts.territory_of[came], first[came])
    active = np.stack([_buyers(facts, days, span.start, span.end) for span in spans], axis=1)
    begun = int(days.day.min()) if len(days.day) else 0
    return {
        "sales": _totals(facts, spans, events, business.amount),
        "new_customers": _totals(facts, spans, newcomers),
        "active_customers": np.asarray(np.stack([facts.sums(column) for column in active.T], axis=1)),
        "retention": np.stack([_retention(facts, days, span.end, begun) for span in spans], axis=1),
    }


def _purchase_days(facts: Facts, events: Events, amount: Floats) -> Events:
    # One event for each customer and day with a sale; returns alone are no purchase.
    bought = (amount > 0) & (events.customer >= 0)
    width = 1 << 22  # days fit below it
    pairs = np.unique(events.customer[bought] * width + events.day[bought])
    customer = pairs // width
    return Events(customer, facts.territory_of[customer], pairs % width)


def _buyers(facts: Facts, days: Events, start: date, end: date) -> Floats:
    bought = np.zeros(len(facts.customers))
    bought[days.customer[days.between(start.toordinal(), end.toordinal())]] = 1
    return bought


def _retention(facts: Facts, days: Events, end: date, begun: int) -> Floats:
    middle, start = end - timedelta(days=_YEAR), end - timedelta(days=2 * _YEAR)
    if begun > start.toordinal() + _YEAR // 2:  # less than half of the earlier year is known
        return np.full(facts.count, np.nan)
    former = _buyers(facts, days, start, middle)
    kept = facts.sums(former * _buyers(facts, days, middle, end))
    return _ratio(kept, facts.sums(former))


def visit_rates(facts: Facts, policy: MonitorPolicy) -> Floats:
    """Return how many visits a year are due to each customer: as stated, else by its tier, the last without one."""
    stated = floats(facts.book.table("customers")["visits_per_year"])
    return stated_or_by_tier(stated, by_tier(facts.tiers(), policy.visits))


def _service(facts: Facts, spans: list[Span], policy: MonitorPolicy) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    visits = facts.events(facts.interactions("visit"), "at")
    if len(visits.day):
        since = ordinals(local_days(facts.book.table("customers")["created_at"], facts.book.settings.zone))
        rates = visit_rates(facts, policy)
        due = [facts.sums(np.where(since < span.end.toordinal(), rates, 0.0)) * span.days / _YEAR for span in spans]
        found["visits"] = _totals(facts, spans, visits)
        found["coverage"] = _ratio(found["visits"], np.stack(due, axis=1))
    table = facts.interactions("complaint")
    if table.num_rows:
        complaints = facts.events(table, "at")
        found["complaints"] = _totals(facts, spans, complaints)
        taken = pc.subtract(pc.cast(table["resolved_at"], pa.int64()), pc.cast(table["at"], pa.int64()))
        hours = floats(taken) / 3.6e9
        solved = np.isfinite(hours) & (hours >= 0)
        counted = _totals(facts, spans, complaints.where(solved))
        found["complaint_hours"] = _ratio(_totals(facts, spans, complaints.where(solved), hours[solved]), counted)
    return found


def _voice(facts: Facts, spans: list[Span]) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    surveys = facts.book.table("surveys")
    for kind in ("csat", "nps"):
        answers = surveys.filter(pc.equal(surveys["kind"], kind))
        if not answers.num_rows:
            continue
        events, score = facts.events(answers, "at"), floats(answers["score"])
        stated = floats(answers["scale_max"])
        scale = np.where(np.isfinite(stated), stated, _USUAL_SCALE[kind])
        points = _top_two(score, scale) if kind == "csat" else _balance(score, scale)
        found[kind] = _ratio(_totals(facts, spans, events, points), _totals(facts, spans, events))
    return found


def _top_two(score: Floats, scale: Floats) -> Floats:
    # Of a scale of two boxes or fewer only the last counts: its top two would be all of it.
    return (score >= np.where(scale > 2, scale - 1, scale)).astype(np.float64)


def _balance(score: Floats, scale: Floats) -> Floats:
    on_ten = score * 10 / scale
    return 100.0 * (on_ten >= 9) - 100.0 * (on_ten < 7)


def _market(facts: Facts) -> Floats:
    # A region's latest known market size goes to territories by where its customers are; NaN where none is known.
    market = facts.book.table("market")
    past = pa.array(ordinals(market["at"]) < facts.today.toordinal())
    market = market.filter(pc.and_(past, pc.is_valid(market["market_size"]))).sort_by([("at", "descending")])
    regions = facts.book.table("customers")["region_code"]
    place = indices(regions, pc.unique(market["region_code"]))
    latest = dict(zip(market["region_code"].to_pylist()[::-1], floats(market["market_size"])[::-1], strict=True))
    sizes = np.array([latest[code] for code in pc.unique(market["region_code"]).to_pylist()], dtype=np.float64)
    found = np.full(facts.count, np.nan)
    if not len(sizes):
        return found
    inside = (place >= 0) & (facts.territory_of >= 0)
    cells = np.bincount(facts.territory_of[inside] * len(sizes) + place[inside], minlength=facts.count * len(sizes))
    heads = cells.reshape(facts.count, len(sizes)).astype(np.float64)
    part = np.divide(heads, heads.sum(axis=0), out=np.zeros_like(heads), where=heads.sum(axis=0) > 0)
    total = (part * sizes).sum(axis=1)
    return np.where(total > 0, total, np.nan)


def _targets(facts: Facts, given: pa.Table, spans: list[Span]) -> Floats:
    place = {territory.id: index for index, territory in enumerate(facts.territories)}
    column = {span.label: index for index, span in enumerate(spans)}
    aims = np.full((facts.count, len(spans)), np.nan)
    for table in (facts.book.table("targets"), given):
        names = ("territory_id", "period", "metric", "value")
        for territory, period, metric, value in zip(*(table[name].to_pylist() for name in names), strict=True):
            if metric in ("sales", "revenue") and territory in place and period in column:
                aims[place[territory], column[period]] = float(value) * spans[column[period]].elapsed
    return aims


def _last_month(spans: list[Span]) -> int:
    return max(index for index, span in enumerate(spans) if len(span.label) == len("2026-03") and "Q" not in span.label)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def _table(facts: Facts, spans: list[Span], values: dict[str, Floats], baselines: dict[str, Floats]) -> pa.Table:
    names = sorted(values)
    unknown = np.full((facts.count, len(spans)), np.nan)
    cube = np.stack([values[name] for name in names], axis=2)  # territory, span, metric
    beside = np.stack([baselines.get(name, unknown) for name in names], axis=2)
    keep = np.isfinite(cube)
    where, when, what = np.nonzero(keep)
    ids = pa.array([territory.id for territory in facts.territories], pa.string())
    owners = pa.array([territory.owner_id for territory in facts.territories], pa.string())
    labels = pa.array([span.label for span in spans])
    versions = pa.array([VERSIONS[name if name in VERSIONS else name.split("_")[0]] for name in names])
    columns = {
        "territory_id": ids.take(pa.array(where)),
        "owner_id": owners.take(pa.array(where)),
        "period": labels.take(pa.array(when)),
        "metric": pa.array(names).take(pa.array(what)),
        "value": pa.array(np.round(cube[keep], 6)),
        "baseline": pa.array(np.round(beside[keep], 6), from_pandas=True),
        "complete": pa.array([span.complete for span in spans]).take(pa.array(when)),
        "version": versions.take(pa.array(what)),
    }
    return pa.table(columns, INDICATORS)
