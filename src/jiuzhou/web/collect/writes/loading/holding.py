"""Who has the customers of a chunk: decisions, spells of ownership, and the units of the plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jiuzhou.web.collect.writes.loading.customers import HELD
from jiuzhou.web.collect.writes.loading.material import Chunk, Material
from jiuzhou.web.collect.writes.loading.plans import Filling
from jiuzhou.web.collect.writes.loading.spells import PRIMARY, Spell, present_owner
from jiuzhou.web.collect.writes.loading.upsert import add_missing, among, columns_of
from jiuzhou.web.store.bulk import insert_rows, update_rows
from jiuzhou.web.store.models import Customer, Decision, Ownership, PlanUnit

_KnownBy = tuple[int, str, datetime, str]


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a customer now, in which territory (empty in the pool), and the version of its row."""

    owner: int | None
    territory: str
    version: int


def owned_by_the_book(customers: Sequence[int]) -> set[int]:
    """Return the customers whose ownership nobody changed in the application, so that the Book may."""
    by_hand = among(Ownership.unscoped.all(), "customer", customers).exclude(source="import")
    pooled = among(Decision.unscoped.all(), "customer", customers).filter(by__isnull=False)
    changed = set(by_hand.values_list("customer_id", flat=True)) | set(pooled.values_list("customer_id", flat=True))
    return set(customers) - changed


def write_decisions(material: Material, chunk: Chunk, customers: Sequence[int], ours: set[int]) -> list[int | None]:
    """Return the key of the decision that explains each customer's present, after those of ``ours`` were added."""
    keys = material.keys
    rows = [
        {
            "key": row["key"],
            "customer_id": customer,
            "outcome": row["outcome"],
            "owner_id": keys.owners.get(row["owner"] or ""),
            "territory_id": keys.territories.get(row["territory"] or ""),
            "rule": row["rule"],
            "code": row["code"],
            "params": row["params"],
            "trace": row["trace"],
            "rules_version": row["rules_version"],
            "decided_at": row["decided_at"],
            "recorded_at": material.now,
        }
        for customer, row in zip(customers, chunk.decisions, strict=True)
        if customer in ours
    ]
    standing = among(Decision.unscoped.all(), "customer", customers)
    if rows:
        add_missing(standing, ["customer_id", "key"], columns_of(rows), organisation=material.organisation)
    known = {(customer, key): pk for customer, key, pk in standing.values_list("customer_id", "key", "pk")}
    return [known.get((customer, row["key"])) for customer, row in zip(customers, chunk.decisions, strict=True)]


def write_spells(
    material: Material, chunk: Chunk, customers: Sequence[int], ours: set[int], decisions: Sequence[int | None]
) -> None:
    """Bring the spells of the customers in ``ours`` up to date; the open one names its decision."""
    standing: dict[int, dict[_KnownBy, tuple[int, datetime | None]]] = {}
    rows = among(Ownership.unscoped.filter(superseded_at=None), "customer", ours)
    for key, customer, until, owner, role, since, line in rows.values_list(
        "pk", "customer_id", "valid_to", "owner_id", "role", "valid_from", "product_line"
    ):
        standing.setdefault(customer, {})[owner, role, since, line] = (key, until)
    new: list[dict[str, Any]] = []
    ends: dict[int, datetime | None] = {}
    for place, customer in enumerate(customers):
        if customer not in ours:
            continue
        there = standing.get(customer, {})
        current = present_owner(chunk.spells[place])
        wanted = {(material.keys.owners[spell.owner], *spell.key[1:]): spell for spell in chunk.spells[place]}
        for known_by, spell in wanted.items():
            if known_by not in there:
                territory = chunk.columns["territory_id"][place] if spell is current else material.led.get(spell.owner)
                decision = decisions[place] if spell is current else None
                new.append(_spell_row(material, spell, customer, known_by[0], territory, decision))
            elif there[known_by][1] != spell.until:
                ends[there[known_by][0]] = spell.until
        for known_by, (key, until) in there.items():
            if until is None and known_by not in wanted and known_by[1] == PRIMARY:
                ends[key] = max(known_by[2], current.since if current else material.now)
    # An open spell ends before another opens: there is never more than one.
    ended = sorted(ends, key=lambda key: ends[key] is None)
    closed_at = [material.now if ends[key] else None for key in ended]
    update_rows(Ownership, ended, {"valid_to": [ends[key] for key in ended], "closed_at": closed_at})
    insert_rows(Ownership, columns_of(new))


