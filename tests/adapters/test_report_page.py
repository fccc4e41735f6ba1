"""The report: one file, two languages, nothing from outside, nothing unescaped."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from jiuzhou.adapters.report.blocks import (
    Bar,
    Column,
    Dots,
    Figure,
    Figures,
    Label,
    Line,
    Map,
    Notes,
    Section,
    Swatch,
    Table,
    Tile,
    Value,
)
from jiuzhou.adapters.report.page import ReportPage
from jiuzhou.adapters.report.render import bar_shape, css_text, line_path, render_report
from jiuzhou.adapters.report.speaker import Speaker
from jiuzhou.kernel.message import named, say

ATTACK = "</td><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"
CHINESE = re.compile("[一-鿿]")


def section(*blocks: Table | Figures | Notes | Map, word: str = "serve") -> Section:
    figure = Figure(say("report.serve_figure"), 3)
    return Section(word, say("report.monitor_headline", alerts=3, high=1), figure, blocks, (say("report.collect_how"),))


def page(*sections: Section, company: str = "", language: str = "zh") -> ReportPage:
    return ReportPage(
        company=company,
        language=language,
        currency="CNY",
        as_of=date(2026, 3, 31),
        plan_id="plan-1",
        seed=7,
        version="0.1.0",
        tiles=(Figure(say("report.customers"), 3_000, "count", "customers", say("report.no_alerts")),),
        sections=sections,
        definitions=((say("report.term_nps"), say("report.means_nps")),),
        versions={"clv": 1},
    )


def table(form: str, *values: Value, unit: str = "") -> Table:
    return Table(
        say("report.alerts_title"), (Column(say("report.value"), form, unit),), tuple((one,) for one in values)
    )


def dots(name: str) -> Dots:
    label = Label(name, (10.0, 10.0), ((1.0, 1.0), (6.0, 6.0)))
    hover = say("report.map_hover", number=1, name=name, owner=name, deviation=-0.031)
    return Dots(name, 1, "#1c63b0", "M0 0L5 5Z", "M5 5L9 9Z", "M1 1h0", label, hover)


def a_map(*drawn: Dots, tiles: tuple[Tile, ...] = ()) -> Map:
    return Map((720.0, 400.0), "M0 0L9 9", drawn, tiles, 1, 0, 2, 3, say("geo.map_note"))


def part(text: str, lang: str) -> str:
    start = text.index(f'<div class="page page-{lang}"')
    after = text.find('<div class="page page-', start + 1)
    return text[start : after if after > 0 else len(text)]


def test_nothing_a_company_writes_becomes_markup() -> None:
    attacked = section(
        table("text", ATTACK, named({"zh": ATTACK, "en": ATTACK}, "")),
        table("words", say("serve.grow_with_product", product=ATTACK, revenue=1, potential=2)),
        Notes(say("report.notes"), (say("serve.two_decisions", customer=ATTACK),)),
        a_map(dots(ATTACK)),
    )

    text = render_report(page(attacked, company=ATTACK))

    assert "<script" not in text
    assert "<img" not in text
    assert "onerror=alert(2)>" not in text
    assert html.escape("<script>alert(1)</script>") in text
    assert "{{7*7}}" in text  # shown as it is, not worked out


def test_the_file_asks_for_nothing_from_outside() -> None:
    text = render_report(page(section(a_map(dots("苏州")), table("text", "https://example.org/a.png"))))

    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
    assert re.findall(r'(?:src|href)="(?!#)', text) == []
    assert re.findall(r"url\((?!#)", text) == []
    assert "@import" not in text
    assert "@font-face" not in text


@pytest.mark.parametrize(("language", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_the_companys_language_stands_first_and_is_chosen(language: str, tag: str) -> None:
    text = render_report(page(section(), language=language))

    assert f'<html lang="{tag}">' in text
    chosen = re.findall(r'<input class="language"[^>]*id="show-(\w+)"[^>]* checked>', text)
    assert chosen == [language]
    assert text.index(f'page-{language}"') < text.index(f'page-{"en" if language == "zh" else "zh"}"')


def test_each_language_speaks_for_itself() -> None:
    drawn = section(table("money", Decimal(57000), unit="CNY"), table("text", "苏州一区"), a_map(dots("苏州一区")))

    text = render_report(page(drawn))

    chinese, english = part(text, "zh"), part(text, "en")
    assert "5.7万" in chinese
    assert "（元）" in chinese
    assert "57K" in english
    marked = re.sub(r'<(span|label)[^>]*lang="zh-CN"[^>]*>.*?</\1>', "", english)
    assert CHINESE.search(re.sub(r'title="[^"]*"|<title>.*?</title>', "", marked)) is None
    assert re.search(r"\breport\.[a-z_]+", text) is None


def test_the_uncut_figure_shows_on_hover() -> None:
    text = render_report(page(section(table("money", Decimal("1234567.89")))))

    assert 'title="1,234,567.89"' in text


def test_what_is_missing_is_a_dash_and_never_nan() -> None:
    text = render_report(page(section(table("number", None, float("nan")), table("line", Line((None, 1.0))))))

    assert text.count('<td class="number">—</td>') == 4  # two cells in two languages
    assert "nan" not in text.lower().replace("onanimation", "")


def test_a_table_without_rows_says_so() -> None:
    text = render_report(page(section(replace(table("text"), empty=say("report.no_alerts")))))

    assert "没有预警，一切正常。" in text


def test_the_same_page_gives_the_same_file() -> None:
    whole = page(section(a_map(dots("甲")), table("swatch", Swatch("#1c63b0", 4)), table("bar", Bar(0.1, 0.05, 0.4))))

    assert render_report(whole) == render_report(whole)


def test_a_tile_map_names_provinces_in_each_language() -> None:
    tile = Tile((5, 4), ("江苏", "Jiangsu"), 12, "#4da46b", 1)
    text = render_report(page(section(a_map(tiles=(tile, replace(tile, customers=0, names=("西藏", "Tibet")))))))

    assert "江苏" in part(text, "zh")
    assert "Jiangsu" in part(text, "en")
    assert "url(#no-data)" in text


@pytest.mark.parametrize(
    ("bar", "side", "fill", "width"),
    [
        (Bar(0.2, 0.05, 0.4), "over", 75.0, 37.5),
        (Bar(-0.2, 0.05, 0.4), "under", 37.5, 37.5),
        (Bar(0.05, 0.05, 0.4), "over inside", 75.0, 9.4),
        (Bar(9.0, 0.05, 0.4), "over", 75.0, 75.0),
    ],
)
def test_a_bar_goes_from_the_target_to_the_value(bar: Bar, side: str, fill: float, width: float) -> None:
    shape = bar_shape(bar)

    assert (shape["side"], shape["fill"], shape["fill_width"]) == (side, fill, width)
    assert (shape["band"], shape["band_width"]) == (65.6, 18.8)


def test_a_line_keeps_its_gaps() -> None:
    path = line_path(Line((1.0, 2.0, None, 3.0, 1.0)))

    assert path.count("M") == 2
    assert path.count("L") == 2


@pytest.mark.parametrize(("share", "zh"), [(0.032, "▲ +3.2%"), (-0.032, "▼ −3.2%"), (0.0001, "0%"), (-0.0001, "0%")])
def test_a_deviation_shows_its_sign_in_words_and_figures(share: float, zh: str) -> None:
    assert Speaker("zh").signed(share) == zh


def test_a_long_table_folds_its_tail_and_keeps_every_row() -> None:
    long = replace(table("count", *range(101, 121)), unfolded=5)

    text = part(render_report(page(section(long))), "zh")

    head, tail = text.split('<tbody class="tail">')
    assert head.count('<td class="number">1') == 5
    assert tail.count('<td class="number">1') == 15
    assert "展开其余 15 行" in tail


def test_a_total_stands_under_the_rows_and_leaves_cells_blank() -> None:
    summed = Table(
        say("report.territories_title"),
        (Column(say("report.territory")), Column(say("report.customers"), "count")),
        (("苏州", 3), ("无锡", 4)),
        foot=((say("report.total"), 7), (None, None)),
    )

    text = part(render_report(page(section(summed))), "zh")

    assert re.search(r'<tfoot>\s*<tr>\s*<td class="text">合计</td>\s*<td class="number">7</td>', text)
    assert text.count("<td></td>") == 2


def test_a_figure_shows_what_it_was_before_and_its_unit() -> None:
    figures = Figures((Figure(say("report.largest_deviation"), 0.05, "percent", before=1.6),))

    text = render_report(page(section(figures)))

    assert '<span class="before">160%</span><span class="to"> → </span>5%' in part(text, "zh")
    assert '3,000<span class="unit">家</span>' in part(text, "zh")
    assert '3,000<span class="unit">\u00a0customers</span>' in part(text, "en")


def test_a_territory_tells_its_name_under_the_pointer() -> None:
    text = part(render_report(page(section(a_map(dots("苏州"))))), "en")

    assert "<title>1 苏州, 苏州, deviation −3.1%</title>" in text


def test_the_printed_head_cannot_end_its_style() -> None:
    assert css_text('a"}</style>') == '"a\\000022\\00007d\\00003c\\00002fstyle\\00003e"'
    assert render_report(page(section(), company=ATTACK)).count("</style>") == 1
