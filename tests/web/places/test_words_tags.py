"""Words, values and parts as a page writes them."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine, RequestContext, engines
from django.test import RequestFactory
from django.urls import include, path
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.adapters.texts import LANGS, Lang
from jiuzhou.kernel.message import say
from jiuzhou.web.paging import leaf_of
from jiuzhou.web.places import drawing, tiles, values
from jiuzhou.web.places.shapes import Change, Chip, Column, Deviation, Entry, Fact, Job, Link, Notice, Rank, Score, Tile
from jiuzhou.web.places.shell import shell
from jiuzhou.web.places.templatetags import assets

TEMPLATES = Path(__file__).parents[3] / "src" / "jiuzhou" / "web" / "places" / "templates"
PARTS = sorted(path.stem for path in (TEMPLATES / "parts").glob("*.html"))
AMOUNTS = st.floats(min_value=-1e15, max_value=1e15, allow_nan=False)


def page(source: str, lang: Lang = "zh", address: str = "/customers/", /, **context: Any) -> str:
    request = RequestFactory().get(address)
    request.lang = lang  # type: ignore[attr-defined]
    template = engines["django"].engine.from_string("{% load words parts assets %}" + source)
    return template.render(RequestContext(request, context))


def person(*verbs: str, **more: Any) -> SimpleNamespace:
    return SimpleNamespace(name="周静", language="zh", may=lambda verb: verb in verbs, **more)


# --- values


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (9_999, "9,999", "9,999"),
        (12_345, "1.23万", "12.3K"),
        (43_884_000, "4,388万", "43.9M"),
        (99_500_000, "9,950万", "99.5M"),
        (99_999_999, "1亿", "100M"),
        (-386_000_000, "−3.86亿", "−386M"),
        (Decimal("1250000000000"), "1.25万亿", "1.25T"),
        (None, "—", "—"),
        (float("nan"), "—", "—"),
    ],
)
def test_an_amount_is_written_in_the_units_of_its_language(value: Any, zh: str, en: str) -> None:
    assert (values.money(value, "zh"), values.money(value, "en")) == (zh, en)


@given(AMOUNTS, st.sampled_from(LANGS))
def test_a_short_amount_is_within_one_percent_of_the_amount_and_never_long(amount: float, lang: Lang) -> None:
    text, unit = values.compact(amount, lang)
    size = {"": 1, "万": 1e4, "亿": 1e8, "万亿": 1e12, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}[unit]
    said = float(text.replace(",", "").replace("−", "-")) * size

    assert abs(said - amount) <= max(0.5, abs(amount) * 0.01)
    assert len(text.replace(",", "").replace("−", "").replace(".", "")) <= 4


@given(st.floats(min_value=-9, max_value=9, allow_nan=False), st.sampled_from(LANGS))
def test_a_change_says_its_direction_and_nothing_changed_has_none(share: float, lang: Lang) -> None:
    text = values.signed(share, lang, 0)

    assert "-" not in text
    assert text[0] == ("0" if text == "0%" else "+" if share > 0 else "−")


def test_a_share_a_change_and_points_of_it() -> None:
    assert values.percent(0.123, "zh") == "12.3%"
    assert (values.percent(0.99984, "zh"), values.percent(0.996, "zh", 0), values.percent(1, "zh")) == (
        *("99.9%", "99%", "100%"),
    )
    assert values.signed(-0.26, "en") == "−26%"
    assert values.points(-0.023, "zh") == "−2.3 个百分点"
    assert values.points(0.0311, "en") == "+3.1 pt"
    assert values.change(1284, "zh") == "+1,284"


def test_days_and_moments_are_written_as_each_language_does() -> None:
    noon = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)

    assert values.day(date(2026, 11, 20), "zh") == "2026年11月20日"
    assert values.short_day(date(2026, 11, 20), "en") == "Nov 20"
    assert values.moment(noon, "zh") == "11月20日 09:14"
    assert values.ago(noon, "en", now=noon.replace(day=22)) == "2 days ago"
    assert values.ago(noon, "zh", now=noon) == "刚刚"


@time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=False)
def test_a_moment_is_shown_in_the_zone_of_the_organisation() -> None:
    request = RequestFactory().get("/")
    request.actor = person(zone="Asia/Shanghai")  # type: ignore[attr-defined]
    template = engines["django"].engine.from_string("{% load words %}{% moment at %} {% ago at %}")

    text = template.render(Context({"lang": "zh", "request": request, "at": datetime(2026, 11, 20, 1, 14, tzinfo=UTC)}))

    assert ">11月20日 09:14<" in text
    assert 'datetime="2026-11-20T09:14:00+08:00"' in text
    assert ">11小时前<" in text


# --- words


def test_a_sentence_comes_in_the_language_of_the_page() -> None:
    assert page('{% say "web.shown" shown=1200 %}', "zh") == "本页 1,200 条"
    assert page('{% say "web.shown" shown=1200 %}', "en") == "1,200 on this page"


def test_what_a_parameter_brings_is_escaped() -> None:
    assert "<b>" not in page('{% say "web.without" label=label value="x" %}', label="<b>&")
    assert page("{% message text %}", text=say("web.without", label="<i>", value="")).count("<") == 0


def test_a_code_may_stand_where_an_author_writes_a_text_but_a_value_is_never_taken_for_one() -> None:
    assert page('{% message "web.close" %}') == "关闭"
    assert page("{% written name %}", name="web.close") == "web.close"
    assert page("{% message name %}", name="web.shown") == "web.shown"


def test_an_unknown_code_fails_loudly() -> None:
    with pytest.raises(KeyError):
        page('{% say "web.no_such_thing" %}')


def test_money_keeps_every_digit_in_its_title() -> None:
    assert page("{% money 43884012.5 %}") == '<span title="43,884,012.5">4,388万</span>'
    assert page('{% figure 386000000 "money" %}', "en").endswith('386</span><span class="unit">M</span>')


# --- drawings


@given(st.floats(-50, 50), st.floats(0.01, 0.6), st.floats(0.1, 2))
def test_a_deviation_bar_stays_on_its_axis_and_on_its_side(share: float, band: float, span: float) -> None:
    bar = drawing.deviation_bar(share, band, span)

    assert 0 <= bar.start <= 50.01
    assert bar.start + bar.length <= 100.01
    assert bar.side == ("within" if abs(share) <= band else "over" if share > 0 else "under")
    assert (bar.start < 50) == (share < 0 and bar.length > 0) or bar.length < 0.02


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40))
def test_an_axis_holds_every_value_between_round_bounds(numbers: list[float]) -> None:
    low, high = drawing.axis(numbers)

    slack = 1e-9 * max(1.0, *(abs(number) for number in numbers))
    assert low - slack <= min(numbers)
    assert max(numbers) <= high + slack
    assert low < high


def test_a_line_goes_from_edge_to_edge_and_skips_what_is_unknown() -> None:
    assert drawing.line_points([0, 10, None, 5], 90, 20) == "0.0,20.0 30.0,0.0 90.0,10.0"
    assert drawing.line_points([7, 7], 10, 20) == "0.0,10.0 10.0,10.0"
    assert drawing.line_points([7], 10, 20) == ""


@given(st.dictionaries(st.sampled_from([p.code for p in tiles.PROVINCES]), st.floats(-0.5, 0.5), max_size=34))
def test_every_province_has_a_square_and_its_class_holds_its_value(given_values: dict[str, float]) -> None:
    for ramp in ("diverging", "sequential"):
        found = tiles.tile_map([Tile(code, value) for code, value in given_values.items()], "zh", ramp=ramp)  # type: ignore[arg-type]
        bounds = {step.level: (step.low, step.high) for step in found.steps}

        assert len({(square.row, square.column) for square in found.squares}) == 34
        assert found.without == 34 - len(given_values)
        assert sum(step.number for step in found.steps) == len(given_values)
        for square in found.squares:
            if square.tile is not None and square.tile.value is not None:
                low, high = bounds[square.level]
                assert low is None or low <= square.tile.value
                assert high is None or square.tile.value <= high


def test_the_band_itself_is_the_middle_class() -> None:
    found = tiles.tile_map([Tile("310000", 0.05), Tile("320000", -0.05), Tile("330000", 0.051)], "en", ramp="diverging")

    levels = {square.province.code: square.level for square in found.squares}
    assert [levels[code] for code in ("310000", "320000", "330000", "340000")] == [4, 4, 5, 0]


# --- parts

AT = datetime(2026, 11, 20, 1, 14, tzinfo=UTC)
GIVEN: dict[str, dict[str, Any]] = {
    "badge": {"text": "web.over", "tone": "over"},
    "banner": {"text": "web.offline", "tone": "warning"},
    "button": {"text": "web.open", "url": "/x/"},
    "confirm": {"title": "web.close", "body": ""},
    "copy": {"value": "/x/"},
    "deviation": {"share": 0.32, "tip": "web.over"},
    "dialog": {"name": "reassign", "title": "web.close", "body": ""},
    "diff": {"rows": [Change("web.field", 1, 2, "count")]},
    "empty": {"text": "web.no_rows", "clear": "/"},
    "facts": {"rows": [Fact("web.field", 12, "count")]},
    "failed": {"text": "web.request_failed", "retry": "/"},
    "filters": {"chips": [Chip("web.field", "A", "/")], "clear": "/"},
    "job": {"job": Job("web.jobs", "running", 0.4, 40, 100, 90, cancel_url="/x/")},
    "kpi": {"label": "web.total", "value": 386_000_000, "kind": "money", "delta": 0.08, "good": "up", "series": (1, 2)},
    "leaves": {"leaf": leaf_of(range(9), "3", size=3)},
    "menu": {"text": "web.more_actions", "body": ""},
    "notices": {"rows": [Notice("web.over", url="/")]},
    "pages": {"previous": "/", "next": "/", "shown": 3, "total": 9},
    "panel": {"title": "web.total", "body": ""},
    "person": {"name": "周静"},
    "ranked": {"rows": [Rank("web.field", 3, 0.4)], "kind": "count"},
    "refused": {},
    "score": {"score": Score("web.field", "4.1", 41.5, 55)},
    "segments": {"links": [Link("web.all", "/", active=True)]},
    "share": {"share": 1.2},
    "skeleton": {"rows": 4},
    "table": {"columns": [Column("name", "web.field")], "rows": [{"name": "x"}]},
    "tabs": {"links": [Link("web.all", "/", active=True, count=3)]},
    "tilemap": {"tiles": [Tile("320000", 0.1, "/js/")], "kind": "signed", "ramp": "diverging"},
    "timeline": {"entries": [Entry(AT, "web.field", "web.open")]},
    "trend": {"values": [1, 3, 2], "labels": ["1", "2", "3"], "kind": "count", "compare": [1, 2, 2]},
    "why": {
        "sentence": "web.over",
        "evidence": [Fact("web.field", 0.2, "percent"), "web.under"],
        "changes": ["web.all"],
    },
}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", [name for name in PARTS if name != "field"])
def test_a_part_renders_in_both_languages_from_what_its_first_line_names(name: str, lang: Lang) -> None:
    text = page(
        "{% part name %}".replace("name", f"'{name}' " + " ".join(f"{key}={key}" for key in GIVEN[name])),
        lang,
        **GIVEN[name],
    )

    assert len(text.strip()) > 20
    assert "web." not in text
    assert "None" not in text
    if lang == "en":
        assert not re.search("[一-鿿]", text.replace("周静", ""))


@pytest.mark.parametrize("name", PARTS)
def test_a_part_says_what_it_takes_and_the_contract_knows_it(name: str) -> None:
    first = (TEMPLATES / "parts" / f"{name}.html").read_text("utf-8").partition("\n")[0]

    assert first.startswith("{# ")
    assert re.search(rf"`{name}`|\{{% {name} ", (TEMPLATES / "README.md").read_text("utf-8"))


def test_a_part_does_not_take_names_of_the_page_for_its_own() -> None:
    text = page('{% part "button" text="web.open" %}', form="<whole form>", url="/elsewhere/", kind="primary")

    assert text.startswith('<button class="button" type="submit">')


def test_a_button_that_cannot_be_pressed_says_why() -> None:
    text = page('{% part "button" text="web.open" url="/x/" reason="web.closed" %}')

    assert "disabled" in text
    assert "您没有查看这里的权限。" in text
    assert "/x/" not in text


def test_a_table_sorts_by_links_that_keep_the_filters() -> None:
    columns = [Column("name", "web.field", sort="name"), Column("amount", "web.total", kind="money", sort="amount")]
    rows = [SimpleNamespace(name="<b>甲</b>", amount=12_345, url="/c/1/", key="c1")]

    text = page(
        '{% part "table" columns=columns rows=rows sort="-amount" %}',
        "zh",
        "/customers/?tier=A&sort=-amount&after=xyz",
        columns=columns,
        rows=rows,
    )

    assert 'href="?tier=A&amp;sort=name"' in text
    assert 'href="?tier=A&amp;sort=amount"' in text
    assert 'aria-sort="descending"' in text
    assert 'data-href="/c/1/" data-key="c1"' in text
    assert '<a href="/c/1/">&lt;b&gt;甲&lt;/b&gt;</a>' in text
    assert re.search(r'<td class="num"><span title="12,345">1.23万</span></td>', text)


def test_an_empty_table_says_so_in_words() -> None:
    assert "这里还没有内容。" in page('{% part "table" columns=columns rows=rows %}', columns=[], rows=[])


def test_a_deviation_is_told_without_colour_too() -> None:
    columns = [Column("name", "web.field"), Column("deviation", "web.over", kind="deviation")]
    rows = [
        {"name": "甲", "deviation": Deviation(0.32)},
        {"name": "乙", "deviation": -0.26},
        {"name": "丙", "deviation": 0.04},
    ]

    text = re.sub(r"<[^>]+>", "", page('{% part "table" columns=columns rows=rows %}', columns=columns, rows=rows))

    assert "▲ +32%超出" in text
    assert "▼ −26%不足" in text
    assert "+4%在容差内" in text
    assert text.count("▲") == text.count("▼") == 1


def test_an_unknown_drawing_fails_loudly() -> None:
    assert "<svg" in page('{% icon "search" %}')
    with pytest.raises(KeyError):
        page('{% icon "dragon" %}')


# --- the frame


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@pytest.fixture
def three_places(settings: LazySettings) -> None:
    settings.ROOT_URLCONF = tuple(
        path(f"{place}/", include(([path("", nothing, name="index")], place)))
        for place in ("overview", "customers", "settings")
    )


@pytest.mark.usefixtures("three_places")
def test_a_place_shows_if_it_exists_and_the_person_may_open_it() -> None:
    request = RequestFactory().get("/")
    request.actor = person("overview.open", "customers.open", "plan.open")  # type: ignore[attr-defined]

    found = shell(request)["shell"]

    assert [(place.code, place.url, place.key) for place in found.places] == [
        ("overview", "/overview/", "KeyO"),
        ("customers", "/customers/", "KeyC"),
    ]
    assert found.urls["search"] == ""


def test_before_log_in_the_frame_is_empty_and_still_there() -> None:
    found = shell(RequestFactory().get("/"))

    assert found["shell"].places == ()
    assert (found["shell"].name, found["shell"].inbox, found["lang"]) == ("", None, "zh")


def test_the_address_and_the_cookie_choose_how_a_page_looks_and_nonsense_does_not() -> None:
    request = RequestFactory().get("/?theme=dark&density=31&still=1&lang=en")
    request.COOKIES.update({"theme": "light", "density": "28", "keys": "off"})

    found = shell(request)

    assert [found[name] for name in ("theme", "density", "still", "lang", "single_keys")] == [
        "dark",
        "28",
        True,
        "en",
        False,
    ]


# --- built files


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Path:
    """A place for built files, still empty."""
    settings.DEBUG = True
    monkeypatch.setattr(assets, "files", lambda package: tmp_path)
    folder = tmp_path / "static" / assets.FOLDER
    folder.mkdir(parents=True)
    return folder


@pytest.mark.usefixtures("built")
def test_pages_come_without_style_and_script_where_nothing_is_built() -> None:
    assert page('{% asset "app.css" %}{% script "app.ts" %}{% built "mark.svg" %}') == ""


def test_built_files_are_linked_by_their_hashed_names_with_the_nonce_of_the_answer(built: Path) -> None:
    manifest = {
        "src/app.ts": {"file": "assets/app-1.js", "css": ["assets/app-3.css"]},
        "src/styles/app.css": {"file": "assets/app-2.css"},
    }
    (built / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    request = RequestFactory().get("/")
    request.csp_nonce = "n0nce"  # type: ignore[attr-defined]
    template = Engine.get_default().from_string('{% load assets %}{% asset "app.css" %}{% script "app.ts" %}')

    text = template.render(Context({"request": request}))

    assert text == (
        '<link rel="stylesheet" href="/static/built/assets/app-2.css">'
        '<link rel="stylesheet" href="/static/built/assets/app-3.css">'
        '<script type="module" src="/static/built/assets/app-1.js" nonce="n0nce"></script>'
    )
