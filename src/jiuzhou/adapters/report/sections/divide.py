"""The territories: what the division changes, where they are, and how good it provably is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jiuzhou.adapters.report.blocks import Figure, Figures, Notes, Section
from jiuzhou.adapters.report.rows import label, share, spoken, total
from jiuzhou.adapters.report.sections.holdings import holdings
from jiuzhou.adapters.report.sections.territories import territories_table
from jiuzhou.adapters.report.territory_map import draw_map
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Json, Message, say
from jiuzhou.kernel.plan import Plan
from jiuzhou.kernel.scores import Scores

_VIOLATIONS = 12


@dataclass(frozen=True, slots=True)
class Balance:
    """
    How a plan is balanced in its first activity, and how its territories were before it.

    Attributes
    ----------
    in_band
        Territories with every activity within its tolerance.
    largest, largest_before
        Largest |deviation|; before: ``None`` where nothing is known of it.
    out_before
        Territories that were out of band.
    """

    territories: int
    in_band: int
    activity: Message | str
    tolerance: float
    largest: float
    largest_before: float | None
    out_before: int | None

    @classmethod
    def of(cls, plan: Plan, effect: Mapping[str, Json]) -> Balance:
        """Return the balance of ``plan``; ``effect`` is what monitoring says of it."""
        key, tolerance = (
            (plan.activities[0].key, plan.activities[0].tolerance) if plan.activities else ("workload", 0.05)
        )
        balance = effect.get("balance")
        both = balance.get(key) if isinstance(balance, Mapping) else None
        before = both.get("before") if isinstance(both, Mapping) else None
        largest, out = (
            (before.get("largest"), before.get("out_of_band")) if isinstance(before, Mapping) else (None, None)
        )
        return cls(
            territories=len(plan.territories),
            in_band=sum(territory.in_band for territory in plan.territories),
            activity=label("activity", key) or key,
            tolerance=tolerance,
            largest=max((abs(one.deviation.get(key, 0.0)) for one in plan.territories), default=0.0),
            largest_before=largest if isinstance(largest, float | int) else None,
            out_before=out if isinstance(out, int) else None,
        )

    @property
    def sentence(self) -> Message:
        """The headline: before and after, as far as known."""
        told = {
            "territories": self.territories,
            "in_band": self.in_band,
            "activity": self.activity,
            "tolerance": self.tolerance,
            "largest": round(self.largest, 3),
        }
        if self.largest_before is None:
            return say("report.divide_headline", **told)
        return say("report.divide_headline_before", before=round(self.largest_before, 3), out=self.out_before, **told)


def divide_section(book: Book, plan: Plan, scores: Scores, *, effect: Mapping[str, Json]) -> Section:
    """Return the section of divide; ``effect`` is what monitoring says of the plan against the one before."""
    balance = Balance.of(plan, effect)
    colours, picture = draw_map(book, plan)
    table = territories_table(book, plan, holdings(book, plan, scores), colours)
    return Section(
        "divide",
        balance.sentence,
        Figure(say("report.divide_figure", whole=len(plan.territories)), balance.in_band),
        (_changes(book, plan, scores, balance), picture, table, _quality(plan), _limits(book, plan)),
        (
            say("report.divide_how_target"),
            say("report.divide_how_objective"),
            plan.bound_message,
            say("report.divide_how_colours"),
        ),
    )


def _metric(plan: Plan, key: str) -> float | None:
    found = plan.metrics.get(key)
    return None if found is None else found.value


def _changes(book: Book, plan: Plan, scores: Scores, balance: Balance) -> Figures:
    moved, revenue = _metric(plan, "handover_share"), _metric(plan, "handover_revenue")
    part = share(revenue or 0.0, total(scores.customers["revenue_12m"]))
    deals = _metric(plan, "handover_open_deals")
    before = None if balance.out_before is None else balance.territories - balance.out_before
    return Figures(
        (
            Figure(
                say("report.in_band_of", whole=balance.territories),
                balance.in_band,
                "count",
                "",
                say(f"report.in_band_{'alone' if before is None else 'note'}", tolerance=balance.tolerance),
                before,
            ),
            Figure(
                say("report.largest_deviation"),
                balance.largest,
                "percent",
                "",
                say("report.largest_note", activity=balance.activity),
                balance.largest_before,
            ),
            Figure(
                say("report.handover"),
                _metric(plan, "handover_customers"),
                "count",
                "customers",
                None if moved is None else say("report.handover_note", share=moved),
            ),
            Figure(
                say("report.handover_revenue"),
                revenue,
                "money",
                book.settings.currency,
                None if revenue is None or part is None else say("report.handover_revenue_note", share=part),
            ),
            Figure(
                say("report.handover_key_accounts"),
                _metric(plan, "handover_key_accounts"),
                "count",
                "customers",
                None if deals is None else say("report.handover_deals", count=round(deals)),
            ),
        )
    )


def _quality(plan: Plan) -> Figures:
    bound = say("report.no_bound")
    saving = None
    if plan.lower_bound is not None and plan.gap is not None and plan.objective > 0:
        saving = 1 - plan.lower_bound / plan.objective
        bound = say("report.bound_note", bound=round(plan.lower_bound), gap=round(plan.gap, 3))
    note = None if saving is None else say("report.saving_note", saving=saving)
    status = label("status_means", plan.status.value)
    return Figures(
        (
            Figure(say("report.saving"), saving, "percent", "", note or plan.bound_message),
            Figure(say("report.objective"), plan.objective, "count", "weighted_km", bound),
            Figure(
                say("report.mean_distance"), _metric(plan, "mean_distance_km"), "count", "km", say("report.mean_note")
            ),
            Figure(
                say("report.status"),
                label("status", plan.status.value),
                "text",
                "",
                status if isinstance(status, Message) else None,
            ),
        )
    )


def _limits(book: Book, plan: Plan) -> Notes:
    broken = tuple(spoken(book, one.message) for one in plan.violations[:_VIOLATIONS])
    rest = max(len(plan.violations) - _VIOLATIONS, 0)
    more = (say("report.more_violations", count=rest),) if rest else ()
    return Notes(say("report.violations"), (*broken, *more) or (say("report.no_violations"),))
