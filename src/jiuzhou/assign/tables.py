"""The load that follows from the decisions, and what locks alone break."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, isfinite

import pyarrow as pa

from jiuzhou.assign.ledger import Ledger
from jiuzhou.assign.result import LOAD
from jiuzhou.assign.roster import NOBODY
from jiuzhou.assign.strategies.scene import Scene
from jiuzhou.kernel.message import say
from jiuzhou.kernel.violation import Violation

_TOLERANCE_HOURS = 1e-6


def load_table(scene: Scene, ledger: Ledger) -> pa.Table:
    """Return the table ``LOAD``."""
    owners = scene.roster
    customers = [int(limit) if isfinite(limit) else None for limit in owners.capacity_customers]
    hours = [limit if isfinite(limit) else None for limit in owners.capacity_hours]
    columns = {
        "owner_id": list(owners.ids),
        "customers": ledger.customers,
        "hours": [round(carried, 6) for carried in ledger.hours],
        "capacity_customers": customers,
        "capacity_hours": hours,
        "share": [_share(scene, ledger, position) for position in range(len(owners.ids))],
    }
    return pa.table(columns, schema=LOAD)


def lock_violations(scene: Scene, ledger: Ledger) -> tuple[Violation, ...]:
    """Return the limits that customers who had to stay exceed, and the locks to people who do not work here."""
    return (*_locked_to_nobody(scene), *_over_capacity(scene, ledger))


def _share(scene: Scene, ledger: Ledger, position: int) -> float | None:
    parts = [
        carried / limit if limit > 0 else (inf if carried > 0 else 0.0)
        for carried, limit in (
            (ledger.customers[position], scene.roster.capacity_customers[position]),
            (ledger.hours[position], scene.roster.capacity_hours[position]),
        )
        if isfinite(limit)
    ]
    return round(max(parts), 9) if parts and isfinite(max(parts)) else None


def _locked_to_nobody(scene: Scene) -> Iterator[Violation]:
    columns = (scene.records.values(name) for name in ("customer_id", "locked", "owner_id"))
    for row, (customer, locked, owner) in enumerate(zip(*columns, strict=True)):
        holder = scene.holder[row]
        if locked and owner is not None and (holder == NOBODY or not scene.roster.active >> holder & 1):
            told = say("assign.locked_to_nobody", customer=customer, owner=owner)
            yield Violation("locked_to_nobody", customer, 1.0, told)


def _over_capacity(scene: Scene, ledger: Ledger) -> Iterator[Violation]:
    owners = scene.roster
    for position, owner in enumerate(owners.ids):
        for unit, carried, limit in (
            ("customers", float(ledger.customers[position]), owners.capacity_customers[position]),
            ("hours", ledger.hours[position], owners.capacity_hours[position]),
        ):
            # Somebody who left has no room by right; that its customers are locked to it is told above.
            if carried > limit + _TOLERANCE_HOURS and owners.active >> position & 1:
                told = say(f"assign.over_{unit}", owner=owners.names[position], carried=round(carried, 2), limit=limit)
                yield Violation(f"over_capacity_{unit}", owner, round(carried - limit, 6), told)
