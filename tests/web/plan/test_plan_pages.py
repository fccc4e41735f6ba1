"""The place Plan: what each page shows, in both languages, to whom, and what its buttons do."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiuzhou.web.divide.reads.exchange import division_of, plan_archive
from jiuzhou.web.divide.writes.importing import import_plan
from jiuzhou.web.jobs.block import Block
from jiuzhou.web.jobs.context import RunContext
from jiuzhou.web.jobs.upkeep import Upkeep
from jiuzhou.web.store.models import (
    CustomerScore,
    Notice,
    Organisation,
    Plan,
    PlanRemark,
    PlanTerritory,
    PlanUnit,
    Run,
)
from web_company import Company, database_digest

SignIn = Callable[[str], Client]


@pytest.fixture
def plan(company: Company) -> Plan:
    """The draft, in which 周静's customer goes to 吴昊."""
    plan = company.plans["draft"]
    CustomerScore.unscoped.update(workload=10, revenue_12m=1000)
    territory = PlanTerritory.unscoped.get(plan=plan, code="T2")
    unit = PlanUnit.unscoped.filter(plan=plan, customer=company.customers["own"])
    unit.update(territory=territory, owner=territory.owner)
    return plan


def put_in_review(plan: Plan, company: Company) -> None:
    Plan.unscoped.filter(pk=plan.pk).update(
        state="review", submitted_by=company.people["planner"], submitted_at=company.now, note="平衡苏州"
    )


def text(client: Client, address: str, lang: str = "zh") -> str:
    answer = client.get(address, {"lang": lang})
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "address",
    ["", "{0}/", "{0}/map", "{0}/review", "{0}/submit", "{0}/territories/T1", "{0}/territories/-", "compare", "import"],
)
def test_every_page_speaks_one_language_and_shows_no_codes(
    address: str, lang: str, plan: Plan, signed_in: SignIn
) -> None:
    page = text(signed_in("planner"), f"/plan/{address.format(plan.code)}", lang)

    assert "plan." not in page.replace("plan.json", "")
    assert "None" not in page
    assert "NaN" not in page
    assert ("方案" in page) or lang == "en"


def test_a_plan_shows_its_territories_with_the_unassigned_first(plan: Plan, signed_in: SignIn) -> None:
    page = text(signed_in("planner"), f"/plan/{plan.code}/")

    places = [page.index(name) for name in ("未分配", "苏州", "无锡", "北京", "天津")]
    assert places[0] == min(places)
    assert re.sub(r"<dialog.*?</dialog>", "", page, flags=re.DOTALL).count('class="button primary"') == 1


def test_the_pages_keep_to_the_query_budget(plan: Plan, signed_in: SignIn) -> None:
    client = signed_in("planner")
    for address in (
        "",
        f"{plan.code}/",
        f"{plan.code}/territories/T1",
        f"{plan.code}/review",
        f"compare?b={plan.code}",
    ):
        client.get(f"/plan/{address}")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(f"/plan/{address}")
        budget = 12 if "review" not in address and "compare" not in address else 26
        assert len(asked) <= budget, (address, [query["sql"][:90] for query in asked])


def test_the_map_of_the_present_is_drawn_beside_that_of_the_plan(plan: Plan, signed_in: SignIn) -> None:
    client = signed_in("planner")

    now = client.get("/plan/compare/map", {"plan": "current", "with": plan.code})
    then = client.get("/plan/compare/map", {"plan": plan.code})
    none = client.get("/plan/compare/map")

    assert 'data-key="T2"' in now.content.decode()
    assert then.status_code == 200
    assert none.status_code == 422


def test_comparing_shows_only_what_changes_until_asked_for_all(plan: Plan, signed_in: SignIn) -> None:
    client = signed_in("planner")

    some = text(client, f"/plan/compare?a=current&b={plan.code}")
    every = client.get("/plan/compare", {"a": "current", "b": plan.code, "all": "1"}).content.decode()

    assert 'data-key="T1"' in some
    assert 'data-key="T3"' not in some
    assert 'data-key="T3"' in every


def test_a_planner_submits_and_another_approves_on_one_screen(plan: Plan, company: Company, signed_in: SignIn) -> None:
    planner, admin = signed_in("planner"), signed_in("admin")
    form = {"version": 1, "note": "平衡苏州", "effective_on": "", "confirmed": "on"}

    assert planner.post(f"/plan/{plan.code}/submit", form).status_code == 302
    page = text(admin, f"/plan/{plan.code}/review")
    assert "平衡苏州" in page
    assert "周静" in page
    assert admin.post(f"/plan/{plan.code}/approve", {"version": 2, "effective_on": ""}).status_code == 302

    plan.refresh_from_db()
    assert (plan.state, plan.approved_by) == ("approved", company.people["admin"])


