"""Who was erased since a backup was made is erased from what it brought back, before anybody sees it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from jiuzhou.web.accounts.actor import system_of
from jiuzhou.web.collect.writes.privacy.erasing import erase
from jiuzhou.web.store.facts import ask, files_of
from jiuzhou.web.store.holdings import Subject, subject_of
from jiuzhou.web.store.models import Customer, Organisation
from jiuzhou.web.store.tombstones import digests


def erase_again(marks: Collection[str]) -> int:
    """
    Erase everybody whose code has one of ``marks`` and who is not erased yet; return how many that were.

    The marks are digests under ``audit.key``: without the same key they are nobody's.
    """
    done = 0
    for organisation in Organisation.objects.order_by("pk") if marks else ():
        origin = system_of(organisation, via="command").origin
        for subject in [*_customers(organisation.pk, marks), *_contacts(organisation.pk, marks)]:
            erase(origin, subject, nothing_runs=True)
            done += 1
    return done


def _customers(organisation: int, marks: Collection[str]) -> Iterator[Subject]:
    rows = Customer.unscoped.filter(organisation=organisation, erased_at=None).order_by("pk").values_list("pk", "code")
    standing = list(rows)
    told = digests(organisation, "customer", [code for _, code in standing])
    for (key, code), mark in zip(standing, told, strict=True):
        if mark in marks:
            yield Subject(organisation, key, code)


def _contacts(organisation: int, marks: Collection[str]) -> Iterator[Subject]:
    paths = files_of(organisation).get("contacts", ())
    told = "SELECT DISTINCT customer_id, contact_id FROM read_parquet($files, union_by_name = true)"
    standing = [(str(code), str(contact)) for code, contact in ask(told, {"files": list(paths)})] if paths else []
    found = digests(organisation, "contact", [code for code, _ in standing], [contact for _, contact in standing])
    for (code, contact), mark in zip(standing, found, strict=True):
        if mark in marks:
            row = Customer.unscoped.filter(organisation=organisation, code=code).first()
            if row is not None:
                yield subject_of(row, contact)
