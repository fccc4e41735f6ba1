"""The chain shows what was done to it, and stays one however many write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import F

from jiuzhou.web.ledger.audit import broken_links, digest_of, record
from jiuzhou.web.ledger.trail import Wanted, list_acts
from jiuzhou.web.store.models import AuditEntry, AuditHead
from web_company import Company
from web_threads import alone, in_threads, shared_database

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(company: Company) -> tuple[int, str]:
    """Twenty acts; the number and digest of the last, as an anchor holds them."""
    for number in range(20):
        record(company.actor("rep").origin, "test.act", "customer", f"C{number}", before={"n": number}, note="一步")
    head = AuditHead.unscoped.get(organisation=company.organisation)
    return head.sequence, head.digest


def broken(company: Company, anchor: tuple[int, str] | None = None) -> list[int]:
    return list(broken_links(company.organisation.pk, anchor=anchor))


def entry(company: Company, sequence: int) -> AuditEntry:
    return AuditEntry.unscoped.get(organisation=company.organisation, sequence=sequence)


def test_a_whole_chain_is_whole(company: Company, chain: tuple[int, str]) -> None:
    assert broken(company, chain) == []


TAMPERED: dict[str, Callable[[AuditEntry], None]] = {
    "a word is changed": lambda row: _set(row, note="另一步"),
    "a figure is changed": lambda row: _set(row, before={"n": 7000}),
    "the person is changed": lambda row: _set(row, who="system"),
    "the digest is forged": lambda row: _set(row, digest="0" * 64),
    "it is removed": lambda row: row.delete() and None,
}


@pytest.mark.parametrize("how", TAMPERED)
@pytest.mark.parametrize("sequence", [1, 10, 20])
def test_the_entry_that_was_tampered_with_is_named(
    company: Company, chain: tuple[int, str], how: str, sequence: int
) -> None:
    TAMPERED[how](entry(company, sequence))

    assert sorted(set(broken(company))) == [sequence]


def test_a_change_signed_with_the_key_still_breaks_the_next_link(company: Company, chain: tuple[int, str]) -> None:
    row = entry(company, 10)
    row.note = "另一步"
    _set(row, note=row.note, digest=digest_of(row))

    assert broken(company) == [11]


def test_a_cut_tail_is_found_against_the_anchor(company: Company, chain: tuple[int, str]) -> None:
    AuditEntry.unscoped.filter(organisation=company.organisation, sequence__gt=15).delete()
    last = entry(company, 15)
    AuditHead.unscoped.filter(organisation=company.organisation).update(sequence=15, digest=last.digest)

    assert broken(company) == []
    assert broken(company, chain) == [20]


def test_a_cut_tail_without_its_head_is_found_at_once(company: Company, chain: tuple[int, str]) -> None:
    AuditEntry.unscoped.filter(organisation=company.organisation, sequence__gt=15).delete()

    assert broken(company) == [16]


@pytest.mark.parametrize("microsecond", [0, 5, 120_000])
def test_any_moment_and_any_words_are_followed(
    company: Company, monkeypatch: pytest.MonkeyPatch, microsecond: int
) -> None:
    moment = datetime(2026, 7, 1, 9, 0, 1, microsecond, tzinfo=UTC)
    monkeypatch.setattr("jiuzhou.web.ledger.audit.timezone.now", lambda: moment)
    told = {"z": 1.5, "a": [True, None, '引号"\\'], "m": {"b": 2, "a": Decimal("1.50")}, "d": date(2026, 7, 1)}
    for after in (told, {}, {"n": 10**12, "x": -0.1, "e": 1e-9}):
        record(company.actor("rep").origin, "test.act", "customer", '键"\\\n', after=after, note="备注\u2028")

    assert broken(company) == []


def test_organisations_have_chains_of_their_own(company: Company, chain: tuple[int, str]) -> None:
    record(company.actor("foreign_admin").origin, "test.act", "customer")

    assert AuditEntry.unscoped.get(organisation=company.other).sequence == 1
    assert broken(company) == []


def test_nobody_stands_in_the_chain_by_name(company: Company, chain: tuple[int, str]) -> None:
    assert {row.who for row in AuditEntry.unscoped.all()} & {"周静", "rep@example.com", "rep"} == set()
    assert {act.who for act in list_acts(company.organisation.pk).items} == {"周静"}


def test_acts_are_found_by_what_they_were_about(company: Company, chain: tuple[int, str]) -> None:
    organisation = company.organisation.pk
    assert [act.key for act in list_acts(organisation, Wanted(key="C7")).items] == ["C7"]
    assert list_acts(organisation, Wanted(verb="other")).items == ()
    assert list_acts(organisation, Wanted(user_id=company.people["peer"].pk)).items == ()
    assert len(list_acts(organisation, Wanted(user_id=company.people["rep"].pk), size=30).items) == 20


@pytest.mark.django_db(transaction=True)
def test_sixteen_writers_make_one_chain_without_a_gap(company: Company, tmp_path: Path) -> None:
    origin = company.actor("rep").origin

    def write(number: int) -> None:
        for step in range(10):
            record(origin, "test.act", "customer", f"{number}.{step}")

    with shared_database(tmp_path):
        raised = [result for result in in_threads(write, 16) if result is not None]
        sequences = alone(lambda: list(AuditEntry.unscoped.order_by("sequence").values_list("sequence", flat=True)))
        links = alone(lambda: broken(company))

    assert raised == []
    assert sequences == list(range(1, 161))
    assert links == []


def _set(row: AuditEntry, **values: object) -> None:
    AuditEntry.unscoped.filter(pk=row.pk).update(**values, sequence=F("sequence"))
