"""Pages of indicators: scope, budget, what is compared with what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiuzhou.web.monitor.reads import read_breakdown, read_indicators, read_territory
from jiuzhou.web.monitor.shapes import Scope
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Indicator, Territory
from web_company import Company
from web_figures import MONTHS, SALES, fill_figures

SignIn = Callable[[str], Client]
PAGES = (
    *("/monitor/", "/monitor/indicators/", "/monitor/indicator/?metric=sales", "/monitor/territories/"),
    *("/monitor/territories/T1/", "/monitor/territories/E/"),
)


@pytest.fixture(autouse=True)
def figures(company: Company) -> None:
    fill_figures(company)


def sales(company: Company, person: str, territory: str = "") -> float | None:
    page = read_indicators(company.actor(person), Scope(territory, "", "2026-Q2"))
    return next((figure.value for figure in page.figures if figure.code == "sales"), None)


def test_a_scope_adds_up_its_own_territories(company: Company) -> None:
    assert sales(company, "planner") == sum(SALES.values())
    assert sales(company, "planner", "E") == SALES["T1"] + SALES["T2"]
    assert sales(company, "planner", "T1") == SALES["T1"]
    assert sales(company, "regional_manager") == SALES["T1"] + SALES["T2"]
    assert sales(company, "sibling_manager") == SALES["T3"] + SALES["T4"]


@pytest.mark.parametrize("scope", ["N", "T3", "nowhere"])
def test_a_scope_of_somebody_else_is_not_there(company: Company, scope: str) -> None:
    with pytest.raises(NotFoundError):
        read_indicators(company.actor("regional_manager"), Scope(scope))


def test_a_breakdown_lists_the_largest_first(company: Company) -> None:
    page = read_breakdown(company.actor("planner"), "sales", Scope())

    assert [line.node.code for line in page.lines] == ["T4", "T3", "T2", "T1"]
    assert page.trend.months == MONTHS


def test_a_territory_page_shows_its_alerts_and_what_lies_below(company: Company) -> None:
    page = read_territory(company.actor("planner"), "E")

    assert [line.node.code for line in page.below] == ["T1", "T2"] or [line.node.name for line in page.below] == [
        "无锡",
        "苏州",
    ]
    assert [line.territory_code for line in page.alerts] == ["T1"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_has_one_primary_button_and_no_raw_code(signed_in: SignIn, page: str, lang: str) -> None:
    sign = "&" if "?" in page else "?"
    html = signed_in("planner").get(f"{page}{sign}lang={lang}").content.decode()

    assert html.count("button primary") == 1
    assert "watching." not in html
    assert ">None<" not in html


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_no_more_of_the_database_for_many_territories(
    company: Company, signed_in: SignIn, page: str
) -> None:
    for number in range(40):
        territory = Territory.unscoped.create(
            organisation=company.organisation,
            code=f"X{number}",
            name=f"新区{number}",
            parent=company.territories["E"],
            owner=company.owners["R1"],
            valid_from=company.now,
        )
        for month in MONTHS:
            Indicator.unscoped.create(
                organisation=company.organisation, territory=territory, period=month, metric="sales", value=1
            )
    client = signed_in("planner")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page).status_code == 200
    assert len(asked) <= 12, [query["sql"][:90] for query in asked]


def test_a_rep_has_no_monitor(signed_in: SignIn) -> None:
    assert signed_in("rep").get("/monitor/").status_code == 403
