"""A customer answers by its link: once, to be changed for a day, seen by whoever has the customer and nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.evaluate import score
from jiuzhou.web.collect.invitations import ending, key_of, link_of, new_key
from jiuzhou.web.collect.reads.timeline import timeline
from jiuzhou.web.collect.writes.answers import FOLLOW_UP, give_answer
from jiuzhou.web.collect.writes.surveys import Draft, close_questionnaire, create_questionnaire, invite, invite_one
from jiuzhou.web.ledger.limits import RATES_AT_DOOR, forget_leases
from jiuzhou.web.problems import StaleError
from jiuzhou.web.store.book import book_of
from jiuzhou.web.store.models import Action, AuditEntry, Customer, Questionnaire, SurveyAnswer
from web_company import Company, database_digest

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]
NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
WORDS: dict[str, Any] = {
    "title_zh": "满意度",
    "title_en": "Satisfaction",
    "question_zh": "您满意吗？",
    "question_en": "Satisfied?",
}


@pytest.fixture(autouse=True)
def today() -> object:
    forget_leases()
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def survey(company: Company, today: object) -> str:
    return create_questionnaire(company.actor("planner"), Draft("csat", **WORDS))


@pytest.fixture
def link(company: Company, survey: str) -> str:
    return "/s/" + invite_one(company.actor("rep"), survey, company.customers["own"].code, days=30).text


def told(client: Client, link: str, **form: object) -> int:
    return client.post(link, form).status_code


def test_an_answer_is_kept_with_who_had_the_customer_then(company: Company, link: str) -> None:
    assert told(Client(), link, score=4, comment="交货很快", version=0) == 303

    kept = SurveyAnswer.unscoped.get()
    assert (kept.customer, kept.owner, kept.score, kept.scale_max, kept.comment) == (
        *(company.customers["own"], company.owners["R1"], 4, 5),
        "交货很快",
    )
    entry = AuditEntry.unscoped.filter(verb="survey.answer").get()
    assert "交货" not in str(entry.after)
    assert entry.origin == "link"


def test_an_answer_of_the_page_is_counted_by_the_evaluation(company: Company, link: str) -> None:
    told(Client(), link, score=4, version=0)

    with duckdb_engine() as engine:
        scored = score(book_of(company.organisation), as_of=NOW.date() + timedelta(days=1), engine=engine)
    rows = {row["customer_id"]: row for row in scored.customers.to_pylist()}
    assert rows[company.customers["own"].code]["csat"] == pytest.approx(0.75)  # 4 on a scale from 1 to 5
    assert rows[company.customers["peer"].code]["csat"] is None


def test_an_answer_may_be_changed_for_a_day_and_then_stands(link: str, today: time_machine.Coordinates) -> None:
    client = Client()
    told(client, link, score=4, version=0)
    today.shift(timedelta(hours=23))
    assert told(client, link, score=5, comment="更好了", version=1) == 303
    assert SurveyAnswer.unscoped.get().score == 5

    today.shift(timedelta(hours=2))
    assert told(client, link, score=1, version=2) == 410
    assert client.get(link).status_code == 410
    assert SurveyAnswer.unscoped.get().score == 5


def test_the_same_form_sent_again_changes_nothing(link: str) -> None:
    client = Client()
    told(client, link, score=4, version=0)
    before = database_digest()

    assert told(client, link, score=4, version=0) == 303
    assert database_digest() == before


def test_an_old_form_does_not_overwrite_a_newer_answer(link: str) -> None:
    client = Client()
    told(client, link, score=4, version=0)
    told(client, link, score=2, version=1)

    assert told(client, link, score=5, version=1) == 422
    assert SurveyAnswer.unscoped.get().score == 2
    with pytest.raises(StaleError):
        give_answer(link[3:], score=5, comment="", language="zh", version=0, now=NOW)


def dead_links(company: Company, survey: str) -> dict[str, str]:
    customer = company.customers["own"]
    good = invite_one(company.actor("rep"), survey, customer.code, days=30).text
    key = key_of(good, NOW)
    return {
        "forged": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "of another key": link_of(new_key(), ending(NOW, 30)),
        "too old": link_of(key, NOW - timedelta(hours=2)),
        "of another salt": signing.Signer(salt="other", sep=".").sign(good.rpartition(".")[0]),
        "nothing": "x",
        "a text": "客户",
    }


def test_wrong_and_old_links_have_one_answer_that_says_nothing(company: Company, survey: str) -> None:
    client, answers, counts = Client(), set(), set()
    for text in dead_links(company, survey).values():
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(f"/s/{text}")
        assert answer.status_code == 410
        answers.add(answer.content)
        counts.add(sum("surveyinvitation" in query["sql"].lower() for query in asked.captured_queries))
    assert len(answers) == 1
    assert counts == {1}  # a forged link is looked up as a right one is
    assert company.organisation.name not in answers.pop().decode()


@pytest.mark.parametrize("cause", ["closed", "deleted"])
def test_a_link_ends_with_its_question_and_its_customer(company: Company, survey: str, link: str, cause: str) -> None:
    if cause == "closed":
        close_questionnaire(company.actor("planner"), survey, version=1)
    else:
        Customer.unscoped.filter(pk=company.customers["own"].pk).update(deleted_at=NOW)

    assert Client().get(link).status_code == 410
    assert told(Client(), link, score=4, version=0) == 410
    assert not SurveyAnswer.unscoped.exists()


@pytest.mark.parametrize(
    "form", [{}, {"score": "6"}, {"score": "0"}, {"score": "-1"}, {"score": "四"}, {"score": "4.5"}]
)
def test_a_score_beside_the_scale_is_asked_for_again(link: str, form: dict[str, str]) -> None:
    assert told(Client(), link, version=0, **form) == 422
    assert not SurveyAnswer.unscoped.exists()


def test_what_is_too_much_or_not_listed_is_refused(link: str) -> None:
    client = Client()
    assert told(client, link, score=4, comment="长" * 2001, version=0) == 422
    assert told(client, link, score=4, owner_id=3, version=0) == 422
    assert told(client, link, score=4, comment="x" * 17_000, version=0) == 413
    assert not SurveyAnswer.unscoped.exists()


def test_the_page_needs_no_cookie_and_no_script(company: Company, link: str) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get(link, headers={"Accept-Language": "en-GB,en"})
    text = page.content.decode()

    assert not page.cookies
    assert "<script" not in text
    assert "script-src 'none'" in page["Content-Security-Policy"]
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert (page["Referrer-Policy"], page["Cache-Control"]) == ("no-referrer", "no-store")
    assert "Satisfied?" in text
    assert company.organisation.name in text
    assert company.customers["own"].name not in text
    sent = client.post(link + "?lang=en", {"score": 3, "version": 0})
    assert sent.status_code == 303
    assert not sent.cookies
    thanks = client.get(sent["Location"]).content.decode()
    assert "Thank you" in thanks


def test_every_score_has_a_label_that_can_be_read_out(link: str) -> None:
    text = Client().get(link).content.decode()

    assert len(re.findall(r'<label><input type="radio" name="score" value="\d+" required', text)) == 5
    assert "<fieldset><legend>您满意吗？</legend>" in text
    assert "很不满意" in text


def test_a_flood_from_one_address_is_stopped(link: str) -> None:
    client, most = Client(), RATES_AT_DOOR["look"].most
    codes = [client.get("/s/wrong").status_code for _ in range(most + 5)]

    assert codes[:most] == [410] * most
    assert set(codes[most:]) == {429}


def test_one_link_takes_only_so_many_forms(link: str, today: time_machine.Coordinates) -> None:
    client, most = Client(), RATES_AT_DOOR["link"].most
    codes = [told(client, link, score=9, version=0) for _ in range(most + 1)]

    assert set(codes[:most]) == {422}
    assert codes[-1] == 429


def test_nobody_is_asked_by_whom_they_are_not_served(company: Company, survey: str) -> None:
    rep = company.actor("rep")
    codes = [customer.code for customer in company.customers.values()]

    found = invite(rep, survey, codes, days=30)
    assert [one.code for one in found] == [company.customers["own"].code]


def test_a_customer_has_one_answer_by_whichever_link(company: Company, survey: str, link: str) -> None:
    other = "/s/" + invite_one(company.actor("planner"), survey, company.customers["own"].code, days=7).text
    assert other != link
    told(Client(), link, score=5, version=0)

    assert told(Client(), other, score=2, version=1) == 303
    assert SurveyAnswer.unscoped.get().score == 2


def test_a_low_score_makes_a_task_and_a_better_one_takes_it_back(company: Company, link: str) -> None:
    client = Client()
    told(client, link, score=2, version=0)
    task = Action.unscoped.get(kind=FOLLOW_UP)
    assert (task.state, task.customer, task.params["score"]) == ("open", company.customers["own"], 2)

    told(client, link, score=1, version=1)
    assert Action.unscoped.get(kind=FOLLOW_UP, state="open").params["score"] == 1
    told(client, link, score=5, version=2)
    assert not Action.unscoped.filter(kind=FOLLOW_UP, state="open").exists()


def test_an_answer_stands_in_the_timeline_of_those_who_see_the_customer(company: Company, link: str) -> None:
    told(Client(), link, score=2, comment="太慢", version=0)
    code = company.customers["own"].code

    (event,) = timeline(company.actor("rep"), code, group="voice").events
    assert (event.kind, event.quote, event.bad) == ("survey", "太慢", True)


def test_a_link_names_nothing_of_anybody(company: Company, survey: str, link: str) -> None:
    customer = company.customers["own"]
    asked = Questionnaire.unscoped.get(code=survey)

    body = link[3:].rpartition(".")[0]
    assert re.fullmatch(r"[0-9a-f]{24}[0-9a-z]{3,6}", body)
    for told_of in (customer.code, asked.code, company.organisation.slug):
        assert told_of not in body


@given(days=st.integers(1, 365), late=st.integers(2, 400))
def test_a_link_opens_until_its_end_and_never_after(days: int, late: int) -> None:
    key = new_key()
    text = link_of(key, ending(NOW, days))

    assert key_of(text, NOW + timedelta(days=days)) == key
    assert key_of(text, NOW + timedelta(days=days, hours=late)) == ""


@given(text=st.text(max_size=120))
def test_no_text_of_a_stranger_opens_anything(text: str) -> None:
    assert key_of(text, NOW) == ""
