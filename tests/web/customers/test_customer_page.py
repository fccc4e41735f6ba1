"""A customer's page: who has it and why, figures that can be reckoned again, a timeline, and nothing for others."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiuzhou.cycle import Cycle
from jiuzhou.kernel.errors import InputError
from jiuzhou.web.collect.reads import customer as reads
from jiuzhou.web.collect.reads.timeline import timeline
from jiuzhou.web.collect.writes.loading.facts import write_fact
from jiuzhou.web.collect.writes.notes import log_note
from jiuzhou.web.evaluate.reads import calculation, score_of, scorecard
from jiuzhou.web.evaluate.writes import settle_scores
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Customer, CustomerScore, PeerScale
from web_company import Company

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]
NOW = datetime(2026, 6, 30, 9, tzinfo=UTC)
PAGES = ("", "/peek", "/about", "/timeline", "/owners", "/calculation/value", "/calculation/score")


@pytest.fixture
def with_facts(company: Company, data_folder: Path) -> Company:
    own, peer = company.customers["own"].code, company.customers["peer"].code
    days = [NOW - timedelta(days=day) for day in range(40)]
    decimal, at = pa.decimal128(18, 4), pa.timestamp("us", tz="UTC")
    orders = {
        "order_id": pa.array([f"SO{place:03d}" for place in range(40)] + ["SO-PEER"]),
        "customer_id": pa.array([own] * 40 + [peer]),
        "ordered_at": pa.array([*days, NOW], at),
        "amount": pa.array([Decimal(100)] * 41, decimal),
        "channel": pa.array(["直销"] * 41),
        "owner_id": pa.array(["R1"] * 41),
    }
    texts = ["customers.tier_is", "<script>alert(1)</script>", "新品介绍"]
    interactions = {
        "customer_id": pa.array([own] * 3),
        "at": pa.array([NOW - timedelta(hours=hour) for hour in (1, 2, 3)], at),
        "kind": pa.array(["visit", "complaint", "call"]),
        "owner_id": pa.array(["R1"] * 3),
        "outcome": pa.array([None] * 3, pa.string()),
        "minutes": pa.array([30.0, None, 5.0]),
        "quality": pa.array([None] * 3, pa.float64()),
        "topic": pa.array(texts),
        "text": pa.array([None] * 3, pa.string()),
        "resolved_at": pa.array([None] * 3, at),
    }
    for name, columns in (("orders", orders), ("interactions", interactions)):
        write_fact(company.organisation.pk, name, pa.table(columns), now=NOW)
    return company


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("key", ["peer", "pool", "deleted", "foreign", "formerly"])
def test_a_customer_of_others_is_not_there(company: Company, signed_in: SignedIn, page: str, key: str) -> None:
    code = company.customers[key].code if key != "foreign" else "NOT-OURS"
    client = signed_in("rep")

    answer, nothing = client.get(f"/customers/{code}{page}"), client.get(f"/customers/{'X' * len(code)}{page}")

    assert answer.status_code == nothing.status_code == 404
    assert company.customers[key].name not in answer.content.decode()


def test_the_page_says_who_has_the_customer_and_why_before_anything_else(company: Company, signed_in: SignedIn) -> None:
    text = signed_in("rep").get(f"/customers/{company.customers['own'].code}").content.decode()

    assert text.index("customer-owner-name") < text.index("customer-why") < text.index("得分卡")
    assert "周静" in text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("person", ["rep", "regional_manager", "planner"])
def test_a_page_takes_few_queries(with_facts: Company, signed_in: SignedIn, page: str, person: str) -> None:
    client = signed_in(person)

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(f"/customers/{with_facts.customers['own'].code}{page}")

    assert answer.status_code == 200
    assert len(asked) <= 12


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_people_wrote_is_shown_as_they_wrote_it(with_facts: Company, signed_in: SignedIn, lang: str) -> None:
    code = with_facts.customers["own"].code

    text = signed_in("rep").get(f"/customers/{code}/timeline?lang={lang}").content.decode()

    assert "customers.tier_is" in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_the_timeline_holds_everything_once_the_latest_first(with_facts: Company) -> None:
    actor, code = with_facts.actor("rep"), with_facts.customers["own"].code
    log_note(actor, code, kind="call", at=NOW - timedelta(minutes=90), text="问过交期")
    seen, cursor = [], None
    while True:
        page = timeline(actor, code, cursor=cursor)
        seen += page.events
        cursor = page.next
        if cursor is None:
            break

    assert [event.at for event in seen] == sorted((event.at for event in seen), reverse=True)
    assert len(seen) == len({(event.kind, event.key) for event in seen}) == 40 + 3 + 1 + 1
    assert {event.kind for event in timeline(actor, code, group="orders").events} == {"order"}


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WzEsMl0", "é"])
def test_a_cursor_of_something_else_is_refused(company: Company, cursor: str) -> None:
    with pytest.raises(InputError):
        timeline(company.actor("rep"), company.customers["own"].code, cursor=cursor)


def test_contacts_of_the_pool_are_hidden_from_those_who_do_not_see_everything(company: Company) -> None:
    pooled = company.customers["own"]
    assert reads.customer(company.actor("rep"), pooled.code).phone == "13800001234"
    assert reads.customer(company.actor("auditor"), pooled.code).phone == reads.HIDDEN


def test_what_is_known_of_the_person_is_shown_to_those_who_may_reach_it(company: Company, signed_in: SignedIn) -> None:
    own = company.customers["own"]
    told = {"birth_year": 1985, "occupation": "医生", "interests": ["跑步", "摄影"], "income_band": ""}
    Customer.unscoped.filter(pk=own.pk).update(**told)

    assert reads.customer(company.actor("rep"), own.code).person == {
        "birth_year": 1985,
        "occupation": "医生",
        "interests": ["跑步", "摄影"],
    }
    assert reads.customer(company.actor("auditor"), own.code).person == {}
    page = signed_in("rep").get(f"/customers/{own.code}").content.decode()
    assert "出生年份" in page
    assert "跑步、摄影" in page


def test_the_score_that_is_shown_can_be_reckoned_again(small_cycle: Cycle, company: Company) -> None:
    table = small_cycle.scores.customers
    write_fact(company.organisation.pk, "customers_scored", table, now=NOW)
    customer = company.customers["own"]
    for row in table.slice(0, 40).to_pylist():
        Customer.unscoped.filter(pk=customer.pk).update(code=row["customer_id"])
        shown = calculation(company.actor("rep"), row["customer_id"], "score")

        assert shown.score == pytest.approx(row["score"], abs=1e-3)
        assert score_of(shown.parts) == shown.score
        assert sum(part.points or 0 for part in shown.parts) == pytest.approx(row["score"], abs=1e-3)


def test_peers_are_compared_only_where_there_are_twenty(company: Company) -> None:
    settle_scores(company.organisation.pk)
    card = scorecard(company.actor("rep"), company.customers["own"].code)
    assert card.standing is None
    assert PeerScale.unscoped.count() == 0

    for number in range(30):
        other = Customer.unscoped.create(
            organisation=company.organisation,
            code=f"P{number}",
            name="同行",
            industry="医疗",
            owner=company.owners["R2"],
        )
        CustomerScore.unscoped.create(
            organisation=company.organisation, customer=other, tier="B", score=number * 3, as_of=date(2026, 7, 1)
        )
    settle_scores(company.organisation.pk)

    standing = scorecard(company.actor("rep"), company.customers["own"].code).standing
    assert standing is not None
    assert standing.customers >= 20
    assert 0.5 < standing.percentile < 0.8


def test_a_dimension_without_data_says_so(company: Company) -> None:
    card = scorecard(company.actor("rep"), company.customers["own"].code)

    assert card.known == 0
    assert [dimension.text for dimension in card.dimensions] == [None] * 5
    assert "csat" in calculation(company.actor("rep"), company.customers["own"].code, "satisfaction").missing
    with pytest.raises(NotFoundError):
        calculation(company.actor("rep"), company.customers["own"].code, "secret")


def test_past_owners_show_when_it_held_and_when_it_was_known(company: Company) -> None:
    spells = reads.spells(company.actor("peer"), company.customers["formerly"].code)

    assert [spell.owner for spell in spells] == ["吴昊", "周静"]
    assert spells[0].valid_to is None
    assert spells[1].valid_to is not None
    assert all(spell.recorded_at <= timezone.now() for spell in spells)
