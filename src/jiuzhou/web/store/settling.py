"""
Writes down, customer by customer, what publishing a plan decided for all of them in one step.

The flip of ``Organisation.plan_in_force`` changed who has whom (``store.present``); the rows follow here, in short
transactions. A writer that comes in between first settles the customers it is about to change.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from jiuzhou.web.store.bulk import insert_rows, update_rows
from jiuzhou.web.store.models import Customer, Decision, Organisation, Ownership, PlanUnit
from jiuzhou.web.store.models.ownership import OPEN

CHUNK = 200
"""Customers written in one transaction; with all their rows well below 200 ms."""

_NEVER = -1
"""A version that no unit has."""

_UNIT = ("pk", "customer_id", "customer_version", "owner_id", "territory__standing_id", "territory__name")


@dataclass(frozen=True, slots=True)
class _Publication:
    organisation: int
    plan: int
    name: str
    swapped_at: datetime


@dataclass(frozen=True, slots=True)
class _Unit:
    key: int
    customer: int
    version: int | None
    owner: int
    standing: int | None
    territory: str


@dataclass(frozen=True, slots=True)
class Settled:
    """How many customers were written as the plan says, and how many kept their owner because somebody changed them."""

    moved: int = 0
    kept: int = 0


def settle(organisation_id: int, customer_ids: Collection[int], *, now: datetime | None = None) -> Settled:
    """
    Write the moves of the plan being settled for some customers, inside the caller's transaction.

    Call it before changing a customer's row in any way: a version raised while a move still waits to be written says
    that somebody decided otherwise, and then the move is dropped. Does nothing for customers whose move is written.

    Parameters
    ----------
    customer_ids
        At most ``CHUNK`` customers of the organisation.
    now
        When the rows are written; they hold from the moment at which the plan came into force.
    """
    state = Organisation.objects.values("plan_settling", "plan_settling__name", "swapped_at").get(pk=organisation_id)
    plan_id, swapped_at = state["plan_settling"], state["swapped_at"]
    if plan_id is None or swapped_at is None or not customer_ids:
        return Settled()
    found = _locked(organisation_id, customer_ids)
    units = PlanUnit.unscoped.filter(plan=plan_id, customer__in=found, moved=True, settled=False)
    rows = [_Unit(*row) for row in units.order_by("customer_id").values_list(*_UNIT)]
    due = [row for row in rows if found[row.customer] == row.version]
    if due:
        publication = _Publication(organisation_id, plan_id, str(state["plan_settling__name"]), swapped_at)
        _write(publication, due, now or timezone.now())
    kept = {row.key for row in rows} - {row.key for row in due}
    PlanUnit.unscoped.filter(pk__in=[row.key for row in due]).update(settled=True)
    PlanUnit.unscoped.filter(pk__in=kept).update(settled=True, moved=False)
    return Settled(len(due), len(kept))


def waiting(plan_id: int, *, most: int = CHUNK) -> list[int]:
    """Return the ids of the next ``most`` customers whose move is not written yet."""
    rows = PlanUnit.unscoped.filter(plan=plan_id, moved=True, settled=False).order_by("customer_id")
    return list(rows.values_list("customer_id", flat=True)[:most])


def _locked(organisation_id: int, customer_ids: Collection[int]) -> dict[int, int]:
    """Return the versions of the customers that may move, each row locked until the caller's transaction ends."""
    # Locked in one order, so that two settlers wait for each other instead of dying together.
    rows = Customer.unscoped.select_for_update().filter(organisation=organisation_id, pk__in=customer_ids)
    found = rows.order_by("pk").values_list("pk", "version", "locked", "deleted_at")
    return {key: version if not locked and deleted is None else _NEVER for key, version, locked, deleted in found}


def _write(publication: _Publication, units: list[_Unit], now: datetime) -> None:
    ids = [unit.customer for unit in units]
    _write_decisions(publication, units, now)
    decided = Decision.unscoped.filter(plan=publication.plan, customer__in=ids, rule="plan")
    decisions = dict(decided.values_list("customer_id", "pk"))
    swapped_at = Value(publication.swapped_at, output_field=DateTimeField())
    Ownership.unscoped.filter(OPEN, customer__in=ids, role="primary").update(
        valid_to=Greatest(F("valid_from"), swapped_at), closed_at=now
    )
    number = len(units)
    insert_rows(
        Ownership,
        {
            "organisation_id": [publication.organisation] * number,
            "customer_id": ids,
            "owner_id": [unit.owner for unit in units],
            "territory_id": [unit.standing for unit in units],
            "source": ["plan"] * number,
            "valid_from": [publication.swapped_at] * number,
            "recorded_at": [now] * number,
            "decision_id": [decisions[key] for key in ids],
            "plan_id": [publication.plan] * number,
        },
    )
    columns: dict[str, list[Any]] = {
        "owner_id": [unit.owner for unit in units],
        "territory_id": [unit.standing for unit in units],
    }
    update_rows(Customer, ids, columns, raise_version=True)


def _write_decisions(publication: _Publication, units: list[_Unit], now: datetime) -> None:
    number = len(units)
    insert_rows(
        Decision,
        {
            "organisation_id": [publication.organisation] * number,
            "key": [f"plan:{publication.plan}:{unit.customer}" for unit in units],
            "customer_id": [unit.customer for unit in units],
            "outcome": ["assigned"] * number,
            "owner_id": [unit.owner for unit in units],
            "territory_id": [unit.standing for unit in units],
            "rule": ["plan"] * number,
            "code": ["plan.moved_by"] * number,
            "params": [{"plan": publication.name, "territory": unit.territory} for unit in units],
            "plan_id": [publication.plan] * number,
            "decided_at": [publication.swapped_at] * number,
            "recorded_at": [now] * number,
        },
    )
