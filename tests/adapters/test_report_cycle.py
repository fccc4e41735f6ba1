"""The page of a whole pass of the loop: its figures are those of the stages."""

from __future__ import annotations

import re

import pytest

from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.adapters.report import ReportPage, page_of, render_report
from jiuzhou.adapters.report.blocks import Table
from jiuzhou.adapters.report.sections.holdings import holdings
from jiuzhou.assign import standard_rules
from jiuzhou.collect import RawTable
from jiuzhou.cycle import Cycle, run_cycle
from jiuzhou.demo.book import make_book
from jiuzhou.kernel.message import Message


@pytest.fixture(scope="module")
def cycle() -> Cycle:
    made = make_book(customers=200)
    sources = {name: RawTable(f"{name}.parquet", table, 1) for name, table in made.tables.items()}
    with duckdb_engine() as engine:
        return run_cycle(sources, made.settings, rules=standard_rules(), engine=engine)


@pytest.fixture(scope="module")
def page(cycle: Cycle) -> ReportPage:
    return page_of(cycle, company="九鼎检测")


@pytest.fixture(scope="module")
def text(page: ReportPage) -> str:
    return render_report(page)


def tables(page: ReportPage, word: str) -> list[Table]:
    section = next(one for one in page.sections if one.word == word)
    return [block for block in section.blocks if isinstance(block, Table)]


def test_the_seven_sections_stand_in_the_loops_order(page: ReportPage) -> None:
    words = [section.word for section in page.sections]

    assert words == ["collect", "evaluate", "divide", "resource", "assign", "serve", "monitor"]


def test_read_is_kept_plus_rejected_in_every_row(page: ReportPage) -> None:
    rows = tables(page, "collect")[0].rows

    assert rows
    assert all(row[1] == row[2] + row[3] for row in rows)  # type: ignore[operator]


def test_the_classes_hold_every_customer_once(page: ReportPage, cycle: Cycle) -> None:
    by_tier = tables(page, "evaluate")[0].rows

    assert sum(row[1] for row in by_tier) == cycle.scores.customers.num_rows  # type: ignore[misc]


def test_the_territories_hold_every_customer_of_the_plan(page: ReportPage, cycle: Cycle) -> None:
    table = tables(page, "divide")[0]

    held = cycle.plan.units.filter(cycle.plan.units["territory_id"].is_valid())["customer_id"].drop_null()
    assert sum(row[3] for row in table.rows) == len(held)  # type: ignore[misc]
    assert table.foot[-1][3] == cycle.book.table("customers").num_rows


def test_who_comes_goes_and_is_handed_over_is_the_same_number(page: ReportPage, cycle: Cycle) -> None:
    total = tables(page, "divide")[0].foot[-1]

    gained, lost = total[-2:]
    assert gained == lost == cycle.plan.metrics["handover_customers"].value


def test_the_territories_before_are_those_of_the_effect(cycle: Cycle) -> None:
    held = holdings(cycle.book, cycle.plan, cycle.scores)

    largest = max(abs(held[one.id].before or 0.0) for one in cycle.plan.territories)
    assert largest == pytest.approx(cycle.watch.effect["balance"]["workload"]["before"]["largest"], abs=1e-5)  # type: ignore[index, call-overload]


def test_the_first_screen_has_five_figures(page: ReportPage, cycle: Cycle) -> None:
    customers, best, in_band, owned, alerts = page.tiles

    assert customers.value == cycle.scores.customers.num_rows
    assert 0 < best.value < 1  # type: ignore[operator]
    assert isinstance(in_band.value, Message)
    assert in_band.value.params["y"] == len(cycle.plan.territories)
    assert 0 < owned.value <= 1  # type: ignore[operator]
    assert alerts.value == sum(one.severity.value == "high" for one in cycle.watch.alerts)


def test_no_sentence_shows_the_id_of_a_customer_who_has_a_name(page: ReportPage, text: str) -> None:
    shown = re.sub(r"<style>.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL)

    assert re.findall(r"\bC0\d{6}\b", shown) == []


def test_the_outcomes_add_up_to_all_decisions(page: ReportPage, cycle: Cycle) -> None:
    rows = tables(page, "assign")[0].rows

    assert sum(row[1] for row in rows) == cycle.assignment.decisions.num_rows  # type: ignore[misc]


def test_the_kinds_of_action_add_up_to_all_actions(page: ReportPage, cycle: Cycle) -> None:
    rows = tables(page, "serve")[0].rows

    assert sum(row[1] for row in rows) == cycle.advice.actions.num_rows  # type: ignore[misc]


def test_the_file_is_small_whole_and_free_of_raw_codes(text: str) -> None:
    words = "report|collect|evaluate|divide|resource|assign|serve|monitor|geo"

    assert len(text.encode()) <= 2_000_000
    assert text.rstrip().endswith("</html>")
    shown = re.sub(r"<style>.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL)
    assert re.findall(rf"\b(?:{words})\.[a-z]+_[a-z_]+", shown) == []
    assert re.findall(r"\b(?:None|nan|NaN|undefined|Message\()", shown) == []


def test_the_english_page_is_english_but_for_marked_names(text: str) -> None:
    english = text[text.index('<div class="page page-en"') :]
    unmarked = re.sub(r'<(span|label)[^>]*lang="zh-CN"[^>]*>.*?</\1>|title="[^"]*"|<title>.*?</title>', "", english)

    assert re.findall("[一-鿿]+", unmarked) == []


def test_every_opened_tag_is_closed(text: str) -> None:
    for tag in ("div", "section", "table", "tr", "td", "th", "ul", "li", "svg", "span", "details", "figure", "dl"):
        assert len(re.findall(rf"<{tag}[\s>]", text)) == len(re.findall(rf"</{tag}>", text)), tag


def test_the_same_pass_gives_the_same_page(cycle: Cycle, text: str) -> None:
    assert render_report(page_of(cycle, company="九鼎检测")) == text
