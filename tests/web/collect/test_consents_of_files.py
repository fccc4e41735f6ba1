"""Consents that files bring: written down, taken back with the import, and never against a later refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jiuzhou.web.collect.writes.importing import steps
from jiuzhou.web.collect.writes.importing.files import Upload
from jiuzhou.web.collect.writes.privacy.consent import record_consent
from jiuzhou.web.jobs.worker import work
from jiuzhou.web.store.models import Action, ConsentRecord, Customer, Import
from web_company import Company

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scores_rest")]
HEAD = "customer_id,name,consent_marketing,consent_at\n"


@pytest.fixture
def brought(company: Company, tmp_path: Path) -> Callable[[str], Import]:
    def bring_file(lines: str) -> Import:
        path = tmp_path / f"upload-{len(list(tmp_path.iterdir()))}"
        path.write_text(HEAD + lines, "utf-8")
        number = steps.bring(company.actor("importer"), [Upload("people.csv", path)])
        for step in (None, steps.check, steps.apply):
            if step is not None:
                step(company.actor("importer"), number)
            work(once=True, inline=True)
        return Import.unscoped.get(pk=number)

    return bring_file


def undone(company: Company, row: Import) -> None:
    steps.undo(company.actor("importer"), row.pk)
    work(once=True, inline=True)
    assert Import.unscoped.get(pk=row.pk).state == "undone"


def said(code: str) -> list[tuple[bool, str, str]]:
    rows = ConsentRecord.unscoped.filter(customer__code=code).order_by("pk")
    return [(one.given, one.at.astimezone(UTC).date().isoformat(), one.source) for one in rows]


def marketing(company: Company, code: str) -> Action:
    return Action.unscoped.create(
        organisation=company.organisation,
        customer=Customer.unscoped.get(code=code, organisation=company.organisation),
        kind="grow_potential",
        due_on=company.now.date(),
        marketing=True,
    )


def test_a_file_records_consents_of_new_customers_and_where_the_answer_changes(
    company: Company, brought: Callable[[str], Import]
) -> None:
    brought("N1,First Ltd,yes,2026-01-05T12:00:00\nN2,Second Ltd,,2026-01-05T12:00:00\nC0002,,no,2026-02-03T12:00:00\n")
    again = brought("N1,First Ltd,yes,2026-01-05T12:00:00\nC0002,,no,2026-02-03T12:00:00\n")

    assert said("N1") == [(True, "2026-01-05", "import people.csv")]
    assert said("N2") == []
    assert said("C0002") == [(False, "2026-02-03", "import people.csv")]
    assert again.counts["unchanged"] == 2


def test_a_refusal_in_a_file_closes_marketing_and_taking_it_back_opens_it_again(
    company: Company, brought: Callable[[str], Import]
) -> None:
    action = marketing(company, "C0002")
    count = Customer.unscoped.count()

    row = brought("C0002,,no,2026-02-03T12:00:00\nN1,First Ltd,yes,2026-01-05T12:00:00\n")
    action.refresh_from_db()
    closed = action.state
    undone(company, row)

    action.refresh_from_db()
    customer = Customer.unscoped.get(code="C0002", organisation=company.organisation)
    assert (closed, action.state, action.closed_at) == ("dismissed", "open", None)
    assert (customer.consent_marketing, customer.consent_at) == (None, None)
    assert not ConsentRecord.unscoped.exists()
    assert Customer.unscoped.count() == count


@pytest.mark.parametrize("day", ["2020-01-01T12:00:00", ""])
def test_a_file_never_overturns_a_later_refusal(company: Company, brought: Callable[[str], Import], day: str) -> None:
    record_consent(company.actor("planner"), "C0002", given=False, source="phone")
    before = Customer.unscoped.get(code="C0002", organisation=company.organisation)

    row = brought(f"C0002,,yes,{day}\n")

    customer = Customer.unscoped.get(pk=before.pk)
    assert (customer.consent_marketing, customer.consent_at) == (False, before.consent_at)
    assert [source for _, _, source in said("C0002")] == ["phone"]
    assert (row.counts["refusals"], row.counts["differences"]["customers"]["refusals"]) == (1, 1)


def test_a_consent_later_than_the_refusal_holds(company: Company, brought: Callable[[str], Import]) -> None:
    record_consent(company.actor("planner"), "C0002", given=False)
    since = datetime(2026, 1, 1, 12, tzinfo=UTC)
    Customer.unscoped.filter(code="C0002").update(consent_at=since)

    row = brought(f"C0002,,yes,{since + timedelta(days=9):%Y-%m-%dT%H:%M:%S}\n")

    assert Customer.unscoped.get(code="C0002", organisation=company.organisation).consent_marketing is True
    assert row.counts["refusals"] == 0


def test_what_a_person_refused_since_the_import_stays_when_that_is_taken_back(
    company: Company, brought: Callable[[str], Import]
) -> None:
    row = brought("C0002,,yes,2026-01-05T12:00:00\n")
    action = marketing(company, "C0002")
    record_consent(company.actor("planner"), "C0002", given=False, source="phone")

    undone(company, row)

    action.refresh_from_db()
    assert Customer.unscoped.get(code="C0002", organisation=company.organisation).consent_marketing is False
    assert [source for _, _, source in said("C0002")] == ["phone"]
    assert action.state == "dismissed"
