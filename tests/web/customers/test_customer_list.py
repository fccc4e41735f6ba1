"""The list: filters from an allow-list, every order paged, few queries, nothing of others."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiuzhou.web.collect.reads import listing
from jiuzhou.web.collect.reads.listing import customers
from jiuzhou.web.collect.reads.wanted import SORTS, wanted_of
from jiuzhou.web.store.bulk import insert_rows
from jiuzhou.web.store.models import Customer, CustomerScore
from jiuzhou.web.store.search import index_customers
from web_company import Company

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]


@pytest.fixture
def indexed(company: Company) -> Company:
    Customer.unscoped.filter(pk=company.customers["own"].pk).update(
        key_account=True, needs=["培训"], products=["软件"], region_code="320200", industry="制造"
    )
    CustomerScore.unscoped.filter(pk=company.customers["own"].pk).update(tier="A", score=90, churn_risk=0.7, abc="A")
    index_customers(Customer.unscoped.values_list("pk", flat=True))
    return company


def codes(company: Company, person: str, **filters: str) -> set[str]:
    rows = customers(company.actor(person), wanted_of({name: [value] for name, value in filters.items()})).rows
    key_of = {customer.code: key for key, customer in company.customers.items() if key != "foreign"}
    return {key_of[row.code] for row in rows}


@pytest.mark.parametrize(
    "filters",
    [
        {"tier": "A"},
        {"key": "yes"},
        {"need": "培训"},
        {"product": "软件"},
        {"risk": "high"},
        {"value": "A"},
        {"region": "320200"},
        {"industry": "制造"},
        {"owner": "R1"},
        {"territory": "T1"},
        {"tier": "A", "industry": "制造", "region": "320000", "territory": "E"},
        {"q": "康明"},
        {"q": "C0002"},
    ],
    ids=str,
)
def test_each_filter_lets_through_what_it_names(indexed: Company, filters: dict[str, str]) -> None:
    filters = filters if filters != {"q": "C0002"} else {"q": indexed.customers["own"].code}

    assert codes(indexed, "planner", **filters) == {"own"}


@pytest.mark.parametrize("filters", [{"gap": "place"}, {"unvisited": "30"}, {"channel": "直销"}, {"region": "320000"}])
def test_a_filter_that_all_pass_leaves_nobody_out(indexed: Company, filters: dict[str, str]) -> None:
    everyone = {"own", "peer", "sibling", "formerly", "partner", "pool", "granted"}

    assert codes(indexed, "planner", **filters) == everyone


@pytest.mark.parametrize(
    "filters",
    [{"tier": "' OR 1=1"}, {"sort": "-owner__email"}, {"tab": "everything"}, {"organisation": "2"}, {"risk": "__gt"}],
)
def test_what_is_not_on_the_list_of_filters_is_left_out(indexed: Company, filters: dict[str, str]) -> None:
    assert codes(indexed, "rep", **filters) == {"own", "granted"}


def test_tabs_narrow_to_the_persons_own_and_to_the_pool(indexed: Company) -> None:
    assert codes(indexed, "rep", tab="mine") == {"own"}
    assert codes(indexed, "planner", tab="pool") == {"pool"}
    assert codes(indexed, "rep", tab="pool") == set()


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_shows_everybody_once_page_by_page(indexed: Company, sort: str) -> None:
    actor, wanted = indexed.actor("planner"), wanted_of({"sort": [sort]})
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = customers(actor, wanted, cursor=cursor, size=2)
        seen += [row.code for row in page.rows]
        cursor = page.next
        if cursor is None:
            break

    whole = [row.code for row in customers(actor, wanted, size=50).rows]
    assert seen == whole
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("counted", [0, 3])
def test_the_list_is_the_same_whichever_way_it_is_found(
    indexed: Company, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    usual = {
        person: codes(indexed, person, q="有限公司", channel="直销") for person in ("rep", "peer", "regional_manager")
    }
    monkeypatch.setattr(listing, "COUNTED", counted)

    found = {person: codes(indexed, person, q="有限公司", channel="直销") for person in usual}

    assert found == usual


def test_telephone_and_tax_number_find_only_for_those_who_may_see_them(indexed: Company) -> None:
    Customer.unscoped.filter(pk=indexed.customers["own"].pk).update(phone="13912345678", tax_id="91320500MA1234567X")

    assert codes(indexed, "rep", q="1391234") == {"own"}
    assert codes(indexed, "planner", q="91320500ma") == {"own"}
    assert codes(indexed, "rep", q="139") == set()
    assert codes(indexed, "auditor", q="13912345678") == set()


def test_a_customer_of_the_pool_is_not_found_by_its_hidden_telephone(indexed: Company) -> None:
    Customer.unscoped.filter(pk=indexed.customers["pool"].pk).update(phone="13700001111")

    assert codes(indexed, "planner", q="13700001111") == set()


def test_ten_thousand_rows_take_as_few_queries_as_ten(indexed: Company, signed_in: SignedIn) -> None:
    asked = [
        (signed_in(person), f"/customers/?{query}")
        for person in ("rep", "regional_manager", "planner")
        for query in ("", "q=有限公司", "sort=name&industry=医疗", "tab=mine")
    ]
    few = [queries(client, address) for client, address in asked]

    _more(indexed, 10_000)

    many = [queries(client, address) for client, address in asked]
    assert max(few) <= 12
    assert max(many) <= 12


def test_hidden_customers_change_no_byte_of_the_list(indexed: Company, signed_in: SignedIn) -> None:
    addresses = ("/customers/", "/customers/?q=有限公司", "/customers/options", "/find?q=gongsi")
    client = signed_in("rep")
    before = [_without_tokens(client.get(address).content) for address in addresses]

    _more(indexed, 300, industry="只有别人有的行业")

    assert [_without_tokens(client.get(address).content) for address in addresses] == before


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(asked)


def _more(company: Company, count: int, industry: str = "医疗") -> None:
    numbers = range(count)
    shared: dict[str, Any] = {"organisation_id": [company.organisation.pk] * count}
    insert_rows(
        Customer,
        {
            **shared,
            "code": [f"X{number:06d}" for number in numbers],
            "name": [f"南京客户{number}有限公司" for number in numbers],
            "sort_key": [f"nan jing ke hu {number}" for number in numbers],
            "industry": [industry] * count,
            "owner_id": [company.owners["R2"].pk] * count,
            "territory_id": [company.territories["T2"].pk] * count,
        },
    )
    keys = list(Customer.unscoped.filter(code__startswith="X").order_by("code").values_list("pk", flat=True))
    insert_rows(
        CustomerScore,
        {
            **shared,
            "customer_id": keys,
            "score": [float(number % 100) for number in numbers],
            "tier": ["C"] * count,
            "as_of": [company.organisation.as_of] * count,
        },
    )
    index_customers(keys)


def _without_tokens(body: bytes) -> str:
    return re.sub(r'(nonce|csrfmiddlewaretoken" value|X-CSRFToken": )[="]*[\w+/=-]+', "", body.decode())
