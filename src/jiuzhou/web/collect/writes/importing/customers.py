"""Customers and owners of an import into the store, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import pyarrow as pa

from jiuzhou.web.collect.writes.consents import Said, note_consents, refusal_stays
from jiuzhou.web.collect.writes.importing.merging import Outcome, bring_in
from jiuzhou.web.collect.writes.loading.columns import lists, text_columns, values
from jiuzhou.web.collect.writes.loading.customers import customer_columns, held_columns
from jiuzhou.web.collect.writes.loading.upsert import picked
from jiuzhou.web.store.bulk import insert_rows, update_rows
from jiuzhou.web.store.merged import survivors_of
from jiuzhou.web.store.models import Customer, Import, Owner, Ownership, Territory
from jiuzhou.web.store.search import index_customers
from jiuzhou.web.store.settling import CHUNK, settle
from jiuzhou.web.store.sounds import sort_key
from jiuzhou.web.store.tombstones import blocked, marks_of

POOL = "public"
_OF_BOOK = {"sort_key": "name", "customer_since": "created_at", "crs": "lat"}
"""Fields that are there where another column of the Book is."""

_OWNER_TEXTS = ("level", "partner_type", "calendar")
_OWNER_AS_GIVEN = ("capacity_hours", "capacity_customers", "weight", "lat", "lon", "active_from", "active_to")


@dataclass(frozen=True, slots=True)
class Ground:
    """
    What the rows of an import are written against.

    Attributes
    ----------
    owners
        Keys of owners by code.
    led
        The territory that each owner leads, keys.
    marks
        The marks of who was erased.
    now
        The moment from which on the store knows of them; the same for the whole import.
    number
        The import.
    source
        Where what the customers' file says of consents comes from.
    """

    organisation: int
    crs: str
    owners: Mapping[str, int]
    led: Mapping[int, int]
    marks: frozenset[str]
    now: datetime
    number: int
    source: str


def ground_of(row: Import, crs: str, now: datetime) -> Ground:
    """
    Return what the rows of an import are written against.

    Parameters
    ----------
    crs
        The coordinate system of the customers' places.
    now
        The moment from which on the store knows of them.
    """
    owners = Owner.unscoped.filter(organisation=row.organisation_id)
    led = Territory.unscoped.filter(organisation=row.organisation_id, owner__isnull=False, valid_to=None)
    return Ground(
        organisation=row.organisation_id,
        crs=crs,
        owners=dict(owners.values_list("code", "pk")),
        # Of several the first is the one, as where a customer is begun by hand.
        led={owner: territory for owner, territory in led.order_by("-pk").values_list("owner_id", "pk") if owner},
        marks=marks_of(row.organisation_id),
        now=now,
        number=row.pk,
        source=_source(row),
    )


def _source(row: Import) -> str:
    told = {part["key"]: part["name"] for part in row.found}
    names = [told[key] for key, choice in row.choices.items() if choice.get("table") == "customers" and key in told]
    return " ".join(["import", *names])[:300]


@dataclass(frozen=True, slots=True)
class Incoming:
    """
    Customers of an import, worked out for the store.

    Attributes
    ----------
    columns
        Their values by field.
    empty
        For each field, of whom the file says nothing.
    owners
        Keys of who has each.
    erased
        How many more there were who have been erased and do not come back.
    """

    columns: Mapping[str, list[Any]]
    empty: Mapping[str, Sequence[bool]]
    owners: Sequence[int | None]
    locked: Sequence[bool]
    erased: int


def customers_to_write(ground: Ground, table: pa.Table) -> Callable[[], Outcome]:
    """Return what brings customers in, each with who has it and findable; call that within a transaction."""
    return partial(_write_customers, ground, customers_incoming(ground, table))


def customers_incoming(ground: Ground, table: pa.Table) -> Incoming:
    """Return what rows of a Book's customers come to in the store."""
    told = {name: values(table, name) for name in ("customer_id", "name", "phone", "email", "tax_id")}
    erased = blocked(ground.organisation, told, standing=ground.marks)
    if erased.any():
        # Who was erased does not come back with the next file.
        table = table.filter(pa.array(~erased))
    columns = customer_columns(table, crs=ground.crs)
    empty = {name: _nulls(table, _OF_BOOK.get(name, name)) for name in columns if name not in ("code", "extra")}
    # A day says nothing without an answer, and an answer without a day does not keep the day of another.
    empty["consent_at"] = empty["consent_marketing"]
    empty["extra"] = [not own for own in columns["extra"]]
    owners = [ground.owners.get(code or "") for code in values(table, "owner_id")]
    return Incoming(columns, empty, owners, values(table, "locked", False), int(erased.sum()))


