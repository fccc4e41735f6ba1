"""
One chunk of customers with all that belongs to them, written in one short transaction.

A customer never stands in the store without its owner's spell, its decision and its scores. On a later load the Book
is right about who has a customer only as long as nobody changed that in the application.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from jiuzhou.web.collect.writes.consents import Said, note_consents, refusal_stays
from jiuzhou.web.collect.writes.loading.advice import write_actions, write_visits
from jiuzhou.web.collect.writes.loading.columns import values
from jiuzhou.web.collect.writes.loading.customers import HELD, customer_columns, held_columns
from jiuzhou.web.collect.writes.loading.decisions import Stand, decision_row
from jiuzhou.web.collect.writes.loading.holding import (
    follow,
    held_now,
    owned_by_the_book,
    write_decisions,
    write_spells,
    write_units,
)
from jiuzhou.web.collect.writes.loading.material import Chunk, Material
from jiuzhou.web.collect.writes.loading.scored import write_customer_scores
from jiuzhou.web.collect.writes.loading.spells import Spell, in_order, present_owner, spells_of
from jiuzhou.web.collect.writes.loading.upsert import bring_up_to_date, keys_of
from jiuzhou.web.store.models import Customer
from jiuzhou.web.store.search import index_customers

Answer = tuple[bool | None, datetime | None]
_CONSENT = ("consent_marketing", "consent_at")


def write_chunk(material: Material, start: int, stop: int) -> list[int]:
    """Return the keys of the customers ``[start, stop)`` after they and all that is theirs were brought up to date."""
    chunk = _worked_out(material, start, stop)
    with transaction.atomic():
        rows = Customer.unscoped.filter(organisation=material.organisation, code__in=chunk.columns["code"])
        answers = {code: (given, at) for code, given, at in rows.values_list("code", *_CONSENT)}
        before = rows if answers else rows.none()
        _keep_refusals(chunk.columns, answers)
        changed = bring_up_to_date(
            before, ["code"], chunk.columns, organisation=material.organisation, fixed=HELD, raise_version=True
        )
        known = keys_of(rows)
        customers = [known[code] for code in chunk.columns["code"]]
        _note_consents(material, chunk.columns, customers, answers)
        ours = owned_by_the_book(customers)
        decisions = write_decisions(material, chunk, customers, ours)
        write_spells(material, chunk, customers, ours, decisions)
        changed += follow(chunk, customers, ours)
        held = held_now(customers)
        write_units(material, chunk, customers, held)
        places, actions = material.tables["actions"].between(start, stop)
        write_actions(material.organisation, customers, places, actions, now=material.now)
        places, visits = material.tables["visits"].between(start, stop)
        write_visits(material.organisation, customers, [one.owner for one in held], places, visits)
        if write_customer_scores(material.organisation, customers, chunk.scores) + changed:
            index_customers(customers)
    return customers


def _keep_refusals(columns: Mapping[str, list[Any]], answers: Mapping[str, Answer]) -> None:
    names = [columns[name] for name in _CONSENT]
    for place, code in enumerate(columns["code"]):
        stands = answers.get(code)
        if stands is not None and refusal_stays(stands, (names[0][place], names[1][place])):
            names[0][place], names[1][place] = stands


def _note_consents(
    material: Material, columns: Mapping[str, list[Any]], customers: list[int], answers: Mapping[str, Answer]
) -> None:
    told = zip(columns["code"], customers, *(columns[name] for name in _CONSENT), strict=True)
    said = [
        Said(key, given, at) for code, key, given, at in told if given is not None and answers.get(code) != (given, at)
    ]
    note_consents(material.organisation, said, now=material.now, source="book")


def _worked_out(material: Material, start: int, stop: int) -> Chunk:
    cycle, keys = material.cycle, material.keys
    settings = cycle.book.settings
    table = material.customers.slice(start, stop - start)
    columns = customer_columns(table, crs=settings.crs)
    owners, territories = material.owners[start:stop], material.territories[start:stop]
    present = [
        (keys.owners.get(owner or ""), keys.territories.get(territory))
        for owner, territory in zip(owners, territories, strict=True)
    ]
    held = held_columns(present, values(table, "locked", False), material.pool)
    places, rows = material.tables["ownership"].between(start, stop)
    spells: list[list[Spell]] = [[] for _ in owners]
    for place, spell in zip(places, spells_of(rows, settings.zone), strict=True):
        if spell.owner in keys.owners:
            spells[place].append(spell)
    since = [moment or cycle.book.now for moment in columns["customer_since"]]
    spells = [
        in_order(found, owner=owner, since=begun, now=cycle.book.now)
        for found, owner, begun in zip(spells, owners, since, strict=True)
    ]
    return Chunk(
        start=start,
        columns={**columns, **held},
        spells=spells,
        decisions=_decided(material, start, stop, columns["code"], spells, since),
        scores=material.tables["scores"].one_each(start, stop),
        units=material.tables["units"].one_each(start, stop),
    )


def _decided(
    material: Material, start: int, stop: int, codes: list[str], spells: list[list[Spell]], since: list[datetime]
) -> list[dict[str, Any]]:
    zone = ZoneInfo(material.cycle.book.settings.zone)
    as_of = material.cycle.today.isoformat()
    found = []
    decisions = material.tables["decisions"].one_each(start, stop)
    for place, (code, decided) in enumerate(zip(codes, decisions, strict=True)):
        owner = material.owners[start + place]
        spell = present_owner(spells[place])
        begun = spell.since if spell else max([*(one.until for one in spells[place] if one.until), since[place]])
        stand = Stand(
            customer=code,
            owner=owner,
            owner_name=material.names.get(owner or "") or owner or "",
            territory=material.territories[start + place],
            since=begun,
            day=begun.astimezone(zone).date(),
        )
        found.append(decision_row(stand, decided, as_of=as_of))
    return found
