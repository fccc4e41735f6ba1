"""Reps, teams and partners, and when they are away."""

from __future__ import annotations

from django.db import transaction

from jiuzhou.kernel.book import Book
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.collect.writes.loading.columns import lists, text_columns, values
from jiuzhou.web.collect.writes.loading.upsert import add_missing, bring_up_to_date, keys_of
from jiuzhou.web.store.bulk import update_rows
from jiuzhou.web.store.models import Absence, Owner
from jiuzhou.web.store.sounds import sort_key

_TEXTS = ("level", "partner_type", "calendar")
_AS_GIVEN = (
    *("capacity_hours", "capacity_customers", "weight", "lat", "lon"),
    *("active_from", "active_to"),
)


def write_owners(organisation: int, book: Book) -> dict[str, int]:
    """Return the keys of the owners by code, after those of the Book were brought up to date."""
    table = book.table("owners")
    assert set(_AS_GIVEN) <= set(TABLES["owners"].arrow.names)
    codes = values(table, "owner_id")
    texts = text_columns(Owner, table, ("name", *_TEXTS))
    names = [name or code for name, code in zip(texts.pop("name"), codes, strict=True)]
    columns = {
        "code": codes,
        "kind": values(table, "kind", "rep"),
        "name": names,
        "sort_key": [sort_key(name)[:200] for name in names],
        "skills": lists(table, "skills"),
        "zone": values(table, "timezone", ""),
        **texts,
        **{name: values(table, name) for name in _AS_GIVEN},
    }
    standing = Owner.unscoped.filter(organisation=organisation)
    with transaction.atomic():
        bring_up_to_date(standing, ["code"], columns, organisation=organisation, raise_version=True)
        keys = keys_of(standing)
        _link(
            organisation, keys, codes, {"team_id": values(table, "team_id"), "manager_id": values(table, "manager_id")}
        )
    _write_absences(organisation, book, keys)
    return keys


def _link(organisation: int, keys: dict[str, int], codes: list[str], links: dict[str, list[str | None]]) -> None:
    # Owners name each other, so that the keys must be known before the links can be written.
    standing = {
        key: tuple(linked)
        for key, *linked in Owner.unscoped.filter(organisation=organisation).values_list("pk", *links)
    }
    changed = []
    for code, *named in zip(codes, *links.values(), strict=True):
        wanted = tuple(keys.get(name) if name and name != code else None for name in named)
        if standing[keys[code]] != wanted:
            changed.append((keys[code], *wanted))
    if changed:
        own, *columns = map(list, zip(*changed, strict=True))
        update_rows(Owner, own, dict(zip(links, columns, strict=True)))


def _write_absences(organisation: int, book: Book, keys: dict[str, int]) -> None:
    table = book.table("absences")
    owners = [keys.get(code) for code in values(table, "owner_id")]
    rows = [
        (owner, start, end, reason)
        for owner, start, end, reason in zip(
            owners, values(table, "starts_at"), values(table, "ends_at"), values(table, "reason", ""), strict=True
        )
        if owner is not None and end > start
    ]
    if not rows:
        return
    owner_ids, starts, ends, reasons = map(list, zip(*rows, strict=True))
    with transaction.atomic():
        add_missing(
            Absence.unscoped.filter(organisation=organisation),
            ["owner_id", "starts_at", "ends_at"],
            {"owner_id": owner_ids, "starts_at": starts, "ends_at": ends, "reason": [text[:200] for text in reasons]},
            organisation=organisation,
        )
