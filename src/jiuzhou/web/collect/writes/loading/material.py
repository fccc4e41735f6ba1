"""All that one load writes, its tables laid out by customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from jiuzhou.cycle import Cycle
from jiuzhou.web.collect.writes.loading.columns import ByCustomer, values
from jiuzhou.web.collect.writes.loading.plans import Keys, Plans
from jiuzhou.web.collect.writes.loading.spells import Spell
from jiuzhou.web.collect.writes.loading.tree import Tree


@dataclass(frozen=True, slots=True)
class Material:
    """
    All that one load writes, its tables by customer.

    Attributes
    ----------
    customers
        The Book's customers by id.
    owners, territories
        Each one's present owner (``None`` in the pool) and territory (empty), by code.
    names
        Names of the owners by code.
    led
        Keys of the territories that owners lead, by the owner's code.
    pool
        Where customers without an owner lie.
    """

    organisation: int
    cycle: Cycle
    keys: Keys
    plans: Plans
    customers: pa.Table
    owners: Sequence[str | None]
    territories: Sequence[str]
    names: Mapping[str, str]
    led: Mapping[str, int | None]
    pool: str
    tables: Mapping[str, ByCustomer]
    now: datetime


def material_of(
    cycle: Cycle,
    tree: Tree,
    keys: Keys,
    plans: Plans,
    *,
    owners: Sequence[str | None],
    territories: Sequence[str],
    organisation: int,
    now: datetime,
) -> Material:
    """Return the material of a load; ``owners`` and ``territories`` say who has each customer at present, and where."""
    people = cycle.book.table("owners")
    customers = cycle.book.table("customers")
    tables = {
        "ownership": cycle.book.table("ownership"),
        "scores": cycle.scores.customers,
        "decisions": cycle.assignment.decisions,
        "units": cycle.plan.units,
        "actions": cycle.advice.actions,
        "visits": cycle.advice.visits,
    }
    return Material(
        organisation=organisation,
        cycle=cycle,
        keys=keys,
        plans=plans,
        customers=customers,
        owners=owners,
        territories=territories,
        names=dict(zip(values(people, "owner_id"), values(people, "name", ""), strict=True)),
        led={owner: keys.territories.get(code) for owner, code in tree.led.items()},
        pool=next((pool.id for pool in cycle.rules.pools), "public"),
        tables={name: ByCustomer.of(table, customers["customer_id"]) for name, table in tables.items()},
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Chunk:
    """
    Some customers in a row, with all that will be written of them; worked out before the transaction begins.

    Attributes
    ----------
    start
        Where they begin among the material's customers.
    """

    start: int

    columns: Mapping[str, list[Any]]
    spells: list[list[Spell]]
    decisions: list[dict[str, Any]]
    scores: list[dict[str, Any] | None]
    units: list[dict[str, Any] | None]
