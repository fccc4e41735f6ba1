"""One pass of the loop in a few figures and one sentence for each stage."""

from __future__ import annotations

from collections import Counter
from typing import Any

from jiuzhou import __version__
from jiuzhou.adapters.report import ReportPage
from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.cycle import Cycle
from jiuzhou.kernel.message import Message, say


def headlines(page: ReportPage) -> list[Message]:
    """Return the headline of each stage, in the loop's order."""
    return [section.headline for section in page.sections]


def told(cycle: Cycle) -> list[Message]:
    """Return what the headlines leave out and nobody may miss: the day, who changes hands, what was left out before."""
    handed = {name: cycle.plan.metrics[f"handover_{name}"].value for name in ("customers", "share", "key_accounts")}
    noted = [note for note in cycle.collected.quality.notes if note.code == "adapters.rejected_before"]
    return [
        say("adapters.day", day=cycle.today),
        *noted,
        say("adapters.handover", **handed),
    ]


def summary_of(cycle: Cycle, page: ReportPage) -> dict[str, Any]:
    """Return the figures of ``cycle.json``: what the pass was made from, and what each stage found."""
    plan, decisions = cycle.plan, cycle.assignment.decisions
    return {
        "made_by": f"jiuzhou {__version__}",
        "as_of": cycle.today.isoformat(),
        "seed": cycle.seed,
        "plan": plan.id,
        "rules": cycle.rules.version,
        "collect": cycle.collected.quality.totals,
        "evaluate": {
            "customers": cycle.scores.customers.num_rows,
            "tiers": _counts(cycle.scores.customers["tier"].to_pylist()),
            "versions": dict(cycle.scores.versions),
        },
        "divide": {
            "status": plan.status.value,
            "territories": len(plan.territories),
            "out_of_band": sum(not territory.in_band for territory in plan.territories),
            "detached": sum(not territory.contiguous for territory in plan.territories),
            "objective": plan.objective,
            "lower_bound": plan.lower_bound,
            "gap": plan.gap,
            "violations": len(plan.violations),
        },
        "resource": {
            "headcount": cycle.resources.headcount.num_rows,
            "targets": cycle.resources.targets.num_rows,
            "stock": cycle.resources.stock.num_rows,
        },
        "assign": {
            "customers": decisions.num_rows,
            "outcomes": _counts(decisions["outcome"].to_pylist()),
            "by_rule": _counts(decisions["rule"].to_pylist()),
        },
        "serve": {
            "actions": cycle.advice.actions.num_rows,
            "recommendations": cycle.advice.recommendations.num_rows,
            "visits": cycle.advice.visits.num_rows,
        },
        "monitor": {
            "indicators": cycle.watch.indicators.num_rows,
            "alerts": len(cycle.watch.alerts),
            "by_severity": _counts(str(alert.severity) for alert in cycle.watch.alerts),
        },
        "headlines": [{lang: render(headline, lang) for lang in LANGS} for headline in headlines(page)],
    }


def _counts(values: Any) -> dict[str, int]:
    counted = Counter("" if value is None else str(value) for value in values)
    return {name: counted[name] for name in sorted(counted)}
