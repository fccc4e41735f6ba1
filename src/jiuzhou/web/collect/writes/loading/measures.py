"""What the territories of a division hold, level by level, and how far each lies from its target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import pstdev

from jiuzhou.kernel.plan import Activity, Plan
from jiuzhou.web.collect.writes.loading.columns import values
from jiuzhou.web.collect.writes.loading.evaluated import Evaluated
from jiuzhou.web.collect.writes.loading.tree import Node

_OF_SCORES = {"workload": "workload", "potential": "potential", "revenue": "revenue_12m"}


@dataclass
class Held:
    """
    What one territory holds. Mappings go by activity.

    Attributes
    ----------
    deviation
        value / target − 1, for activities that have a target.
    """

    customers: int = 0
    measures: dict[str, float] = field(default_factory=dict)
    targets: dict[str, float] = field(default_factory=dict)
    deviation: dict[str, float] = field(default_factory=dict)
    in_band: bool = True
    contiguous: bool = True


def measured(ground: Evaluated, label: Sequence[str], *, shares: Mapping[str, Mapping[str, float]]) -> dict[str, Held]:
    """
    Return what each territory of a division holds.

    Parameters
    ----------
    label
        The territory of each customer of the Book, in its order; empty where it has none.
    shares
        By territory and activity, its owner's share of the capacity; a territory without one has no target.
    """
    keys = [activity.key for activity in ground.activities]
    weights = [_weights(ground, key) for key in keys]
    found: dict[str, Held] = {}
    for code, *row in zip(label, *weights, strict=True):
        if not code:
            continue
        held = found.setdefault(code, Held())
        held.customers += 1
        for key, value in zip(keys, row, strict=True):
            held.measures[key] = held.measures.get(key, 0.0) + value
    for activity in ground.activities:
        total = sum(held.measures.get(activity.key, 0.0) for code, held in found.items() if code in shares)
        for code, held in found.items():
            if code in shares:
                target = total * shares[code].get(activity.key, 0.0)
                _hold_against(held, activity.key, target, activity.tolerance)
    return found


def planned(plan: Plan, label: Sequence[str]) -> dict[str, Held]:
    """Return what each territory of ``plan`` holds, as the plan itself says; ``label`` as in ``measured``."""
    customers: dict[str, int] = {}
    for code in label:
        customers[code] = customers.get(code, 0) + 1
    return {
        territory.id: Held(
            customers.get(territory.id, 0),
            dict(territory.values),
            dict(territory.targets),
            dict(territory.deviation),
            territory.in_band,
            territory.contiguous,
        )
        for territory in plan.territories
    }


def shares_of(plan: Plan) -> dict[str, dict[str, float]]:
    """Return each planned territory's share of the capacity, by activity."""
    totals = {
        activity.key: sum(territory.targets.get(activity.key, 0.0) for territory in plan.territories) or 1.0
        for activity in plan.activities
    }
    return {
        territory.id: {key: value / totals[key] for key, value in territory.targets.items()}
        for territory in plan.territories
    }


def rolled_up(held: Mapping[str, Held], nodes: Iterable[Node], activities: Sequence[Activity]) -> dict[str, Held]:
    """Return ``held`` with the sums of the territories above, which have no customers of their own."""
    found = dict(held)
    for node in reversed(list(nodes)):
        below = found.get(node.code)
        if below is None or not node.parent:
            continue
        above = found.setdefault(node.parent, Held())
        if node.parent in held:
            continue
        above.customers += below.customers
        for into, part in ((above.measures, below.measures), (above.targets, below.targets)):
            for key, value in part.items():
                into[key] = into.get(key, 0.0) + value
        for activity in activities:
            _hold_against(above, activity.key, above.targets.get(activity.key, 0.0), activity.tolerance)
    return found


def metrics_of(held: Mapping[str, Held], activities: Sequence[Activity]) -> dict[str, dict[str, float]]:
    """Return the figures of a division by the definitions of the plan's own: how uneven, how many out of band."""
    aimed = [one for one in held.values() if one.deviation]
    figures: dict[str, float] = {
        "out_of_band": float(sum(not one.in_band for one in aimed)),
        "in_pieces": float(sum(not one.contiguous for one in aimed)),
    }
    for activity in activities:
        deviations = [one.deviation[activity.key] for one in aimed if activity.key in one.deviation]
        if deviations:
            figures[f"max_deviation_{activity.key}"] = max(map(abs, deviations))
            figures[f"cv_{activity.key}"] = pstdev(deviations)
    return {key: {"value": value, "version": 1} for key, value in sorted(figures.items())}


def _hold_against(held: Held, key: str, target: float, tolerance: float) -> None:
    if target <= 0:
        return
    held.targets[key] = target
    held.deviation[key] = held.measures.get(key, 0.0) / target - 1
    held.in_band = all(abs(value) <= tolerance for value in held.deviation.values())


def _weights(ground: Evaluated, key: str) -> list[float]:
    customers = ground.book.table("customers")
    if key == "customers":
        return [1.0] * customers.num_rows
    if key not in _OF_SCORES:
        return [float(value) for value in values(customers, key, 0.0)]
    scores = ground.scores.customers
    scored = dict(zip(values(scores, "customer_id"), values(scores, _OF_SCORES[key], 0.0), strict=True))
    return [float(scored.get(code, 0.0)) for code in values(customers, "customer_id")]
