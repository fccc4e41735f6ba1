"""Two divisions side by side: what the figures say, who gives how much to whom, which key accounts move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When

from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.figures import Activity, Weighed, deviation_of, headline
from jiuzhou.web.divide.reads import measures
from jiuzhou.web.divide.reads.matrix import metric_rows
from jiuzhou.web.divide.reads.plans import figures_of, find_plan, head_of
from jiuzhou.web.divide.reads.territories import colours_of, leaves
from jiuzhou.web.divide.shapes import Difference, Flow, KeyMove, PersonChange, PlanHead, TerritoryChange
from jiuzhou.web.store.models import Owner, Plan, PlanTerritory, PlanUnit
from jiuzhou.web.store.present import called

PRESENT = "current"
"""Stands for the present where a plan's code would: who has whom today."""

_NAMED = 60
_NO_HANDOVER = dict.fromkeys(("handover_customers", "handover_share", "handover_revenue", "handover_key_accounts"), 0.0)

Named = tuple[str, str, float | None]
"""Code, name and capacity in hours of an owner."""


@dataclass(frozen=True, slots=True)
class Group:
    """Customers that go the same way: from one owner and territory (by key and code) to another."""

    owner_before: int | None
    owner_after: int | None
    territory_before: str
    territory_after: str
    customers: int
    revenue: float
    key_accounts: int
    sums: Mapping[str, float]

    @property
    def changes_hands(self) -> bool:
        """Whether it counts as handover: an owner gives them up."""
        return self.owner_before is not None and self.owner_before != self.owner_after


@dataclass(frozen=True, slots=True)
class Side:
    """
    What one division says of its territories.

    Attributes
    ----------
    territories
        Those that the actor may see, by code: owner, target and whether in one piece.
    names
        Of all: where a customer of one's own goes is said by name.
    """

    head: PlanHead | None
    territories: Mapping[str, PlanTerritory]
    names: Mapping[str, str]
    colours: Mapping[str, int]


def difference(actor: Actor, before: str, after: str) -> Difference:
    """
    Return what changes from the division ``before`` to the plan ``after``.

    Parameters
    ----------
    before
        Code of a plan, or ``PRESENT``.

    Raises
    ------
    NotFoundError
        If either is not there for this actor.
    """
    plan = find_plan(actor, after)
    other = None if before == PRESENT else find_plan(actor, before)
    right = _side(actor, plan)
    left = _side(actor, other) if other else _present_side(actor, right)
    assert right.head is not None
    activities = right.head.activities
    groups = _groups(actor, plan, other, [one.key for one in activities])
    names = _owner_names(actor, groups)
    moving = [group for group in groups if group.changes_hands]
    territories = _territories(groups, left, right, activities[0])
    return Difference(
        before=left.head,
        after=right.head,
        metrics=metric_rows(_figures(actor, groups, left, activities), _after(actor, groups, right), activities),
        territories=territories,
        people=_people(actor, groups, names, activities[0]),
        flows=_flows(moving, left, right, names),
        key_moves=_key_moves(actor, plan, other),
        customers=sum(group.customers for group in moving),
        revenue=sum(group.revenue for group in moving),
        key_accounts=sum(group.key_accounts for group in moving),
        whole=actor.everywhere,
        measure=activities[0],
    )


def _side(actor: Actor, plan: Plan) -> Side:
    rows = leaves(list(plan.territories.select_related("owner").order_by("code")))
    keys = set(visible_to(actor, PlanTerritory).filter(plan=plan).values_list("pk", flat=True))
    shown = [one for one in rows if one.pk in keys]
    head = head_of(actor, plan, [one.measures for one in shown], edited=plan.changes.exists())
    return Side(head, {one.code: one for one in shown}, {one.code: one.name for one in rows}, colours_of(shown))


def _present_side(actor: Actor, right: Side) -> Side:
    # The present has the targets of the plan in force; before the first one, those of the plan it is held against.
    plan = visible_to(actor, Plan).filter(pk=actor.plan_in_force or 0).select_related("base").first()
    if plan is None:
        return replace(right, head=None)
    return replace(_side(actor, plan), head=None)


def _units(plan: Plan, other: Plan | None) -> Any:
    units: Any = plan.units.filter(customer__deleted_at__isnull=True)
    if other is None:
        # A customer in a pool stays there when the plan is published, whatever territory it lies in.
        after = Case(When(customer__pool="", then=F("owner")), default=Value(None))
        return units.annotate(owner_a=F("customer__owner"), code_a=F("customer__territory__code"), owner_b=after)
    there: Any = other.units.filter(customer=OuterRef("customer"))
    return units.annotate(
        owner_a=Subquery(there.values("owner")[:1]),
        code_a=Subquery(there.values("territory__code")[:1]),
        owner_b=F("owner"),
    )


