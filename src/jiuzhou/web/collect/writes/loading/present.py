"""The present division as a plan, and what watching it finds: the figures of what is in force, not of a proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from jiuzhou import monitor, resource
from jiuzhou.divide import Terrain, terrain_of
from jiuzhou.kernel.decision import DECISIONS
from jiuzhou.kernel.ids import OwnerId, PlanId, TerritoryId
from jiuzhou.kernel.message import say
from jiuzhou.kernel.plan import UNITS, Metric, Plan, Status, Territory
from jiuzhou.monitor import Watch
from jiuzhou.web.collect.writes.loading.columns import values
from jiuzhou.web.collect.writes.loading.evaluated import Evaluated
from jiuzhou.web.collect.writes.loading.measures import Held, measured, metrics_of
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


def present_of(
    ground: Evaluated,
    tree: Tree,
    owners: Sequence[str | None],
    label: Sequence[str],
    *,
    shares: Mapping[str, Mapping[str, float]],
) -> Present:
    """
    Return the division as it is today.

    Parameters
    ----------
    owners, label
        Each customer's present owner (``None`` in the pool) and territory (empty), in the Book's order.
    shares
        As for ``measured``.
    """
    book, scores, policy = ground.book, ground.scores, ground.policy
    ids = values(book.table("customers"), "customer_id")
    where = {code: place for code, place in zip(ids, label, strict=True) if place}
    nodes = [node for node in tree.nodes if node.code in {*where.values(), *tree.led.values()}]
    centres = {node.code: (node.lon, node.lat) for node in nodes if node.lon is not None and node.lat is not None}
    terrain = terrain_of(book, scores, where, centres, policy=policy.divide)
    held = measured(ground, label, shares=shares)
    for code, one in held.items():
        one.contiguous = code not in terrain.detached
    metrics = _metrics(held, ground, terrain)
    plan = _plan(ground, nodes, held, metrics, _units(ids, owners, label))
    resources = resource.size(book, plan, scores, policy=policy.resource, today=ground.today)
    watch = monitor.watch(
        book,
        plan,
        scores,
        DECISIONS.empty_table(),
        targets=resources.targets,
        policy=policy.monitor,
        today=ground.today,
    )
    return Present(held, metrics, watch, resources.targets)


def _metrics(held: Mapping[str, Held], ground: Evaluated, terrain: Terrain) -> dict[str, dict[str, float]]:
    detached = {"value": float(sum(terrain.detached.values())), "version": 1}
    figures = {**metrics_of(held, ground.activities), "detached": detached}
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
    ground: Evaluated,
    nodes: Sequence[Node],
    held: Mapping[str, Held],
    metrics: Mapping[str, Mapping[str, float]],
    units: pa.Table,
) -> Plan:
    return Plan(
        id=PlanId("present"),
        parent=None,
        created_at=ground.today,
        seed=ground.seed,
        effort=0,
        repeatable=True,
        status=Status.FEASIBLE,
        objective=float("nan"),
        lower_bound=None,
        bound_message=say("loading.present_not_solved"),
        activities=ground.activities,
        territories=tuple(_territory(node, held.get(node.code, Held())) for node in nodes),
        units=units,
        metrics={key: Metric(one["value"]) for key, one in metrics.items()},
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
