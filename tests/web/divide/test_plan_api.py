"""Drafts corrected, plans brought back, and plans as files, as programs do it."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from jiuzhou.web.store.models import AuditEntry, Plan, PlanTerritory, PlanUnit
from web_company import Company, database_digest
from web_programs import Program

pytestmark = pytest.mark.django_db
FIRST = {"If-Match": '"1"'}
DRAFT = "/plans/plan-draft"


@pytest.fixture
def planner(company: Company) -> Program:
    program = Program(company.actor("planner"))
    program.get("/me")
    return program


def told(response: HttpResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.content.decode()
    return json.loads(response.content) if response.content else None


def codes_in(company: Company, territory: str) -> set[str]:
    rows = PlanUnit.unscoped.filter(plan=company.plans["draft"], territory__code=territory)
    rows = rows.filter(customer__deleted_at=None)
    return set(rows.values_list("customer__code", flat=True))


def test_a_move_is_looked_at_made_undone_and_done_again(company: Company, planner: Program) -> None:
    moving = {"customers": [company.customers["own"].code], "to": "T2"}
    before = database_digest()
    previews = told(planner.post(f"{DRAFT}/move/preview", moving))
    assert [(one["name"], one["customers_after"] - one["customers_before"]) for one in previews] == [
        ("苏州", -1),
        ("无锡", 1),
    ]
    assert database_digest() == before

    moved = planner.post(f"{DRAFT}/move", moving, **FIRST)
    undone = planner.post(f"{DRAFT}/undo", **{"If-Match": moved["ETag"]})
    again = planner.post(f"{DRAFT}/redo", **{"If-Match": undone["ETag"]})

    assert [told(one)["version"] for one in (moved, undone, again)] == [2, 3, 4]
    assert company.customers["own"].code in codes_in(company, "T2")
    steps = told(planner.get(f"{DRAFT}/steps"))
    assert [step["number"] for step in steps["history"]] == [3, 2, 1]
    assert steps["can_undo"]
    told(planner.post(f"{DRAFT}/revert", {"step": 0}, **{"If-Match": again["ETag"]}))
    assert company.customers["own"].code in codes_in(company, "T1")


def test_a_territory_is_renamed_locked_and_emptied_into_another(company: Company, planner: Program) -> None:
    place = f"{DRAFT}/territories/T1"
    renamed = planner.send("PATCH", place, {"name": "苏州市"}, **FIRST)
    locked = planner.send("PUT", f"{place}/locked", {"locked": True}, **{"If-Match": renamed["ETag"]})
    told(planner.post(f"{place}/move-all", {"to": "T2"}, **{"If-Match": locked["ETag"]}), 409)
    opened = planner.send("PUT", f"{place}/locked", {"locked": False}, **{"If-Match": locked["ETag"]})
    held = codes_in(company, "T1")
    moved = planner.post(f"{place}/move-all", {"to": "T2"}, **{"If-Match": opened["ETag"]})

    assert told(moved) == {"moved": len(held), "skipped": 0, "version": 5}
    assert held < codes_in(company, "T2")
    assert PlanTerritory.unscoped.get(plan=company.plans["draft"], code="T1").name == "苏州市"


def test_an_archived_draft_is_taken_up_again(company: Company, planner: Program) -> None:
    archived = planner.post(f"{DRAFT}/archive", **FIRST)
    restored = planner.post(f"{DRAFT}/restore", **{"If-Match": archived["ETag"]})
    assert (told(archived)["state"], told(restored)["state"]) == ("archived", "draft")


def test_the_division_before_comes_back_as_a_plan_in_review(company: Company, planner: Program) -> None:
    Plan.unscoped.filter(code="plan-active").update(
        state="archived", activated_at=company.now - timedelta(days=90), archived_at=company.now
    )

    made = told(planner.post("/plans/plan-active/roll-back"), 201)["code"]

    assert told(planner.get(f"/plans/{made}"))["state"] == "review"


def test_a_plan_goes_out_as_two_texts_and_comes_in_as_a_draft(company: Company, planner: Program) -> None:
    files = told(planner.get(f"{DRAFT}/files"))
    rows = list(csv.DictReader(files["units"].splitlines()))
    assert json.loads(files["plan"])["format"] == "jiuzhou.plan"
    assert {row["customer_id"] for row in rows if row["territory_id"] == "T1"} == codes_in(company, "T1")

    made = told(planner.post("/plans/import", {**files, "name": "再来一次"}), 201)["code"]

    head = told(planner.get(f"/plans/{made}"))
    assert (head["name"], head["state"]) == ("再来一次", "draft")
    again = told(planner.get(f"/plans/{made}/files"))
    placed = {row["customer_id"]: row["territory_id"] for row in csv.DictReader(again["units"].splitlines())}
    assert {row["customer_id"]: placed[row["customer_id"]] for row in rows} == {
        row["customer_id"]: row["territory_id"] for row in rows
    }
    assert {"plan.export", "plan.import"} <= set(AuditEntry.unscoped.values_list("verb", flat=True))


def test_files_that_are_no_plan_are_refused_with_the_place(company: Company, planner: Program) -> None:
    files = told(planner.get(f"{DRAFT}/files"))
    own = company.customers["own"].code
    twice = f"{files['units']}{own},{own},customer,T2,R2,,false\r\n"
    unknown = f"{files['units']}NEW,NEW,customer,T1,R9,,false\r\n"
    before = database_digest()
    for wrong, code in (
        ({**files, "plan": "{"}, "plan.file_no_json"),
        ({**files, "units": "a,b\r\n1,2\r\n"}, "plan.file_columns"),
        ({**files, "units": twice}, "plan.file_twice"),
        ({**files, "units": unknown}, "plan.unknown_owner"),
        ({**files, "state": "active"}, "web.invalid"),
        ({"plan": files["plan"]}, "web.invalid"),
    ):
        assert told(planner.post("/plans/import", wrong), 422)["code"] == code
    assert database_digest() == before


STEPS: tuple[tuple[str, str, Any], ...] = (
    ("POST", "/redo", None),
    ("POST", "/revert", {"step": 0}),
    ("PATCH", "/territories/T1", {"name": "新名"}),
    ("PUT", "/territories/T1/locked", {"locked": True}),
    ("POST", "/territories/T1/move-all", {"to": "T2"}),
    ("POST", "/restore", None),
)


@pytest.mark.parametrize(("method", "path", "body"), STEPS, ids=[path for _, path, _ in STEPS])
def test_a_step_of_another_version_or_person_changes_nothing(
    company: Company, planner: Program, method: str, path: str, body: Any
) -> None:
    lead = Program(company.actor("team_lead"))
    lead.get("/me")
    before = database_digest()
    key = {"Idempotency-Key": "k"} if method == "POST" else {}

    told(planner.send(method, DRAFT + path, body, **key), 428)
    told(planner.send(method, DRAFT + path, body, **key, **{"If-Match": '"8"'}), 412)
    told(lead.send(method, DRAFT + path, body, **key, **FIRST), 403)
    if body is not None:
        told(planner.send(method, DRAFT + path, {**body, "version": 1}, **key, **FIRST), 422)

    assert database_digest() == before


def test_who_may_not_plan_neither_previews_imports_nor_rolls_back(company: Company, planner: Program) -> None:
    lead = Program(company.actor("team_lead"))
    lead.get("/me")
    before = database_digest()

    told(lead.post(f"{DRAFT}/move/preview", {"customers": ["C0001"], "to": "T2"}), 403)
    told(lead.post("/plans/import", {"plan": "{}", "units": "x"}), 403)
    told(lead.post("/plans/plan-active/roll-back"), 403)
    told(lead.get(f"{DRAFT}/files"), 404)
    told(lead.get(f"{DRAFT}/steps"), 404)
    told(planner.post("/plans/plan-active/roll-back"), 409)
    told(planner.post(f"{DRAFT}/move/preview", {"customers": ["C0001"], "to": "nowhere"}), 404)
    told(planner.post(f"{DRAFT}/move/preview", {"customers": ["C0001"], "to": "T2", "state": "active"}), 422)

    assert database_digest() == before
