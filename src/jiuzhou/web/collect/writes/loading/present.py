"""The present division as a plan, and what watching it finds: the figures of what is in force, not of a proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from jiuzhou import monitor, resource
from jiuzhou.cycle import Cycle
from jiuzhou.divide import Terrain, terrain_of
from jiuzhou.kernel.decision import DECISIONS
from jiuzhou.kernel.ids import OwnerId, PlanId, TerritoryId
from jiuzhou.kernel.plan import UNITS, Metric, Plan, Territory
from jiuzhou.monitor import Watch
from jiuzhou.web.collect.writes.loading.columns import values
from jiuzhou.web.collect.writes.loading.measures import Held, measured, metrics_of, shares_of
from jiuzhou.web.collect.writes.loading.tree import Node, Tree


@dataclass(frozen=True, slots=True)
class Present:
    """
    The division in force and how it stands.

    Attributes
    ----------
    held
        What each territory holds, by code; regions above them have no entry.
    metrics
        Of the whole, by the definitions of a plan's own; as the store keeps them.
    targets
        Sales targets of its territories for the periods to come.
    """

    held: Mapping[str, Held]
    metrics: Mapping[str, Mapping[str, float]]
    watch: Watch
    targets: pa.Table


def present_of(cycle: Cycle, tree: Tree, owners: Sequence[str | None], label: Sequence[str]) -> Present:
    """
    Return the division as it is today, measured as the cycle's plan is.

    Parameters
    ----------
    owners, label
        Each customer's present owner (``None`` in the pool) and territory (empty), in the Book's order.
    """
    ids = values(cycle.book.table("customers"), "customer_id")
    where = {code: place for code, place in zip(ids, label, strict=True) if place}
    nodes = [node for node in tree.nodes if node.code in {*where.values(), *tree.led.values()}]
    centres = {node.code: (node.lon, node.lat) for node in nodes if node.lon is not None and node.lat is not None}
    terrain = terrain_of(cycle.book, cycle.scores, where, centres, policy=cycle.policy.divide)
    held = measured(cycle, label, shares=shares_of(cycle))
    for code, one in held.items():
        one.contiguous = code not in terrain.detached
    metrics = _metrics(held, cycle, terrain)
    plan = _plan(cycle, nodes, held, metrics, _units(ids, owners, label))
    resources = resource.size(cycle.book, plan, cycle.scores, policy=cycle.policy.resource, today=cycle.today)
    watch = monitor.watch(
        cycle.book,
        plan,
        cycle.scores,
        DECISIONS.empty_table(),
        targets=resources.targets,
        policy=cycle.policy.monitor,
        today=cycle.today,
    )
    return Present(held, metrics, watch, resources.targets)


def _metrics(held: Mapping[str, Held], cycle: Cycle, terrain: Terrain) -> dict[str, dict[str, float]]:
    figures = {**metrics_of(held, cycle), "detached": {"value": float(sum(terrain.detached.values())), "version": 1}}
    if terrain.mean_distance_km is not None:
        figures["mean_distance_km"] = {"value": terrain.mean_distance_km, "version": 1}
    return dict(sorted(figures.items()))


def _units(ids: Sequence[str], owners: Sequence[str | None], label: Sequence[str]) -> pa.Table:
    rows = [
        {
            "unit_id": code,
            "customer_id": code,
            "level": "customer",
            "territory_id": place or None,
            "owner_id": owner,
            "locked": False,
        }
        for code, owner, place in zip(ids, owners, label, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=UNITS)


def _plan(
    cycle: Cycle,
    nodes: Sequence[Node],
    held: Mapping[str, Held],
    metrics: Mapping[str, Mapping[str, float]],
    units: pa.Table,
) -> Plan:
    return replace(
        cycle.plan,
        id=PlanId("present"),
        parent=None,
        territories=tuple(_territory(node, held.get(node.code, Held())) for node in nodes),
        units=units,
        violations=(),
        metrics={key: Metric(one["value"]) for key, one in metrics.items()},
        moves=(),
    )


def _territory(node: Node, held: Held) -> Territory:
    nowhere = float("nan")
    return Territory(
        id=TerritoryId(node.code),
        name=node.name,
        parent=TerritoryId(node.parent) if node.parent else None,
        level=node.level,
        owner_id=OwnerId(node.owner) if node.owner else None,
        centre=(nowhere if node.lon is None else node.lon, nowhere if node.lat is None else node.lat),
        values=held.measures,
        targets=held.targets,
        deviation=held.deviation,
        in_band=held.in_band,
        contiguous=held.contiguous,
    )
