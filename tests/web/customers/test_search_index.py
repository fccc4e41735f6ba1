"""The index finds what the names say, on either database, and follows every change of a customer."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.collect.writes.editing import create_customer, edit_customer
from jiuzhou.web.store.finding import among, find, search
from jiuzhou.web.store.models import Customer, CustomerScore
from jiuzhou.web.store.search import index_customers
from jiuzhou.web.store.spelling import fold, holds, terms_of
from web_company import Company

pytestmark = pytest.mark.django_db


@pytest.fixture
def indexed(company: Company) -> Company:
    index_customers(Customer.unscoped.values_list("pk", flat=True))
    return company


def names(company: Company, person: str, query: str) -> set[str]:
    actor = company.actor(person)
    seen = visible_to(actor, Customer)
    found = search(seen, company.organisation.pk, query, everything=actor.everywhere)
    return set(seen.filter(pk__in=found.keys).values_list("name", flat=True))


@pytest.mark.parametrize("query", ["sz", "suzhou", "苏州", "苏", "ｓｕｚｈｏｕ", "SUZHOU", "苏州新"])
def test_the_same_is_found_however_it_is_typed(indexed: Company, query: str) -> None:
    assert "苏州新公海贸易有限公司" in names(indexed, "planner", query)


def test_a_person_finds_only_what_the_person_sees(indexed: Company) -> None:
    assert names(indexed, "rep", "有限公司") == {"江苏康明医疗设备有限公司"}
    assert names(indexed, "peer", "yxgs") == {"无锡恒达纺织有限公司", "常熟利达食品有限公司"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    query=st.text("苏州江康明医疗设备有限公司北京无锡恒达", min_size=1, max_size=3)
    | st.text("suzhoukangmibejn", min_size=2, max_size=7)
)
def test_the_index_finds_what_the_names_say_and_nothing_else(indexed: Company, query: str) -> None:
    terms = terms_of(query)
    assert terms is not None
    rows = dict(Customer.unscoped.values_list("pk", "name"))

    assert set(find(terms) or ()) == {key for key, name in rows.items() if holds(name, terms)}


def test_a_changed_name_is_found_and_the_former_one_no_longer(indexed: Company) -> None:
    customer = indexed.customers["own"]

    edit_customer(indexed.actor("rep"), customer.code, version=customer.version, changes={"name": "徐州澜禾科技"})

    assert names(indexed, "rep", "xzlh") == {"徐州澜禾科技"}
    assert names(indexed, "rep", "康明") == set()


def test_a_new_customer_is_found_at_once_and_has_a_row_of_scores(indexed: Company) -> None:
    code = create_customer(indexed.actor("rep"), {"name": "昆山霁野装备"})

    assert names(indexed, "rep", "kunshan") == {"昆山霁野装备"}
    assert CustomerScore.unscoped.filter(customer__code=code, score=None).exists()


def test_an_erased_customer_leaves_the_index(indexed: Company) -> None:
    customer = indexed.customers["own"]
    key = customer.pk
    customer.spells.all().delete()
    customer.decisions.all().delete()
    Customer.unscoped.filter(pk=key).delete()

    assert key not in (find(terms_of("康明") or ()) or ())


def test_many_keys_are_one_parameter(company: Company) -> None:
    key = company.customers["own"].pk
    rows = Customer.unscoped.all()

    assert list(among(rows, [key, *range(10**6, 10**6 + 40_000)]).values_list("pk", flat=True)) == [key]


@pytest.mark.parametrize(
    "text", ['"', "'", "%", "*", "a' OR 1=1 --", 'n"*', "NEAR(a b)", "\\", "AND OR NOT", "苏州*", "\x00苏"]
)
def test_what_is_typed_is_never_read_as_a_query(indexed: Company, text: str) -> None:
    before = Customer.unscoped.count()

    found = names(indexed, "planner", text)

    assert found <= set(Customer.unscoped.values_list("name", flat=True))
    assert Customer.unscoped.count() == before
    assert connection.is_usable()
    assert fold(text) != "" or found == set()