def test_an_incomplete_submission_says_what_is_missing_at_its_field(plan: Plan, signed_in: SignIn) -> None:
    answer = signed_in("planner").post(f"/plan/{plan.code}/submit", {"version": 1, "note": "", "effective_on": ""})

    assert answer.status_code == 422
    assert Plan.unscoped.get(pk=plan.pk).state == "draft"


def test_a_stale_button_is_refused_with_412(plan: Plan, signed_in: SignIn) -> None:
    answer = signed_in("planner").post(f"/plan/{plan.code}/archive", {"version": 9})

    assert answer.status_code == 412
    assert Plan.unscoped.get(pk=plan.pk).state == "draft"


def test_moving_shows_what_it_does_before_it_is_done(plan: Plan, company: Company, signed_in: SignIn) -> None:
    client, code = signed_in("planner"), company.customers["peer"].code
    form = {"territory": "T2", "to": "T1", "customer": [code]}
    before = database_digest()

    preview = client.post(f"/plan/{plan.code}/move", form)
    assert preview.status_code == 200
    assert "−10%" in preview.content.decode()
    assert database_digest() == before

    done = client.post(f"/plan/{plan.code}/move", form | {"sure": "yes", "version": 1})
    assert done.status_code == 302
    assert PlanUnit.unscoped.get(plan=plan, customer__code=code).territory.code == "T1"


def test_a_manager_objects_and_sees_the_price_and_the_planner_is_told(
    plan: Plan, company: Company, signed_in: SignIn
) -> None:
    put_in_review(plan, company)
    client = signed_in("regional_manager")

    answer = client.post(f"/plan/{plan.code}/remarks", {"text": "合作多年", "customer": company.customers["own"].code})

    assert answer.status_code == 302
    page = text(client, f"/plan/{plan.code}/review")
    assert "合作多年" in page
    assert "少换手 1 家客户" in page
    assert PlanRemark.unscoped.get(plan=plan).kind == "objection"
    assert Notice.unscoped.filter(user=company.people["planner"], kind="plan").exists()


def test_who_submitted_sees_that_another_must_decide_and_no_button(
    plan: Plan, company: Company, signed_in: SignIn
) -> None:
    put_in_review(plan, company)
    Plan.unscoped.filter(pk=plan.pk).update(submitted_by=company.people["admin"])

    page = text(signed_in("admin"), f"/plan/{plan.code}/review")

    assert "须由另一人审批" in page
    assert f"/plan/{plan.code}/approve" not in page


def test_publishing_is_a_run_and_a_second_click_is_the_same_run(
    plan: Plan, company: Company, signed_in: SignIn
) -> None:
    Plan.unscoped.filter(pk=plan.pk).update(state="approved", approved_by=company.people["admin"])
    client = signed_in("planner")

    first = client.post(f"/plan/{plan.code}/publish", {"version": 1})
    second = client.post(f"/plan/{plan.code}/publish", {"version": 1})

    assert first.url == second.url == f"/jobs/{Run.unscoped.get(kind='plan.publish').pk}"


def test_an_overtaken_plan_offers_a_fork(plan: Plan, company: Company, signed_in: SignIn) -> None:
    other = Plan.unscoped.create(
        organisation=company.organisation, code="other", name="抢先", state="archived", archived_at=company.now
    )
    Organisation.objects.filter(pk=company.organisation.pk).update(plan_in_force=other)

    page = text(signed_in("planner"), f"/plan/{plan.code}/")

    assert "已有另一个方案生效" in page
    assert 'data-opens="fork"' in page


def test_an_exported_plan_comes_back_as_the_same_division(plan: Plan, company: Company) -> None:
    actor = company.actor("planner")
    archive = zipfile.ZipFile(io.BytesIO(plan_archive(actor, plan.code)))

    code = import_plan(actor, plan=archive.read("plan.json"), units=archive.read("units.csv"), name="再来")

    here, there = division_of(actor, plan.code), division_of(actor, code)
    placed = [
        {row["customer_id"]: (row["territory_id"], row["owner_id"]) for row in one.units.to_pylist()}
        for one in (here, there)
    ]
    assert placed[0].items() <= placed[1].items()
    assert {one.id: one.values for one in here.territories} == {one.id: one.values for one in there.territories}
    again = Plan.unscoped.get(code=code)
    assert (again.state, again.base, again.name) == ("draft", company.plans["active"], "再来")


