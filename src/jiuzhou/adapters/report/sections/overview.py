"""The first screen: five figures for somebody who reads no further."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.adapters.report.blocks import Figure
from jiuzhou.adapters.report.rows import label, share, total
from jiuzhou.adapters.report.sections.divide import Balance
from jiuzhou.kernel.decision import Outcome
from jiuzhou.kernel.message import say

if TYPE_CHECKING:
    from jiuzhou.cycle import Cycle

_YEAR = 12  # months


def overview(cycle: Cycle) -> tuple[Figure, ...]:
    """Return customers and sales, tier A, territories in band, customers with an owner, pressing alerts."""
    people, plan = cycle.scores.customers, cycle.plan
    revenue = total(people["revenue_12m"])
    best = people.filter(pc.fill_null(pc.equal(people["tier"], "A"), False))
    part = share(total(best["revenue_12m"]), revenue) or 0.0
    growth = growth_of(cycle.watch.indicators)
    sales = {"revenue": revenue, "unit": label("unit", cycle.book.settings.currency) or ""}
    return (
        Figure(
            say("report.customers"),
            people.num_rows,
            "count",
            "customers",
            say("report.tile_sales", **sales)
            if growth is None
            else say("report.tile_sales_up" if growth >= 0 else "report.tile_sales_down", growth=abs(growth), **sales),
        ),
        Figure(
            say("report.tile_best"),
            share(best.num_rows, people.num_rows),
            "percent",
            "",
            say("report.tile_best_note", customers=best.num_rows, share=part),
        ),
        _in_band(Balance.of(plan, cycle.watch.effect)),
        _owned(cycle.assignment.decisions),
        _alerts(cycle),
    )


def growth_of(indicators: pa.Table) -> float | None:
    """Return sales of the last twelve complete months over those of the year before, less 1; nothing where unknown."""
    months = indicators.filter(
        pc.and_(
            pc.and_(pc.equal(indicators["metric"], "sales"), indicators["complete"]),
            pc.match_substring_regex(indicators["period"], r"^\d{4}-\d{2}$"),
        )
    )
    last = sorted(set(months["period"].to_pylist()))[-_YEAR:]
    months = months.filter(pc.is_in(months["period"], pa.array(last, pa.string())))
    before = total(months["baseline"])
    if len(last) < _YEAR or months["baseline"].null_count or before <= 0:
        return None
    return total(months["value"]) / before - 1


def _in_band(balance: Balance) -> Figure:
    told = {"activity": balance.activity, "tolerance": balance.tolerance, "largest": round(balance.largest, 3)}
    if balance.largest_before is None:
        note = say("report.tile_balance", **told)
    else:
        note = say("report.tile_balance_before", before=round(balance.largest_before, 3), **told)
    of = say("report.x_of_y", x=balance.in_band, y=balance.territories)
    return Figure(say("report.tile_in_band"), of, "text", "", note)


def _owned(decisions: pa.Table) -> Figure:
    outcomes = decisions["outcome"].to_pylist()
    owned = outcomes.count(Outcome.ASSIGNED) + outcomes.count(Outcome.KEPT)
    note = say(
        "report.tile_owned_note",
        pooled=outcomes.count(Outcome.POOLED),
        unassigned=outcomes.count(Outcome.UNASSIGNED),
    )
    return Figure(say("report.tile_owned"), share(owned, len(outcomes)), "percent", "", note)


def _alerts(cycle: Cycle) -> Figure:
    alerts = cycle.watch.alerts
    high = sum(alert.severity.value == "high" for alert in alerts)
    first = label("alert", alerts[0].code) if alerts else None
    note = say("report.tile_alerts_note", whole=len(alerts), first=first) if first else say("report.no_alerts")
    return Figure(say("report.tile_alerts"), high, "count", "alerts", note)
