"""The day's list: whose work it is, and that nothing is done twice, by others, or lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiuzhou.web.problems import InvalidError, NotFoundError, StaleError
from jiuzhou.web.serve.reads import read_team, read_today
from jiuzhou.web.serve.shapes import WHEN, Asked, Today, when_of
from jiuzhou.web.serve.writes import dismiss_action, finish_action, finish_visit, postpone_action, postpone_visit
from jiuzhou.web.store.models import Access, Action, AuditEntry, Customer, Visit
from web_company import Company, database_digest, stand_in
from web_figures import fill_figures, today_of

SignIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def figures(company: Company) -> None:
    fill_figures(company)


def work(company: Company, person: str, **asked: str) -> Today:
    return read_today(company.actor(person), Asked(**asked))


def action(company: Company, key: str = "own") -> Action:
    return Action.unscoped.get(customer=company.customers[key])


def visit(company: Company, key: str = "own") -> Visit:
    return Visit.unscoped.get(customer=company.customers[key])


def names(company: Company, page: Today) -> set[str]:
    of = {customer.code: key for key, customer in company.customers.items()}
    codes = [line.customer_code for line in page.visits] + [line.customer_code for line in page.actions]
    return {of[code] for code in codes}


def test_a_rep_has_the_work_of_its_own_customers_only(company: Company) -> None:
    assert names(company, work(company, "rep")) == {"own"}
    assert names(company, work(company, "peer")) == {"peer"}


def test_a_stand_in_has_the_absent_colleagues_work_too(company: Company) -> None:
    stand_in(company, "substitute", "R1")

    assert names(company, work(company, "substitute")) == {"own", "sibling", "granted"}


def test_a_manager_may_choose_an_owner_it_answers_for_and_no_other(company: Company) -> None:
    assert names(company, work(company, "regional_manager", owner="R2")) == {"peer"}
    with pytest.raises(NotFoundError):
        work(company, "regional_manager", owner="R3")


def test_work_that_changes_hands_is_the_new_owners(company: Company) -> None:
    customer = company.customers["own"]
    customer.owner = company.owners["R2"]
    customer.save(update_fields=["owner"])

    assert names(company, work(company, "rep")) == set()
    assert names(company, work(company, "peer")) == {"own", "peer"}


def test_counters_and_filters_agree(company: Company) -> None:
    whole = work(company, "planner")
    for when in WHEN:
        shown = work(company, "planner", when=when)
        assert len(shown.visits) + len(shown.actions) == whole.counts.get(when, 0)
    for kind, number in whole.kinds.items():
        shown = work(company, "planner", kind=kind)
        assert (len(shown.visits) if kind == "visit" else len(shown.actions)) == number
    assert whole.open == sum(whole.kinds.values())


def test_a_day_is_late_today_this_week_or_later(company: Company) -> None:
    today = today_of(company)
    sunday = today + timedelta(days=7 - today.isoweekday())

    assert when_of(today - timedelta(days=1), today) == "late"
    assert when_of(today, today) == "today"
    assert when_of(sunday + timedelta(days=1), today) == "later"
    assert when_of(None, today) == "later"
    assert sunday == today or when_of(sunday, today) == "week"


def test_done_work_leaves_the_list_once_and_stands_in_the_ledger_once(company: Company) -> None:
    found, actor = action(company), company.actor("rep")
    for _ in range(2):
        finish_action(actor, action_id=found.pk, version=found.version, note="已回款")

    assert action(company).state == "done"
    assert action(company).version == found.version + 1
    assert AuditEntry.unscoped.filter(verb="action.finish").count() == 1
    assert [line.id for line in work(company, "rep").actions] == []


def test_put_off_work_comes_on_its_new_day(company: Company) -> None:
    day = today_of(company) + timedelta(days=30)
    postpone_action(company.actor("rep"), action_id=action(company).pk, version=1, to=day)
    postpone_visit(company.actor("rep"), visit_id=visit(company).pk, version=1, to=day)

    assert work(company, "rep").counts == {"later": 2}


def test_an_older_page_changes_nothing(company: Company) -> None:
    postpone_action(company.actor("rep"), action_id=action(company).pk, version=1, to=today_of(company))
    before = database_digest()

    with pytest.raises(StaleError):
        dismiss_action(company.actor("rep"), action_id=action(company).pk, version=1, note="不需要")

    assert database_digest() == before


@pytest.mark.parametrize("again", ["reopen", "postpone"])
def test_marketing_of_who_refused_it_is_not_taken_up_again(company: Company, signed_in: SignIn, again: str) -> None:
    found = action(company)
    Action.unscoped.filter(pk=found.pk).update(marketing=True, state="dismissed")
    Customer.unscoped.filter(pk=found.customer_id).update(consent_marketing=False)
    address = f"/service/actions/{found.pk}/"

    answer = signed_in("rep").post(address, {"do": again, "version": 1, "to": today_of(company).isoformat()})

    assert answer.status_code == 409
    assert "已拒绝营销" in answer.content.decode()
    assert action(company).state == "dismissed"


def test_leaving_work_undone_needs_a_reason(company: Company) -> None:
    before = database_digest()
    with pytest.raises(InvalidError):
        dismiss_action(company.actor("rep"), action_id=action(company).pk, version=1, note="  ")
    with pytest.raises(InvalidError):
        finish_visit(company.actor("rep"), visit_id=visit(company).pk, version=1, minutes=0)
    assert database_digest() == before


@pytest.mark.parametrize("key", ["peer", "sibling", "partner", "granted"])
def test_nobody_does_the_work_of_others(company: Company, key: str) -> None:
    before = database_digest()
    with pytest.raises(NotFoundError):
        finish_action(company.actor("rep"), action_id=action(company, key).pk, version=1)
    with pytest.raises(NotFoundError):
        finish_visit(company.actor("rep"), visit_id=visit(company, key).pk, version=1)
    assert database_digest() == before


def test_a_grant_to_write_lets_a_person_do_the_work(company: Company) -> None:
    Access.unscoped.update(may_write=True)

    finish_action(company.actor("rep"), action_id=action(company, "granted").pk, version=1)

    assert action(company, "granted").state == "done"


def test_a_person_who_only_reads_has_no_buttons_and_no_way_around(company: Company, signed_in: SignIn) -> None:
    client = signed_in("auditor")
    assert "task-acts" not in client.get("/service/?all=1").content.decode()

    answer = client.post(f"/service/actions/{action(company).pk}/", {"do": "done", "version": 1})

    assert answer.status_code == 403
    assert action(company).state == "open"


def test_a_card_is_changed_in_place_and_can_be_undone(company: Company, signed_in: SignIn) -> None:
    client, address = signed_in("rep"), f"/service/actions/{action(company).pk}/"
    done = client.post(address, {"do": "done", "version": 1}, HTTP_HX_REQUEST="true", query_params={"lang": "en"})
    assert "Undo" in done.content.decode()

    client.post(address, {"do": "reopen", "version": 2}, HTTP_HX_REQUEST="true")

    assert action(company).state == "open"


def test_without_a_script_the_form_leads_back_to_the_list_and_nowhere_else(company: Company, signed_in: SignIn) -> None:
    client, address = signed_in("rep"), f"/service/visits/{visit(company).pk}/"
    away = client.post(address, {"do": "done", "version": 1, "next": "https://evil.example/"})
    back = client.post(address, {"do": "reopen", "version": 2, "next": "/service/?when=today"})

    assert away.headers["Location"] == "/service/"
    assert back.headers["Location"] == "/service/?when=today"


@pytest.mark.parametrize(
    "body", [{"do": "steal", "version": 1}, {"do": "done", "version": "x"}, {"do": "postpone", "version": 1, "to": "?"}]
)
def test_a_senseless_form_is_refused_and_changes_nothing(
    company: Company, signed_in: SignIn, body: dict[str, object]
) -> None:
    client = signed_in("rep")
    answer = client.post(f"/service/actions/{action(company).pk}/", body)

    assert answer.status_code == 422
    assert action(company).version == 1


def test_the_team_adds_up_to_what_its_people_have(company: Company) -> None:
    team = read_team(company.actor("regional_manager"))

    assert {line.code for line in team.lines} == {"R1", "R2"}
    assert team.total.late_actions == 2
    assert team.total.visits_today == 2


def test_a_manager_lands_on_the_team_and_a_rep_on_its_day(signed_in: SignIn) -> None:
    assert "Work of the team" in signed_in("regional_manager").get("/service/?lang=en").content.decode()
    assert "Visits today" in signed_in("rep").get("/service/?lang=en").content.decode()


def test_when_all_is_done_the_page_says_so(company: Company, signed_in: SignIn) -> None:
    Action.unscoped.update(state="done")
    Visit.unscoped.update(state="done")

    assert "All done" in signed_in("rep").get("/service/?lang=en").content.decode()


@pytest.mark.parametrize(
    ("person", "page"), [("rep", "/service/"), ("planner", "/service/?all=1"), ("planner", "/service/")]
)
def test_the_page_asks_no_more_of_the_database_for_much_work(
    company: Company, signed_in: SignIn, person: str, page: str
) -> None:
    Action.unscoped.bulk_create(
        Action(
            organisation=company.organisation,
            customer=company.customers["own"],
            kind="visit_due",
            priority=number,
            code="serve.keep_warm",
        )
        for number in range(200)
    )
    client = signed_in(person)
    with CaptureQueriesContext(connection) as asked:
        html = client.get(page).content.decode()
    assert len(asked) <= 12, [query["sql"][:90] for query in asked]
    assert html.count("button primary") == 1
