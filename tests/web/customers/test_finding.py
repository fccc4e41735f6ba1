"""Somebody finds the customers they see that match, all or the best of them, whatever others have."""

import itertools
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.assign.reads import decisions
from jiuzhou.web.collect.reads.company_check import look_for_company
from jiuzhou.web.collect.reads.everywhere import found_by
from jiuzhou.web.collect.reads.exporting import lines_for_export
from jiuzhou.web.collect.reads.listing import Listing, customers
from jiuzhou.web.collect.reads.wanted import wanted_of
from jiuzhou.web.store import finding
from jiuzhou.web.store.bulk import insert_rows
from jiuzhou.web.store.models import Customer, CustomerScore
from jiuzhou.web.store.search import index_customers
from jiuzhou.web.store.spelling import holds, terms_of
from web_company import Company

pytestmark = pytest.mark.django_db

PEOPLE = ("rep", "peer", "team_lead", "regional_manager", "channel_manager", "planner")
WAYS = {
    "own rows": {},
    "own rows, the index asked first": {"READ": 0},
    "the index": {"OWN": 0},
    "the index, cut short": {"OWN": 0, "MANY": 2, "SOME": 2, "BEST": 2},
    "the index, cut after some": {"OWN": 0, "MANY": 3, "SOME": 3, "BEST": 3, "LOOKED": 5},
    "cut at once": {"OWN": 0, "MANY": 0, "SOME": 0, "BEST": 0, "LOOKED": 0},
}
"""Ways in which a search goes at some size of a company, forced at a small one."""
BOOKS = st.lists(
    st.tuples(
        st.text("苏州江康明医疗单记", min_size=1, max_size=4),
        st.sampled_from(["R1", "R2", "R3", "P1", None]),
        st.integers(0, 100),
    ),
    max_size=9,
)
QUERIES = st.text("苏州康医", min_size=1, max_size=2) | st.sampled_from(["s", "sz", "kang", "yl", "danji", "苏 康"])


@dataclass(frozen=True)
class Seen:
    key: int
    code: str
    name: str
    score: float


@pytest.fixture
def indexed(company: Company) -> Company:
    index_customers(Customer.unscoped.values_list("pk", flat=True))
    return company


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    for name, value in WAYS[request.param].items():
        monkeypatch.setattr(finding, name, value)
    return WAYS[request.param]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(book=BOOKS, query=QUERIES, person=st.sampled_from(PEOPLE))
def test_a_search_shows_what_is_seen_and_matches_and_says_where_it_is_cut(
    indexed: Company, way: dict[str, int], book: list[tuple[str, str | None, int]], query: str, person: str
) -> None:
    with transaction.atomic():
        _add(indexed, book)
        listing = _list(indexed, person, q=query)
        matching = [row for row in _seen(indexed, person) if holds(row.name, terms_of(query) or ())]
        exported = list(lines_for_export(indexed.actor("planner"), wanted_of({"q": [query]})))
        everybodys = [row for row in _seen(indexed, "planner") if holds(row.name, terms_of(query) or ())]
        transaction.set_rollback(True)

    shown, best_first = [row.code for row in listing.rows], [row.code for row in matching]
    assert shown == best_first[: len(shown)]
    assert (listing.best, listing.more) == (len(shown) < len(matching),) * 2
    assert listing.total == len(shown)
    assert {line.split(",")[0] for line in exported[1:]} == {row.code for row in everybodys}


ASKED = ({"q": "有限公司"}, {"q": "yxgs", "sort": "name"}, {"q": "苏州"}, {"channel": "直销"}, {"q": "C0"})


def test_a_thousand_customers_of_somebody_else_change_nothing_of_a_search(
    indexed: Company, way: dict[str, int]
) -> None:
    asking = list(itertools.product(("rep", "regional_manager", "channel_manager"), ASKED))
    before = [_told(indexed, person, asked) for person, asked in asking]

    _add(indexed, [(f"苏州{number}有限公司", "R3", number % 100) for number in range(1_000)], channel="直销")

    for told, (person, asked) in zip(before, asking, strict=True):
        assert _told(indexed, person, asked) == told, (person, asked)
    assert _told(indexed, "planner", {"q": "苏州", "sort": "name"})[0].next or way.get("MANY") is not None


