"""Markets and competitors: every statement with its source, corrections that keep what they correct, and the Book."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.web.collect.market import CompetitorDraft, MarketDraft, number_of, place_of
from jiuzhou.web.collect.reads.market import Sought, list_competitors, list_market, read_market
from jiuzhou.web.collect.writes.market import state_competitor, state_market, withdraw_market
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, StaleError
from jiuzhou.web.store.book import book_of
from jiuzhou.web.store.models import AuditEntry, MarketFact
from web_company import Company
from web_programs import Program

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]
NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
DAY = date(2026, 3, 31)


@pytest.fixture(autouse=True)
def today() -> object:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def size(value: float, *, at: date = DAY, place: str = "江苏", source: str = "统计年鉴") -> MarketDraft:
    return MarketDraft(place, "size", at, source, value=value)


def test_a_correction_is_a_new_version_and_the_old_one_stays(company: Company) -> None:
    planner = company.actor("planner")
    first = state_market(planner, size(1e9), version=0)
    second = state_market(planner, size(2e9, source="更正后的年鉴"), version=1)

    detail = read_market(planner, second)
    assert [(line.version, line.value) for line in detail.versions] == [(2, 2e9), (1, 1e9)]
    assert detail.current
    assert not read_market(planner, first).current
    assert [line.value for line in list_market(planner, Sought()).items] == [2e9]
    assert AuditEntry.unscoped.filter(verb="market.state").count() == 2


def test_the_same_statement_again_changes_nothing(company: Company) -> None:
    planner = company.actor("planner")

    assert state_market(planner, size(1e9)) == state_market(planner, size(1e9), version=0)
    assert MarketFact.unscoped.count() == 1


def test_nobody_overwrites_what_they_have_not_seen(company: Company) -> None:
    planner = company.actor("planner")
    state_market(planner, size(1e9))

    with pytest.raises(ConflictError):
        state_market(planner, size(3e9), version=0)
    with pytest.raises(StaleError):
        state_market(planner, size(3e9), version=5)
    assert MarketFact.unscoped.get().value == 1e9


def test_what_was_taken_back_may_be_stated_anew_under_the_next_version(company: Company) -> None:
    planner = company.actor("planner")
    withdraw_market(planner, state_market(planner, size(1e9)), version=1)
    assert list_market(planner, Sought()).items == ()

    again = state_market(planner, size(1e9), version=0)
    assert read_market(planner, again).line.version == 2
    with pytest.raises(StaleError):
        withdraw_market(planner, again, version=1)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (size(-1), "value"),
        (size(float("nan")), "value"),
        (size(float("inf")), "value"),
        (MarketDraft("江苏", "competition", DAY, "访谈", value=1.2), "value"),
        (MarketDraft("江苏", "law", DAY, "公报"), "text"),
        (MarketDraft("江苏", "weather", DAY, "公报", value=1), "kind"),
        (size(1, place="不存在的地方"), "place"),
        (size(1, source="  "), "source"),
        (size(1, at=date(2026, 7, 2)), "at"),
    ],
)
def test_what_makes_no_sense_is_named_by_its_field(company: Company, draft: MarketDraft, field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        state_market(company.actor("planner"), draft)
    assert set(refused.value.fields) == {field}
    assert not MarketFact.unscoped.exists()


def test_who_may_not_write_does_not(company: Company) -> None:
    for person in ("rep", "auditor", "partner_user"):
        with pytest.raises(ForbiddenError):
            state_market(company.actor(person), size(1))


def test_the_book_has_one_row_for_each_place_and_day_with_the_latest_versions(company: Company) -> None:
    planner = company.actor("planner")
    for draft in (size(1e9), size(2e9), size(5e8, at=date(2025, 3, 31)), size(7e10, place="CN")):
        state_market(planner, draft)
    state_market(planner, MarketDraft("320000", "culture", DAY, "访谈", text="重视关系"))
    state_competitor(planner, CompetitorDraft("某公司", DAY, "招标公告", "江苏", "CT", price=12.5, share=0.2))

    book = book_of(company.organisation)
    market = {(row["region_code"], row["at"]): row for row in book.table("market").to_pylist()}
    assert set(market) == {("320000", DAY), ("320000", date(2025, 3, 31)), ("CN", DAY)}
    row = market["320000", DAY]
    assert (row["market_size"], row["culture_note"], row["source"]) == (
        Decimal(2_000_000_000),
        "重视关系",
        "统计年鉴; 访谈",
    )
    (rival,) = book.table("competitors").to_pylist()
    assert (rival["region_code"], rival["price"], rival["share"]) == ("320000", Decimal("12.5"), 0.2)


def test_only_the_latest_of_each_can_grow_old(company: Company) -> None:
    planner = company.actor("planner")
    for at in (date(2024, 1, 1), date(2026, 6, 1)):
        state_market(planner, size(1e9, at=at))
    state_market(planner, size(1e9, at=date(2024, 1, 1), place="浙江"))
    state_competitor(planner, CompetitorDraft("某公司", date(2025, 1, 1), "公告"))

    assert [line.place for line in list_market(planner, Sought(stale=True)).items] == ["330000"]
    every = list_market(planner, Sought(all_days=True)).items
    assert [(line.place, line.at.year, line.stale) for line in every] == [
        *[("320000", 2026, False), ("320000", 2024, False), ("330000", 2024, True)]
    ]
    assert list_competitors(planner, Sought(stale=True)).items[0].stale


def test_a_place_is_listed_with_all_within_it(company: Company) -> None:
    planner = company.actor("planner")
    for place in ("江苏", "320500", "浙江", "DE", "DE-BY"):
        state_market(planner, size(1e9, place=place))

    def listed(place: str) -> list[str]:
        return [line.place for line in list_market(planner, Sought(place=place)).items]

    assert listed("320000") == ["320000", "320500"]
    assert listed("DE") == ["DE", "DE-BY"]
    assert listed("CN") == ["320000", "320500", "330000"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *[("江苏", "320000"), ("江苏省", "320000"), ("Jiangsu", "320000"), ("inner mongolia", "150000")],
        *[("苏州市", "320500"), (" 苏州 ", "320500"), ("320500", "320500"), ("中国", "CN"), ("de-by", "DE-BY")],
        *[("朝阳区", None), ("999999", None), ("", None), ("x", None), ("DE-BYERN", None)],
    ],
)
def test_a_place_is_known_by_name_and_code(text: str, code: str | None) -> None:
    assert place_of(text) == code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,200", 1200),
        ("8%", 0.08),
        ("3.5亿", 3.5e8),
        ("２", 2),
        ("-2%", -0.02),
        ("约三", None),
        ("1e9", None),
        ("", None),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, value: float | None) -> None:
    assert number_of(text) == (None if value is None else pytest.approx(value))


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_none_and_a_number_or_none(text: str) -> None:
    assert place_of(text) is None or len(place_of(text) or "") <= 12
    assert number_of(text) is None or isinstance(number_of(text), float)


def test_a_program_states_and_corrects_once_for_each_key(company: Company) -> None:
    planner = Program(company.actor("planner"))
    body = {"place": "江苏", "kind": "size", "at": "2026-03-31", "source": "统计年鉴", "value": 1e9}

    first = planner.post("/market", body, key="a")
    again = planner.post("/market", body, key="a")
    other = planner.post("/market", body | {"value": 2e9}, key="b")

    assert (first.status_code, again.json()["id"], other.json()["version"]) == (201, first.json()["id"], 2)
    assert [line["value"] for line in planner.get("/market").json()["items"]] == [2e9]
    rival = planner.post(
        "/competitors", {"name": "某公司", "at": "2026-03-31", "source": "公告", "share": 0.3}, key="c"
    )
    assert rival.status_code == 201
    assert planner.get("/competitors").json()["items"][0]["share"] == 0.3


def test_the_page_states_corrects_and_takes_back(company: Company, signed_in: SignedIn) -> None:
    client = signed_in("planner")
    form = {"place": "江苏", "kind": "size", "stated": "3.5亿", "at": "2026-03-31", "source": "年鉴", "version": "0"}

    made = client.post("/monitor/market/new/", form)
    assert made.status_code == 302
    fact = MarketFact.unscoped.get()
    assert (fact.value, fact.place) == (3.5e8, "320000")
    twice = client.post("/monitor/market/new/", form | {"stated": "4亿"})
    assert twice.status_code == 422
    changed = client.post(f"{made['Location']}correct/", {"stated": "4亿", "source": "年鉴 2", "version": "1"})
    assert changed.status_code == 302
    text = client.get(changed["Location"]).content.decode()
    assert "第 2 版" in text
    assert "江苏省" in text
    current = MarketFact.unscoped.get(superseded_at__isnull=True)
    client.post(f"/monitor/market/{current.pk}/withdraw/", {"version": current.version})
    assert not MarketFact.unscoped.filter(superseded_at__isnull=True).exists()
