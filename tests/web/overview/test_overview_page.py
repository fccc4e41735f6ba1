"""The first page: whose figures, of which scope, and that every number leads to exactly its customers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiuzhou.web.collect.reads.listing import customers as listed
from jiuzhou.web.collect.reads.wanted import wanted_of
from jiuzhou.web.monitor.reads import read_overview
from jiuzhou.web.monitor.shapes import Overview, Scope
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import (
    Action,
    Alert,
    Customer,
    CustomerScore,
    Indicator,
    Owner,
    OwnerScore,
    Territory,
    Visit,
)
from web_company import SEEN, Company
from web_figures import DEVIATIONS, REVENUE, SALES, fill_figures

SignIn = Callable[[str], Client]
PEOPLE = ("rep", "peer", "team_lead", "regional_manager", "planner", "channel_manager", "partner_user", "auditor")


@pytest.fixture(autouse=True)
def figures(company: Company) -> None:
    fill_figures(company)


def overview(company: Company, person: str, **scope: str) -> Overview:
    return read_overview(company.actor(person), Scope(**scope))


def value(page: Overview, code: str) -> float | None:
    return next((figure.value for figure in page.figures if figure.code == code), None)


@pytest.mark.parametrize("person", PEOPLE)
def test_each_person_counts_exactly_the_customers_it_sees(company: Company, person: str) -> None:
    page = overview(company, person)

    assert page.frame.customers == len(SEEN[person])
    assert sum(line.value or 0 for line in page.provinces) == sum(
        REVENUE[key] for key in SEEN[person] if key not in ("partner", "pool")
    )


def test_figures_are_of_the_territories_in_scope(company: Company) -> None:
    assert value(overview(company, "planner"), "sales") == sum(SALES.values())
    assert value(overview(company, "planner", territory="E"), "sales") == SALES["T1"] + SALES["T2"]
    assert value(overview(company, "regional_manager"), "sales") == SALES["T1"] + SALES["T2"]
    assert value(overview(company, "rep"), "sales") == SALES["T1"]


def test_a_province_scopes_the_whole_page(company: Company) -> None:
    page = overview(company, "planner", region="110000")

    assert page.frame.customers == 2
    assert value(page, "revenue") == REVENUE["sibling"] + REVENUE["granted"]
    assert [line.node.code for line in page.ranked] == ["T3"]


@pytest.mark.parametrize("person", ["planner", "regional_manager", "team_lead", "rep"])
@pytest.mark.parametrize("region", ["", "320000", "110000"])
def test_every_count_leads_to_exactly_its_customers(company: Company, person: str, region: str) -> None:
    actor = company.actor(person)
    nodes = ["", *(node.code for node in overview(company, person).frame.tree.nodes.values())]
    for code in nodes:
        page = overview(company, person, territory=code, region=region)
        given = {"territory": [code] if code else [], "region": [region] if region else []}
        assert page.frame.customers == len(listed(actor, wanted_of(given)).rows)
        for line in page.ranked:
            found = listed(actor, wanted_of(given | {"territory": [line.node.code]}))
            assert line.customers == len(found.rows)


def test_customers_of_all_territories_and_of_none_are_all_customers(company: Company) -> None:
    page = overview(company, "planner")
    placed = overview(company, "planner", territory="CN").frame.customers

    assert sum(line.customers for line in page.ranked) == placed
    assert page.frame.customers == placed + 1  # the one in the public pool


@pytest.mark.parametrize("scope", ["N", "T3", "CN", "nowhere"])
def test_a_scope_of_somebody_else_is_not_there(company: Company, signed_in: SignIn, scope: str) -> None:
    with pytest.raises(NotFoundError):
        overview(company, "regional_manager", territory=scope)
    assert signed_in("regional_manager").get(f"/?scope={scope}").status_code == 404
    assert signed_in("planner").get("/?region=999999").status_code == 404


def test_territories_stand_by_their_distance_from_target(company: Company) -> None:
    page = overview(company, "planner")

    assert [line.node.code for line in page.ranked] == ["T4", "T1", "T2", "T3"]


def test_deviations_are_those_of_the_plan_in_force_for_everybody(company: Company) -> None:
    manager = {line.node.code: line.deviation for line in overview(company, "regional_manager").ranked}
    rep = {line.node.code: line.deviation for line in overview(company, "rep").ranked}

    assert manager == {code: DEVIATIONS[code] for code in ("T1", "T2")}
    assert rep == {"T1": DEVIATIONS["T1"]}  # a rep reads no plan, but what it says of one's own territory


def test_alerts_are_for_those_who_watch(company: Company) -> None:
    assert overview(company, "rep").alerts == ()
    assert [alert.territory_code for alert in overview(company, "regional_manager").alerts] == ["T1"]
    assert overview(company, "planner").alert_count == 3


def test_a_rep_is_told_of_its_own_late_actions(company: Company) -> None:
    assert overview(company, "rep").late_actions == 2  # its own, and the customer it was shown


def without_tokens(html: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": |nonce=)"[^"]*"', "", html)


@pytest.mark.parametrize("page", ["/", "/?region=320000", "/service/", "/team/", "/team/R1/"])
def test_what_a_rep_may_not_see_changes_no_byte_of_its_pages(company: Company, signed_in: SignIn, page: str) -> None:
    client = signed_in("rep")
    first = without_tokens(client.get(page).content.decode())

    unseen = [company.customers[key].pk for key in ("peer", "formerly", "sibling", "partner", "pool")]
    Customer.unscoped.filter(pk__in=unseen).update(
        name="变了", region_code="440100", workload=999, owner=None, pool="x"
    )
    CustomerScore.unscoped.filter(customer__in=unseen).update(revenue_12m=9_999_999, workload=999, churn_risk=1)
    Indicator.unscoped.exclude(territory=company.territories["T1"]).update(value=12345, baseline=1)
    Alert.unscoped.update(severity="high", size=99)
    Action.unscoped.filter(customer__in=unseen).update(priority=99, value_at_stake=123456)
    Visit.unscoped.filter(customer__in=unseen).update(note="变了")
    OwnerScore.unscoped.exclude(owner=company.owners["R1"]).update(attainment=9, workload=999, customers=999)
    Owner.unscoped.filter(code__in=["R2", "R3", "P1"]).update(name="变了", capacity_hours=1)
    Territory.unscoped.filter(code__in=["N", "T2", "T3", "T4"]).update(name="变了")

    assert without_tokens(client.get(page).content.decode()) == first


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_has_one_primary_button_and_no_raw_code(signed_in: SignIn, person: str, lang: str) -> None:
    html = signed_in(person).get(f"/?lang={lang}").content.decode()

    assert html.count("button primary") == 1
    assert not re.search(r">[^<]*\b(overview|watching)\.[a-z_]+[^<]*<", html)


def test_every_change_names_what_it_is_compared_with(signed_in: SignIn) -> None:
    html = signed_in("planner").get("/?lang=en&period=2026-Q2").content.decode()
    deltas = re.findall(r'class="kpi-delta">(.*?)</div>', html, re.DOTALL)

    assert len(deltas) == 5
    assert all(re.search(r"on a year earlier|on [A-Z0-9]|Today|2026", delta) for delta in deltas)


@pytest.mark.parametrize("person", ["planner", "regional_manager", "rep"])
def test_the_page_asks_no_more_of_the_database_for_many_customers(
    company: Company, signed_in: SignIn, person: str
) -> None:
    Customer.unscoped.bulk_create(
        Customer(
            organisation=company.organisation,
            code=f"X{number}",
            name=f"客户{number}",
            region_code=f"{11 + number % 50}0000",
            owner=company.owners["R1"],
            territory=company.territories["T1"],
        )
        for number in range(300)
    )
    client = signed_in(person)
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/?metric=growth").status_code == 200
    assert len(asked) <= 12, [query["sql"][:90] for query in asked]


def test_without_anything_the_page_offers_ways_to_begin(signed_in: SignIn) -> None:
    html = signed_in("foreign_admin").get("/?scope=&lang=en").content.decode()
    assert "1 customer" in html or "jiuzhou demo" in html

    Customer.unscoped.all().update(deleted_at="2026-01-01T00:00:00Z")
    empty = signed_in("foreign_admin").get("/?lang=en").content.decode()

    assert "jiuzhou demo" in empty
    assert "no ready-made connector" in empty
