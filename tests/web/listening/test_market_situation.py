"""How one stands against competitors: what follows from what is stated, place by place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from django.test import Client

from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.collect.market import CompetitorDraft, MarketDraft
from jiuzhou.web.collect.reads.situation import Situation, situations
from jiuzhou.web.collect.writes.loading.facts import write_fact
from jiuzhou.web.collect.writes.market import state_competitor, state_market
from jiuzhou.web.problems import ForbiddenError
from jiuzhou.web.store.models import RegionScore
from web_company import Company

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 31)


@pytest.fixture
def stated(company: Company) -> Company:
    planner = company.actor("planner")
    for place, kind, value in (
        *(("江苏", "size", 1e9), ("江苏", "growth", 0.08), ("江苏", "competition", 0.2)),
        *(("上海", "growth", -0.02), ("上海", "competition", 0.9)),
    ):
        state_market(planner, MarketDraft(place, kind, DAY, "统计年鉴", value=value))
    state_market(planner, MarketDraft("江苏", "growth", date(2025, 3, 31), "统计年鉴", value=-0.5))
    for name, place, share in (("华东仪器", "江苏", 0.12), ("小厂", "江苏", None), ("环球检测", "", 0.3)):
        state_competitor(planner, CompetitorDraft(name, DAY, "行业报告", place=place, share=share))
    RegionScore.unscoped.create(
        organisation=company.organisation,
        region_code="320000",
        name="江苏省",
        level="province",
        revenue=Decimal(50_000_000),
        as_of=DAY,
    )
    return company


def by_place(company: Company, person: str) -> dict[str, Situation]:
    return {one.place: one for one in situations(company.actor(person))}


def test_opportunities_and_threats_follow_from_what_was_stated_last(stated: Company) -> None:
    found = by_place(stated, "planner")

    jiangsu, shanghai = found["320000"], found["310000"]
    assert (jiangsu.size, jiangsu.growth, jiangsu.sales, jiangsu.share) == (1e9, 0.08, 50_000_000, 0.05)
    assert [rival.name for rival in jiangsu.rivals] == ["环球检测", "华东仪器", "小厂"]
    assert [text.code for text in jiangsu.opportunities] == ["market.grows_past", "market.is_open"]
    assert [(text.code, text.params["name"]) for text in jiangsu.threats] == [("market.is_ahead", "环球检测")]
    assert [text.code for text in shanghai.threats] == ["market.is_crowded", "market.shrinks"]


def test_who_does_not_see_the_whole_is_not_told_its_sales(stated: Company) -> None:
    found = by_place(stated, "regional_manager")["320000"]

    assert (found.sales, found.share) == (None, None)
    assert [text.code for text in found.opportunities] == ["market.grows", "market.is_open"]
    assert found.threats == ()


@pytest.mark.parametrize(
    ("lang", "ahead", "crowded"),
    [
        ("zh", "环球检测的份额是 30%，高于我方的 5%。", "竞争强度高达 90%。"),
        ("en", "环球检测 has 30%, more than the own 5%.", "Competition is as high as 90%."),
    ],
)
def test_the_page_says_it_in_both_languages(
    stated: Company, signed_in: Callable[[str], Client], lang: str, ahead: str, crowded: str
) -> None:
    page = signed_in("planner").get(f"/monitor/market/situation/?lang={lang}").content.decode()

    assert ahead in page
    assert crowded in page


def test_what_came_in_files_counts_and_people_overrule_it(stated: Company) -> None:
    schema = TABLES["market"].arrow
    names = ["region_code", "at", "competition", "growth"]
    rows = [("320000", date(2025, 1, 1), 0.9, 0.5), ("330000", date(2026, 1, 1), 0.8, None)]
    table = pa.table(
        {
            name: pa.array(values, schema.field(name).type)
            for name, values in zip(names, zip(*rows, strict=True), strict=True)
        }
    )
    write_fact(stated.organisation.pk, "market", table, now=stated.now)

    found = by_place(stated, "planner")

    assert (found["320000"].growth, found["320000"].competition) == (0.08, 0.2)
    assert [text.code for text in found["330000"].threats] == ["market.is_crowded"]


def test_who_may_not_read_markets_is_refused(stated: Company) -> None:
    with pytest.raises(ForbiddenError):
        situations(stated.actor("importer"))
