"""The organisation's data as a Book: rows from the tables, facts from their files, and what was heard since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.store.heard import heard
from jiuzhou.web.store.models import Absence, Customer, FactBatch, Organisation, Owner, Ownership
from jiuzhou.web.store.models.ownership import OPEN
from jiuzhou.web.store.present import with_present_owner

_CUSTOMER = {
    "customer_id": "code",
    "parent_customer_id": "parent__code",
    "territory_id": "territory__code",
    "created_at": "customer_since",
    **{
        name: name
        for name in (
            *("name", "key_account", "country", "region_code", "lat", "lon", "crs", "location_quality", "industry"),
            *("size_band", "annual_revenue", "channel", "products", "needs", "potential", "workload"),
            *("visits_per_year", "visit_hours"),
        )
    },
}
_OWNER = {
    "owner_id": "code",
    "team_id": "team__code",
    "manager_id": "manager__code",
    "timezone": "zone",
    **{
        name: name
        for name in (
            *("kind", "name", "lat", "lon", "level", "skills", "capacity_hours", "capacity_customers", "weight"),
            *("calendar", "active_from", "active_to", "partner_type"),
        )
    },
}
_SPELL = {
    "customer_id": "customer__code",
    "owner_id": "owner__code",
    "role": "role",
    "valid_from": "valid_from",
    "valid_to": "valid_to",
}
_ABSENCE = {"owner_id": "owner__code", "starts_at": "starts_at", "ends_at": "ends_at", "reason": "reason"}


def book_of(organisation: Organisation) -> Book:
    """
    Return what is known of the organisation today, without the personal data that no stage needs.

    A customer whom somebody placed by hand counts as locked: no division takes it from its owner.
    """
    owners = dict(Owner.unscoped.filter(organisation=organisation).values_list("pk", "code"))
    tables = {
        "customers": _customers(organisation, owners),
        "owners": _table("owners", Owner.unscoped.filter(organisation=organisation).order_by("code"), _OWNER),
        "ownership": _table("ownership", _spells(organisation), _SPELL),
        "absences": _table("absences", Absence.unscoped.filter(organisation=organisation).order_by("pk"), _ABSENCE),
        **_with_heard(_facts(organisation), heard(organisation)),
    }
    about = BookSettings(
        zone=organisation.zone,
        currency=organisation.currency,
        language="en" if organisation.language == "en" else "zh",
        as_of=organisation.as_of,
        company=organisation.name,
    )
    return Book.of(about, {name: table for name, table in tables.items() if table.num_rows})


def _customers(organisation: Organisation, owners: Mapping[int, str]) -> pa.Table:
    by_hand = Ownership.unscoped.filter(OPEN, customer=OuterRef("pk"), role="primary", source__in=("manual", "lock"))
    rows = Customer.unscoped.filter(organisation=organisation, deleted_at__isnull=True)
    rows = with_present_owner(rows, settling=organisation.plan_settling_id).annotate(by_hand=Exists(by_hand))
    found = []
    names = [*_CUSTOMER.values(), "owner_now", "locked", "by_hand"]
    for *known, owner, locked, placed in rows.order_by("code").values_list(*names).iterator(5000):
        row = {name: _plain(value) for name, value in zip(_CUSTOMER, known, strict=True)}
        found.append({**row, "owner_id": owners.get(owner), "locked": locked or placed})
    return _arrow("customers", found)


def _spells(organisation: Organisation) -> QuerySet[Ownership]:
    return Ownership.unscoped.filter(organisation=organisation, superseded_at__isnull=True).order_by("pk")


def _table(name: str, rows: QuerySet[Any], fields: Mapping[str, str]) -> pa.Table:
    values = rows.values_list(*fields.values()).iterator(5000)
    return _arrow(name, ({key: _plain(value) for key, value in zip(fields, row, strict=True)} for row in values))


def _arrow(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    kept = list(rows)
    names = set(kept[0]) if kept else set()
    whole = TABLES[name].arrow
    return pa.Table.from_pylist(kept, schema=pa.schema([field for field in whole if field.name in names]))


def _facts(organisation: Organisation) -> dict[str, pa.Table]:
    found: dict[str, list[pa.Table]] = {}
    batches = FactBatch.unscoped.filter(organisation=organisation, retired_at__isnull=True).order_by("pk")
    for batch in batches:
        if batch.table in TABLES:
            table = pq.read_table(Path(settings.HOME) / batch.path)
            found.setdefault(batch.table, []).append(table)
    return {name: pa.concat_tables(tables, promote_options="permissive") for name, tables in found.items()}


def _with_heard(facts: Mapping[str, pa.Table], said: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    together = dict(facts)
    for name, table in said.items():
        tables = [together[name], table] if name in together else [table]
        together[name] = pa.concat_tables(tables, promote_options="permissive")
    return together


def _plain(value: Any) -> Any:
    # Empty texts of the tables are unknown in a Book.
    return None if value == "" else value
