"""Everything that is kept of one customer: rows of every table that hangs on it, facts, and its acts in the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq
from django.db.models import Model, Q, QuerySet

from jiuzhou.kernel.personal import ERASED
from jiuzhou.web.store.classified import MODELS, ON_CUSTOMERS
from jiuzhou.web.store.facts import Files, ask, files_of
from jiuzhou.web.store.merged import merged_into
from jiuzhou.web.store.models import AuditEntry, Customer, FactBatch, Merge
from jiuzhou.web.store.traces import Traces

_REACHED_BY = ("name", "phone", "email", "tax_id", "address")
CUSTOMER = "customer_id"


@dataclass(frozen=True, slots=True)
class Subject:
    """
    Whose data are meant: a customer, or one person at it.

    Attributes
    ----------
    contact
        The person's code among the contacts; empty for the customer and everybody at it.
    merged
        Key and code of each record that was merged into the customer's: what they tell, they tell of the same.
    """

    organisation_id: int
    customer_id: int
    code: str
    contact: str = ""
    merged: tuple[tuple[int, str], ...] = ()

    @property
    def keys(self) -> tuple[int, ...]:
        """Keys of the customer's row and of those merged into it."""
        return (self.customer_id, *(key for key, _ in self.merged))

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes under which the customer's facts stand."""
        return (self.code, *(code for _, code in self.merged))


def subject_of(row: Customer, contact: str = "") -> Subject:
    """Return the subject that a customer's row and a contact's code name."""
    return Subject(row.organisation_id, row.pk, row.code, contact, merged_into(row.pk))


def people_at(subject: Subject) -> list[dict[str, Any]]:
    """Return the people at the customer; the one who is meant, where one is."""
    rows = facts_about(subject, files_of(subject.organisation_id), "contacts")
    return [row for row in rows if not subject.contact or row["contact_id"] == subject.contact]


def traces_of(subject: Subject) -> Traces:
    """Return what the subject is known by, read from the customer's row and from its contacts."""
    values = [str(row.get(name) or "") for row in people_at(subject) for name in _REACHED_BY]
    if not subject.contact:
        rows = Customer.unscoped.filter(pk__in=subject.keys, erased_at=None).values(*_REACHED_BY)
        values += [str(value) for row in rows for value in row.values()]
        overwritten = Merge.unscoped.filter(standing=subject.customer_id).values_list("before", flat=True)
        values += [str(before.get(name) or "") for before in overwritten for name in _REACHED_BY]
        sites = facts_about(subject, files_of(subject.organisation_id), "sites")
        values += [str(site.get("address") or "") for site in sites]
    return Traces.of(values)


def rows_about(subject: Subject, model: type[Model]) -> QuerySet[Any]:
    """Return the rows of a model that belong to the customer."""
    rows: QuerySet[Any] = model._base_manager.filter(organisation=subject.organisation_id)
    mine = Q(pk__in=())
    for way in ON_CUSTOMERS[model].split():
        mine |= Q(**{f"{way}__in": subject.keys})
    return rows.filter(mine).order_by("pk")


def acts_about(subject: Subject) -> QuerySet[AuditEntry]:
    """Return the ledger's entries of the customer, in their order."""
    rows = AuditEntry.unscoped.filter(organisation=subject.organisation_id, noun="customer", key__in=subject.codes)
    return rows.order_by("sequence")


def tables_about(subject: Subject) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield each table that holds something of the subject, with its rows as plain values by field."""
    if not subject.contact:
        yield "customers", _plain(Customer.unscoped.filter(pk__in=subject.keys), Customer)
        for model in ON_CUSTOMERS:
            yield _name(model), _plain(rows_about(subject, model), model)
        yield _name(AuditEntry), _plain(acts_about(subject), AuditEntry)
    files = files_of(subject.organisation_id)
    for table in sorted(files):
        if table == "contacts":
            yield table, people_at(subject)
        elif not subject.contact:
            yield table, facts_about(subject, files, table)


def counts_about(subject: Subject) -> dict[str, int]:
    """Return how many rows each table holds of the subject, where it holds any."""
    counts: dict[str, int] = {}
    if not subject.contact:
        counts["customers"] = len(subject.keys)
        counts |= {_name(model): rows_about(subject, model).count() for model in ON_CUSTOMERS}
        counts[_name(AuditEntry)] = acts_about(subject).count()
    files = files_of(subject.organisation_id)
    for table, paths in sorted(files.items()):
        if table == "contacts":
            counts[table] = len(people_at(subject))
        elif not subject.contact and (of_customers := _of_customers(paths)):
            ((found,),) = ask(
                f"SELECT count(*) FROM read_parquet($files, union_by_name = true) "
                f"WHERE {CUSTOMER} IN (SELECT unnest($codes))",
                {"files": of_customers, "codes": list(subject.codes)},
            )
            counts[table] = int(found)
    return {table: count for table, count in counts.items() if count}


def facts_about(subject: Subject, files: Files, table: str) -> list[dict[str, Any]]:
    """Return the facts of a table that are the customer's, every column of them."""
    found: list[dict[str, Any]] = []
    for path in _of_customers(files.get(table, ())):
        found += pq.read_table(path, filters=[(CUSTOMER, "in", subject.codes)]).to_pylist()
    return found


def batches_of(organisation_id: int) -> QuerySet[FactBatch]:
    """Return every batch of facts of which the file may still lie here, in force or retired."""
    return FactBatch.unscoped.filter(organisation=organisation_id).order_by("pk")


def emptied_fields(model: type[Model]) -> list[str]:
    """Return the fields of a model that are emptied when a person is erased."""
    return [name for name, found in MODELS[model].items() if found.pii in ERASED]


def _of_customers(paths: Any) -> list[str]:
    return [path for path in paths if CUSTOMER in pq.read_schema(path).names]


def _plain(rows: QuerySet[Any], model: type[Model]) -> list[dict[str, Any]]:
    fields = [field.attname for field in model._meta.concrete_fields if field.name not in ("id", "organisation")]
    plain: list[dict[str, Any]] = list(rows.values(*fields))
    return plain


def _name(model: type[Model]) -> str:
    # As the file of an export is called: CustomerScore is customer_score.
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", model.__name__).lower()