def _write_customers(ground: Ground, incoming: Incoming) -> Outcome:
    def new(places: Sequence[int]) -> Mapping[str, Sequence[Any]]:
        owners = [incoming.owners[place] for place in places]
        present = [(owner, ground.led.get(owner or 0)) for owner in owners]
        held = held_columns(present, [incoming.locked[place] for place in places], POOL)
        return {**picked(incoming.columns, places), **held, "organisation_id": [ground.organisation] * len(places)}

    standing = Customer.unscoped.filter(organisation=ground.organisation, code__in=incoming.columns["code"])
    settle_all(ground.organisation, sorted(standing.values_list("pk", flat=True)))
    also = ["deleted_at", "erased_at"]
    outcome = bring_in(
        standing, incoming.columns, incoming.empty, new=new, closed=is_gone, hold=refusal_held, also=also
    )
    outcome.skipped += incoming.erased
    _begin_spells(ground, [key for key, _, before, _ in outcome.images if before is None])
    _note_consents(ground, incoming.columns, outcome)
    index_customers(key for key, *_ in outcome.images)
    return outcome


def _note_consents(ground: Ground, columns: Mapping[str, Sequence[Any]], outcome: Outcome) -> None:
    said = dict(
        zip(columns["code"], zip(columns["consent_marketing"], columns["consent_at"], strict=True), strict=True)
    )
    rows = [
        Said(key, given, at)
        for key, code, before, _ in outcome.images
        if before is None or '"consent_' in before
        for given, at in [said[code]]
        if given is not None
    ]
    note_consents(ground.organisation, rows, now=ground.now, source=ground.source, brought_by=ground.number)


def is_gone(row: Mapping[str, Any]) -> bool:
    """Return whether a customer takes nothing any more; ``row`` has when it was deleted or erased."""
    return row["deleted_at"] is not None or row["erased_at"] is not None


def refusal_held(row: Mapping[str, Any], wanted: dict[str, Any]) -> bool:
    """Put a refusal back into what a customer is to be unless the file's answer is later; return whether it differs."""
    names = ("consent_marketing", "consent_at")
    if names[0] not in wanted:
        return False
    stands, comes = ((source[names[0]], source[names[1]]) for source in (row, wanted))
    if not refusal_stays(stands, comes):
        return False
    wanted.update(zip(names, stands, strict=True))
    return comes[0] is True


def settle_all(organisation: int, customers: Iterable[int]) -> None:
    """Write what a plan still has to write of some customers, before anything else changes them."""
    keys = list(customers)
    for start in range(0, len(keys), CHUNK):
        settle(organisation, keys[start : start + CHUNK])


def _begin_spells(ground: Ground, customers: Sequence[int]) -> None:
    held = Customer.unscoped.filter(pk__in=customers, owner__isnull=False).order_by("pk")
    rows = list(held.values_list("pk", "owner_id", "territory_id"))
    insert_rows(
        Ownership,
        {
            "organisation_id": [ground.organisation] * len(rows),
            "customer_id": [customer for customer, _, _ in rows],
            "owner_id": [owner for _, owner, _ in rows],
            "territory_id": [territory for _, _, territory in rows],
            "source": ["import"] * len(rows),
            "valid_from": [ground.now] * len(rows),
            "recorded_at": [ground.now] * len(rows),
        },
    )


