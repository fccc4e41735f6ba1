"""Changes by hand: named fields, the page's version, the ledger without personal values, exports that come back."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.web.collect.reads import exporting
from jiuzhou.web.collect.reads.exporting import lines_for_export, unescaped
from jiuzhou.web.collect.reads.wanted import wanted_of
from jiuzhou.web.collect.writes.editing import create_customer, edit_customer
from jiuzhou.web.collect.writes.notes import drop_view, keep_view, log_note
from jiuzhou.web.problems import ForbiddenError, InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.models import Access, AuditEntry, Customer, CustomerScore, Note, Ownership, Run, SavedView
from jiuzhou.web.store.search import index_customers
from web_company import Company, database_digest

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]


def edit(company: Company, person: str, key: str, **changes: Any) -> int:
    customer = company.customers[key]
    return edit_customer(company.actor(person), customer.code, version=customer.version, changes=changes)


def test_a_change_raises_the_version_and_stands_in_the_ledger_without_what_is_personal(company: Company) -> None:
    version = edit(company, "rep", "own", phone="13912345678", industry="制造", needs=("培训", "培训", " "))

    customer = Customer.unscoped.get(pk=company.customers["own"].pk)
    entry = AuditEntry.unscoped.get(verb="customer.edit")
    assert (
        (customer.version, customer.phone, customer.needs)
        == (version, "13912345678", ["培训"])
        == (2, "13912345678", ["培训"])
    )
    assert entry.after["industry"] == "制造"
    assert "13912345678" not in str(entry.after)
    assert set(entry.before) == {"phone", "industry", "needs"}


@pytest.mark.parametrize(
    "field", ["owner", "owner_id", "version", "organisation_id", "deleted_at", "sort_key", "pool", "id"]
)
def test_what_is_not_on_the_list_is_refused_and_nothing_changes(company: Company, field: str) -> None:
    before = database_digest()

    with pytest.raises(InvalidError):
        edit(company, "rep", "own", name="新名字", **{field: "1"})

    assert database_digest() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "x" * 301},
        {"email": "nobody"},
        {"region_code": "999999"},
        {"name": "a\x00b"},
        {"needs": "x"},
    ],
    ids=str,
)
def test_a_value_that_makes_no_sense_is_refused(company: Company, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidError):
        edit(company, "rep", "own", **changes)


@pytest.mark.parametrize(
    ("said", "code"),
    [("320500", "320500"), (" 苏州 ", "320500"), ("江苏省苏州市", "320500"), ("440307", "440307"), ("", "")],
)
def test_a_region_may_be_written_by_its_name(company: Company, said: str, code: str) -> None:
    edit(company, "rep", "own", region_code=said)

    assert Customer.unscoped.get(pk=company.customers["own"].pk).region_code == code


@pytest.mark.parametrize(("said", "why"), [("朝阳区", "customers.several_regions"), ("乌有市", "customers.bad_region")])
def test_a_region_that_is_none_or_several_is_refused_with_what_it_may_mean(
    company: Company, said: str, why: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        edit(company, "rep", "own", region_code=said)

    assert refused.value.fields["region_code"].code == why


def test_a_stale_page_is_told_what_differs(company: Company) -> None:
    edit(company, "planner", "own", industry="制造")

    with pytest.raises(StaleError) as caught:
        edit(company, "rep", "own", industry="食品")

    assert caught.value.now == {"industry": "制造"}
    assert caught.value.version == 2


def test_who_may_only_look_cannot_change(company: Company) -> None:
    before = database_digest()
    with pytest.raises(ForbiddenError):
        edit(company, "rep", "granted", industry="制造")
    with pytest.raises(NotFoundError):
        edit(company, "rep", "peer", industry="制造")
    with pytest.raises(ForbiddenError):
        edit(company, "auditor", "own", industry="制造")
    assert database_digest() == before

    Access.unscoped.update(may_write=True)
    assert edit(company, "rep", "granted", industry="制造") == 2


def test_a_new_customer_belongs_to_who_makes_it_and_has_a_spell(company: Company) -> None:
    code = create_customer(company.actor("rep"), {"name": "昆山霁野装备", "tax_id": "91320583MA1"})

    customer = Customer.unscoped.get(code=code)
    assert (customer.owner, customer.territory) == (company.owners["R1"], company.territories["T1"])
    assert Ownership.unscoped.get(customer=customer).valid_to is None
    assert create_customer(company.actor("planner"), {"name": "没人的"}) != code
    assert Customer.unscoped.get(name="没人的").pool == "public"


def test_a_customer_that_seems_to_be_there_is_asked_about_first(company: Company, signed_in: SignedIn) -> None:
    index_customers(Customer.unscoped.values_list("pk", flat=True))
    client, fields = signed_in("rep"), {"name": "江苏康明 医疗设备有限公司"}
    count = Customer.unscoped.count()

    asked = client.post("/customers/new", fields)
    assert company.customers["own"].code in asked.content.decode()
    assert Customer.unscoped.count() == count

    client.post("/customers/new", {**fields, "another": "namesake"})
    assert Customer.unscoped.count() == count + 1
    assert (
        company.customers["peer"].code
        not in client.post("/customers/new", {"name": "无锡恒达纺织有限公司"}).content.decode()
    )


def test_the_form_saves_and_a_stale_one_shows_both(company: Company, signed_in: SignedIn) -> None:
    customer, client = company.customers["own"], signed_in("rep")
    fields = {"name": customer.name, "version": 1, "industry": "食品", "phone": customer.phone, "email": customer.email}
    fields |= {"channel": customer.channel, "region_code": customer.region_code, "consent_marketing": "yes"}

    saved = client.post(f"/customers/{customer.code}/edit", fields)
    stale = client.post(f"/customers/{customer.code}/edit", {**fields, "industry": "制造"})
    kept = client.post(f"/customers/{customer.code}/edit", {**fields, "industry": "制造", "version": 2})

    assert (saved.status_code, stale.status_code, kept.status_code) == (302, 412, 302)
    assert "食品" in stale.content.decode()
    assert Customer.unscoped.get(pk=customer.pk).industry == "制造"


def test_a_follow_up_is_noted_once_and_counts_as_a_visit(company: Company) -> None:
    actor, code, at = company.actor("rep"), company.customers["own"].code, timezone.now() - timedelta(hours=1)

    first = log_note(actor, code, kind="visit", at=at, text="看了样机", minutes=40, key="once")
    again = log_note(actor, code, kind="visit", at=at, text="看了样机", minutes=40, key="once")

    assert first == again
    assert Note.unscoped.count() == 1
    assert CustomerScore.unscoped.get(customer__code=code).last_visit_on == at.date()
    assert "看了样机" not in str(AuditEntry.unscoped.get(verb="customer.note").after)
    with pytest.raises(InvalidError):
        log_note(actor, code, kind="dance", at=at + timedelta(days=2))


def test_a_view_is_the_persons_own(company: Company) -> None:
    keep_view(company.actor("rep"), "A 类", "tier=A")
    keep_view(company.actor("rep"), "A 类", "tier=A&sort=name")

    view = SavedView.unscoped.get()
    assert view.query == "tier=A&sort=name"
    with pytest.raises(NotFoundError):
        drop_view(company.actor("peer"), view.pk)


def test_an_export_holds_what_the_person_sees_and_is_written_down(company: Company, signed_in: SignedIn) -> None:
    index_customers(Customer.unscoped.values_list("pk", flat=True))

    answer = signed_in("team_lead").post("/customers/export", {"query": "q=有限公司"})

    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert {row["customer_id"] for row in rows} == {company.customers[key].code for key in ("own", "peer", "formerly")}
    assert AuditEntry.unscoped.get(verb="customer.export").after["rows"] == 3
    assert signed_in("rep").post("/customers/export", {}).status_code == 403


def test_a_long_export_is_a_job_of_the_person_alone(
    company: Company, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_customers(Customer.unscoped.values_list("pk", flat=True))
    monkeypatch.setattr(exporting, "DIRECTLY", 2)

    answer = signed_in("planner").post("/customers/export", {"query": "tab=all"})

    run = Run.unscoped.get()
    assert answer.status_code == 302
    assert (run.kind, run.by) == ("customers.export", company.people["planner"])
    assert signed_in("team_lead").get(f"/customers/exports/{run.pk}").status_code == 404


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r\n"), max_size=12))
def test_a_cell_is_no_formula_and_comes_back_as_it_went(text: str) -> None:
    cell = exporting._cell(text)

    assert cell[:1] not in tuple("=+-@\t\r＝＋－＠")
    assert unescaped(cell) == text


def test_an_export_follows_the_filters_and_the_order(company: Company) -> None:
    index_customers(Customer.unscoped.values_list("pk", flat=True))
    lines = list(lines_for_export(company.actor("planner"), wanted_of({"tab": ["pool"], "sort": ["name"]})))

    assert lines[0].startswith("\ufeffcustomer_id,name,tier")
    assert [line.split(",")[1] for line in lines[1:]] == ["苏州新公海贸易有限公司"]
