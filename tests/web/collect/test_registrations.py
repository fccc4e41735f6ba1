"""Companies registered: granted, waiting, protected, extended, taken back, won, and never two for one company."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.collect.company import STATES, RegistrationDraft, state_now
from jiuzhou.web.collect.reads.company_check import today_of
from jiuzhou.web.collect.reads.importing.views import one_import
from jiuzhou.web.collect.reads.registrations import list_registrations, read_registration
from jiuzhou.web.collect.writes import registrations as writes
from jiuzhou.web.collect.writes.company_check import forget_told
from jiuzhou.web.collect.writes.editing import create_customer, edit_customer
from jiuzhou.web.collect.writes.importing import steps
from jiuzhou.web.collect.writes.importing.files import Upload
from jiuzhou.web.collect.writes.privacy.erasing import erase
from jiuzhou.web.collect.writes.registering import register_company
from jiuzhou.web.inbox.reads import counts
from jiuzhou.web.inbox.writes import decide
from jiuzhou.web.jobs.worker import work
from jiuzhou.web.ledger.limits import forget_leases
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.holdings import subject_of
from jiuzhou.web.store.models import (
    Approval,
    AuditEntry,
    CompanyKey,
    Customer,
    Import,
    Notice,
    Organisation,
    Owner,
    Registration,
    RegistrationKey,
    RoleGrant,
    User,
)
from jiuzhou.web.store.search import index_customers
from web_company import Company
from web_programs import Program
from web_threads import alone, in_threads, shared_database

pytestmark = pytest.mark.django_db
NEW = "苏州恒信精密机械有限公司"
SignedIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def filed(company: Company) -> Iterator[None]:
    index_customers(Customer.unscoped.values_list("pk", flat=True))
    forget_told()
    forget_leases()
    yield
    forget_leases()


def told(response: HttpResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.content.decode()
    return json.loads(response.content) if response.content else None


def register(company: Company, person: str, name: str = NEW, **more: str) -> Registration:
    key = register_company(company.actor(person), RegistrationDraft(name, **more))
    return Registration.unscoped.get(pk=key)


def test_a_company_that_nobody_has_is_granted_at_once(company: Company) -> None:
    row = register(company, "partner_user", note="已拜访两次")

    assert (row.state, row.owner.code, row.by) == ("granted", "P1", company.people["partner_user"])
    assert row.protected_until == today_of(company.actor("rep")) + timedelta(days=60)
    assert not Approval.unscoped.filter(noun="registration").exists()
    entry = AuditEntry.unscoped.get(verb="registration.make")
    assert "恒信" not in json.dumps([entry.after, entry.note], ensure_ascii=False)


def test_a_company_of_the_public_pool_is_granted_and_named(company: Company) -> None:
    row = register(company, "rep", "苏州新公海贸易有限公司")

    assert (row.state, row.customer) == ("granted", company.customers["pool"])


@pytest.mark.parametrize("name", ["北京同仁软件有限公司", "北京同仁软体有限公司"])
def test_a_company_of_another_waits_for_who_sees_the_owner(company: Company, name: str) -> None:
    row = register(company, "partner_user", name)

    assert (row.state, row.protected_until) == ("waiting", None)
    assert row.found[0]["name"] == "北京同仁软件有限公司"
    for person, waits in {"channel_manager": 1, "sibling_manager": 1, "planner": 1, "regional_manager": 0}.items():
        assert counts(company.actor(person)).approvals == waits, person


def test_what_waits_for_a_manager_is_told_to_no_other_manager(company: Company) -> None:
    row = register(company, "partner_user", "北京同仁软件有限公司")
    approval = Approval.unscoped.get(noun="registration")

    with pytest.raises(NotFoundError):
        decide(company.actor("regional_manager"), approval.pk, "approved")
    with pytest.raises(NotFoundError):
        writes.grant_registration(company.actor("regional_manager"), row.pk, version=row.version)
    with pytest.raises(ForbiddenError):
        writes.grant_registration(company.actor("partner_user"), row.pk, version=row.version)


def test_the_decision_in_the_inbox_is_carried_out(company: Company) -> None:
    row = register(company, "partner_user", "北京同仁软件有限公司")

    decide(company.actor("channel_manager"), Approval.unscoped.get(noun="registration").pk, "approved")

    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("granted", company.people["channel_manager"])
    assert Notice.unscoped.filter(user=company.people["partner_user"], code="inbox.was_approved").exists()


def test_a_refusal_says_why_and_closes_the_request(company: Company) -> None:
    row = register(company, "partner_user", "北京同仁软件有限公司")
    manager = company.actor("channel_manager")
    with pytest.raises(InvalidError):
        writes.refuse_registration(manager, row.pk, version=1, reason=" ")

    writes.refuse_registration(manager, row.pk, version=1, reason="孙悦正在跟进")

    row.refresh_from_db()
    assert (row.state, row.reason) == ("refused", "孙悦正在跟进")
    approval = Approval.unscoped.get(noun="registration")
    assert (approval.outcome, approval.answer) == ("refused", "孙悦正在跟进")
    with pytest.raises(ConflictError):
        writes.grant_registration(manager, row.pk, version=2)


def test_nobody_decides_their_own(company: Company) -> None:
    row = register(company, "channel_manager", "北京同仁软件有限公司", owner="P1")

    assert row.state == "waiting"
    with pytest.raises(RefusedError, match="own"):
        writes.grant_registration(company.actor("channel_manager"), row.pk, version=1)


def test_a_manager_grants_against_a_customer_but_never_against_another_protection(company: Company) -> None:
    first = register(company, "rep", "上海远航物流有限公司")
    second = register(company, "partner_user", "上海远航物流有限公司")
    assert (first.state, second.state) == ("granted", "waiting")

    with pytest.raises(ConflictError, match="protected"):
        writes.grant_registration(company.actor("channel_manager"), second.pk, version=1)

    writes.withdraw_registration(company.actor("rep"), first.pk, version=1)
    writes.grant_registration(company.actor("channel_manager"), second.pk, version=1)
    assert Registration.unscoped.get(state="granted") == second


def test_after_its_last_day_a_protection_has_ended_without_anybody_doing_anything(company: Company) -> None:
    row = register(company, "partner_user")
    today = today_of(company.actor("rep"))
    Registration.unscoped.filter(pk=row.pk).update(protected_until=today)
    assert register(company, "rep").state == "waiting"

    Registration.unscoped.filter(pk=row.pk).update(protected_until=today - timedelta(days=1))

    actor = company.actor("partner_user")
    assert read_registration(actor, row.pk).line.state == "expired"
    assert [line.state for line in list_registrations(actor, state="expired").items] == ["expired"]
    assert list_registrations(actor, state="granted").items == ()
    assert register(company, "peer").state == "waiting", "the rep's stands before it"
    with pytest.raises(ConflictError, match="not_standing"):
        writes.extend_registration(company.actor("channel_manager"), row.pk, version=1)


@given(st.sampled_from([state for state in STATES if state != "expired"]), st.integers(-3, 3))
def test_only_what_is_granted_expires(state: str, days: int) -> None:
    from datetime import date

    today = date(2026, 7, 1)
    now = state_now(state, today + timedelta(days=days) if state == "granted" else None, today)

    assert now == ("expired" if state == "granted" and days < 0 else state)


def test_a_protection_is_extended_once(company: Company) -> None:
    row = register(company, "partner_user")
    before = row.protected_until
    assert before is not None

    writes.extend_registration(company.actor("channel_manager"), row.pk, version=1)

    row.refresh_from_db()
    assert row.protected_until == before + timedelta(days=60)
    assert Notice.unscoped.filter(user=company.people["partner_user"], code="registrations.was_extended").exists()
    with pytest.raises(ConflictError, match="extended"):
        writes.extend_registration(company.actor("channel_manager"), row.pk, version=2)


def test_taking_back_a_request_takes_it_out_of_the_inbox(company: Company) -> None:
    row = register(company, "partner_user", "北京同仁软件有限公司")

    writes.withdraw_registration(company.actor("partner_user"), row.pk, version=1)

    assert counts(company.actor("channel_manager")).approvals == 0
    with pytest.raises(ConflictError):
        writes.withdraw_registration(company.actor("partner_user"), row.pk, version=2)


def test_a_stale_page_changes_nothing(company: Company) -> None:
    row = register(company, "partner_user")

    with pytest.raises(StaleError):
        writes.withdraw_registration(company.actor("partner_user"), row.pk, version=7)
    with pytest.raises(StaleError):
        writes.extend_registration(company.actor("channel_manager"), row.pk, version=7)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": " "}, "name"),
        ({"name": "张伟"}, "name"),
        ({"name": "张伟个体工商户"}, "name"),
        ({"name": NEW, "region_code": "999999"}, "region_code"),
        ({"name": NEW, "owner": "R3"}, "owner"),
        ({"name": "苏" * 301}, "name"),
        ({"name": NEW, "note": "x" * 1001}, "note"),
        ({"name": "苏州\x00恒信有限公司"}, "name"),
    ],
)
def test_what_makes_no_sense_is_refused(company: Company, fields: dict[str, str], wrong: str) -> None:
    with pytest.raises(InvalidError) as refused:
        register_company(company.actor("rep"), RegistrationDraft(**fields))

    assert wrong in refused.value.fields
    assert not Registration.unscoped.exists()


def test_a_registered_company_may_say_its_region_by_name(company: Company) -> None:
    row = register(company, "rep", region_code="苏州市")

    assert row.region_code == "320500"


def test_what_is_ones_own_already_is_not_registered(company: Company) -> None:
    with pytest.raises(ConflictError, match="yours_already"):
        register(company, "rep", "江苏康明医疗设备有限公司")
    register(company, "rep")
    with pytest.raises(ConflictError, match="registered_already"):
        register(company, "rep", "苏州市恒信精密机械有限责任公司")


def test_a_registered_company_becomes_its_owners_customer(company: Company) -> None:
    row = register(company, "rep")

    code = create_customer(company.actor("rep"), {"name": "苏州恒信精密机械（集团）有限公司"}, registration=row.pk)

    row.refresh_from_db()
    assert row.state == "won"
    assert row.customer is not None
    assert (row.customer.code, row.customer.owner) == (code, company.owners["R1"])


def test_ones_own_registration_is_won_by_the_customer_of_the_same_name(company: Company) -> None:
    row = register(company, "rep")

    create_customer(company.actor("rep"), {"name": NEW})

    row.refresh_from_db()
    assert row.state == "won"


def test_while_it_is_protected_nobody_else_enters_the_company(company: Company) -> None:
    row = register(company, "partner_user")
    count = Customer.unscoped.count()

    with pytest.raises(ConflictError, match="protected") as refused:
        create_customer(company.actor("rep"), {"name": "苏州恒信精密机械"})

    assert refused.value.message.plain_params()["owner"] == "华泰"
    assert Customer.unscoped.count() == count
    create_customer(company.actor("channel_manager"), {"name": NEW})
    row.refresh_from_db()
    assert row.state == "granted"
    assert Notice.unscoped.filter(user=company.people["partner_user"], code="registrations.passed_over").exists()
    assert AuditEntry.unscoped.get(verb="customer.create").after["passed_over"] == [row.pk]


def test_a_customer_is_not_renamed_into_a_protected_company(company: Company, signed_in: SignedIn) -> None:
    register(company, "partner_user")
    row = company.customers["own"]

    with pytest.raises(ConflictError, match="protected"):
        edit_customer(company.actor("rep"), row.code, version=1, changes={"name": NEW})
    page = signed_in("rep").post(f"/customers/{row.code}/edit", {"name": NEW, "version": "1"})

    row.refresh_from_db()
    assert (row.name, row.version) == ("江苏康明医疗设备有限公司", 1)
    assert page.status_code == 422
    assert "华泰" in page.content.decode()
    assert edit_customer(company.actor("rep"), row.code, version=1, changes={"name": "江苏康明医疗设备"}) == 2


def test_another_owners_registration_is_not_made_a_customer(company: Company) -> None:
    row = register(company, "partner_user")

    with pytest.raises(NotFoundError):
        create_customer(company.actor("rep"), {"name": NEW}, registration=row.pk)


def test_the_days_are_the_organisations(company: Company) -> None:
    planner = company.actor("planner")
    for days in (0, 366, -1):
        with pytest.raises(InvalidError):
            writes.set_protection_days(planner, days, version=1)
    with pytest.raises(ForbiddenError):
        writes.set_protection_days(company.actor("rep"), 30, version=1)

    assert writes.set_protection_days(planner, 30, version=1) == 2

    assert register(company, "rep").protected_until == today_of(planner) + timedelta(days=30)
    assert Organisation.objects.get(pk=planner.organisation_id).choices["registration_days"] == 30


def test_programs_register_once_by_key_and_decide_by_version(company: Company) -> None:
    partner, manager = Program(company.actor("partner_user")), Program(company.actor("channel_manager"))
    body = {"name": "北京同仁软件有限公司"}
    first = told(partner.post("/registrations", body, key="a"), 201)
    again = told(partner.post("/registrations", body, key="a"), 201)
    key = first["line"]["id"]

    assert first == again
    assert Registration.unscoped.count() == 1
    assert first["found"][0]["said"][0]["code"] == "entry.owned"
    told(partner.post(f"/registrations/{key}/grant", **{"If-Match": '"1"'}), 403)
    told(manager.post(f"/registrations/{key}/grant", **{"If-Match": '"9"'}), 412)
    assert told(manager.post(f"/registrations/{key}/grant", **{"If-Match": '"1"'}))["line"]["state"] == "granted"
    assert told(manager.post(f"/registrations/{key}/extend", **{"If-Match": '"2"'}))["line"]["extended"] is True
    assert told(partner.get("/registrations?state=granted&limit=1"))["items"][0]["id"] == key
    told(Program(company.actor("rep")).get(f"/registrations/{key}"), 404)
    assert told(partner.post(f"/registrations/{key}/withdraw", **{"If-Match": '"3"'}))["line"]["state"] == "withdrawn"
    days = told(partner.get("/registration-days"))
    told(partner.send("PUT", "/registration-days", {"days": 5}, **{"If-Match": f'"{days["version"]}"'}), 403)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_register_at_the_same_moment_one_is_granted(company: Company, tmp_path: Path) -> None:
    partner = Owner.unscoped.create(organisation=company.organisation, code="P2", name="联创", kind="partner")
    second = User.objects.create(organisation=company.organisation, email="p2@example.com", name="联创的人")
    RoleGrant.unscoped.create(
        organisation=company.organisation,
        user=second,
        role="partner_user",
        owner=partner,
        valid_from=company.now - timedelta(days=1),
    )
    company.people["second"] = second
    people = ("partner_user", "second", "rep", "peer")
    names = (NEW, "苏州市恒信精密机械有限责任公司", "恒信精密机械有限公司", NEW)

    def work(number: int) -> str:
        return register(company, people[number], names[0] if number % 2 else names[1]).state

    with shared_database(tmp_path):
        states = in_threads(work, 4)
        kept = alone(lambda: sorted(Registration.unscoped.values_list("state", flat=True)))

    assert sorted(map(str, states)) == ["granted", "waiting", "waiting", "waiting"]
    assert kept == ["granted", "waiting", "waiting", "waiting"]


@pytest.mark.django_db(transaction=True)
def test_a_registration_and_a_customer_at_the_same_moment_are_never_both_unaware(
    company: Company, tmp_path: Path
) -> None:
    def work(number: int) -> str:
        if number % 2:
            return register(company, "partner_user").state
        create_customer(company.actor("rep"), {"name": NEW})
        return "customer"

    with shared_database(tmp_path):
        outcomes = in_threads(work, 2)

    said = {outcome if isinstance(outcome, str) else type(outcome).__name__ for outcome in outcomes}
    assert said in ({"granted", "ConflictError"}, {"waiting", "customer"})


def test_pages_show_make_and_decide(company: Company, signed_in: SignedIn) -> None:
    partner, manager = signed_in("partner_user"), signed_in("channel_manager")
    fields = {
        "kind": "registration",
        "name": "北京同仁软件有限公司",
        "tax_id": "",
        "region_code": "",
        "owner": "P1",
        "note": "",
    }
    assert partner.post("/customers/registrations/new", {**fields, "name": "张伟"}).status_code == 422

    answer = partner.post("/customers/registrations/new", fields)

    row = Registration.unscoped.get()
    assert answer["Location"] == f"/customers/registrations/{row.pk}"
    assert "北京同仁软件有限公司" in partner.get(answer["Location"]).content.decode()
    assert "北京同仁软件有限公司" in manager.get("/customers/registrations?box=waiting").content.decode()
    manager.post(f"/customers/registrations/{row.pk}/refuse", {"version": "1", "reason": "另有人跟进"})
    assert "另有人跟进" in partner.get(answer["Location"]).content.decode()
    assert signed_in("rep").get(answer["Location"]).status_code == 404


def test_the_form_of_a_registered_company_is_filled(company: Company, signed_in: SignedIn) -> None:
    row, client = register(company, "rep", region_code="320500"), signed_in("rep")

    text = client.get(f"/customers/new?registration={row.pk}").content.decode()
    client.post("/customers/new", {"name": NEW, "registration": str(row.pk)})

    assert NEW in text
    assert "320500" in text
    row.refresh_from_db()
    assert row.state == "won"


def test_a_list_shows_what_one_may_see(company: Company) -> None:
    rows = [register(company, "rep"), register(company, "partner_user", "上海远航物流有限公司")]

    for person, seen in {"rep": {0}, "partner_user": {1}, "team_lead": {0}, "planner": {0, 1}, "peer": set()}.items():
        found = {line.id for line in list_registrations(company.actor(person)).items}
        assert found == {rows[place].pk for place in seen}, person
        assert set(visible_to(company.actor(person), Registration).values_list("pk", flat=True)) == found


def test_an_erased_person_is_in_no_registration_and_found_by_no_key(company: Company) -> None:
    name = "苏州欧阳灵珂精密机械有限公司"
    row = register(company, "rep", name, note="欧阳灵珂说下周签约")
    won = create_customer(company.actor("rep"), {"name": name}, registration=row.pk)
    about = register(company, "peer", "无锡远航物流有限公司", note=f"与{name}同一人")
    subject = subject_of(Customer.unscoped.get(code=won))
    keys = set(RegistrationKey.unscoped.filter(registration=row).values_list("key", flat=True))

    erase(company.actor("privacy_officer").origin, subject)

    row.refresh_from_db()
    about.refresh_from_db()
    assert (row.name, row.note) == ("", "")
    assert "灵珂" not in about.note
    assert keys
    assert not RegistrationKey.unscoped.filter(key__in=keys).exists()
    assert not CompanyKey.unscoped.filter(key__in=keys).exists()
    assert list_registrations(company.actor("rep")).items[0].name == ""


def test_an_import_says_which_new_customers_somebody_else_has_registered(company: Company, tmp_path: Path) -> None:
    register(company, "rep", name="苏州恒信机械有限公司")
    path = tmp_path / "new.csv"
    rows = ["H1,恒信机械（苏州）有限公司,", "H2,苏州恒信机械有限公司,R1", "H3,无锡宏图纺织有限公司,"]
    path.write_text("\n".join(["客户编号,客户名称,负责人编号", *rows]), "utf-8")
    number = steps.bring(company.actor("importer"), [Upload(path.name, path)])
    work(once=True, inline=True)

    steps.check(company.actor("importer"), number)
    work(once=True, inline=True)

    found = [one for one in Import.unscoped.get(pk=number).problems if one["code"] == "importing.protected"]
    assert [(one["count"], one["row"], one["params"]["company"]) for one in found] == [(1, 2, "苏州恒信机械有限公司")]
    doubts = [one for one in one_import(company.actor("importer"), number).doubts if one.code == "importing.protected"]
    assert doubts[0].suggestion.code == "importing.protected_fix"
