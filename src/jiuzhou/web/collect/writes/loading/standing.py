"""The division in force as the store has it: its territories, who leads them, and what they are measured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jiuzhou.divide import DividePolicy
from jiuzhou.kernel.plan import Activity
from jiuzhou.web.collect.writes.loading.plans import Keys
from jiuzhou.web.collect.writes.loading.tree import Node, Tree, parents_first
from jiuzhou.web.collect.writes.loading.upsert import keys_of
from jiuzhou.web.store.models import Organisation, Owner, PlanTerritory, Territory

_NODE = (
    *("code", "name", "parent__code", "level", "owner__code", "manager__code", "lat", "lon", "colour"),
    "pk",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """
    The division in force.

    Attributes
    ----------
    shares
        By territory and activity, its share of the whole; a territory without one has no target.
    """

    tree: Tree
    keys: Keys
    activities: tuple[Activity, ...]
    shares: Mapping[str, Mapping[str, float]]


def standing_of(organisation: Organisation, policy: DividePolicy) -> Standing:
    """Return the division in force; where no plan is, its territories are held against nothing."""
    open_ones = Territory.unscoped.filter(organisation=organisation, valid_to=None).order_by("code")
    nodes, led, colours, keys = dict[str, Node](), dict[str, str](), dict[str, int](), dict[str, int]()
    for code, name, parent, level, owner, manager, lat, lon, colour, key in open_ones.values_list(*_NODE):
        nodes[code] = Node(code, name, parent or "", level, owner, manager, lat, lon)
        colours[code], keys[code] = colour, key
        if owner:
            led.setdefault(owner, code)
    tree = Tree(tuple(parents_first(nodes)), led, colours)
    owners = keys_of(Owner.unscoped.filter(organisation=organisation))
    activities = _activities(organisation, policy)
    return Standing(tree, Keys(owners, keys), activities, _shares(organisation, activities))


def _activities(organisation: Organisation, policy: DividePolicy) -> tuple[Activity, ...]:
    plan = organisation.plan_in_force
    if plan is not None and plan.activities:
        return tuple(Activity(one["key"], one["unit"], one["tolerance"], one["total"]) for one in plan.activities)
    return tuple(Activity(key, "", tolerance, 0.0) for key, tolerance in policy.activities.items())


def _shares(organisation: Organisation, activities: tuple[Activity, ...]) -> dict[str, dict[str, float]]:
    rows = PlanTerritory.unscoped.filter(plan=organisation.plan_in_force_id or 0)
    found = list(rows.values_list("code", "parent_code", "targets"))
    above = {parent for _, parent, _ in found}
    aims = {code: targets for code, _, targets in found if code not in above and targets}
    totals = {one.key: sum(targets.get(one.key, 0.0) for targets in aims.values()) for one in activities}
    return {
        code: {key: targets.get(key, 0.0) / total for key, total in totals.items() if total > 0}
        for code, targets in aims.items()
    }