def _groups(actor: Actor, plan: Plan, other: Plan | None, keys: Sequence[str]) -> list[Group]:
    rows = _units(plan, other)
    if not actor.everywhere:
        rows = rows.filter(_touching(actor))
    found = rows.values("owner_a", "owner_b", "code_a", "territory__code").annotate(
        n=Count("pk"), revenue=measures.revenue(), key_accounts=measures.key_accounts(), **measures.sums(keys)
    )
    return [
        Group(
            row["owner_a"],
            row["owner_b"],
            row["code_a"] or "",
            row["territory__code"] or "",
            row["n"],
            float(row["revenue"]),
            int(row["key_accounts"]),
            measures.read_sums(row, keys),
        )
        for row in found.order_by("owner_a", "owner_b", "code_a", "territory__code")
    ]


def _touching(actor: Actor) -> Q:
    # How many go and come is told of every change that touches one's own people; whose they are is not.
    mine = Q(owner__in=actor.owner_ids) | Q(owner_a__in=actor.owner_ids)
    return mine | Q(territory__standing__in=actor.territory_ids)


def _owner_names(actor: Actor, groups: Iterable[Group]) -> dict[int, Named]:
    keys = {key for group in groups for key in (group.owner_before, group.owner_after) if key}
    capacity = dict(visible_to(actor, Owner).filter(pk__in=keys).values_list("pk", "capacity_hours"))
    return {key: (code, name, capacity.get(key)) for key, (name, code) in called(Owner, keys).items()}


def _figures(actor: Actor, groups: Sequence[Group], left: Side, activities: Sequence[Activity]) -> dict[str, float]:
    if left.head is not None:
        return dict(left.head.figures)
    if not actor.everywhere:
        return _stated(actor)
    held: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    number: dict[str, int] = defaultdict(int)
    for group in groups:
        number[group.territory_before] += group.customers
        for key, amount in group.sums.items():
            held[group.territory_before][key] += amount
    targets = _scaled(left.territories, held, activities)
    weighed = [
        Weighed(held.get(code, {}), targets[code], number.get(code, 0), territory.contiguous)
        for code, territory in left.territories.items()
    ]
    return {
        **headline(weighed, activities),
        **_NO_HANDOVER,
        "unassigned": float(sum(group.customers for group in groups if group.territory_before not in left.territories)),
    }


def _stated(actor: Actor) -> dict[str, float]:
    # Who does not see all of the present is told what the plan in force says of itself.
    plan = visible_to(actor, Plan).filter(pk=actor.plan_in_force or 0).first()
    return {} if plan is None else {**figures_of(plan.metrics), **_NO_HANDOVER}


def _after(actor: Actor, groups: Sequence[Group], right: Side) -> dict[str, float]:
    assert right.head is not None
    found = dict(right.head.figures)
    if actor.everywhere:
        found["empty"] = float(sum(row.customers == 0 for row in right.territories.values()))
        found["unassigned"] = float(sum(group.customers for group in groups if not group.territory_after))
    return found


def _scaled(
    territories: Mapping[str, PlanTerritory], held: Mapping[str, Mapping[str, float]], activities: Sequence[Activity]
) -> dict[str, dict[str, float]]:
    """Return the targets of ``territories`` in proportion to what those with a target hold now."""
    found: dict[str, dict[str, float]] = {code: {} for code in territories}
    for activity in activities:
        key = activity.key
        aimed = {code: row.targets[key] for code, row in territories.items() if row.targets.get(key, 0.0) > 0}
        whole = sum(aimed.values())
        now = sum(held.get(code, {}).get(key, 0.0) for code in aimed)
        for code, target in aimed.items():
            found[code][key] = target * now / whole
    return found


