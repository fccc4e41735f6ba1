"""The page of a whole pass of the loop: its figures are those of the stages."""

from __future__ import annotations

import re

import pytest

from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.adapters.report import ReportPage, page_of, render_report
from jiuzhou.adapters.report.blocks import Table
from jiuzhou.assign import standard_rules
from jiuzhou.collect import RawTable
from jiuzhou.cycle import Cycle, run_cycle
from jiuzhou.demo.book import make_book


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
    rows = tables(page, "divide")[0].rows

    held = cycle.plan.units.filter(cycle.plan.units["territory_id"].is_valid())["customer_id"].drop_null()
    assert sum(row[3] for row in rows) == len(held)  # type: ignore[misc]


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
    unmarked = re.sub(r'<(span|label)[^>]*lang="zh-CN"[^>]*>.*?</\1>|title="[^"]*"', "", english)

    assert re.findall("[一-鿿]+", unmarked) == []


def test_every_opened_tag_is_closed(text: str) -> None:
    for tag in ("div", "section", "table", "tr", "td", "th", "ul", "li", "svg", "span", "details", "figure", "dl"):
        assert len(re.findall(rf"<{tag}[\s>]", text)) == len(re.findall(rf"</{tag}>", text)), tag


def test_the_same_pass_gives_the_same_page(cycle: Cycle, text: str) -> None:
    assert render_report(page_of(cycle, company="九鼎检测")) == text
