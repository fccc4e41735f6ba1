"""The application in a real browser, as people use it: find a customer, read why, object, approve, be refused."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from demo_server import Opened, opened

pytestmark = pytest.mark.browser

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
SOME = ("rep", "regional_manager", "partner_user", "admin")
OTHERS = ("team_lead", "planner", "importer", "channel_manager", "auditor", "privacy_officer")
ROLES = (*SOME, *OTHERS) if settings.get_current_profile_name() == "search" else SOME
"""`make drill` opens the places of all; `make test` those of the most different."""
DESK, PHONE = (1440, 900), (390, 844)
RAW = re.compile(
    r"\b(?:None|undefined|nan|inf|NaN)\b|\b(?:web|plan|customers|team|service|assigning|watching)\.[a-z_]+\b"
)


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
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The demo of 300 customers."""
    found = opened(tmp_path_factory.mktemp("demo") / "demo", "--customers", 300, "--lang", "zh")
    yield found
    found.end()


@dataclass
class Visit:
    """
    One person at the application.

    Attributes
    ----------
    troubles
        What the browser's console complained of; ``refused`` pages are asked for on purpose.
    """

    page: Page
    address: str
    troubles: list[str] = field(default_factory=list)

    def go(self, path: str) -> int:
        answer = self.page.goto(self.address + path)
        # The page is there; what it asks for by itself may not be.
        expect(self.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0, timeout=30_000)
        assert answer is not None
        return answer.status

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        wide: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return wide


Visitor = Callable[..., Any]


@pytest.fixture(scope="module")
def sessions() -> dict[str, Any]:
    """The cookies of those who have signed in, by role."""
    return {}


@pytest.fixture
def visit(browser: Browser, demo: Opened, sessions: dict[str, Any]) -> Visitor:
    """Let one of the demo's people in, in a browser of the given size, language and theme; each signs in once."""

    @contextmanager
    def enter(role: str, *, size: tuple[int, int] = DESK, lang: str = "zh", theme: str = "light") -> Iterator[Visit]:
        address = f"http://127.0.0.1:{demo.port}"
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,  # type: ignore[arg-type]
            storage_state=sessions.get(role),
        )
        context.add_cookies([{"name": "lang", "value": lang, "url": address}])
        visit = Visit(context.new_page(), address)

        def complain(message: ConsoleMessage) -> None:
            # A page that is refused on purpose is said in the console too.
            if message.type in ("error", "warning") and "40" not in message.text:
                visit.troubles.append(message.text)

        visit.page.on("console", complain)
        visit.page.on("pageerror", lambda error: visit.troubles.append(str(error)))
        if role not in sessions:
            sign_in(visit, role, str(demo.told["pass_phrase"]))
            sessions[role] = context.storage_state()
        yield visit
        assert visit.troubles == []
        context.close()

    return enter


def sign_in(visit: Visit, role: str, pass_phrase: str) -> None:
    visit.go("/accounts/login/")
    visit.page.fill("input[name=login]", f"{role}@demo.jiuzhou.example")
    visit.page.fill("input[name=password]", pass_phrase)
    visit.page.locator("main button, form button").first.click()
    visit.page.wait_for_url(re.compile(r"/(?!accounts/login)"))


