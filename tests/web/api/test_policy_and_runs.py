"""The policy as text, work started by a program, and people and partners beside each other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse

from jiuzhou.adapters.policies import policy_text
from jiuzhou.cycle import Policy
from jiuzhou.web.jobs.kinds import KINDS
from jiuzhou.web.store.models import PolicyVersion, Run
from web_company import Company, database_digest
from web_figures import fill_figures
from web_programs import Program

pytestmark = pytest.mark.django_db
NONE = {"If-Match": '"0"'}


@pytest.fixture
def planner(company: Company) -> Program:
    program = Program(company.actor("planner"))
    program.get("/me")
    return program


def told(response: HttpResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.content.decode()
    return json.loads(response.content) if response.content else None


def test_a_policy_goes_out_as_text_and_comes_back_changed(company: Company, planner: Program) -> None:
    present = planner.get("/policy")
    assert (present["ETag"], told(present)["text"]) == ('"0"', policy_text(Policy()))
    changed = told(present)["text"] + "\n# 半年一次\n"

    made = planner.post("/policy/versions", {"text": changed, "note": "写明"}, **{"If-Match": present["ETag"]})

    assert told(made, 201) == {"number": 1}
    now = planner.get("/policy")
    assert (now["ETag"], told(now)["text"].splitlines()[-1]) == ('"1"', "# 半年一次")
    assert [item["number"] for item in told(planner.get("/policy/versions"))["items"]] == [1]
    version = told(planner.get("/policy/versions/1"))
    assert "# 半年一次" in {line["text"] for line in version["lines"] if line["kind"] == "in"}


def test_a_policy_that_is_refused_changes_nothing(company: Company, planner: Program) -> None:
    auditor = Program(company.actor("auditor"))
    auditor.get("/me")
    before = database_digest()
    body = {"text": policy_text(Policy()) + "\n# x\n", "note": "写明"}

    stale = told(planner.post("/policy/versions", body, **{"If-Match": '"3"'}), 412)
    told(planner.post("/policy/versions", body), 428)
    told(planner.post("/policy/versions", {**body, "published": True}, **NONE), 422)
    told(planner.post("/policy/versions", {**body, "note": " "}, **NONE), 422)
    assert "text" in told(planner.post("/policy/versions", {**body, "text": "[weather]\n"}, **NONE), 422)["errors"]
    told(auditor.post("/policy/versions", body, **NONE), 403)
    told(planner.get("/policy/versions/9"), 404)

    assert (stale["version"], stale["now"]["text"]) == (0, policy_text(Policy()))
    assert not PolicyVersion.unscoped.exists()
    assert database_digest() == before


def test_work_that_starts_by_itself_starts_when_it_is_asked_for(company: Company, planner: Program) -> None:
    sent = [planner.post("/runs", {"kind": "scores.settle"}, key="same") for _ in range(2)]

    run = told(sent[0], 202)
    assert (run["kind"], run["state"], sent[1].content) == ("scores.settle", "queued", sent[0].content)
    assert Run.unscoped.get().kind in KINDS
    told(planner.post(f"/runs/{run['id']}/cancel"))
    assert told(planner.post(f"/runs/{run['id']}/retry"))["state"] == "queued"


def test_work_is_scheduled_changed_and_rests(company: Company, planner: Program) -> None:
    assert told(planner.get("/schedules")) == []

    daily = told(planner.post("/schedules", {"kind": "scores.settle", "at_time": "02:30"}))
    often = told(planner.post("/schedules", {"kind": "scores.settle", "every_minutes": 30}))
    rests = told(planner.post("/schedules", {"kind": "scores.settle", "active": False}))

    assert [(row["kind"], row["active"]) for row in (*daily, *often, *rests)] == [
        ("scores.settle", True),
        ("scores.settle", True),
        ("scores.settle", False),
    ]
    assert daily[0]["when"] != often[0]["when"]
    assert told(planner.get("/schedules")) == rests
    told(planner.post("/schedules", {"kind": "scores.settle"}), 422)
    told(planner.post("/schedules", {"kind": "audit.verify", "every_minutes": 60}), 403)
    told(Program(company.actor("rep")).post("/schedules", {"kind": "scores.settle", "every_minutes": 60}), 403)


def test_the_audit_chain_is_verified_for_those_who_read_it(company: Company, planner: Program) -> None:
    auditor = Program(company.actor("auditor"))

    assert told(auditor.post("/audit/verify"), 202)["kind"] == "audit.verify"
    told(planner.post("/audit/verify"), 403)


def test_work_that_is_refused_is_not_started(company: Company, planner: Program) -> None:
    rep = Program(company.actor("rep"))
    rep.get("/me")
    before = database_digest()

    told(rep.post("/runs", {"kind": "scores.settle"}), 403)
    told(rep.get("/schedules"), 403)
    for body in ({"kind": "plan.publish"}, {"kind": "audit.verify"}, {"kind": "scores.settle", "arguments": {}}):
        told(planner.post("/runs", body), 422)

    assert database_digest() == before


def test_partners_and_the_work_of_a_team_are_those_one_sees(company: Company, planner: Program) -> None:
    fill_figures(company)
    channel = Program(company.actor("channel_manager"))

    assert [line["code"] for line in told(channel.get("/partners"))["lines"]] == ["P1"]
    lead = told(Program(company.actor("team_lead")).get("/service/team"))
    assert {line["code"] for line in lead["lines"]} <= {"R1", "R2"}
    assert lead["total"]["actions"] == sum(line["actions"] for line in lead["lines"])
    told(Program(company.actor("partner_user")).get("/partners"), 403)
