"""An import taken back: its facts retired, what it changed put back unless somebody changed it, what it added gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Model, ProtectedError, Q, RestrictedError
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.writes.answers import FOLLOW_UP
from jiuzhou.web.collect.writes.consents import take_back_consents
from jiuzhou.web.collect.writes.importing.applying import STEPS, images_of
from jiuzhou.web.collect.writes.importing.customers import settle_all
from jiuzhou.web.collect.writes.importing.facts import take_back
from jiuzhou.web.collect.writes.importing.merging import as_field, as_kept, read_images
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.store.bulk import update_rows
from jiuzhou.web.store.facts import ask, files_of
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import (
    Action,
    CompanyKey,
    ConsentRecord,
    Customer,
    CustomerScore,
    DuplicatePair,
    Import,
    Owner,
    Ownership,
    Visit,
)
from jiuzhou.web.store.search import index_customers

CHUNK = 100
MOST_LISTED = 200
_DERIVED: Mapping[type[Model], Q] = {
    CustomerScore: ~Q(pk=None),
    CompanyKey: ~Q(pk=None),
    Action: Q(state__in=("open", "lapsed"), closed_by=None, note="") & ~Q(kind=FOLLOW_UP),
    Visit: Q(state="planned", note="", minutes=None),
}
"""What the system itself works out of a customer; rows that nobody has taken up go with it."""

_OF_FACTS = ("orders", "interactions", "surveys", "deals", "payments", "contacts", "sites", "contracts")

Advance = Callable[[int, int], None]


def undo_import(
    actor: Actor, number: int, *, advance: Advance = lambda done, total: None, hold: Callable[[], None] = lambda: None
) -> Mapping[str, Any]:
    """Take an import back, or what of it still stands; return how much was removed, put back and kept."""
    row = Import.unscoped.get(pk=number, organisation=actor.organisation_id)
    if row.state == "undone":
        return dict(row.counts)
    _retire(row, hold)
    fault("import.undo_facts")
    files = [path for step in reversed(STEPS) for path in reversed(images_of(row, step))]
    for done, path in enumerate(files):
        if done >= _held(row)["files"]:
            _one_file(row, path, done, hold)
        advance(done + 1, len(files))
    with transaction.atomic():
        hold()
        held = _held(row)
        told = {name: held[name] for name in ("removed", "restored", "left")}
        told["removed"] += _facts_brought(row)
        told["restored"] += sum(row.counts.get("corrected_in", {}).values())
        counts = {**row.counts, **told, "kept_back": held["kept"], "kept_codes": held["codes"]}
        Import.unscoped.filter(pk=row.pk).exclude(state="undone").update(
            state="undone", counts=counts, undone_at=timezone.now(), version=F("version") + 1
        )
        record(actor.origin, "import.undo", "import", str(row.pk), after={**told, "kept_back": held["kept"]})
    fault("import.undone")
    return counts


def _held(row: Import) -> dict[str, Any]:
    """How far the taking back got: whole files, rows of the next one, and what became of them."""
    nothing = {"files": 0, "rows": 0, "removed": 0, "restored": 0, "left": 0, "kept": 0, "codes": []}
    return {**nothing, **row.progress.get("undo", {})}


def _facts_brought(row: Import) -> int:
    """Rows of facts that were new in an import; one that was not written to its end brought none."""
    made = row.progress.get("facts", {}).values() if row.state == "imported" else ()
    return sum(ready["new"]["rows"] for ready in made if ready["new"])


def _retire(row: Import, hold: Callable[[], None]) -> None:
    with transaction.atomic():
        hold()
        take_back(row, now=timezone.now())


def _one_file(row: Import, path: Path, number: int, hold: Callable[[], None]) -> None:
    step = path.name.partition("-")[0]
    model: type[Model] = Owner if step in ("owners", "teams") else Customer
    images = read_images(path)
    for start in range(_held(row)["rows"], len(images), CHUNK):
        part = images[start : start + CHUNK]
        added = [(key, code) for key, code, before, _ in part if before is None]
        changed = [(key, before, after) for key, _, before, after in part if before is not None]
        busy = _named_in_facts(row, [code for _, code in added]) if model is Customer else set()
        with transaction.atomic():
            hold()
            if model is Customer:
                settle_all(row.organisation_id, [key for key, _, _ in changed])
            restored, left = _put_back(model, changed, raise_version=step not in ("teams", "parents"))
            if step == "customers":
                take_back_consents(row.pk, [key for key, _, _ in changed], now=_moment(row))
            gone, stayed = _drop_customers(row, added, busy) if model is Customer else _drop_owners(added)
            held = _held(row)
            held |= {"removed": held["removed"] + gone, "restored": held["restored"] + restored}
            held |= {"left": held["left"] + left, "kept": held["kept"] + len(stayed)}
            held["codes"] = sorted([*held["codes"], *stayed])[:MOST_LISTED]
            last = start + CHUNK >= len(images)
            held |= {"files": number + 1, "rows": 0} if last else {"rows": start + CHUNK}
            row.progress = {**row.progress, "undo": held}
            Import.unscoped.filter(pk=row.pk).update(progress=row.progress)
        fault("import.undo_rows")


def _put_back(
    model: type[Model], changed: Sequence[tuple[int, dict[str, Any], dict[str, Any]]], *, raise_version: bool
) -> tuple[int, int]:
    """Return how many rows were put back, and in how many something was left because it says something else by now."""
    names = sorted({name for _, before, _ in changed for name in before})
    rows = model._base_manager.select_for_update().filter(pk__in=[key for key, _, _ in changed]).order_by("pk")
    standing = {row["pk"]: row for row in rows.values("pk", *names)}
    done: list[int] = []
    restored = left = 0
    by_names: dict[tuple[str, ...], list[tuple[int, list[Any]]]] = {}
    for key, before, after in changed:
        row = standing.get(key)
        if row is None:
            continue
        ours = tuple(name for name in sorted(before) if as_kept(row[name]) == after[name])
        left += len(ours) < len(before)
        if ours:
            restored += 1
            done.append(key)
            by_names.setdefault(ours, []).append((key, [as_field(model, name, before[name]) for name in ours]))
    for ours, pairs in by_names.items():
        columns = {name: [values[index] for _, values in pairs] for index, name in enumerate(ours)}
        update_rows(model, [key for key, _ in pairs], columns, raise_version=raise_version)
    if model is Customer and done:
        index_customers(done)
    return restored, left


def _drop_customers(row: Import, added: Sequence[tuple[int, str]], busy: set[str]) -> tuple[int, list[str]]:
    keys = dict(added)
    there = dict(Customer.unscoped.filter(pk__in=keys).values_list("pk", "version"))
    touched = {key for key, version in there.items() if version > 1} | {key for key, code in added if code in busy}
    touched |= _used(row, list(there))
    gone = sorted(set(there) - touched)
    Ownership.unscoped.filter(customer__in=gone).delete()
    for model in _DERIVED:
        model._base_manager.filter(customer__in=gone).delete()
    ConsentRecord.unscoped.filter(customer__in=gone).delete()
    Customer.unscoped.filter(pk__in=gone).delete()
    return len(gone), sorted(keys[key] for key in touched & set(there))


def _moment(row: Import) -> datetime:
    found = parse_datetime(row.progress["now"])
    assert found is not None
    return found


def _used(row: Import, customers: Sequence[int]) -> set[int]:
    """Return those of ``customers`` with whom somebody did anything since the import."""
    used: set[int] = set()
    for relation in Customer._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel):
            continue
        model, name = relation.related_model, relation.field.attname
        rows = model._base_manager.filter(**{f"{name}__in": customers})
        if model in _DERIVED:
            rows = rows.exclude(pk__in=rows.filter(_DERIVED[model]).values("pk"))
        if model is DuplicatePair:
            rows = rows.exclude(by=None)
        if model is ConsentRecord:
            rows = rows.exclude(brought_by=row)
        if model is Ownership:
            rows = rows.exclude(source="import", recorded_at=_moment(row), valid_to=None)
        used.update(rows.values_list(name, flat=True))
    return used


def _drop_owners(added: Sequence[tuple[int, str]]) -> tuple[int, list[str]]:
    gone, kept = 0, list[str]()
    for key, code in added:
        try:
            with transaction.atomic():
                gone += bool(Owner.unscoped.filter(pk=key, version=1).delete()[0])
        except (ProtectedError, RestrictedError):
            pass
        if Owner.unscoped.filter(pk=key).exists():
            kept.append(code)
    return gone, kept


def _named_in_facts(row: Import, codes: Sequence[str]) -> set[str]:
    """Return those of ``codes`` of whom facts in force tell; this import's own are retired by now."""
    if not codes:
        return set()
    files = files_of(row.organisation_id)
    paths = [path for table in _OF_FACTS for path in files.get(table, ())]
    if not paths:
        return set()
    rows = ask(
        "SELECT DISTINCT customer_id FROM read_parquet($paths, union_by_name = true) "
        "WHERE customer_id IN (SELECT unnest($codes))",
        {"paths": paths, "codes": list(codes)},
    )
    return {str(code) for (code,) in rows}