@pytest.mark.parametrize("role", ROLES)
def test_every_place_in_a_persons_menu_opens(visit: Visitor, role: str) -> None:
    lang, theme = ("zh", "light") if ROLES.index(role) % 2 else ("en", "dark")
    with visit(role, lang=lang, theme=theme) as seen:
        places = seen.page.locator("nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        assert len(places) >= 2
        for place in dict.fromkeys(places):
            assert seen.go(place) == 200, place
            assert RAW.findall(seen.text()) == [], place
            assert seen.overflow <= 0, place


def test_a_rep_finds_a_customer_by_its_sounds_and_reads_why_it_is_theirs(visit: Visitor) -> None:
    with visit("rep") as seen:
        seen.go("/customers/")
        rows = seen.page.locator(".customers-table tbody tr")
        name = rows.first.locator(".identity-name").inner_text()
        everything = rows.count()
        seen.page.fill("input[name=q]", name[2:4])
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url(re.compile("q="))
        expect(rows.first).to_contain_text(name[2:4])
        assert 0 < rows.count() <= everything

        seen.page.get_by_role("link", name=name, exact=True).first.click()
        expect(seen.page.get_by_role("heading", level=1)).to_contain_text(name)
        expect(seen.page.get_by_text("为什么").first).to_be_visible()
        seen.page.get_by_text("查看依据").first.click()
        expect(seen.page.get_by_role("heading", name="为什么")).to_be_visible()


def test_a_rep_is_refused_what_is_not_theirs_without_being_told_whether_it_is_there(visit: Visitor) -> None:
    with visit("planner") as whole:
        whole.go("/customers/")
        codes = re.findall(r"C\d{7}", whole.text())
    with visit("rep") as seen:
        hidden = next(code for code in codes if seen.go(f"/customers/{code}") != 200)
        assert seen.go(f"/customers/{hidden}") == 404
        refusal = seen.text()
        seen.go("/customers/C9999999")
        assert seen.text() == refusal
        for path in ("/plan/", "/settings/people/", "/settings/audit/"):
            assert seen.go(path) == 403
            assert "没有权限" in seen.text()


def test_the_search_everywhere_opens_with_the_keyboard_alone(visit: Visitor) -> None:
    with visit("planner") as seen:
        seen.go("/customers/")
        name = seen.page.locator(".identity-name").first.inner_text()
        seen.page.keyboard.press("Control+k")
        seen.page.keyboard.type(name[:4])
        expect(seen.page.get_by_role("option").first).to_contain_text(name[:2])
        seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url(re.compile(r"/customers/C\d+"))


def test_a_plan_is_objected_to_answered_approved_and_published(visit: Visitor) -> None:
    with visit("planner") as author:
        author.go("/plan/?state=review")
        author.page.locator("main tbody tr a").first.click()
        author.page.wait_for_url(re.compile(r"/plan/[^/?]+/?$"))
        plan = author.page.url.removeprefix(author.address).rstrip("/")
        author.go(f"{plan}/review")
        assert author.page.get_by_role("button", name="批准").count() == 0

    with visit("regional_manager") as manager:
        manager.go("/inbox/")
        expect(manager.page.locator("main")).to_contain_text("方案")
        manager.go(f"{plan}/review")
        manager.page.locator(".remark-form textarea").fill("请按季度分两批交接。")
        manager.page.locator(".remark-form button").click()
        expect(manager.page.locator("main")).to_contain_text("请按季度分两批交接。", timeout=30_000)

    with visit("regional_manager") as manager:
        manager.go(f"{plan}/review")
        manager.page.get_by_role("button", name="批准").click()
        manager.page.wait_for_url(re.compile(re.escape(plan) + "/?$"))
        expect(manager.page.locator("main")).to_contain_text("已批准")

    with visit("planner") as author:
        author.go("/inbox/")
        assert "批准" in author.text()
        author.go(f"{plan}/review")
        expect(author.page.locator("main")).to_contain_text("请按季度分两批交接。")
        author.go(f"{plan}/")
        author.page.get_by_role("button", name="发布").first.click()
        author.page.locator("dialog[open]").get_by_role("button", name="发布").click()
        author.page.wait_for_url(re.compile(r"/jobs/\d+"))
        for _ in range(60):
            author.go(f"{plan}/")
            if "现行" in author.page.locator("h1").inner_text():
                break
            author.page.wait_for_timeout(500)
        expect(author.page.locator("h1 .badge")).to_have_text("现行")

    with visit("rep") as seen:
        seen.go("/inbox/")
        assert "方案" in seen.text()


@pytest.mark.parametrize("path", ["/customers/", "/service/", "/inbox/", "/"])
def test_what_is_needed_on_the_way_fits_a_phone(visit: Visitor, path: str) -> None:
    with visit("rep", size=PHONE) as seen:
        assert seen.go(path) == 200
        assert seen.overflow <= 0
