"""From a measured outcome to the plan that is kept."""

from __future__ import annotations

import json
from datetime import date

import pyarrow as pa

from jiuzhou.divide.fit import objective as objective_of
from jiuzhou.divide.limits import BREAKING, broken_limits
from jiuzhou.divide.metrics import metrics_of
from jiuzhou.divide.names import territory_names
from jiuzhou.divide.outcome import Outcome, owner_territory
from jiuzhou.divide.sphere import to_lonlat
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.ids import OwnerId, PlanId, TerritoryId, UnitId, content_id
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.plan import UNITS, Activity, Move, Plan, Status, Territory
from jiuzhou.kernel.settings import plain_settings
from jiuzhou.kernel.violation import Violation

_UNITS_OF_MEASURE = {"workload": "hours", "customers": "customers"}


def plan_of(
    outcome: Outcome, book: Book, *, seed: int, today: date, parent: Plan | None, noted: tuple[Violation, ...]
) -> Plan:
    """
    Return the plan of ``outcome``.

    Parameters
    ----------
    noted
        What could not take part, found before dividing.
    """
    policy = outcome.problem.policy
    names = territory_names(outcome, lang=book.settings.language)
    cost = objective_of(outcome.problem, outcome.layout, outcome.label)
    violations = (*noted, *broken_limits(outcome, names))
    broken = any(one.code in BREAKING for one in violations)
    # A plan out of its bands may cost less than any plan within them: then the bound says nothing about it.
    comparable = not (broken and outcome.bound > cost)
    bound = outcome.bound if comparable and policy.centres == "owners" else None
    previous = _previous(outcome, parent)
    units = _unit_rows(outcome, previous)
    settings = json.dumps(plain_settings(policy), sort_keys=True)
    rows = json.dumps(units.to_pylist(), sort_keys=True)
    plan_id = content_id("plan", settings, str(seed), today.isoformat(), parent.id if parent else "", rows)
    return Plan(
        id=PlanId(plan_id),
        parent=parent.id if parent else None,
        created_at=today,
        seed=seed,
        effort=policy.effort,
        repeatable=True,
        status=_status(cost, bound, broken=broken),
        objective=cost,
        lower_bound=bound,
        bound_message=_bound_message(outcome, comparable=comparable),
        activities=_activities(outcome, book),
        territories=_territories(outcome, names),
        units=units,
        violations=violations,
        metrics=metrics_of(outcome, book, objective=cost),
        moves=_moves(outcome, previous),
    )


def _status(cost: float, bound: float | None, *, broken: bool) -> Status:
    if broken:
        return Status.INFEASIBLE
    return Status.OPTIMAL if bound is not None and cost <= bound * (1 + 1e-6) else Status.FEASIBLE


def _bound_message(outcome: Outcome, *, comparable: bool) -> Message:
    if not comparable:
        return say("divide.bound_not_comparable")
    proven = outcome.problem.policy.centres == "owners"
    return say("divide.bound_proven" if proven else "divide.bound_free_centres", bound=outcome.bound)


def _activities(outcome: Outcome, book: Book) -> tuple[Activity, ...]:
    problem = outcome.problem
    measures = _UNITS_OF_MEASURE | dict.fromkeys(("potential", "revenue"), book.settings.currency)
    return tuple(
        Activity(key, measures.get(key, ""), tolerance, float(total))
        for (key, tolerance), total in zip(problem.policy.activities.items(), problem.totals, strict=True)
    )


def _territories(outcome: Outcome, names: tuple[str, ...]) -> tuple[Territory, ...]:
    keys, owners = outcome.problem.keys, outcome.layout.owners
    team = dict(zip(outcome.problem.reps.ids, outcome.problem.reps.teams, strict=True))
    places = to_lonlat(outcome.layout.centres)
    deviation, outside = outcome.deviation, outcome.outside
    found = []
    for k in sorted(range(len(owners)), key=lambda k: outcome.ids[k]):
        above = team.get(owners[k], "")
        found.append(
            Territory(
                id=outcome.ids[k],
                name=names[k],
                parent=TerritoryId(above) if above else None,
                level="rep",
                owner_id=OwnerId(owners[k]) if owners[k] else None,
                centre=(round(float(places[k, 0]), 6), round(float(places[k, 1]), 6)),
                values=dict(zip(keys, outcome.values[k].tolist(), strict=True)),
                targets=dict(zip(keys, outcome.targets[k].tolist(), strict=True)),
                deviation=dict(zip(keys, deviation[k].tolist(), strict=True)),
                in_band=bool((outside[k] <= 0).all()),
                contiguous=not bool((outcome.detached & (outcome.label == k)).any()),
            )
        )
    return tuple(found)


def _previous(outcome: Outcome, parent: Plan | None) -> list[TerritoryId | None]:
    """Return each customer's territory so far: the parent plan's, else the one that its present owner leads."""
    roster = outcome.problem.roster
    if parent is not None:
        columns = (parent.units["customer_id"].to_pylist(), parent.units["territory_id"].to_pylist())
        known = dict(zip(*columns, strict=True))
        return [known.get(customer) for customer in roster.ids]
    return [owner_territory(owner, {}) if owner else None for owner in roster.owner]


def _unit_rows(outcome: Outcome, previous: list[TerritoryId | None]) -> pa.Table:
    roster, units = outcome.problem.roster, outcome.problem.units
    rows = []
    for row, (customer, unit, owner) in enumerate(
        zip(roster.ids, units.of_customer.tolist(), outcome.new_owner, strict=True)
    ):
        placed = unit >= 0
        rows.append(
            {
                "unit_id": units.ids[unit] if placed else customer,
                "customer_id": customer,
                "level": units.level[unit] if placed else "customer",
                "territory_id": outcome.ids[outcome.label[unit]] if placed else None,
                "owner_id": owner or None,
                "previous_territory_id": previous[row],
                "locked": bool(roster.locked[row]) and bool(roster.owner[row]),
            }
        )
    rows.sort(key=lambda item: (item["unit_id"], item["customer_id"]))
    return pa.Table.from_pylist(rows, schema=UNITS)


def _moves(outcome: Outcome, previous: list[TerritoryId | None]) -> tuple[Move, ...]:
    units, share = outcome.problem.units, outcome.problem.customer_share
    came: dict[int, dict[TerritoryId, float]] = {}
    for row, unit in enumerate(units.of_customer.tolist()):
        before = previous[row]
        if unit >= 0 and before is not None:
            inside = came.setdefault(unit, {})
            inside[before] = inside.get(before, 0.0) + float(share[row])
    found = []
    for unit in sorted(came, key=lambda unit: units.ids[unit]):
        chief = min(came[unit].items(), key=lambda item: (-round(item[1], 9), item[0]))[0]
        now = outcome.ids[int(outcome.label[unit])]
        if chief != now:
            found.append(Move(UnitId(units.ids[unit]), chief, now))
    return tuple(found)