def _territories(groups: Sequence[Group], left: Side, right: Side, main: Activity) -> tuple[TerritoryChange, ...]:
    before: dict[str, list[float]] = defaultdict(lambda: [0, 0.0])
    after: dict[str, list[float]] = defaultdict(lambda: [0, 0.0])
    came: dict[str, int] = defaultdict(int)
    went: dict[str, int] = defaultdict(int)
    for group in groups:
        amount = group.sums.get(main.key, 0.0)
        for found, code in ((before, group.territory_before), (after, group.territory_after)):
            found[code][0] += group.customers
            found[code][1] += amount
        if group.territory_before != group.territory_after:
            went[group.territory_before] += group.customers
            came[group.territory_after] += group.customers
    held = {code: {main.key: value[1]} for code, value in before.items()}
    targets = _scaled(left.territories, held, [main])
    rows = []
    for code in sorted({*left.territories, *right.territories}):
        old, new = left.territories.get(code), right.territories.get(code)
        shown = new or old
        assert shown is not None
        rows.append(
            TerritoryChange(
                code=code,
                name=shown.name,
                owner_before=old.owner.name if old and old.owner else "",
                owner_after=new.owner.name if new and new.owner else "",
                colour=(right if new else left).colours.get(code, 0),
                customers_before=int(before[code][0]),
                customers_after=int(after[code][0]),
                value_before=before[code][1],
                value_after=after[code][1],
                deviation_before=deviation_of(held.get(code, {}), targets[code]).get(main.key) if old else None,
                deviation_after=new.deviation.get(main.key) if new else None,
                came=came[code],
                went=went[code],
                band=main.tolerance,
            )
        )
    return tuple(sorted(rows, key=lambda row: (-(row.came + row.went), row.code)))


def _people(
    actor: Actor, groups: Sequence[Group], names: Mapping[int, Named], main: Activity
) -> tuple[PersonChange, ...]:
    found: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for group in groups:
        load = group.sums.get(main.key, 0.0)
        if group.owner_before:
            found[group.owner_before]["before"] += load
        if group.owner_after:
            found[group.owner_after]["after"] += load
        if group.owner_before == group.owner_after:
            continue
        for owner, word, sign in ((group.owner_before, "gives", -1), (group.owner_after, "gets", 1)):
            if owner:
                found[owner][word] += group.customers
                found[owner][f"{word}_key"] += group.key_accounts
                found[owner]["revenue"] += sign * group.revenue
    rows = [_person(actor, key, found[key], names, main) for key in found if found[key]["gives"] or found[key]["gets"]]
    return tuple(sorted(rows, key=lambda row: (-(row.gives + row.gets), row.code)))


def _person(
    actor: Actor,
    key: int,
    found: Mapping[str, float],
    names: Mapping[int, Named],
    main: Activity,
) -> PersonChange:
    code, name, capacity = names.get(key, ("", "", None))
    share = main.key == "workload" and bool(capacity)
    whole = float(capacity) if share and capacity else 1.0
    return PersonChange(
        code=code,
        name=name,
        gives=int(found["gives"]),
        gets=int(found["gets"]),
        gives_key=int(found["gives_key"]),
        gets_key=int(found["gets_key"]),
        revenue=found["revenue"],
        load_before=found["before"] / whole,
        load_after=found["after"] / whole,
        share=share,
        complete=actor.everywhere or key in actor.owner_ids,
    )


def _flows(moving: Sequence[Group], left: Side, right: Side, names: Mapping[int, Named]) -> tuple[Flow, ...]:
    found: dict[tuple[int | None, int | None, str, str], list[float]] = defaultdict(lambda: [0, 0.0, 0])
    for group in moving:
        way = (group.owner_before, group.owner_after, group.territory_before, group.territory_after)
        for place, amount in enumerate((group.customers, group.revenue, group.key_accounts)):
            found[way][place] += amount
    rows = [
        Flow(
            source=names.get(one or 0, ("", "", None))[1],
            target=names.get(two or 0, ("", "", None))[1],
            source_territory=left.names.get(here, here),
            target_territory=right.names.get(there, there),
            source_colour=left.colours.get(here),
            target_colour=right.colours.get(there),
            customers=int(customers),
            revenue=revenue,
            key_accounts=int(key_accounts),
        )
        for (one, two, here, there), (customers, revenue, key_accounts) in found.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.customers, row.source, row.target)))


def _key_moves(actor: Actor, plan: Plan, other: Plan | None) -> tuple[KeyMove, ...]:
    rows = _units(plan, other).filter(pk__in=visible_to(actor, PlanUnit).filter(plan=plan).values("pk"))
    rows = rows.filter(customer__key_account=True, owner_a__isnull=False).exclude(owner=F("owner_a"))
    rows = rows.annotate(sales=measures.weight("revenue", "customer__")).order_by("-sales", "customer_id")
    found = list(rows.values("customer__code", "customer__name", "owner_a", "owner__name", "sales")[:_NAMED])
    names = called(Owner, (row["owner_a"] for row in found))
    return tuple(
        KeyMove(
            row["customer__code"],
            row["customer__name"] or row["customer__code"],
            names.get(row["owner_a"], ("", ""))[0],
            row["owner__name"] or "",
            float(row["sales"]),
        )
        for row in found
    )
