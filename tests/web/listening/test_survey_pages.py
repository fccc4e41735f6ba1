"""The pages of questionnaires: begun, links as a file, results of the customers that one sees, what was heard."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiuzhou.web.collect.reads.surveys import list_surveys, read_survey
from jiuzhou.web.collect.writes.notes import log_note
from jiuzhou.web.collect.writes.surveys import Draft, create_questionnaire, invite
from jiuzhou.web.ledger.limits import forget_leases
from jiuzhou.web.problems import ConflictError, InvalidError
from jiuzhou.web.store.book import book_of
from jiuzhou.web.store.models import AuditEntry, Customer, Questionnaire, SavedView, SurveyInvitation
from web_company import Company

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]
WORDS: dict[str, Any] = {
    "title_zh": "满意度",
    "title_en": "Satisfaction",
    "question_zh": "您满意吗？",
    "question_en": "Satisfied?",
}


@pytest.fixture(autouse=True)
def fresh() -> None:
    forget_leases()


@pytest.fixture
def survey(company: Company) -> str:
    return create_questionnaire(company.actor("planner"), Draft("csat", **WORDS))


def answered(company: Company, survey: str, **scores: int) -> None:
    codes = {company.customers[name].code: score for name, score in scores.items()}
    for one in invite(company.actor("planner"), survey, codes, days=30):
        assert Client().post(f"/s/{one.text}", {"score": codes[one.code], "version": 0}).status_code == 303


def links_of(answer: object) -> list[dict[str, str]]:
    text = answer.content.decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_a_manager_begins_a_questionnaire_on_the_page(company: Company, signed_in: SignedIn) -> None:
    client = signed_in("regional_manager")
    page = client.get("/service/surveys/new/?kind=nps")
    assert "您有多大可能把我们推荐给同行或朋友" in page.content.decode()

    made = client.post("/service/surveys/new/?kind=nps", WORDS | {"scale_max": "10", "takes_comment": "on"})
    asked = Questionnaire.unscoped.get()
    assert made["Location"] == f"/service/surveys/{asked.code}/"
    assert (asked.kind, asked.scale_max, asked.takes_comment) == ("nps", 10, True)


def test_a_form_sent_twice_begins_one_questionnaire(company: Company, signed_in: SignedIn) -> None:
    client, form = signed_in("planner"), WORDS | {"scale_max": "5", "key": "k1"}

    first, again = (client.post("/service/surveys/new/?kind=csat", form)["Location"] for _ in range(2))
    assert first == again
    assert Questionnaire.unscoped.count() == 1


def test_a_rep_sends_and_does_not_write(company: Company, signed_in: SignedIn, survey: str) -> None:
    client = signed_in("rep")
    assert client.get("/service/surveys/new/").status_code == 403

    rows = links_of(client.post(f"/service/surveys/{survey}/links/", {"whom": "all", "days": "30"}))
    assert [row["customer_id"] for row in rows] == [company.customers["own"].code]
    assert Client().get(rows[0]["link"]).status_code == 200
    assert AuditEntry.unscoped.get(verb="survey.invite").after == {"customers": 1, "days": 30}


def test_links_are_made_for_a_kept_list_or_for_codes(company: Company, signed_in: SignedIn, survey: str) -> None:
    view = SavedView.unscoped.create(
        organisation=company.organisation,
        user=company.people["planner"],
        place="customers",
        name="吴昊的",
        query="owner=R2",
    )
    client, address = signed_in("planner"), f"/service/surveys/{survey}/links/"

    listed = links_of(client.post(address, {"whom": f"view-{view.pk}", "days": "7"}))
    coded = links_of(client.post(address, {"whom": "codes", "codes": "C0001,C0002\nC9999", "days": "7"}))

    assert {row["name"] for row in listed} == {company.customers[name].name for name in ("peer", "formerly")}
    assert {row["customer_id"] for row in coded} <= {"C0001", "C0002"}
    assert client.post(address, {"whom": "view-0", "days": "7"}).status_code == 422
    assert client.post(address, {"whom": "all", "days": "0"}).status_code == 422


def test_a_name_in_the_file_is_no_formula(company: Company, signed_in: SignedIn, survey: str) -> None:
    Customer.unscoped.filter(pk=company.customers["own"].pk).update(name='=HYPERLINK("http://x")')

    rows = links_of(signed_in("rep").post(f"/service/surveys/{survey}/links/", {"whom": "all", "days": "30"}))
    assert rows[0]["name"].startswith("'=")


def test_links_again_are_of_the_same_invitation(company: Company, survey: str) -> None:
    planner, code = company.actor("planner"), company.customers["own"].code
    invite(planner, survey, [code], days=30)
    invite(planner, survey, [code], days=90)

    assert SurveyInvitation.unscoped.count() == 1


def test_too_many_customers_are_refused(company: Company, survey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiuzhou.web.collect.writes.surveys.MOST", 2)
    codes = [customer.code for customer in company.customers.values()]

    with pytest.raises(InvalidError):
        invite(company.actor("planner"), survey, codes, days=30)
    assert not SurveyInvitation.unscoped.exists()


def test_results_are_of_the_customers_that_one_sees(company: Company, survey: str) -> None:
    answered(company, survey, own=5, peer=4, sibling=1)

    everything = read_survey(company.actor("planner"), survey)
    own = read_survey(company.actor("rep"), survey)

    assert everything.line.result.value == pytest.approx(2 / 3)
    assert everything.line.rate == 1.0
    assert everything.counts == ((1, 1), (2, 0), (3, 0), (4, 1), (5, 1))
    assert [answer.low for answer in everything.answers.items] == [True, False, False]
    assert (own.line.result.value, own.line.answered, own.line.invited) == (1.0, 1, 1)
    assert [line.answered for line in list_surveys(company.actor("rep")).items] == [1]


@pytest.mark.parametrize("person", ["planner", "rep", "regional_manager"])
def test_the_pages_take_few_queries(company: Company, signed_in: SignedIn, survey: str, person: str) -> None:
    answered(company, survey, own=5, peer=2)
    client = signed_in(person)
    watched = () if person == "rep" else ("/monitor/market/", "/monitor/competitors/")
    for page in ("/service/surveys/", f"/service/surveys/{survey}/", *watched):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(page)
        assert answer.status_code == 200, page
        assert len(asked) <= 12, page


def test_a_closed_questionnaire_makes_no_links_until_it_is_opened(
    company: Company, signed_in: SignedIn, survey: str
) -> None:
    client, address = signed_in("planner"), f"/service/surveys/{survey}/state/"
    client.post(address, {"version": "1", "do": "close"})
    with pytest.raises(ConflictError):
        invite(company.actor("planner"), survey, ["C0001"], days=30)
    assert client.post(address, {"version": "1", "do": "reopen"}).status_code == 412

    client.post(address, {"version": "2", "do": "reopen"})
    assert Questionnaire.unscoped.get().closed_at is None


def test_a_link_for_one_customer_is_made_on_its_page(company: Company, signed_in: SignedIn, survey: str) -> None:
    client, code = signed_in("rep"), company.customers["own"].code
    assert "满意度" in client.get(f"/customers/{code}/survey").content.decode()

    text = client.post(f"/customers/{code}/survey", {"survey": survey}).content.decode()
    assert "http://testserver/s/" in text
    granted = company.customers["granted"].code
    assert client.post(f"/customers/{granted}/survey", {"survey": survey}).status_code == 403


def test_what_was_heard_stands_in_the_timeline_and_in_the_book(company: Company, signed_in: SignedIn) -> None:
    code = company.customers["own"].code
    form = {
        "kind": "focus_group",
        "at": "2026-06-01T10:00",
        "people": "王总、李工",
        "topic": "新品",
        "text": "希望交期更短",
        "outcome": "已记录",
        "key": "k1",
    }
    assert signed_in("rep").post(f"/customers/{code}/notes", form).status_code == 302

    text = signed_in("rep").get(f"/customers/{code}/timeline?group=voice").content.decode()
    assert "希望交期更短" in text
    assert "王总、李工" in text
    (row,) = book_of(company.organisation).table("interactions").to_pylist()
    assert (row["customer_id"], row["kind"], row["topic"], row["text"]) == (code, "focus_group", "新品", "希望交期更短")
    assert row["owner_id"] == "R1"
    assert "王总" not in str(row)


def test_a_call_back_is_a_call_of_the_book(company: Company) -> None:
    at = datetime(2026, 6, 1, 2, tzinfo=UTC)
    log_note(company.actor("rep"), company.customers["own"].code, kind="callback", at=at, text="已解决")

    (row,) = book_of(company.organisation).table("interactions").to_pylist()
    assert (row["kind"], row["at"]) == ("call", at)


def test_what_was_heard_says_something(company: Company) -> None:
    with pytest.raises(InvalidError):
        log_note(
            company.actor("rep"),
            company.customers["own"].code,
            kind="interview",
            at=timezone.now() - timedelta(hours=1),
            text=" ",
        )