def test_a_rep_finds_the_only_customer_behind_thousands_better_ones(
    indexed: Company, way: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "BEST", 1)
    monkeypatch.setattr(finding, "LOOKED", 2)
    own = indexed.customers["own"]
    CustomerScore.unscoped.filter(pk=own.pk).update(score=0)
    _add(indexed, [(f"江苏康明{number}", "R2", 99) for number in range(300)])

    assert [row.code for row in _list(indexed, "rep", q="康明").rows] == [own.code]


def test_customers_that_are_gone_do_not_hide_those_that_are_there(
    indexed: Company, way: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    _add(indexed, [(f"江苏康明{number}", "R2", 99) for number in range(20)])
    Customer.unscoped.filter(name__regex=r"^江苏康明\d").update(deleted_at=timezone.now())
    monkeypatch.setattr(finding, "MANY", 3)

    listing = _list(indexed, "planner", q="康明")

    assert ([row.code for row in listing.rows], listing.best) == ([indexed.customers["own"].code], False)


@pytest.mark.parametrize("person", ["rep", "regional_manager", "planner"])
def test_a_search_takes_few_queries_in_every_way(indexed: Company, way: dict[str, int], person: str) -> None:
    _add(indexed, [(f"苏州{number}有限公司", "R1", number % 100) for number in range(300)])
    actor = indexed.actor(person)

    with CaptureQueriesContext(connection) as asked:
        customers(actor, wanted_of({"q": ["苏州"], "tier": ["C"]}))

    assert len(asked) <= 6


def test_a_number_that_many_begin_with_is_cut_and_says_so(indexed: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MANY", 3)

    listing = _list(indexed, "planner", q="C000")

    assert (len(listing.rows), listing.best, listing.more) == (3, True, True)


def test_words_that_most_names_hold_find_the_latest_decisions(
    indexed: Company, way: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = indexed.actor("regional_manager")
    seen = {row.code for row in _seen(indexed, "regional_manager") if "有限公司" in row.name}

    found = decisions.list_decisions(actor, decisions.Wanted(query="有限公司")).items

    assert {line.customer_code for line in found} <= seen
    every = decisions.list_decisions(actor, decisions.Wanted()).items
    assert [line for line in every if line.customer_code in seen] == list(found)


def _list(company: Company, person: str, **asked: str) -> Listing:
    return customers(company.actor(person), wanted_of({name: [value] for name, value in asked.items()}), size=500)


def _told(company: Company, person: str, asked: dict[str, str]) -> tuple[Any, ...]:
    actor, words = company.actor(person), asked.get("q", "苏州")
    return (
        _list(company, person, **asked),
        found_by(actor, words).customers,
        look_for_company(actor, "江苏康明医疗设备有限公司") if actor.may("customer.check") else None,
        decisions.list_decisions(actor, decisions.Wanted(query=words)) if actor.may("decision.read") else None,
    )


def _seen(company: Company, person: str) -> list[Seen]:
    rows = visible_to(company.actor(person), Customer).values_list("pk", "code", "name", "scores__by_score")
    return sorted((Seen(*row) for row in rows), key=lambda row: (-row.score, row.key))


def _add(company: Company, book: list[tuple[str, str | None, int]], channel: str = "") -> None:
    places = {"R1": "T1", "R2": "T2", "R3": "T3", "P1": "T4"}
    shared: dict[str, Any] = {"organisation_id": [company.organisation.pk] * len(book)}
    insert_rows(
        Customer,
        {
            **shared,
            "code": [f"Z{number:05d}" for number in range(len(book))],
            "name": [name for name, _, _ in book],
            "channel": [channel] * len(book),
            "owner_id": [company.owners[owner].pk if owner else None for _, owner, _ in book],
            "territory_id": [company.territories[places[owner]].pk if owner else None for _, owner, _ in book],
            "pool": ["" if owner else "public" for _, owner, _ in book],
        },
    )
    keys = list(Customer.unscoped.filter(code__startswith="Z").order_by("code").values_list("pk", flat=True))
    insert_rows(
        CustomerScore,
        {
            **shared,
            "customer_id": keys,
            "score": [float(score) for _, _, score in book],
            "tier": ["C"] * len(book),
            "as_of": [company.organisation.as_of] * len(book),
        },
    )
    index_customers(keys)
