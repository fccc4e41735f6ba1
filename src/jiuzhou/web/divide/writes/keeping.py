"""Keeps a division that was reckoned elsewhere, by the solver or another installation, as a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.plan import Plan as Division
from jiuzhou.kernel.plan import Territory as Part
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.reads.territories import leaves
from jiuzhou.web.divide.writes.life import checked_name
from jiuzhou.web.divide.writes.making import begin_plan, open_draft
from jiuzhou.web.divide.writes.measuring import coloured, handover
from jiuzhou.web.store.bulk import insert_rows
from jiuzhou.web.store.models import Customer, Organisation, Owner, Plan, PlanTerritory, PlanUnit, Territory

CHUNK = 2000


def keep_division(actor: Actor, division: Division, *, name: str, verb: str = "plan.solve") -> str:
    """
    Keep a division as a draft against the plan in force; return its code.

    Raises
    ------
    InputError
        If it names an owner or a territory that is not there, with the first few of them; nothing is kept then.
    """
    actor.must("plan.write")
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    owners = dict(Owner.unscoped.filter(organisation=organisation).values_list("code", "pk"))
    _refuse_unknown(division, owners)
    plan = begin_plan(actor, organisation, name=checked_name(name))
    territories = _territories(plan, division, owners)
    units = _units(organisation, division)
    for start in range(0, len(units), CHUNK):
        _write_units(plan, units[start : start + CHUNK], territories, owners)
    _finish(plan, division)
    open_draft(actor, plan, verb=verb, customers=len(units))
    return plan.code


def _refuse_unknown(division: Division, owners: Mapping[str, int]) -> None:
    named = {one.owner_id for one in division.territories if one.owner_id}
    named |= {owner for owner in division.units["owner_id"].unique().to_pylist() if owner}
    unknown = sorted(named - set(owners))
    if unknown:
        raise InputError("plan.unknown_owner", n=len(unknown), first=tuple(unknown[:5]))
    held = {code for code in division.units["territory_id"].unique().to_pylist() if code}
    strange = sorted(held - {one.id for one in division.territories})
    if strange:
        raise InputError("plan.unknown_territory", n=len(strange), first=tuple(strange[:5]))


def _territories(plan: Plan, division: Division, owners: Mapping[str, int]) -> dict[str, PlanTerritory]:
    tree = {
        node.code: node
        for node in Territory.unscoped.filter(organisation=plan.organisation_id).select_related("parent")
    }
    rows = {one.id: _territory(plan, one, tree.get(one.id), owners) for one in division.territories}
    teams = dict(Owner.unscoped.filter(organisation=plan.organisation_id).values_list("code", "name"))
    for part in division.territories:
        _add_above(plan, part, rows, tree, teams)
    with transaction.atomic():
        PlanTerritory.unscoped.bulk_create(rows.values(), batch_size=500)
    return {str(code): row for code, row in rows.items()}


def _territory(plan: Plan, part: Part, node: Territory | None, owners: Mapping[str, int]) -> PlanTerritory:
    lon, lat = part.centre
    return PlanTerritory(
        organisation_id=plan.organisation_id,
        plan=plan,
        code=part.id,
        name=node.name if node else part.name or part.id,
        parent_code=(node.parent.code if node and node.parent else part.parent) or "",
        level=part.level,
        standing=node,
        owner_id=owners.get(part.owner_id or ""),
        lat=lat,
        lon=lon,
        measures={key: round(value, 6) for key, value in part.values.items()},
        targets={key: round(value, 6) for key, value in part.targets.items()},
        deviation=dict(part.deviation),
        in_band=part.in_band,
        contiguous=part.contiguous,
        colour=node.colour if node else 0,
    )


def _add_above(
    plan: Plan,
    part: Part,
    rows: dict[Any, PlanTerritory],
    tree: Mapping[str, Territory],
    teams: Mapping[str, str],
) -> None:
    # The branches above a territory are those of the tree that stands; a team that has none yet becomes one.
    code = rows[part.id].parent_code
    while code and code not in rows:
        node = tree.get(code)
        parent = node.parent.code if node and node.parent else ""
        rows[code] = PlanTerritory(
            organisation_id=plan.organisation_id,
            plan=plan,
            code=code,
            name=node.name if node else teams.get(code, code),
            parent_code=parent,
            level=node.level if node else "region",
            standing=node,
            owner_id=node.owner_id if node else None,
            colour=node.colour if node else 0,
        )
        code = parent


def _units(organisation: Organisation, division: Division) -> list[dict[str, Any]]:
    placed = {row["customer_id"]: row for row in division.units.to_pylist() if row["customer_id"]}
    customers = Customer.unscoped.filter(organisation=organisation, deleted_at__isnull=True)
    rows: Iterable[Any] = customers.order_by("pk").values_list(
        "pk", "code", "owner_id", "owner__code", "territory__code", "locked"
    )
    found, known = [], set()
    for key, code, owner_key, owner, territory, locked in rows:
        row = placed.get(code)
        known.add(code)
        found.append(
            {
                "customer": key,
                "previous_owner": owner_key,
                "previous_territory": territory or "",
                "owner": row["owner_id"] if row else owner,
                "territory": row["territory_id"] if row else None,
                "locked": locked or bool(row and row["locked"]),
            }
        )
    strange = sorted(set(placed) - known)
    if strange:
        raise InputError("plan.unknown_customer", n=len(strange), first=tuple(strange[:5]))
    return found


def _write_units(
    plan: Plan, units: Sequence[dict[str, Any]], territories: Mapping[str, PlanTerritory], owners: Mapping[str, int]
) -> None:
    columns: dict[str, list[Any]] = {
        "organisation_id": [plan.organisation_id] * len(units),
        "plan_id": [plan.pk] * len(units),
        "customer_id": [unit["customer"] for unit in units],
        "territory_id": [territories[unit["territory"]].pk if unit["territory"] else None for unit in units],
        "owner_id": [owners.get(unit["owner"] or "") for unit in units],
        "previous_owner_id": [unit["previous_owner"] for unit in units],
        "previous_territory": [unit["previous_territory"] for unit in units],
        "locked": [unit["locked"] for unit in units],
    }
    insert_rows(PlanUnit, columns)


def _finish(plan: Plan, division: Division) -> None:
    rows = list(plan.territories.select_related("standing").order_by("code"))
    colours = coloured(rows)
    numbers: dict[int | None, int] = {}
    for territory in plan.units.values_list("territory", flat=True):
        numbers[territory] = numbers.get(territory, 0) + 1
    metrics = {key: {"value": one.value, "version": one.version} for key, one in sorted(division.metrics.items())}
    metrics |= {key: {"value": value, "version": 1} for key, value in handover(plan).items()}
    metrics["empty"] = {"value": float(sum(not numbers.get(row.pk) for row in leaves(rows))), "version": 1}
    with transaction.atomic():
        for row in rows:
            row.colour, row.customers = colours.get(row.code, row.colour), numbers.get(row.pk, 0)
        PlanTerritory.unscoped.bulk_update(rows, ["colour", "customers"], batch_size=300)
        Plan.unscoped.filter(pk=plan.pk).update(
            solver_status=division.status.value,
            seed=division.seed,
            effort=division.effort,
            objective=division.objective,
            lower_bound=division.lower_bound,
            bound_message=division.bound_message.to_json(),
            activities=[
                {"key": one.key, "unit": one.unit, "tolerance": one.tolerance, "total": one.total}
                for one in division.activities
            ],
            violations=[one.to_json() for one in division.violations],
            metrics=metrics,
        )
