"""Alerts: who sees which, what is done with them, and that nothing is done twice or by those who may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from jiuzhou.web.monitor.reads import read_alerts
from jiuzhou.web.monitor.writes import handle_alert, snooze_alert
from jiuzhou.web.problems import InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.models import Alert, AuditEntry
from web_company import Company, database_digest
from web_figures import fill_figures, today_of

SignIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def figures(company: Company) -> None:
    fill_figures(company)


def alert(company: Company, key: str = "near") -> Alert:
    return Alert.unscoped.get(organisation=company.organisation, key=f"figure-{key}")


def keys(company: Company, person: str, state: str = "open") -> set[str]:
    page = read_alerts(company.actor(person), state=state)
    return {Alert.unscoped.get(pk=line.id).key.removeprefix("figure-") for _, lines in page.groups for line in lines}


def test_each_manager_sees_the_alerts_of_its_territories(company: Company) -> None:
    assert keys(company, "regional_manager") == {"near"}
    assert keys(company, "sibling_manager") == {"far"}
    assert keys(company, "planner") == {"near", "far", "whole"}


def test_the_list_says_what_since_when_why_and_what_to_do(signed_in: SignIn) -> None:
    html = signed_in("planner").get("/monitor/?lang=en").content.decode()

    assert "4 of 10 visits due" in html
    assert "for 9 days" in html
    assert "60%" in html
    assert "Visit those with most visits missing first" in html
    assert html.count("button primary") == 1


def test_the_names_of_customers_are_shown_only_to_those_who_may_see_them(company: Company, signed_in: SignIn) -> None:
    first = company.customers["own"]

    assert first.name in signed_in("regional_manager").get("/monitor/").content.decode()
    assert first.name not in signed_in("sibling_manager").get("/monitor/").content.decode()


def test_a_handled_alert_leaves_the_list_with_its_note(company: Company, signed_in: SignIn) -> None:
    found = alert(company)
    answer = signed_in("regional_manager").post(
        f"/monitor/alerts/{found.pk}/state/", {"do": "handle", "version": found.version, "note": "已安排补访"}
    )

    assert answer.status_code == 302
    assert keys(company, "regional_manager") == set()
    assert keys(company, "regional_manager", "handled") == {"near"}
    assert AuditEntry.unscoped.filter(verb="alert.handle", key=found.key).count() == 1


def test_a_snoozed_alert_comes_back_when_its_time_is_over(company: Company) -> None:
    found = alert(company)
    snooze_alert(company.actor("regional_manager"), alert_id=found.pk, version=found.version, days=7)
    assert keys(company, "regional_manager") == set()

    company.organisation.as_of = today_of(company) + timedelta(days=7)
    company.organisation.save()

    assert keys(company, "regional_manager") == {"near"}


def test_doing_it_twice_writes_it_once(company: Company) -> None:
    found, actor = alert(company), company.actor("regional_manager")
    for _ in range(2):
        handle_alert(actor, alert_id=found.pk, version=found.version, note="好")

    assert alert(company).version == found.version + 1
    assert AuditEntry.unscoped.filter(verb="alert.handle").count() == 1


def test_an_older_page_is_told_what_holds_now(company: Company) -> None:
    found = alert(company)
    handle_alert(company.actor("planner"), alert_id=found.pk, version=found.version, note="好")
    before = database_digest()

    with pytest.raises(StaleError) as stale:
        snooze_alert(company.actor("regional_manager"), alert_id=found.pk, version=found.version, days=7)

    assert stale.value.now["state"] == "handled"
    assert database_digest() == before


@pytest.mark.parametrize(("days", "note"), [(0, ""), (91, ""), (None, " ")])
def test_senseless_requests_change_nothing(company: Company, days: int | None, note: str) -> None:
    found, actor, before = alert(company), company.actor("planner"), database_digest()

    def ask() -> None:
        if days is None:
            handle_alert(actor, alert_id=found.pk, version=found.version, note=note)
        else:
            snooze_alert(actor, alert_id=found.pk, version=found.version, days=days)

    with pytest.raises(InvalidError):
        ask()

    assert database_digest() == before


def test_an_alert_of_another_region_is_not_there(company: Company) -> None:
    found, before = alert(company), database_digest()

    with pytest.raises(NotFoundError):
        handle_alert(company.actor("sibling_manager"), alert_id=found.pk, version=found.version, note="好")

    assert database_digest() == before


@pytest.mark.parametrize("person", ["rep", "auditor", "partner_user", "foreign_admin"])
def test_who_may_not_handle_alerts_changes_none(company: Company, signed_in: SignIn, person: str) -> None:
    found, client = alert(company), signed_in(person)
    answer = client.post(f"/monitor/alerts/{found.pk}/state/", {"do": "handle", "version": 1, "note": "好"})

    assert answer.status_code in (302, 403, 404)
    assert alert(company).state == "open"
    assert not AuditEntry.unscoped.filter(verb="alert.handle").exists()


def test_no_alert_is_good_news_with_its_day(company: Company, signed_in: SignIn) -> None:
    Alert.unscoped.all().delete()

    html = signed_in("planner").get("/monitor/?lang=en").content.decode()

    assert "All is well" in html
    assert "Checked with data as of" in html
    assert html.count("button primary") == 1
