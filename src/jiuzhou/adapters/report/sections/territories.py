"""The table of territories: from the furthest above its target to the furthest below."""

from __future__ import annotations

from collections.abc import Mapping

from jiuzhou.adapters.report.blocks import Bar, Column, Swatch, Table, Value
from jiuzhou.adapters.report.rows import label, names
from jiuzhou.adapters.report.sections.holdings import OUTSIDE, Holding
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.plan import Activity, Plan, Territory

_MOST, _UNFOLDED = 60, 30
_LEAST_SCALE = 0.1


def territories_table(book: Book, plan: Plan, holdings: Mapping[str, Holding], colours: Mapping[str, Swatch]) -> Table:
    """Return the table; where there are many territories, those furthest from their targets."""
    activity = plan.activities[0] if plan.activities else Activity("workload", "hours", 0.05, 0.0)
    furthest = sorted(plan.territories, key=lambda one: (-abs(_deviation(one, activity)), one.id))
    shown = sorted(furthest[:_MOST], key=lambda one: (-_deviation(one, activity), one.id))
    others, scale = plan.activities[1:], _scale(plan, activity)
    called = names(book, "owners", (one.owner_id for one in shown))
    rows = []
    for one in shown:
        bar, held = Bar(_deviation(one, activity), activity.tolerance, scale), holdings[one.id]
        cells: tuple[Value, ...] = (
            *(colours.get(one.id), one.name, called.get(one.owner_id or ""), held.customers),
            *(held.revenue, held.potential, one.values.get(activity.key), one.targets.get(activity.key)),
            *(held.before, bar, bar),
            *(Bar(_deviation(one, other), other.tolerance, scale) for other in others),
            *(_state(one, activity), held.gained, held.lost),
        )
        rows.append(cells)
    columns = _columns(book, activity, others, scale)
    title, left_out = say("report.territories_title"), len(plan.territories) - len(shown)
    foot = _foot(plan, activity, holdings, len(others)) if rows else ()
    return Table(
        title, columns, tuple(rows), left_out, say("report.no_territories"), half=True, unfolded=_UNFOLDED, foot=foot
    )


def _columns(book: Book, activity: Activity, others: tuple[Activity, ...], scale: float) -> tuple[Column, ...]:
    return (
        Column(say("report.number"), "swatch"),
        Column(say("report.territory")),
        Column(say("report.owner")),
        Column(say("report.customers"), "count"),
        Column(say("report.revenue_year"), "money", book.settings.currency),
        Column(say("report.potential"), "money", book.settings.currency),
        Column(_named(activity), "count", activity.unit),
        Column(say("report.target"), "count", activity.unit),
        Column(say("report.before"), "shift"),
        Column(say("report.against_target", scale=scale), "bar"),
        Column(say("report.deviation"), "signed"),
        *(Column(say("report.deviation_of", activity=_named(other)), "signed") for other in others),
        Column(say("report.state")),
        Column(say("report.gained"), "count"),
        Column(say("report.lost"), "count"),
    )


def _foot(
    plan: Plan, activity: Activity, holdings: Mapping[str, Holding], others: int
) -> tuple[tuple[Value, ...], ...]:
    blank: tuple[Value, ...] = (None,) * (4 + others)
    every = holdings.values()
    outside = holdings[OUTSIDE]
    values, targets = (
        sum(figures.get(activity.key, 0.0) for figures in each)
        for each in ([one.values for one in plan.territories], [one.targets for one in plan.territories])
    )
    rest: tuple[Value, ...] = (
        *(None, say("report.outside"), None, outside.customers, outside.revenue, outside.potential, None, None),
        *(*blank, outside.gained, outside.lost),
    )
    total: tuple[Value, ...] = (
        *(None, say("report.total"), None, sum(one.customers for one in every)),
        *(sum(one.revenue for one in every), sum(one.potential for one in every), values, targets),
        *(*blank, sum(one.gained for one in every), sum(one.lost for one in every)),
    )
    return (rest, total) if outside.customers or outside.lost else (total,)


def _named(activity: Activity) -> Message | str:
    return label("measure", activity.key) or activity.key


def _deviation(territory: Territory, activity: Activity) -> float:
    return territory.deviation.get(activity.key, 0.0)


def _scale(plan: Plan, activity: Activity) -> float:
    widest = max((abs(_deviation(one, activity)) for one in plan.territories), default=0.0)
    steps = max(_LEAST_SCALE, 2 * activity.tolerance, widest) * 20
    return min(-(-round(steps, 6) // 1) / 20, 1.0)


def _state(territory: Territory, activity: Activity) -> Message:
    if not territory.contiguous:
        return say("report.state_apart")
    if territory.in_band:
        return say("report.state_in_band")
    deviation = _deviation(territory, activity)
    if abs(deviation) <= activity.tolerance:
        return say("report.state_other")
    return say("report.state_over" if deviation > 0 else "report.state_under")
