"""Writes the figures of a plan: what its territories weigh, and what it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q

from jiuzhou.web.divide.colours import beside_each_other, dealt
from jiuzhou.web.divide.figures import Activity, Weighed, activities_of, deviation_of, headline, in_band
from jiuzhou.web.divide.reads import measures
from jiuzhou.web.divide.reads.territories import leaves
from jiuzhou.web.store.models import Plan, PlanTerritory

CHANGED_HANDS = Q(previous_owner__isnull=False) & (Q(owner__isnull=True) | ~Q(owner=F("previous_owner")))
"""Handover: the customer has an owner and gets another one, or none."""

LIVE = Q(customer__deleted_at__isnull=True)


def plan_activities(plan: Plan, territories: Sequence[PlanTerritory]) -> tuple[Activity, ...]:
    """Return what the plan balances."""
    return activities_of(plan.activities, [one.measures for one in territories])


def remeasure(plan: Plan) -> None:
    """
    Sum up what each territory of the plan holds by today's scores, and write it with all that follows from it.

    Targets keep their shares of the total. Call it when the units are complete; it writes in one short transaction.
    """
    territories = list(plan.territories.order_by("code"))
    keys = [one.key for one in plan_activities(plan, territories)]
    rows = plan.units.filter(LIVE).values("territory").annotate(n=Count("pk"), **measures.sums(keys))
    found = {row["territory"]: (row["n"], measures.read_sums(row, keys)) for row in rows}
    holding = leaves(territories)
    totals = {key: sum(found.get(one.pk, (0, {}))[1].get(key, 0.0) for one in holding) for key in keys}
    shares = _shares(holding, keys)
    for territory in holding:
        territory.customers, territory.measures = found.get(territory.pk, (0, dict.fromkeys(keys, 0.0)))
        territory.targets = {key: round(totals[key] * share, 6) for key, share in shares[territory.pk].items()}
    activities = tuple(
        Activity(one.key, one.unit, one.tolerance, totals[one.key]) for one in plan_activities(plan, territories)
    )
    weigh(holding, activities)
    figures = figures_of(plan, holding, activities)
    colours = coloured(territories)
    with transaction.atomic():
        for territory in territories:
            territory.colour = colours.get(territory.code, territory.colour)
        PlanTerritory.unscoped.bulk_update(
            territories, ["customers", "measures", "targets", "deviation", "in_band", "colour"], batch_size=200
        )
        Plan.unscoped.filter(pk=plan.pk).update(metrics=figures, activities=[_plain(one) for one in activities])


def weigh(territories: Sequence[PlanTerritory], activities: Sequence[Activity]) -> None:
    """Set deviation and band of territories whose measures changed; nothing is saved."""
    for territory in territories:
        territory.deviation = deviation_of(territory.measures, territory.targets)
        territory.in_band = in_band(territory.deviation, activities)


def figures_of(plan: Plan, territories: Sequence[PlanTerritory], activities: Sequence[Activity]) -> dict[str, Any]:
    """Return the plan's metrics: balance of its territories, and what changes hands; those of the solver are kept."""
    weighed = [Weighed(one.measures, one.targets, one.customers, one.contiguous) for one in territories]
    found = headline(weighed, activities) | handover(plan)
    kept = {key: value for key, value in plan.metrics.items() if key not in found}
    return kept | {key: {"value": value, "version": 1} for key, value in sorted(found.items())}


def handover(plan: Plan) -> dict[str, float]:
    """Return the customers, sales and key accounts whose owner changes, and their share of those that have one."""
    units: Any = plan.units.filter(LIVE)
    owned = units.filter(previous_owner__isnull=False).count()
    row = units.filter(CHANGED_HANDS).aggregate(
        n=Count("pk"), revenue=measures.revenue(), key_accounts=measures.key_accounts()
    )
    return {
        "handover_customers": float(row["n"]),
        "handover_revenue": round(float(row["revenue"]), 2),
        "handover_key_accounts": float(row["key_accounts"]),
        "handover_share": row["n"] / owned if owned else 0.0,
        "changed_customers": float(units.exclude(owner=F("previous_owner")).filter(owner__isnull=False).count()),
        "unassigned": float(units.filter(territory__isnull=True).count()),
    }


def coloured(territories: Sequence[PlanTerritory]) -> dict[str, int]:
    """Return the colours of the territories that hold customers; those that were dealt before stay."""
    holding = leaves(territories)
    kept = {one.code: one.colour for one in holding}
    if len(holding) > 1 and len(set(kept.values())) == 1:
        kept = {}
    standing = {one.code: one.standing.colour for one in holding if one.standing_id and one.standing}
    if len(set(standing.values())) > 1:
        kept |= standing
    near = beside_each_other({one.code: (one.lon or 0.0, one.lat or 0.0) for one in holding})
    return dealt(near, kept)


def _shares(territories: Sequence[PlanTerritory], keys: Sequence[str]) -> dict[int, dict[str, float]]:
    whole = {key: sum(one.targets.get(key, 0.0) for one in territories) for key in keys}
    even = 1 / len(territories) if territories else 0.0
    return {
        one.pk: {
            key: one.targets.get(key, 0.0) / whole[key] if whole[key] > 0 else even
            for key in keys
            if key in one.targets or whole[key] <= 0
        }
        for one in territories
    }


def _plain(activity: Activity) -> Mapping[str, Any]:
    return {
        "key": activity.key,
        "unit": activity.unit,
        "tolerance": activity.tolerance,
        "total": round(activity.total, 6),
    }
