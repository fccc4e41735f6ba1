"""The territories: where they are, how far from balance, and how good the plan provably is."""

from __future__ import annotations

from collections import Counter

from jiuzhou.adapters.report.blocks import Bar, Column, Figure, Figures, Notes, Section, Swatch, Table, Value
from jiuzhou.adapters.report.sections.rows import label, names
from jiuzhou.adapters.report.territory_map import draw_map
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.plan import Activity, Plan, Territory

_TERRITORIES, _VIOLATIONS = 60, 12
_LEAST_SCALE = 0.1


def divide_section(book: Book, plan: Plan) -> Section:
    """Return the section of divide."""
    in_band = sum(territory.in_band for territory in plan.territories)
    activity = plan.activities[0] if plan.activities else Activity("workload", "hours", 0.05, 0.0)
    largest = max((abs(one.deviation.get(activity.key, 0.0)) for one in plan.territories), default=0.0)
    colours, picture = draw_map(book, plan)
    headline = say(
        "report.divide_headline",
        territories=len(plan.territories),
        in_band=in_band,
        activity=label("activity", activity.key) or "",
        tolerance=activity.tolerance,
        largest=largest,
    )
    violations = Notes(say("report.violations"), tuple(one.message for one in plan.violations[:_VIOLATIONS]))
    rest = max(len(plan.violations) - _VIOLATIONS, 0)
    more = (say("report.more_violations", count=rest),) if rest else ()
    kept = Notes(say("report.violations"), (say("report.no_violations"),))
    shown = Notes(violations.title, (*violations.items, *more)) if violations.items else kept
    return Section(
        "divide",
        headline,
        Figure(say("report.divide_figure", whole=len(plan.territories)), in_band),
        (_quality(plan), picture, _territories(book, plan, activity, colours), shown),
        (
            say("report.divide_how_target"),
            say("report.divide_how_objective"),
            plan.bound_message,
            say("report.divide_how_colours"),
        ),
    )


def _quality(plan: Plan) -> Figures:
    def metric(key: str) -> float | None:
        found = plan.metrics.get(key)
        return None if found is None else found.value

    bound = say("report.bound_note", bound=round(plan.lower_bound, 1)) if plan.lower_bound else say("report.no_bound")
    share = metric("handover_share")
    return Figures(
        (
            Figure(say("report.status"), label("status", plan.status.value), "text"),
            Figure(say("report.objective"), plan.objective, "count", "weighted_km", bound),
            Figure(say("report.gap"), plan.gap, "percent", "", say("report.gap_note")),
            Figure(say("report.mean_distance"), metric("mean_distance_km"), "number", "km"),
            Figure(
                say("report.handover"),
                metric("handover_customers"),
                "count",
                "customers",
                None if share is None else say("report.handover_note", share=share),
            ),
        )
    )


def _territories(book: Book, plan: Plan, activity: Activity, colours: dict[str, Swatch]) -> Table:
    others, scale = plan.activities[1:], _scale(plan, activity)
    columns = (
        Column(say("report.number"), "swatch"),
        Column(say("report.territory")),
        Column(say("report.owner")),
        Column(say("report.customers"), "count"),
        Column(_activity(activity), "count", activity.unit),
        Column(say("report.target"), "count", activity.unit),
        Column(say("report.against_target", scale=scale), "bar"),
        Column(say("report.deviation"), "signed"),
        *(Column(say("report.deviation_of", activity=_activity(other)), "signed") for other in others),
        Column(say("report.state"), "words"),
    )
    called = names(book, "owners", (one.owner_id for one in plan.territories))
    size = Counter(plan.units.filter(plan.units["customer_id"].is_valid())["territory_id"].to_pylist())
    ranked = sorted(plan.territories, key=lambda one: (-abs(one.deviation.get(activity.key, 0.0)), one.id))
    rows = []
    for one in ranked[:_TERRITORIES]:
        bar = Bar(one.deviation.get(activity.key, 0.0), activity.tolerance, scale)
        cells: tuple[Value, ...] = (
            *(colours.get(one.id), one.name, called.get(one.owner_id or ""), size[one.id]),
            *(one.values.get(activity.key), one.targets.get(activity.key)),
            *(bar, bar),
            *(Bar(one.deviation.get(other.key, 0.0), other.tolerance, scale) for other in others),
            _state(one, activity),
        )
        rows.append(cells)
    left_out = max(len(ranked) - _TERRITORIES, 0)
    return Table(say("report.territories_title"), columns, tuple(rows), left_out, say("report.no_territories"))


def _activity(activity: Activity) -> Message | str:
    return label("measure", activity.key) or activity.key


def _scale(plan: Plan, activity: Activity) -> float:
    widest = max((abs(one.deviation.get(activity.key, 0.0)) for one in plan.territories), default=0.0)
    steps = max(_LEAST_SCALE, 2 * activity.tolerance, widest) * 20
    return min(-(-round(steps, 6) // 1) / 20, 1.0)


def _state(territory: Territory, activity: Activity) -> Message:
    if not territory.contiguous:
        return say("report.state_apart")
    if territory.in_band:
        return say("report.state_in_band")
    deviation = territory.deviation.get(activity.key, 0.0)
    if abs(deviation) <= activity.tolerance:
        return say("report.state_other")
    return say("report.state_over" if deviation > 0 else "report.state_under")
