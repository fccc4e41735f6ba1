"""Figures of the first page, of a territory and by territory, as programs read them."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from django.http import HttpResponse

from jiuzhou.web.monitor.api.figures import Measure, Metric
from jiuzhou.web.monitor.customers import MEASURES
from jiuzhou.web.monitor.figures import METRICS
from jiuzhou.web.monitor.reads import read_breakdown
from jiuzhou.web.monitor.shapes import Scope
from jiuzhou.web.store.models import Target
from web_company import Company
from web_figures import SALES, fill_figures
from web_programs import Program

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def figures(company: Company) -> None:
    fill_figures(company)


@pytest.fixture
def manager(company: Company) -> Program:
    return Program(company.actor("regional_manager"))


def told(response: HttpResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.content.decode()
    return json.loads(response.content)


def test_the_names_are_those_of_the_reads() -> None:
    assert get_args(Metric) == tuple(METRICS)
    assert set(get_args(Measure)) == {*MEASURES, "growth"}


def test_a_figure_by_territory_is_that_of_the_page(company: Company, manager: Program) -> None:
    read = read_breakdown(company.actor("regional_manager"), "sales", Scope())

    found = told(manager.get("/indicators/by-territory?metric=sales"))

    assert found["figure"]["value"] == read.figure.value
    assert [(one["node"]["code"], one["value"]) for one in found["lines"]] == [
        (line.node.code, line.value) for line in read.lines
    ]
    assert {one["node"]["code"] for one in found["lines"]} == {"T1", "T2"} < set(SALES)
    told(manager.get("/indicators/by-territory?metric=weather"), 422)
    told(manager.get("/indicators/by-territory?territory=T3"), 404)


def test_a_territory_has_its_figures_and_targets(company: Company, manager: Program) -> None:
    Target.unscoped.create(
        organisation=company.organisation,
        territory=company.territories["T1"],
        period="2026-Q3",
        metric="revenue",
        value=1200.5,
    )
    found = told(manager.get("/territories/T1"))
    above = told(manager.get("/territories/E"))

    assert (found["node"]["code"], found["node"]["owner_code"]) == ("T1", "R1")
    assert found["targets"] == [{"period": "2026-Q3", "value": "1200.5"}]
    assert {one["node"]["code"] for one in above["below"]} == {"T1", "T2"}
    told(manager.get("/territories/T3"), 404)
    told(Program(company.actor("rep")).get("/territories/T1"), 403)


def test_the_first_page_speaks_of_what_one_sees(company: Company, manager: Program) -> None:
    found = told(manager.get("/overview?measure=customers"))

    assert {one["node"]["code"] for one in found["ranked"]} == {"T1", "T2"}
    assert sum(one["customers"] for one in found["provinces"]) == 3
    assert found["alert_count"] >= len(found["alerts"])
    assert told(Program(company.actor("rep")).get("/overview"))["alert_count"] == 0
    told(manager.get("/overview?region=999999"), 404)
    told(manager.get("/overview?measure=weather"), 422)