@pytest.mark.parametrize(
    ("units", "code"),
    [
        (b"customer_id,territory_id\r\nC0001,T1\r\n", "plan.file_columns"),
        (b"customer_id,territory_id,owner_id\r\nC0001,T1\r\n", "plan.file_ragged"),
        (b"customer_id,territory_id,owner_id\r\nC0001,T1,R1\r\nC0001,T1,R1\r\n", "plan.file_twice"),
        (b"customer_id,territory_id,owner_id\r\nC9999,T1,R1\r\n", "plan.unknown_customer"),
        (b"customer_id,territory_id,owner_id\r\nC0001,T1,R99\r\n", "plan.unknown_owner"),
        (b"customer_id,territory_id,owner_id\r\nC0001,T99,R1\r\n", "plan.unknown_territory"),
        ("客户".encode("gb18030"), "plan.file_no_csv"),
    ],
)
def test_a_bad_file_is_refused_with_its_place_and_nothing_is_kept(
    units: bytes, code: str, plan: Plan, company: Company, signed_in: SignIn
) -> None:
    archive = zipfile.ZipFile(io.BytesIO(plan_archive(company.actor("planner"), plan.code)))
    files = {
        "plan": SimpleUploadedFile("plan.json", archive.read("plan.json")),
        "units": SimpleUploadedFile("units.csv", units),
    }
    client = signed_in("planner")
    plans = Plan.unscoped.exclude(state="archived").count()

    answer = client.post("/plan/import", files)

    assert answer.status_code == 422
    assert 'class="field-error"' in answer.content.decode()
    assert Plan.unscoped.exclude(state="archived").count() == plans


@pytest.mark.parametrize(
    "plan_file",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": "jiuzhou.plan", "version": 1}',
        b"[" * 100_000,
        b'{"format": "jiuzhou.plan", "version": 99}',
    ],
)
def test_what_is_no_plan_is_refused(plan_file: bytes, plan: Plan, signed_in: SignIn) -> None:
    files = {
        "plan": SimpleUploadedFile("plan.json", plan_file or b" "),
        "units": SimpleUploadedFile("units.csv", b"customer_id,territory_id,owner_id\r\n"),
    }

    assert signed_in("planner").post("/plan/import", files).status_code == 422


def test_an_export_is_in_the_audit_chain_and_no_formula(plan: Plan, company: Company, signed_in: SignIn) -> None:
    PlanUnit.unscoped.filter(plan=plan).first()
    company.customers["own"].code = "=1+1"
    company.customers["own"].save()

    answer = signed_in("planner").get(f"/plan/{plan.code}/export")

    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert "'=1+1" in archive.read("units.csv").decode("utf-8-sig")
    assert answer["Content-Disposition"].endswith('.zip"')


def test_a_run_publishes_and_tells_how_many_moved(plan: Plan, company: Company) -> None:
    from jiuzhou.web.divide.jobs import publish

    Plan.unscoped.filter(pk=plan.pk).update(state="approved", approved_by=company.people["admin"])

    told = publish(context(company, {"plan": plan.code}))

    assert (told["moved"], told["kept"]) == (1, 0)
    assert Plan.unscoped.get(pk=plan.pk).state == "active"


def test_approved_plans_whose_day_has_come_are_published_once(plan: Plan, company: Company) -> None:
    from jiuzhou.web.divide.jobs import publish_due

    today = timezone.localtime(company.now, ZoneInfo("Asia/Shanghai")).date()
    Plan.unscoped.filter(pk=plan.pk).update(state="approved", effective_on=today + timedelta(days=1))
    assert publish_due() == 0

    Plan.unscoped.filter(pk=plan.pk).update(effective_on=today)
    for _ in range(2):
        Upkeep().tend(everything=True)

    assert Run.unscoped.filter(kind="plan.publish").count() == 1


def context(company: Company, arguments: dict[str, object]) -> RunContext:
    run = Run.unscoped.create(organisation=company.organisation, kind="plan.publish", state="running")
    return RunContext(
        run_id=run.pk,
        organisation_id=company.organisation.pk,
        kind="plan.publish",
        attempt=0,
        arguments=arguments,
        state={},
        asked_by=None,
        for_system=True,
        block=Block(),
    )
