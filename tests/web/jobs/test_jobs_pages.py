"""The pages of the jobs: list, one run, its buttons, and the tray of every page."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.jobs.kinds import Kind
from jiuzhou.web.jobs.queue import start
from jiuzhou.web.store.models import AuditEntry, Run, Schedule
from web_company import Company, database_digest

pytestmark = pytest.mark.django_db

SignIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def kinds(settings: LazySettings) -> None:
    settings.JOB_KINDS = {"test.work": Kind("nowhere:nothing", anytime=True)}


def a_run(company: Company, **fields: object) -> Run:
    run = start(company.actor("planner"), "test.work", {}, title=say("jobs.kind_plan_solve"))
    Run.unscoped.filter(pk=run.pk).update(**fields)
    return run


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("queued", ("排队中，轮到", "Waiting for its turn")),
        ("running", ("可以关闭此页", "You may close this page")),
        ("failed", ("继续任务", "Try again")),
        ("paused", ("磁盘已满", "The disk is full")),
    ],
)
def test_a_run_says_where_it_stands(
    company: Company, signed_in: SignIn, state: str, words: tuple[str, str], lang: str
) -> None:
    now = timezone.now()
    run = a_run(
        company,
        state=state,
        done=10,
        total=40,
        progress=0.25,
        started_at=now,
        heartbeat_at=now,
        reason=say("jobs.no_space").to_json() if state in ("paused", "failed") else {},
    )

    page = signed_in("planner").get(f"/jobs/{run.pk}?lang={lang}")

    assert page.status_code == 200
    assert words[lang == "en"] in page.content.decode()


def test_the_list_shows_what_the_person_may_see_and_costs_few_queries(
    company: Company, signed_in: SignIn, django_assert_max_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    for _ in range(8):
        a_run(company)
    planner, rep = signed_in("planner"), signed_in("rep")

    with django_assert_max_num_queries(12):
        page = planner.get("/jobs/")

    assert page.content.decode().count("重新划分区域") >= 8
    assert "重新划分区域" not in rep.get("/jobs/").content.decode()


def test_buttons_do_what_they_say(company: Company, signed_in: SignIn) -> None:
    run = a_run(company)
    planner = signed_in("planner")

    planner.post(f"/jobs/{run.pk}/cancel")
    assert Run.unscoped.get().state == "cancelled"
    planner.post(f"/jobs/{run.pk}/retry")
    assert Run.unscoped.get().state == "queued"
    Run.unscoped.update(state="running", attempt=1)
    planner.post(f"/jobs/{run.pk}/enough")
    assert Run.unscoped.get().enough_at is not None
    planner.post(f"/jobs/{run.pk}/cancel")
    assert Run.unscoped.get().cancel_at is not None


def test_a_strangers_run_is_not_there_and_nothing_changes(company: Company, signed_in: SignIn) -> None:
    run = a_run(company)
    rep = signed_in("rep")
    before = database_digest()

    answers = [rep.get(f"/jobs/{run.pk}"), *(rep.post(f"/jobs/{run.pk}/{what}") for what in ("cancel", "retry"))]
    answers.append(rep.post("/jobs/verify"))

    assert [answer.status_code for answer in answers] == [404, 404, 404, 403]
    assert database_digest() == before


def test_the_tray_counts_and_tells_the_end_once(company: Company, signed_in: SignIn) -> None:
    run = a_run(company)
    planner = signed_in("planner")
    waiting = planner.get("/jobs/tray").content.decode()
    assert "every 2s" in waiting
    assert "重新划分区域" in waiting

    Run.unscoped.filter(pk=run.pk).update(state="succeeded", finished_at=timezone.now())
    first, second = planner.get("/jobs/tray"), planner.get("/jobs/tray")

    assert "已完成" in json.loads(first["HX-Trigger"])["jz:toast"]["text"]
    assert not second.has_header("HX-Trigger")
    assert "every 20s" in second.content.decode()


@pytest.mark.parametrize(
    ("state", "words", "tone"),
    [
        ("succeeded", "已完成", "ok"),
        ("failed", "失败", "danger"),
        ("paused", "已暂停", "warn"),
        ("cancelled", "已取消", "warn"),
    ],
)
def test_the_tray_tells_every_end(company: Company, signed_in: SignIn, state: str, words: str, tone: str) -> None:
    a_run(company, state=state, finished_at=timezone.now())

    toast = json.loads(signed_in("planner").get("/jobs/tray")["HX-Trigger"])["jz:toast"]

    assert (words in toast["text"], toast["tone"]) == (True, tone)


def test_the_tray_is_silent_about_a_run_that_was_begun_again(company: Company, signed_in: SignIn) -> None:
    a_run(company, state="running", finished_at=timezone.now())

    assert not signed_in("planner").get("/jobs/tray").has_header("HX-Trigger")


def test_the_progress_of_a_run_that_ended_brings_the_whole_page(company: Company, signed_in: SignIn) -> None:
    run = a_run(company, state="succeeded", finished_at=timezone.now())

    assert signed_in("planner").get(f"/jobs/{run.pk}/progress")["HX-Refresh"] == "true"


def test_an_auditor_starts_the_verification(company: Company, signed_in: SignIn) -> None:
    answer = signed_in("auditor").post("/jobs/verify")

    assert answer.status_code == 302
    assert Run.unscoped.get().kind == "audit.verify"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_work_is_let_start_by_itself_rests_and_goes_on(company: Company, signed_in: SignIn, lang: str) -> None:
    planner = signed_in("planner")
    given = {"kind": "scores.settle", "how": "daily", "at_time": "02:30", "every_minutes": ""}

    wrong = planner.post(f"/jobs/schedules?lang={lang}", {**given, "how": "interval", "every_minutes": "2"})
    done = planner.post("/jobs/schedules", given)
    page = planner.get(f"/jobs/?lang={lang}").content.decode()

    assert wrong.status_code == 422
    assert ("间隔为 5 到 10,080 分钟" if lang == "zh" else "Between 5 and 10,080 minutes") in wrong.content.decode()
    assert done.status_code == 302
    assert ("每天 02:30" if lang == "zh" else "02:30") in page
    schedule = Schedule.unscoped.get()
    assert (schedule.kind, schedule.active, schedule.every_minutes) == ("scores.settle", True, None)
    assert planner.post("/jobs/schedules/switch", {"kind": "scores.settle", "active": "no"}).status_code == 302
    assert planner.post("/jobs/schedules/switch", {"kind": "scores.settle", "active": "perhaps"}).status_code == 422
    assert not Schedule.unscoped.get().active
    assert AuditEntry.unscoped.filter(verb="schedule.set").count() == 2


def test_a_rep_schedules_nothing(company: Company, signed_in: SignIn) -> None:
    rep = signed_in("rep")
    before = database_digest()

    posted = rep.post("/jobs/schedules", {"kind": "scores.settle", "how": "daily", "at_time": "02:30"})

    assert posted.status_code == 403
    assert database_digest() == before
    assert "schedule" not in rep.get("/jobs/").content.decode()
