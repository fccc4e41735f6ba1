"""The report in a real browser: nothing fetched, no script needed, both languages, both themes, nothing cut off."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import jiuzhou
from jiuzhou.cycle import Cycle

pytestmark = pytest.mark.browser

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def report(small_cycle: Cycle, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    jiuzhou.write_cycle(small_cycle, folder)
    return (folder / "report.html").as_uri()


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, report: str) -> Iterator[Page]:
    """The report without scripts, in one theme; ``page.fetched`` is checked to be the file alone."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, color_scheme=request.param, java_script_enabled=False
    )
    opened = context.new_page()
    fetched: list[str] = []
    opened.on("request", lambda asked: fetched.append(asked.url))
    opened.goto(report)
    yield opened
    assert fetched == [report]
    context.close()


def seen(page: Page) -> str:
    return page.locator("body").inner_text()


def test_it_opens_in_the_companys_language_and_turns_to_the_other(page: Page) -> None:
    assert "区域划分" in seen(page)
    assert "Lower bound" not in seen(page)

    page.locator("label:visible", has_text="English").first.click()

    assert "区域划分" not in seen(page)
    assert re.search(r"\bDivide\b", seen(page))


def test_no_raw_code_or_empty_value_is_shown(page: Page) -> None:
    for language in ("中文", "English"):
        page.locator("label:visible", has_text=language).first.click()
        text = seen(page)
        assert re.findall(r"\b(?:report|divide|assign|monitor|serve|collect)\.[a-z_]+", text) == []
        assert re.findall(r"\b(?:nan|None|undefined|inf)\b", text) == []


def test_the_map_shows_every_territory(page: Page, small_cycle: Cycle) -> None:
    drawn = page.locator("svg").all_text_contents()

    names = {territory.name for territory in small_cycle.plan.territories}
    shown = {name for name in names if any(name in text for text in drawn)}
    assert len(shown) >= 0.8 * len(names)


@pytest.mark.parametrize("width", [1920, 1440, 1024])
def test_nothing_is_wider_than_the_page(browser: Browser, report: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(report)

    for language in ("English", "中文"):
        page.locator("label:visible", has_text=language).first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_it_prints_on_paper(browser: Browser, report: str, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(report)

    page.pdf(path=tmp_path / "report.pdf", format="A4", prefer_css_page_size=True)

    pages = len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "report.pdf").read_bytes()))
    assert 3 <= pages <= 25
    page.close()
