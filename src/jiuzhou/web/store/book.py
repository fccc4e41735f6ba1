"""The organisation's data as a Book: rows from the tables, facts from their files, and what was heard since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from jiuzhou.divide.roster import MEASURES
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.store.heard import heard
from jiuzhou.web.store.merged import led, survivors_of
from jiuzhou.web.store.models import Absence, Customer, FactBatch, Organisation, Owner, Ownership
from jiuzhou.web.store.models.ownership import OPEN
from jiuzhou.web.store.present import with_present_owner

FIELD_OF = {
    "customer_id": "code",
    "parent_customer_id": "parent__code",
    "territory_id": "territory__code",
    "created_at": "customer_since",
}
"""Columns of a Book's customers whose field has another name."""

_CUSTOMER = {
    **FIELD_OF,
    **{
        name: name
        for name in (
            *("name", "key_account", "country", "region_code", "lat", "lon", "crs", "location_quality", "industry"),
            *("size_band", "annual_revenue", "channel", "products", "needs", "potential", "workload"),
            *("visits_per_year", "visit_hours", "consent_marketing"),
        )
    },
}
_AT_ONCE = 5_000
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


def book_of(organisation: Organisation, *, measures: Collection[str] = ()) -> Book:
    """
    Return what is known of the organisation today, without the personal data that no stage needs.

    A customer whom somebody placed by hand counts as locked: no division takes it from its owner.

    Parameters
    ----------
    measures
        What a division balances; those that are numbers of the company's own come along with the customers.
    """
    own = sorted(set(measures) - {*MEASURES, *TABLES["customers"].arrow.names})
    owners = dict(Owner.unscoped.filter(organisation=organisation).values_list("pk", "code"))
    tables = {
        "customers": _customers(organisation, owners, own),
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


def _customers(organisation: Organisation, owners: Mapping[int, str], own: Sequence[str]) -> pa.Table:
    by_hand = Ownership.unscoped.filter(OPEN, customer=OuterRef("pk"), role="primary", source__in=("manual", "lock"))
    rows = Customer.unscoped.filter(organisation=organisation, deleted_at__isnull=True)
    rows = with_present_owner(rows, settling=organisation.plan_settling_id).annotate(by_hand=Exists(by_hand))
    names = [*_CUSTOMER.values(), "owner_now", "locked", "by_hand", "extra"]

    def told() -> Iterator[dict[str, Any]]:
        for *known, owner, locked, placed, extra in rows.order_by("code").values_list(*names).iterator(_AT_ONCE):
            row = {name: plain(value) for name, value in zip(_CUSTOMER, known, strict=True)}
            yield {**row, "owner_id": owners.get(owner), "locked": locked or placed, **_numbers(extra, own)}

    return _arrow("customers", told(), own)


def _numbers(extra: Mapping[str, Any], names: Sequence[str]) -> dict[str, float | None]:
    return {name: _number(extra.get(name)) for name in names}


def _number(value: Any) -> float | None:
    # Columns of the company's own may have come as texts.
    try:
        found = float(value.replace(",", "") if isinstance(value, str) else value)
    except (TypeError, ValueError):
        return None
    return found if isfinite(found) else None


def _spells(organisation: Organisation) -> QuerySet[Ownership]:
    # Who had a record that was merged had it beside the survivor's owner: two would have one customer at once.
    rows = Ownership.unscoped.filter(organisation=organisation, superseded_at__isnull=True)
    return rows.filter(customer__merged_into__isnull=True).order_by("pk")


def _table(name: str, rows: QuerySet[Any], fields: Mapping[str, str]) -> pa.Table:
    values = rows.values_list(*fields.values()).iterator(_AT_ONCE)
    return _arrow(name, ({key: plain(value) for key, value in zip(fields, row, strict=True)} for row in values))


def _arrow(name: str, rows: Iterator[Mapping[str, Any]], own: Sequence[str] = ()) -> pa.Table:
    # Some rows at a time: as Python values a million of them would take several gigabytes.
    whole = TABLES[name].arrow
    parts: list[pa.RecordBatch] = []
    schema: pa.Schema | None = None
    while part := list(islice(rows, _AT_ONCE)):
        kept = [field for field in whole if field.name in part[0]]
        schema = schema or pa.schema([*kept, *(pa.field(name, pa.float64()) for name in own)])
        parts.append(pa.RecordBatch.from_pylist(part, schema=schema))
    return pa.Table.from_batches(parts) if parts else whole.empty_table()


def _facts(organisation: Organisation) -> dict[str, pa.Table]:
    found: dict[str, list[pa.Table]] = {}
    survivors = survivors_of(organisation.pk)
    batches = FactBatch.unscoped.filter(organisation=organisation, retired_at__isnull=True).order_by("pk")
    for batch in batches:
        if batch.table in TABLES:
            table = led(pq.read_table(Path(settings.HOME) / batch.path), survivors)
            found.setdefault(batch.table, []).append(table)
    return {name: pa.concat_tables(tables, promote_options="permissive") for name, tables in found.items()}


def _with_heard(facts: Mapping[str, pa.Table], said: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    together = dict(facts)
    for name, table in said.items():
        tables = [together[name], table] if name in together else [table]
        together[name] = pa.concat_tables(tables, promote_options="permissive")
    return together


def plain(value: Any) -> Any:
    """Return a field's value as a Book has it: an empty text is unknown."""
    return None if value == "" else value