def _spell_row(
    material: Material, spell: Spell, customer: int, owner: int, territory: int | None, decision: int | None
) -> dict[str, Any]:
    recorded = spell.recorded_at or material.now
    return {
        "organisation_id": material.organisation,
        "customer_id": customer,
        "owner_id": owner,
        "territory_id": territory,
        "role": spell.role,
        "product_line": spell.product_line,
        "source": "import",
        "valid_from": spell.since,
        "valid_to": spell.until,
        "recorded_at": recorded,
        "closed_at": None if spell.until is None else max(recorded, spell.until),
        "decision_id": decision,
    }


def follow(chunk: Chunk, customers: Sequence[int], ours: set[int]) -> int:
    """Repeat on the rows of ``ours`` who has them, where the Book's answer is another than before."""
    rows = among(Customer.unscoped.all(), "pk", customers)
    held = {key: tuple(row) for key, *row in rows.values_list("pk", *HELD)}
    wanted = {
        customer: tuple(chunk.columns[name][place] for name in HELD)
        for place, customer in enumerate(customers)
        if customer in ours
    }
    changed = [customer for customer, row in wanted.items() if held[customer][:3] != row[:3]]
    columns = {name: [wanted[customer][index] for customer in changed] for index, name in enumerate(HELD)}
    return update_rows(Customer, changed, columns, raise_version=True)


def held_now(customers: Sequence[int]) -> list[Held]:
    """Return who has each of ``customers`` according to the store."""
    rows = among(Customer.unscoped.all(), "pk", customers)
    found = {
        key: Held(owner, territory or "", version)
        for key, owner, territory, version in rows.values_list("pk", "owner_id", "territory__code", "version")
    }
    return [found[key] for key in customers]


def write_units(material: Material, chunk: Chunk, customers: Sequence[int], held: Sequence[Held]) -> None:
    """Add the customers to the plans that this load fills; where they are already they stay."""
    present, proposed = material.plans.present, material.plans.proposed
    if present is not None:
        _add_units(material, present, customers, [_as_now(present, one) for one in held])
    if proposed is not None:
        placed = [
            (customer, _as_planned(material, proposed, unit, one))
            for customer, unit, one in zip(customers, chunk.units, held, strict=True)
            if unit is not None
        ]
        _add_units(material, proposed, [customer for customer, _ in placed], [row for _, row in placed])


def _add_units(
    material: Material, filling: Filling, customers: Sequence[int], units: Sequence[Mapping[str, Any]]
) -> None:
    rows = [
        {"plan_id": filling.key, "customer_id": customer, **unit}
        for customer, unit in zip(customers, units, strict=True)
    ]
    if rows:
        standing = among(PlanUnit.unscoped.filter(plan=filling.key), "customer", customers)
        add_missing(standing, ["plan_id", "customer_id"], columns_of(rows), organisation=material.organisation)


def _as_now(filling: Filling, held: Held) -> dict[str, Any]:
    return {
        "territory_id": filling.territories.get(held.territory),
        "owner_id": held.owner,
        "previous_owner_id": held.owner,
        "previous_territory": held.territory,
        "customer_version": held.version,
        "locked": False,
        "moved": False,
        "settled": True,
    }


def _as_planned(material: Material, filling: Filling, unit: Mapping[str, Any], held: Held) -> dict[str, Any]:
    stays = {**_as_now(filling, held), "locked": bool(unit["locked"]), "settled": False}
    if unit["territory_id"] is None:
        # Nobody knows where the customer is, so that the plan says nothing of it: it stays with whoever has it.
        return stays
    owner = material.keys.owners.get(unit["owner_id"] or "")
    return {
        **stays,
        "territory_id": filling.territories.get(unit["territory_id"]),
        "owner_id": owner,
        "moved": (owner, unit["territory_id"]) != (held.owner, held.territory),
    }
