"""Corrections of a draft by hand: customers moved, locked, territories renamed, steps undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.figures import moved
from jiuzhou.web.divide.history import redone_by, turns_of, undone_by
from jiuzhou.web.divide.reads import measures
from jiuzhou.web.divide.reads.pieces import in_one_piece
from jiuzhou.web.divide.reads.territories import leaves
from jiuzhou.web.divide.writes.life import checked_name
from jiuzhou.web.divide.writes.measuring import LIVE, figures_of, plan_activities, weigh
from jiuzhou.web.divide.writes.steps import advance, plan_for
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.bulk import update_rows
from jiuzhou.web.store.models import Plan, PlanChange, PlanTerritory, PlanUnit

MOST = 5000
"""Customers in one step, so that it is written within a blink."""

Placed = tuple[int, int | None, int | None]
"""A customer, and the territory and owner the plan gives it, by keys."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a step did: customers moved, and those left out because they, or their territory, are locked."""

    moved: int
    skipped: int
    version: int


def move_customers(actor: Actor, code: str, *, version: int, customers: Sequence[str], to: str) -> Moved:
    """
    Move some customers of a draft into the territory ``to``; empty leaves them without one.

    Raises
    ------
    InputError
        If there are none, or more than ``MOST`` at once.
    RefusedError
        If the plan is read-only, or the territory is locked.
    """
    plan = plan_for(actor, code, "edit", version)
    if not 1 <= len(customers) <= MOST:
        raise InputError("plan.choose_customers", most=MOST)
    chosen = visible_to(actor, PlanUnit).filter(plan=plan, customer__code__in=customers)
    return _move(actor, plan, chosen, _territory(plan, to) if to else None)


def move_territory(actor: Actor, code: str, *, version: int, territory: str, to: str) -> Moved:
    """Move all customers of one territory of a draft into another; see ``move_customers``."""
    plan = plan_for(actor, code, "edit", version)
    source = _territory(plan, territory)
    chosen = visible_to(actor, PlanUnit).filter(plan=plan, territory=source)
    if chosen.count() > MOST:
        raise InputError("plan.choose_customers", most=MOST)
    return _move(actor, plan, chosen, _territory(plan, to))


def rename_territory(actor: Actor, code: str, *, version: int, territory: str, name: str) -> int:
    """Give a territory of a draft another name; return the plan's version."""
    plan = plan_for(actor, code, "edit", version)
    row, name = _territory(plan, territory), checked_name(name)
    label = say("plan.step_renamed", name=row.name, to=name)
    change = {"kind": "rename", "territory": row.pk, "from": row.name, "to": name}
    with transaction.atomic():
        advance(plan)
        PlanTerritory.unscoped.filter(pk=row.pk).update(name=name)
        _note(actor, plan, label, [change])
        record(actor.origin, "plan.write", "plan", plan.code, before={"territory": row.name}, after={"territory": name})
    return plan.version + 1


def lock_territory(actor: Actor, code: str, *, version: int, territory: str, locked: bool) -> int:
    """Lock a territory of a draft, so that nobody moves its customers, or unlock it; return the plan's version."""
    plan = plan_for(actor, code, "edit", version)
    row = _territory(plan, territory)
    label = say("plan.step_locked" if locked else "plan.step_unlocked", name=row.name)
    change = {"kind": "lock", "territory": row.pk, "from": row.locked, "to": locked}
    with transaction.atomic():
        advance(plan)
        PlanTerritory.unscoped.filter(pk=row.pk).update(locked=locked)
        _note(actor, plan, label, [change])
        record(actor.origin, "plan.write", "plan", plan.code, after={"territory": row.code, "locked": locked})
    return plan.version + 1


def undo(actor: Actor, code: str, *, version: int) -> Moved:
    """
    Take back the last step of a draft that still holds.

    Raises
    ------
    RefusedError
        If there is none.
    """
    plan = plan_for(actor, code, "edit", version)
    to = undone_by(turns_of(list(plan.changes.order_by("number").values_list("number", "changes"))))
    if to is None:
        raise RefusedError("plan.nothing_to_undo")
    return _go_back(actor, plan, to)


def redo(actor: Actor, code: str, *, version: int) -> Moved:
    """Take back the last undoing of a draft; refused where the last step was no undoing."""
    plan = plan_for(actor, code, "edit", version)
    to = redone_by(turns_of(list(plan.changes.order_by("number").values_list("number", "changes"))))
    if to is None:
        raise RefusedError("plan.nothing_to_redo")
    return _go_back(actor, plan, to)


def revert_to(actor: Actor, code: str, *, version: int, number: int) -> Moved:
    """Bring a draft back to what it was after the step ``number``; 0 is its beginning."""
    plan = plan_for(actor, code, "edit", version)
    if number and not plan.changes.filter(number=number).exists():
        raise NotFoundError
    return _go_back(actor, plan, number)


def keep_with_owner(actor: Actor, plan: Plan, unit: PlanUnit, territory: PlanTerritory) -> Moved:
    """Move one customer of a draft back to its present owner's territory, as an objection asked."""
    return _move(actor, plan, PlanUnit.unscoped.filter(pk=unit.pk), territory)


def _move(actor: Actor, plan: Plan, chosen: QuerySet[PlanUnit], target: PlanTerritory | None) -> Moved:
    if target is not None and target.locked:
        raise RefusedError("plan.territory_locked", name=target.name)
    closed = Q(locked=True) | Q(territory__locked=True)
    elsewhere = chosen.exclude(territory=target) if target else chosen.filter(territory__isnull=False)
    skipped = elsewhere.filter(closed).count()
    free = elsewhere.exclude(locked=True).exclude(territory__locked=True)
    before: list[Placed] = list(free.order_by("customer_id").values_list("customer_id", "territory_id", "owner_id"))
    if not before:
        raise RefusedError("plan.nothing_moved", skipped=skipped)
    to = (target.pk, target.owner_id) if target else (None, None)
    name: Any = target.name if target else say("plan.unassigned")
    label = say("plan.step_moved", n=len(before), to=name)
    rows = [[*placed, *to] for placed in before]
    _apply(actor, plan, [(customer, *to) for customer, _, _ in before], label, [{"kind": "move", "rows": rows}])
    return Moved(len(before), skipped, plan.version + 1)


