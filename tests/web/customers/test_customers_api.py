"""The list of customers as a file, what narrows it, and who is there already, as programs ask for it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.http import HttpResponse, QueryDict

from jiuzhou.web.collect.reads.wanted import Wanted, wanted_of
from jiuzhou.web.jobs.worker import work
from jiuzhou.web.store.models import AuditEntry, Customer
from jiuzhou.web.store.search import index_customers
from web_company import Company, database_digest
from web_programs import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(company: Company) -> Program:
    index_customers(Customer.unscoped.values_list("pk", flat=True))
    return Program(company.actor("team_lead"))


def told(response: HttpResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.content.decode()
    return json.loads(response.content) if response.content else None


def test_the_list_is_written_by_a_run_and_fetched_by_who_asked(company: Company, lead: Program) -> None:
    run = told(lead.post("/customer-exports?sort=name&q=有限公司"), 202)["run"]
    told(lead.get(f"/customer-exports/{run}"), 404)
    work(once=True, inline=True)

    answer = lead.get(f"/customer-exports/{run}")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    codes = {row["customer_id"] for row in csv.DictReader(io.StringIO(text))}
    assert codes == {company.customers[name].code for name in ("own", "peer", "formerly")}
    assert AuditEntry.unscoped.get(verb="customer.export").after["rows"] == 3
    assert told(lead.get(f"/runs/{run}"))["state"] == "succeeded"
    told(Program(company.actor("planner")).get(f"/customer-exports/{run}"), 404)


def test_an_export_that_is_refused_starts_nothing(company: Company, lead: Program) -> None:
    rep = Program(company.actor("rep"))
    for program in (lead, rep):
        program.get("/me")
    before = database_digest()

    told(rep.post("/customer-exports"), 403)
    told(rep.get("/customer-exports/1"), 403)
    told(lead.post("/customer-exports?tier=Z"), 422)
    told(lead.post("/customer-exports?columns=phone"), 422)

    assert database_digest() == before


def test_what_is_wanted_is_the_same_after_its_address() -> None:
    wanted = Wanted("pool", "苏州 & 医疗", {"tier": ("A", "B"), "need": ("a=b", "c&d")}, "-clv")
    assert wanted_of(dict(QueryDict(wanted.address).lists())) == wanted
    assert wanted_of(dict(QueryDict(Wanted().address).lists())) == Wanted()


def test_the_values_of_the_filters_are_those_one_sees(company: Company, lead: Program) -> None:
    found = told(lead.get("/customer-filters"))

    assert {one["value"] for one in found["owner"]} == {"R1", "R2", "TEAM-E"}
    assert [one["value"] for one in found["industry"]] == ["医疗"]


def test_a_customer_that_is_there_already_is_named(company: Company, lead: Program) -> None:
    name = "江苏康明医疗设备 有限公司"
    found = told(lead.get(f"/company-check?name={name}"))["matches"]
    assert [one["code"] for one in found] == [company.customers["own"].code]
    assert [one["code"] for one in told(lead.get("/company-check?name=北京同仁软件有限公司"))["matches"]] == [""]
    assert told(lead.get("/company-check"))["matches"] == []
    told(Program(company.actor("auditor")).get("/company-check?name=x"), 403)
