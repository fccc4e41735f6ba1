"""Reassigning, appeals and rules as programs do them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from jiuzhou.adapters.policies import rules_text
from jiuzhou.assign import standard_rules
from jiuzhou.web.store.models import Appeal, AuditEntry, Customer, Decision, RulesVersion, ScheduledMove
from web_company import Company, database_digest
from web_programs import Program

pytestmark = pytest.mark.django_db
OTHER = rules_text(standard_rules()).replace("id: anybody", "id: whoever")
GIVEN = {"to": "R2", "reason": "客户要求"}
FIRST = {"If-Match": '"1"'}
NONE = {"If-Match": '"0"'}


@pytest.fixture
def planner(company: Company) -> Program:
    return Program(company.actor("planner"))


@pytest.fixture
def rep(company: Company) -> Program:
    program = Program(company.actor("rep"))
    program.get("/me")
    return program


def told(response: HttpResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.content.decode()
    return json.loads(response.content) if response.content else None


def address(company: Company, customer: str, part: str) -> str:
    return f"/customers/{company.customers[customer].code}/{part}"


def of(company: Company, customer: str) -> Customer:
    return Customer.unscoped.select_related("owner").get(pk=company.customers[customer].pk)


def decision_about(company: Company, customer: str) -> Decision:
    return Decision.unscoped.get(customer=company.customers[customer])


def test_a_customer_goes_to_one_of_those_who_could_have_it(company: Company, planner: Program) -> None:
    found = planner.get(address(company, "own", "receivers"))
    assert {"R2", "R3", "P1"} <= {one["code"] for one in told(found)["owners"]}

    done = planner.post(address(company, "own", "reassign"), GIVEN, **{"If-Match": found["ETag"]})

    assert (told(done)["owner_code"], told(done)["due_at"], done["ETag"]) == ("R2", None, '"2"')
    assert of(company, "own").owner == company.owners["R2"]
    assert AuditEntry.unscoped.get(verb="customer.reassign").origin == "token"


def test_the_pool_takes_a_customer_and_a_later_day_waits(company: Company, planner: Program) -> None:
    later = timezone.now() + timedelta(days=3)
    pooled = planner.post(address(company, "own", "reassign"), {**GIVEN, "to": ""}, **FIRST)
    waits = planner.post(address(company, "peer", "reassign"), {**GIVEN, "to": "R1", "from_when": str(later)}, **FIRST)

    assert told(pooled)["owner_code"] == ""
    assert of(company, "own").pool == "public"
    assert told(waits)["due_at"] is not None
    assert ScheduledMove.unscoped.get(customer=company.customers["peer"]).due_at == later


def test_the_same_reassignment_sent_twice_is_one(company: Company, planner: Program) -> None:
    sent = [planner.post(address(company, "own", "reassign"), GIVEN, key="same", **FIRST) for _ in range(2)]

    assert sent[0].content == sent[1].content
    assert Decision.unscoped.filter(customer=company.customers["own"]).count() == 2


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (GIVEN, {}, 428),
        (GIVEN, {"If-Match": '"7"'}, 412),
        ({**GIVEN, "role": "primary"}, FIRST, 422),
        ({**GIVEN, "reason": "  "}, FIRST, 422),
        ({**GIVEN, "to": "nobody"}, FIRST, 404),
        ({**GIVEN, "to": "R1"}, FIRST, 409),
        ({**GIVEN, "from_when": "2020-01-01T00:00:00Z"}, FIRST, 422),
    ],
)
def test_a_reassignment_that_makes_no_sense_changes_nothing(
    company: Company, planner: Program, body: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    planner.get("/me")
    before = database_digest()

    told(planner.post(address(company, "own", "reassign"), body, **headers), status)

    assert database_digest() == before


def test_who_may_not_reassign_changes_nothing(company: Company, rep: Program) -> None:
    manager = Program(company.actor("regional_manager"))
    manager.get("/me")
    before = database_digest()

    told(rep.get(address(company, "own", "receivers")), 403)
    told(rep.post(address(company, "own", "reassign"), GIVEN, **FIRST), 403)
    told(rep.post("/reassignments", {"customers": {"C0001": 1}, **GIVEN}), 403)
    told(manager.post(address(company, "sibling", "reassign"), GIVEN, **FIRST), 404)
    told(manager.post(address(company, "own", "reassign"), {**GIVEN, "to": "R3"}, **FIRST), 404)

    assert database_digest() == before


def test_several_customers_have_an_answer_each(company: Company, planner: Program) -> None:
    codes = [company.customers[name].code for name in ("own", "sibling")]
    rows = told(planner.post("/reassignments", {"customers": {codes[0]: 1, codes[1]: 5, "nothing": 1}, **GIVEN}))

    assert [row["customer_code"] for row in rows] == [*codes, "nothing"]
    assert (rows[0]["done"]["owner_code"], rows[0]["problem"]) == ("R2", None)
    assert [row["problem"]["code"] for row in rows[1:]] == ["web.stale", "web.not_found"]
    assert of(company, "sibling").owner == company.owners["R3"]
    many = {f"C{number}": 1 for number in range(1001)}
    assert "customers" in told(planner.post("/reassignments", {"customers": many, **GIVEN}), 422)["errors"]
    told(planner.post("/reassignments", {"customers": {}, **GIVEN}), 422)


def test_an_appeal_is_made_listed_and_answered_by_another(company: Company, rep: Program) -> None:
    lead = Program(company.actor("team_lead"))
    decision = decision_about(company, "own")
    made = told(rep.post(f"/decisions/{decision.pk}/appeals", {"text": "还是我来吧"}), 201)["id"]

    assert [(line["id"], line["may_answer"]) for line in told(lead.get("/appeals"))] == [(made, True)]
    answered = lead.post(f"/appeals/{made}/answer", {"accepted": False, "answer": "规则如此"})

    assert told(answered) == {"decision": decision.pk}
    assert Appeal.unscoped.get(pk=made).state == "rejected"
    told(lead.post(f"/appeals/{made}/answer", {"accepted": True, "answer": "好"}), 409)


def test_appeals_that_are_refused_change_nothing(company: Company, rep: Program) -> None:
    lead = Program(company.actor("team_lead"))
    other = Program(company.actor("sibling_manager"))
    decision = decision_about(company, "own")
    made = told(rep.post(f"/decisions/{decision.pk}/appeals", {"text": "还是我来吧"}), 201)["id"]
    for program in (lead, other):
        program.get("/me")
    before = database_digest()

    told(rep.post(f"/decisions/{decision.pk}/appeals", {"text": "再来一次"}), 409)
    told(rep.post(f"/decisions/{decision.pk}/appeals", {"text": " "}), 422)
    told(rep.post(f"/decisions/{decision.pk}/appeals", {"text": "x", "by": 1}), 422)
    told(rep.post(f"/decisions/{decision_about(company, 'peer').pk}/appeals", {"text": "x"}), 404)
    told(rep.get("/appeals"), 403)
    told(rep.post(f"/appeals/{made}/answer", {"accepted": True, "answer": "好"}), 403)
    told(other.post(f"/appeals/{made}/answer", {"accepted": True, "answer": "好"}), 404)
    told(lead.post(f"/appeals/{made}/answer", {"accepted": True, "answer": ""}), 422)
    told(lead.post(f"/appeals/{made}/answer", {"accepted": True, "answer": "好", "owner": "R2"}), 422)

    assert database_digest() == before


def test_rules_are_submitted_and_hold_once_a_second_person_decides(company: Company, planner: Program) -> None:
    admin = Program(company.actor("admin"))
    present = planner.get("/rules")
    assert present["ETag"] == '"0"'
    number = told(planner.post("/rules/versions", {"text": OTHER, "note": "换个名字"}, **NONE), 201)["number"]

    waiting = [one for one in told(admin.get("/inbox/approvals"))["items"] if one["noun"] == "rules"]
    assert [one["key"] for one in waiting] == [str(number)]
    told(admin.post(f"/inbox/approvals/{waiting[0]['id']}/decide", {"outcome": "approved"}), 204)

    now = planner.get("/rules")
    assert now["ETag"] == f'"{number}"'
    assert told(now)["text"] == told(planner.get(f"/rules/versions/{number}"))["text"] == OTHER.strip() + "\n"


def test_an_older_version_comes_back_and_one_that_waits_is_withdrawn(company: Company, planner: Program) -> None:
    for number, text in ((1, OTHER), (2, OTHER.replace("whoever", "someone"))):
        RulesVersion.unscoped.create(
            organisation=company.organisation, number=number, text=text, state="published", at=company.now
        )
    made = told(planner.post("/rules/versions/1/restore", {"note": "还是原来的好"}, **{"If-Match": '"2"'}), 201)
    told(planner.post(f"/rules/versions/{made['number']}/withdraw"), 204)

    assert made == {"number": 3}
    assert RulesVersion.unscoped.get(number=3).state == "withdrawn"
    told(planner.post("/rules/versions/3/withdraw"), 409)
    assert told(planner.post("/rules/versions/1/restore", {"note": "再来"}, **FIRST), 412)["version"] == 2


def test_rules_are_checked_before_anybody_submits_them(planner: Program) -> None:
    planner.get("/me")
    before = database_digest()

    sound = told(planner.post("/rules/check", {"text": OTHER}))
    unknown = told(planner.post("/rules/check", {"text": OTHER.replace("territory_owner", "territory_ownr")}))
    none = told(planner.post("/rules/check", {"text": "rules: ["}))

    assert (sound["problem"], sound["findings"]) == (None, [])
    assert [rule["id"] for rule in sound["rules"]] == ["territory", "team", "whoever", "fallback"]
    assert {(one["level"], bool(one["message"]["text"])) for one in unknown["findings"]} == {("error", True)}
    assert (none["problem"] is not None, none["rules"]) == (True, [])
    assert database_digest() == before


def test_rules_that_are_refused_change_nothing(company: Company, planner: Program, rep: Program) -> None:
    planner.get("/me")
    before = database_digest()
    body = {"text": OTHER, "note": "换个名字"}

    stale = told(planner.post("/rules/versions", body, **{"If-Match": '"4"', "Accept-Language": "en"}), 412)
    told(planner.post("/rules/versions", body), 428)
    told(planner.post("/rules/versions", {**body, "number": 9}, **NONE), 422)
    told(planner.post("/rules/versions", {**body, "note": ""}, **NONE), 422)
    faulty = told(planner.post("/rules/versions", {**body, "text": "rules: ["}, **NONE), 422)
    told(planner.post("/rules/versions/9/restore", {"note": "x"}, **NONE), 404)
    told(planner.post("/rules/versions/9/withdraw"), 404)
    for path, given in (("/check", {"text": OTHER}), ("/versions", body), ("/versions/1/restore", {"note": "x"})):
        told(rep.post(f"/rules{path}", given, **NONE), 403)

    assert (stale["version"], type(stale["now"]["rules"])) == (0, str)
    assert list(faulty["errors"]) == ["text"]
    assert database_digest() == before


def test_a_long_text_of_rules_is_taken(planner: Program) -> None:
    long = OTHER + "# " + "长" * 30_000 + "\n"
    assert told(planner.post("/rules/check", {"text": long}))["problem"] is None
    assert "text" in told(planner.post("/rules/check", {"text": "x" * 200_001}), 422)["errors"]
