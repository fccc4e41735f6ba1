"""Sources of data on the screen and for programs: the same acts, the same figures, the same refusals."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jiuzhou.web.collect.feeds import FeedDraft, home_of_feeds
from jiuzhou.web.collect.writes.feeds.setting import add_feed
from jiuzhou.web.store.models import Feed, FeedArrival, Run
from web_company import Company
from web_programs import Program

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(os.open not in os.supports_dir_fd, reason="folders are walked by handles"),
]
SignedIn = Callable[[str], Client]
FORM = {
    "name": "CRM",
    "kind": "folder",
    "place": "crm",
    "table": "",
    "most_rejected": "2.5",
    "how": "daily",
    "at_time": "06:30",
    "every_minutes": "",
    "version": "",
}
ADDRESS = "/customers/import/sources"


def test_a_person_adds_changes_rests_looks_at_and_removes_a_source(company: Company, signed_in: SignedIn) -> None:
    client = signed_in("importer")

    added = client.post(f"{ADDRESS}/new", FORM)
    feed = Feed.unscoped.get()
    assert added.headers["Location"] == f"{ADDRESS}/{feed.pk}"
    assert (feed.most_rejected, str(feed.at_time), feed.every_minutes) == (0.025, "06:30:00", None)
    assert (home_of_feeds(company.organisation.slug) / "crm" / "done").is_dir()

    changed = {**FORM, "how": "interval", "every_minutes": "15", "version": "1"}
    del changed["kind"], changed["place"]
    assert client.post(f"{ADDRESS}/{feed.pk}/change", changed).status_code == 302
    assert client.post(f"{ADDRESS}/{feed.pk}/switch", {"version": "2", "active": "0"}).status_code == 302
    feed.refresh_from_db()
    assert (feed.every_minutes, feed.at_time, feed.active, feed.version) == (15, None, False, 3)

    client.post(f"{ADDRESS}/{feed.pk}/look")
    assert Run.unscoped.get(kind="feed.look").by == company.people["importer"]
    assert client.post(f"{ADDRESS}/{feed.pk}/remove", {"version": "3"}).status_code == 409
    Run.unscoped.update(state="succeeded")
    assert client.post(f"{ADDRESS}/{feed.pk}/remove", {"version": "3"}).status_code == 302
    assert client.get(f"{ADDRESS}/{feed.pk}").status_code == 404


def test_a_form_that_makes_no_sense_says_so_at_its_field(company: Company, signed_in: SignedIn) -> None:
    answer = signed_in("importer").post(f"{ADDRESS}/new", {**FORM, "place": "../crm", "at_time": ""})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "名称只能用字母" in page
    assert "请给出间隔分钟数" in page
    assert not Feed.unscoped.exists()


def test_the_pages_need_few_queries(
    company: Company, signed_in: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    number = _with_history(company)
    client = signed_in("importer")

    for address in (f"{ADDRESS}/{number}", "/customers/import"):
        with django_assert_max_num_queries(12):
            page = client.get(address).content.decode()
        assert "没有新内容" not in page
        assert "CRM" in page


def test_a_program_does_what_a_person_does(company: Company) -> None:
    program = Program(company.actor("importer"))
    body = {"name": "CRM", "kind": "folder", "place": "crm", "at_time": "06:30", "most_rejected": 0.1}

    made = program.post("/collect/feeds", body).json()
    assert (made["where"], made["at_time"], made["state"]) == ("feeds/jiuzhou/crm", "06:30", "active")
    number = made["id"]
    change = {"name": "CRM", "every_minutes": 30, "active": False}
    changed = program.send("PUT", f"/collect/feeds/{number}", change, **{"If-Match": '"1"'}).json()
    assert (changed["every_minutes"], changed["at_time"], changed["state"]) == (30, None, "paused")
    assert program.send("PUT", f"/collect/feeds/{number}", change, **{"If-Match": '"1"'}).status_code == 412

    run = program.post(f"/collect/feeds/{number}/look").json()["run"]
    assert program.get(f"/collect/feeds/{number}").json()["run"] == run
    assert program.get(f"/collect/feeds/{number}/arrivals").json()["items"] == []
    Run.unscoped.update(state="succeeded")
    assert program.send("DELETE", f"/collect/feeds/{number}", **{"If-Match": '"2"'}).status_code == 204
    assert program.get("/collect/feeds").json()["items"] == []


def test_who_may_not_import_sees_no_source(company: Company, signed_in: SignedIn) -> None:
    number = _with_history(company)

    assert signed_in("rep").get(f"{ADDRESS}/{number}").status_code == 403
    assert Program(company.actor("foreign_admin")).get(f"/collect/feeds/{number}").status_code == 404


def _with_history(company: Company) -> int:
    number = add_feed(company.actor("importer"), FeedDraft("CRM", "folder", "crm", every_minutes=60))
    here = company.organisation
    for at in range(5):
        FeedArrival.unscoped.create(
            organisation=here, feed_id=number, name=f"{at}.csv", state="done", at=company.now, ended_at=company.now
        )
    return number
