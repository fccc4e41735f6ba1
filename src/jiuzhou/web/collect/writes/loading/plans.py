"""Two plans: the present division, in force, and the cycle's, which people look at before it takes its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from jiuzhou.adapters.texts import Lang, render
from jiuzhou.cycle import Cycle
from jiuzhou.kernel.message import say
from jiuzhou.kernel.plan import Metric
from jiuzhou.web.collect.writes.loading.columns import plain
from jiuzhou.web.collect.writes.loading.measures import Held, planned, rolled_up
from jiuzhou.web.collect.writes.loading.present import Present
from jiuzhou.web.collect.writes.loading.scripts import Scripts
from jiuzhou.web.collect.writes.loading.tree import Node, Tree, proposed_label
from jiuzhou.web.collect.writes.loading.upsert import add_missing, columns_of, keys_of
from jiuzhou.web.store.models import Organisation, Plan, PlanTerritory

PRESENT = "present"
OPEN = ("draft", "returned")


@dataclass(frozen=True, slots=True)
class Keys:
    """Primary keys by code."""

    owners: Mapping[str, int]
    territories: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Filling:
    """
    A plan whose customers are still to be written.

    Attributes
    ----------
    territories
        Keys of its territories by code.
    """

    key: int
    territories: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Plans:
    """The plans that this load has to fill; ``None`` where the plan is not its business."""

    present: Filling | None
    proposed: Filling | None


def begin_plans(
    organisation: Organisation,
    cycle: Cycle,
    tree: Tree,
    keys: Keys,
    scripts: Scripts,
    *,
    present: Present,
    now: datetime,
) -> Plans:
    """
    Return the plans to fill, after they and their territories were written as drafts.

    The present is a plan only until another is in force; a plan that people have taken on is left alone.

    Parameters
    ----------
    present
        The division in force.
    """
    lang: Lang = "en" if organisation.language == "en" else "zh"
    made_by = {"created_at": now, "policy_id": scripts.policy, "rules_id": scripts.rules, "state": "draft"}
    present_row = {**_present_row(cycle, lang, present.metrics), **made_by}
    now_held = rolled_up(present.held, tree.nodes, cycle.plan.activities)
    then_held = rolled_up(planned(cycle.plan, proposed_label(cycle)), tree.nodes, cycle.plan.activities)
    with transaction.atomic():
        filling = None
        if organisation.plan_in_force_id is None:
            filling = _begin(organisation.pk, present_row, tree.nodes, now_held, tree, keys)
        base = organisation.plan_in_force_id or (filling and filling.key)
        nodes = tuple(node for node in tree.nodes if node.planned)
        row = {**_proposed_row(cycle, lang), **made_by, "base_id": base}
        return Plans(filling, _begin(organisation.pk, row, nodes, then_held, tree, keys))


def put_in_force(organisation: Organisation, filling: Filling, *, now: datetime) -> None:
    """Make the present division the plan in force, now that all its customers are written."""
    with transaction.atomic():
        Plan.unscoped.filter(pk=filling.key, state="draft").update(state="active", activated_at=now)
        Organisation.objects.filter(pk=organisation.pk, plan_in_force=None).update(plan_in_force=filling.key)
    organisation.plan_in_force_id = filling.key


def _present_row(cycle: Cycle, lang: Lang, metrics: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": f"{PRESENT}-{cycle.today.isoformat()}",
        "name": render(say("loading.present_plan"), lang),
        "note": render(say("loading.present_note", day=cycle.today), lang),
        "activities": _activities(cycle),
        "metrics": dict(metrics),
        "effective_on": cycle.today,
    }


def _proposed_row(cycle: Cycle, lang: Lang) -> dict[str, Any]:
    plan = cycle.plan
    loose = Metric(float(sum(not one.contiguous for one in plan.territories)))
    metrics = {**plan.metrics, "in_pieces": loose}
    return {
        "code": plan.id,
        "name": render(say("loading.proposed_plan", day=plan.created_at), lang),
        "solver_status": plan.status.value,
        "seed": plan.seed,
        "effort": plan.effort,
        "objective": plan.objective,
        "lower_bound": plan.lower_bound,
        "bound_message": plan.bound_message.to_json(),
        "activities": _activities(cycle),
        "metrics": {key: {"value": one.value, "version": one.version} for key, one in sorted(metrics.items())},
        "violations": [plain(violation.to_json()) for violation in plan.violations],
    }


def _activities(cycle: Cycle) -> list[dict[str, Any]]:
    return [
        {"key": one.key, "unit": one.unit, "tolerance": one.tolerance, "total": one.total}
        for one in cycle.plan.activities
    ]


def _begin(
    organisation: int, row: dict[str, Any], nodes: tuple[Node, ...], held: Mapping[str, Held], tree: Tree, keys: Keys
) -> Filling | None:
    standing = Plan.unscoped.filter(organisation=organisation, code=row["code"])
    add_missing(standing, ["code"], columns_of([row]), organisation=organisation)
    plan = standing.get()
    if plan.state not in OPEN:
        return None
    territories = PlanTerritory.unscoped.filter(plan=plan)
    rows = [_territory_row(plan.pk, node, held.get(node.code, Held()), tree, keys) for node in nodes]
    add_missing(territories, ["code"], columns_of(rows), organisation=organisation)
    return Filling(plan.pk, keys_of(territories))


def _territory_row(plan: int, node: Node, held: Held, tree: Tree, keys: Keys) -> dict[str, Any]:
    return {
        "plan_id": plan,
        "code": node.code,
        "name": node.name,
        "parent_code": node.parent,
        "level": node.level,
        "standing_id": keys.territories.get(node.code),
        "owner_id": keys.owners.get(node.owner or ""),
        "lat": node.lat,
        "lon": node.lon,
        "measures": held.measures,
        "targets": held.targets,
        "deviation": held.deviation,
        "in_band": held.in_band,
        "contiguous": held.contiguous,
        "customers": held.customers,
        "colour": tree.colours.get(node.code, 0),
    }
