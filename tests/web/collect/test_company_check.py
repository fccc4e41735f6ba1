"""Whether a company is there already: found in the whole organisation, told as far as the asker may know."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.collect.companies import company_name
from jiuzhou.web.collect.company import asked_for, matches_among, names_a_company
from jiuzhou.web.collect.reads.company_check import CompanyCheck
from jiuzhou.web.collect.writes.company_check import check_company, forget_told
from jiuzhou.web.ledger import limits
from jiuzhou.web.ledger.limits import Rate, forget_leases
from jiuzhou.web.problems import ForbiddenError, TooManyError
from jiuzhou.web.store.company_keys import Held
from jiuzhou.web.store.models import AuditEntry, CompanyKey, Customer, Registration
from jiuzhou.web.store.search import index_customers
from web_company import Company, database_digest
from web_programs import Program

pytestmark = pytest.mark.django_db
CODE = "91320594MA1MABCD1P"


@pytest.fixture(autouse=True)
def filed(company: Company) -> Iterator[None]:
    index_customers(Customer.unscoped.values_list("pk", flat=True))
    forget_told()
    forget_leases()
    yield
    forget_leases()


def told(response: HttpResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.content.decode()
    return json.loads(response.content)


def made(company: Company, name: str, owner: str | None = "R3", **more: Any) -> Customer:
    more = {"code": f"X{Customer.unscoped.count()}", "phone": "", "pool": "" if owner else "public"} | more
    owned = company.owners.get(owner or "")
    row = Customer.unscoped.create(organisation=company.organisation, name=name, owner=owned, **more)
    index_customers([row.pk])
    return row


def ask(company: Company, person: str, name: str = "", **more: str) -> CompanyCheck:
    return check_company(company.actor(person), name, **more)


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [
        ("北京同仁软件有限公司", "same"),
        ("北京同仁软件", "same"),
        ("北京市同仁软件有限责任公司", "same"),
        ("北京同仁软体有限公司", "similar"),
    ],
)
def test_a_company_of_a_colleague_is_told_without_anything_else_of_it(
    company: Company, typed: str, verdict: str
) -> None:
    (match,) = ask(company, "rep", typed).matches

    assert (match.name, match.verdict) == ("北京同仁软件有限公司", verdict)
    assert match.holder.code == "entry.owned"
    assert match.holder.plain_params() == {"owner": "孙悦"}
    assert (match.code, match.registration, match.until) == ("", None, None)


def test_one_that_the_asker_sees_is_led_to(company: Company) -> None:
    (match,) = ask(company, "rep", "江苏康明医疗设备有限公司").matches

    assert match.code == company.customers["own"].code


def test_the_answer_holds_nothing_more_of_a_hidden_customer(company: Company) -> None:
    hidden = company.customers["sibling"]

    text = Program(company.actor("rep")).get("/company-check?name=北京同仁软件有限公司").content.decode()

    for value in (hidden.code, hidden.phone, hidden.email, hidden.region_code, "医疗", "直销"):
        assert value not in text


def test_what_nobody_has_is_in_the_public_pool(company: Company) -> None:
    (match,) = ask(company, "partner_user", "苏州新公海贸易有限公司").matches

    assert match.holder.code == "entry.in_public_pool"


def test_what_is_deleted_or_another_organisations_is_not_there(company: Company) -> None:
    assert ask(company, "rep", "昆山已删除有限公司").matches == ()
    assert ask(company, "rep", "别家客户有限公司").matches == ()


@pytest.mark.parametrize("name", ["", " ", "京", "有限公司", "（）", "\x00", "a" * 300, "公司" * 100])
def test_too_little_or_nonsense_finds_nothing(company: Company, name: str) -> None:
    assert ask(company, "rep", name).matches == ()


def test_a_number_finds_a_company_by_any_name(company: Company) -> None:
    made(company, "完全不同的名称有限公司", tax_id=CODE)

    (match,) = ask(company, "rep", "某某商贸有限公司", tax_id=f" {CODE[:8]}-{CODE[8:].lower()} ").matches

    assert match.verdict == "same"
    assert match.reasons[0].code in ("companies.same_credit_code", "companies.same_typed_number")


def test_two_valid_numbers_are_two_companies(company: Company) -> None:
    made(company, "苏州恒信精密机械有限公司", tax_id="91110000600007156J")

    (match,) = ask(company, "rep", "苏州恒信精密机械有限公司", tax_id="91350100M000100Y43").matches

    assert match.verdict == "similar"
    assert match.reasons[-1].code == "entry.other_number"
    assert "91110000600007156J" not in str(match)


def test_a_telephone_finds_only_customers_that_the_asker_sees(company: Company) -> None:
    found = ask(company, "rep", phone="+86 138 0000 1234").matches

    assert {match.code for match in found} == {company.customers[name].code for name in ("own", "granted")}
    assert all(match.code for match in found)


@pytest.mark.parametrize("name", ["张伟", "张伟个体工商户", "欧阳建国", "苏州王芳"])
def test_what_may_be_a_person_is_told_to_nobody_who_does_not_see_it(company: Company, name: str) -> None:
    made(company, name)

    assert not names_a_company(company_name(name))
    assert ask(company, "rep", name).matches == ()
    assert [match.name for match in ask(company, "substitute", name).matches] == [name]


def test_at_most_eight_are_told_and_the_same_comes_first(company: Company) -> None:
    for number in "甲乙丙丁戊己庚辛壬癸":
        made(company, f"恒信精密{number}号机械有限公司")
    made(company, "恒信精密机械有限公司")

    found = ask(company, "rep", "恒信精密机械有限公司").matches

    assert len(found) == 8
    assert found[0].name == "恒信精密机械有限公司"
    assert [match.verdict for match in found].count("same") == 1


def test_a_new_name_is_found_and_the_old_one_forgotten(company: Company) -> None:
    row = made(company, "苏州恒信精密机械有限公司")
    Customer.unscoped.filter(pk=row.pk).update(name="无锡宏远物流有限公司")
    index_customers([row.pk])

    assert ask(company, "rep", "苏州恒信精密机械有限公司").matches == ()
    assert [match.name for match in ask(company, "rep", "无锡宏远物流").matches] == ["无锡宏远物流有限公司"]


def test_filing_again_changes_nothing(company: Company) -> None:
    before = list(CompanyKey.unscoped.order_by("pk").values_list())

    index_customers(Customer.unscoped.values_list("pk", flat=True))

    assert before
    assert list(CompanyKey.unscoped.order_by("pk").values_list()) == before


def test_telling_of_hidden_companies_is_written_down_once_an_hour(company: Company) -> None:
    for letters in ("北京同仁", "北京同仁软", "北京同仁软件"):
        ask(company, "rep", letters)
    ask(company, "rep", "江苏康明医疗设备有限公司")
    ask(company, "peer", "北京同仁软件")

    entries = list(AuditEntry.unscoped.filter(verb="customer.check").order_by("sequence"))

    assert [entry.after for entry in entries] == [{"told": [company.customers["sibling"].code]}] * 2
    assert "同仁" not in json.dumps([entry.after for entry in entries], ensure_ascii=False)


def test_an_answer_without_hidden_companies_writes_nothing(company: Company) -> None:
    rep = Program(company.actor("rep"))
    rep.get("/me")
    before = database_digest()

    told(rep.get("/company-check?name=江苏康明医疗设备有限公司"))
    told(rep.get("/company-check"))

    assert database_digest() == before


def test_who_asks_too_often_has_to_wait(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RATES", {**limits.RATES, "check": Rate(3, 600)})
    for _ in range(3):
        ask(company, "rep", "北京同仁")

    with pytest.raises(TooManyError) as refused:
        ask(company, "rep", "北京同仁")
    assert refused.value.message.code == "ledger.too_many.check"
    assert ask(company, "peer", "北京同仁").matches
    assert ask(company, "rep").matches == ()


def test_who_does_not_sell_may_not_ask(company: Company) -> None:
    with pytest.raises(ForbiddenError):
        ask(company, "auditor", "北京同仁软件")
    told(Program(company.actor("auditor")).get("/company-check?name=x"), 403)


def test_a_registered_company_is_told_with_its_last_day(company: Company) -> None:
    until = timezone.now().date() + timedelta(days=30)
    rep = Program(company.actor("partner_user"))
    told(rep.post("/registrations", {"name": "苏州恒信精密机械有限公司"}), 201)
    Registration.unscoped.update(protected_until=until)

    (match,) = ask(company, "rep", "苏州恒信精密机械有限公司").matches

    assert (match.kind, match.verdict, match.until) == ("registration", "same", until)
    assert match.holder.plain_params() == {"owner": "华泰"}
    assert match.registration is None


def test_the_form_lists_what_is_there_and_asks_why_it_is_another(
    company: Company, signed_in: Callable[[str], Client]
) -> None:
    client, fields = signed_in("rep"), {"name": "北京同仁软件有限公司"}
    part = client.get("/customers/company-check", fields).content.decode()

    asked = client.post("/customers/new", fields)

    assert "孙悦" in part
    assert 'name="another"' in part
    assert asked.status_code == 422
    assert "孙悦" in asked.content.decode()
    assert company.customers["sibling"].code not in part + asked.content.decode()
    made = client.post("/customers/new", {**fields, "another": "branch"})
    assert made.status_code == 302
    assert AuditEntry.unscoped.get(verb="customer.create").after["another"] == "branch"


def test_the_form_says_who_protects_a_company_instead_of_asking_why_it_is_another(
    company: Company, signed_in: Callable[[str], Client]
) -> None:
    fields = {"name": "苏州恒信精密机械有限公司"}
    told(Program(company.actor("partner_user")).post("/registrations", fields), 201)
    client = signed_in("rep")
    part = client.get("/customers/company-check", fields).content.decode()

    asked = client.post("/customers/new", {**fields, "another": "branch"})

    for page in (part, asked.content.decode()):
        assert "由华泰报备，保护至" in page
        assert 'href="/customers/registrations/new"' in page
        assert 'class="company-another"' not in page
    assert asked.status_code == 422
    assert not Customer.unscoped.filter(name=fields["name"]).exists()


def test_who_may_decide_is_asked_why_a_protected_company_is_another(company: Company) -> None:
    told(Program(company.actor("partner_user")).post("/registrations", {"name": "苏州恒信精密机械有限公司"}), 201)

    found = ask(company, "planner", "苏州恒信精密机械有限公司")

    assert (found.same, found.barred) == (True, None)


def test_a_form_without_a_similar_company_asks_nothing(company: Company, signed_in: Callable[[str], Client]) -> None:
    assert signed_in("rep").post("/customers/new", {"name": "上海远航物流有限公司"}).status_code == 302


@given(name=st.text(max_size=40), other=st.text(max_size=40))
def test_a_match_is_the_same_either_way_and_never_of_nothing(name: str, other: str) -> None:
    def held(text: str) -> Held:
        return Held("customer", 1, "C1", text, company_name(text), "", None, "")

    there, back = matches_among(asked_for(name), [held(other)]), matches_among(asked_for(other), [held(name)])

    assert [match.verdict for match in there] == [match.verdict for match in back]
    if not company_name(name).core or not company_name(other).core:
        assert not there