def link_parents(ground: Ground, pairs: Mapping[str, str]) -> Outcome:
    """Link customers to their parent companies, within the caller's transaction."""
    rows = Customer.unscoped.filter(organisation=ground.organisation, deleted_at=None)
    survivors = survivors_of(ground.organisation)
    pairs = {code: survivors.get(parent, parent) for code, parent in pairs.items()}
    keys = dict(rows.filter(code__in={*pairs, *pairs.values()}).values_list("code", "pk"))
    standing = dict(rows.filter(code__in=pairs).values_list("code", "parent_id"))
    outcome, changed = Outcome(), dict[int, int]()
    for code, parent in sorted(pairs.items()):
        wanted = keys.get(parent)
        if code in keys and wanted not in (None, keys[code], standing.get(code)):
            changed[keys[code]] = wanted
            before, after = f'{{"parent_id": {standing[code] or "null"}}}', f'{{"parent_id": {wanted}}}'
            outcome.images.append((keys[code], code, before, after))
    update_rows(Customer, list(changed), {"parent_id": list(changed.values())})
    return outcome


def write_owners(ground: Ground, table: pa.Table) -> Outcome:
    """Bring owners in, without who leads them, within the caller's transaction; return what became of them."""
    codes = values(table, "owner_id")
    texts = text_columns(Owner, table, ("name", *_OWNER_TEXTS))
    names = [name or code for name, code in zip(texts.pop("name"), codes, strict=True)]
    columns: dict[str, list[Any]] = {
        "code": codes,
        "kind": values(table, "kind", "rep"),
        "name": names,
        "sort_key": [sort_key(name)[:200] for name in names],
        "skills": lists(table, "skills"),
        "zone": values(table, "timezone", ""),
        **texts,
        **{name: values(table, name) for name in _OWNER_AS_GIVEN},
    }
    of_book = {"sort_key": "name", "zone": "timezone"}
    empty = {name: _nulls(table, of_book.get(name, name)) for name in columns if name != "code"}

    def new(places: Sequence[int]) -> Mapping[str, Sequence[Any]]:
        return {**picked(columns, places), "organisation_id": [ground.organisation] * len(places)}

    standing = Owner.unscoped.filter(organisation=ground.organisation, code__in=codes)
    return bring_in(standing, columns, empty, new=new)


def link_owners(ground: Ground, table: pa.Table) -> Outcome:
    """Write teams and managers of owners, within the caller's transaction; an empty one leaves what is there."""
    rows: dict[str, dict[str, Any]] = {
        row["code"]: dict(row)
        for row in Owner.unscoped.filter(organisation=ground.organisation).values("pk", "code", "team_id", "manager_id")
    }
    outcome = Outcome()
    columns: dict[str, list[Any]] = {"team_id": [], "manager_id": []}
    keys = []
    for code, team, manager in zip(
        values(table, "owner_id"), values(table, "team_id"), values(table, "manager_id"), strict=True
    ):
        row = rows[code]
        wanted = {
            name: rows[named]["pk"] if named and named in rows and named != code else row[name]
            for name, named in (("team_id", team), ("manager_id", manager))
        }
        if any(row[name] != value for name, value in wanted.items()):
            keys.append(row["pk"])
            for name, value in wanted.items():
                columns[name].append(value)
            before = ", ".join(f'"{name}": {row[name] or "null"}' for name in wanted)
            after = ", ".join(f'"{name}": {value or "null"}' for name, value in wanted.items())
            outcome.images.append((row["pk"], code, f"{{{before}}}", f"{{{after}}}"))
    update_rows(Owner, keys, columns)
    return outcome


def _nulls(table: pa.Table, name: str) -> list[bool]:
    column = table[name] if name in table.column_names else None
    return [True] * table.num_rows if column is None else column.is_null().to_pylist()