def _go_back(actor: Actor, plan: Plan, number: int) -> Moved:
    later = list(plan.changes.filter(number__gt=number).order_by("-number").values_list("changes", flat=True))
    inverse = [_inverse(change) for changes in later for change in reversed(changes) if change["kind"] != "back"]
    placed: dict[int, Placed] = {}
    now: dict[int, list[Any]] = {}
    for change in inverse:
        for row in change.get("rows", ()):
            now.setdefault(row[0], [row[1], row[2]])
            placed[row[0]] = (row[0], row[3], row[4])
    ahead = [(key, territory, owner) for key, territory, owner in placed.values() if now[key] != [territory, owner]]
    rows = [[key, *now[key], territory, owner] for key, territory, owner in ahead]
    others = [change for change in inverse if change["kind"] != "move"]
    label = say("plan.step_back", number=number) if number else say("plan.step_back_to_start")
    done: list[dict[str, Any]] = [{"kind": "back", "to": number}, {"kind": "move", "rows": rows}, *others]
    _apply(actor, plan, ahead, label, done)
    return Moved(len(ahead), 0, plan.version + 1)


def _areas(units: QuerySet[PlanUnit]) -> set[str]:
    return set(units.exclude(customer__region_code="").values_list("customer__region_code", flat=True).distinct())


def _inverse(change: dict[str, Any]) -> dict[str, Any]:
    if change["kind"] == "move":
        return {"kind": "move", "rows": [[row[0], row[3], row[4], row[1], row[2]] for row in change["rows"]]}
    return {**change, "from": change["to"], "to": change["from"]}


def _apply(
    actor: Actor, plan: Plan, placed: Sequence[Placed], label: Message, changes: Sequence[dict[str, Any]]
) -> None:
    """Write a step: the units, the figures that follow, the history; figures are reckoned before the lock is taken."""
    territories = list(plan.territories.order_by("code"))
    activities = plan_activities(plan, territories)
    touched = _reweigh(plan, territories, placed, [one.key for one in activities])
    weigh(touched, activities)
    around = _areas(plan.units.filter(LIVE))
    with transaction.atomic():
        advance(plan)
        _place(plan, placed)
        _rename_and_lock(changes)
        for territory in touched:
            held = plan.units.filter(LIVE, territory=territory.pk)
            territory.customers, territory.contiguous = held.count(), in_one_piece(_areas(held), around)
        columns = ("measures", "deviation", "in_band", "customers", "contiguous")
        keys = [one.pk for one in touched]
        update_rows(PlanTerritory, keys, {name: [getattr(one, name) for one in touched] for name in columns})
        _note(actor, plan, label, changes)
        after = {"customers": len(placed), "step": label.code}
        record(actor.origin, "plan.write", "plan", plan.code, after=after)
    # What changes hands is counted over the whole plan, which takes longer than a write may.
    figures = figures_of(plan, leaves(territories), activities)
    Plan.unscoped.filter(pk=plan.pk, version=plan.version + 1).update(metrics=figures)


def _reweigh(
    plan: Plan, territories: Sequence[PlanTerritory], placed: Sequence[Placed], keys: Sequence[str]
) -> list[PlanTerritory]:
    by_key = {one.pk: one for one in territories}
    targets: dict[int | None, list[int]] = {}
    for customer, territory, _ in placed:
        targets.setdefault(territory, []).append(customer)
    touched: set[int] = set()
    for target, customers in targets.items():
        rows = plan.units.filter(customer__in=customers).values("territory")
        for row in rows.annotate(**measures.sums(keys)):
            change = measures.read_sums(row, keys)
            for place, sign in ((row["territory"], -1), (target, 1)):
                if place in by_key and row["territory"] != target:
                    by_key[place].measures = moved(by_key[place].measures, change, sign)
                    touched.add(place)
    return [one for one in territories if one.pk in touched]


def _place(plan: Plan, placed: Sequence[Placed]) -> None:
    groups: dict[tuple[int | None, int | None], list[int]] = {}
    for customer, territory, owner in placed:
        groups.setdefault((territory, owner), []).append(customer)
    for (territory, owner), customers in groups.items():
        units = PlanUnit.unscoped.filter(plan=plan.pk, customer__in=customers)
        units.update(territory_id=territory, owner_id=owner)


def _rename_and_lock(changes: Sequence[dict[str, Any]]) -> None:
    for change in changes:
        if change["kind"] in ("rename", "lock"):
            field = "name" if change["kind"] == "rename" else "locked"
            PlanTerritory.unscoped.filter(pk=change["territory"]).update(**{field: change["to"]})


def _note(actor: Actor, plan: Plan, label: Message, changes: Sequence[dict[str, Any]]) -> None:
    last = plan.changes.aggregate(last=Max("number"))["last"] or 0
    PlanChange.unscoped.create(
        organisation_id=plan.organisation_id,
        plan=plan,
        number=last + 1,
        label=label.to_json(),
        by_id=actor.user_id,
        at=timezone.now(),
        changes=list(changes),
    )


def _territory(plan: Plan, code: str) -> PlanTerritory:
    found = plan.territories.filter(code=code).first()
    if found is None:
        raise NotFoundError
    return found
