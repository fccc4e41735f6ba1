"""Log-in: by address and password, with a second factor for those who manage; nobody signs up."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, get_resolver

from jiuzhou.web.accounts.urls import OPEN_VIEWS, urlpatterns
from jiuzhou.web.store.models import AuditEntry, User
from web_company import FACTOR, PASSWORD, Company
from web_visitors import code_now, enter, is_in, told_by, try_password

CHINESE = re.compile("[一-鿿]")
CHECK = "/accounts/second-factor/check/"
SET_UP = "/accounts/second-factor/set-up/"


def test_a_rep_signs_in_with_address_and_password_whatever_the_case(company: Company) -> None:
    assert is_in(enter("Rep@Example.com"))


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(company: Company) -> None:
    known = try_password(Client(), "rep@example.com", "wrong-wrong-wrong-wrong")
    unknown = try_password(Client(), "nobody@example.com", "wrong-wrong-wrong-wrong")

    assert known == unknown == "邮箱或密码不正确。"


def test_somebody_who_was_shut_out_is_told_the_same_as_a_stranger(company: Company) -> None:
    User.objects.filter(email="rep@example.com").update(is_active=False)

    assert try_password(Client(), "rep@example.com") == "邮箱或密码不正确。"


@pytest.mark.parametrize(
    "address", ["signup/", "email/", "password/set/", "3rdparty/", "2fa/", "login/code/", "inactive/"]
)
def test_there_is_no_way_to_sign_up(company: Company, address: str) -> None:
    people = get_user_model().objects.count()
    form = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}

    assert Client().post(f"/accounts/{address}", form).status_code == 404
    assert get_user_model().objects.count() == people


def test_the_views_that_stand_open_are_exactly_those_with_a_reason() -> None:
    openly = {
        pattern.name for pattern in urlpatterns if isinstance(pattern, URLPattern) and not pattern.callback.door.verb
    }

    assert openly <= set(OPEN_VIEWS)
    assert {name for name in OPEN_VIEWS if not name.startswith(("socialaccount", "openid"))} <= openly


def test_every_address_has_a_door() -> None:
    def views(patterns: list, prefix: str) -> dict[str, object]:
        found: dict[str, object] = {}
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                found[path] = pattern.callback
            else:
                found |= views(pattern.url_patterns, path)
        return found

    found = views(get_resolver().url_patterns, "")
    mine = {path: view for path, view in found.items() if path.startswith(("accounts/", "settings/"))}
    assert len(mine) > 40
    assert [path for path, view in mine.items() if not hasattr(view, "door")] == []


def test_a_manager_needs_the_second_factor_to_come_in(company: Company) -> None:
    client = Client()

    assert try_password(client, "planner@example.com").startswith(CHECK)
    assert not is_in(client)
    assert "验证码不正确" in told_by(client.post(CHECK, {"code": "000000"}).content.decode())
    assert not is_in(client)
    assert client.post(CHECK, {"code": code_now()}).status_code == 302
    assert is_in(client)


def test_a_code_works_only_once_also_in_another_process(company: Company) -> None:
    code = code_now()
    enter("planner@example.com", code=code)
    cache.clear()
    client = Client()
    try_password(client, "planner@example.com")

    assert "验证码不正确" in told_by(client.post(CHECK, {"code": code}).content.decode())


def test_the_secret_of_a_factor_lies_encrypted_in_the_database(company: Company) -> None:
    stored = Authenticator.objects.get(user=company.people["planner"], type="totp")

    assert FACTOR not in str(stored.data)
    assert stored.wrap().validate_code(code_now())


def test_a_manager_without_a_factor_is_led_to_set_it_up_and_opens_nothing_else(company: Company) -> None:
    Authenticator.objects.filter(user=company.people["planner"]).delete()
    client = enter("planner@example.com")

    for address in (
        "/settings/account/",
        "/settings/organisation/",
        "/settings/policy/",
        "/accounts/second-factor/codes/",
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.headers.get("Location")) == (302, SET_UP), address
    assert client.get("/api/v1/me").status_code == 401
    assert client.get("/settings/account/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == SET_UP


def test_setting_up_the_factor_opens_the_door_and_shows_recovery_codes_once(company: Company) -> None:
    Authenticator.objects.filter(user=company.people["planner"]).delete()
    client = enter("planner@example.com")
    page = client.get(SET_UP).content.decode()
    secret = re.search(r'<code class="secret">(\w+)</code>', page)
    assert secret is not None

    answer = client.post(SET_UP, {"code": code_now(secret[1])}, follow=True)

    codes = re.findall(r"<li><code>(\d{8})</code></li>", answer.content.decode())
    assert len(codes) == 10
    assert is_in(client)
    assert not re.findall(r"<li><code>\d{8}</code></li>", client.get("/accounts/second-factor/codes/").content.decode())
    again = Client()
    try_password(again, "planner@example.com")
    assert again.post(CHECK, {"code": codes[0]}).status_code == 302
    assert is_in(again)
    third = Client()
    try_password(third, "planner@example.com")
    assert third.post(CHECK, {"code": codes[0]}).status_code == 200


def test_a_demo_asks_for_no_factor_and_says_so(company: Company) -> None:
    Authenticator.objects.filter(user=company.people["planner"]).delete()
    company.organisation.choices = {"demo": True}
    company.organisation.save()

    page = enter("planner@example.com").get("/settings/account/").content.decode()

    assert "演示组织不强制两步验证" in page


def test_after_log_in_one_is_where_one_wanted_to_go_and_never_elsewhere(company: Company) -> None:
    answer = Client().get("/settings/audit/?noun=user")
    assert answer.headers["Location"] == "/accounts/login/?next=%2Fsettings%2Faudit%2F%3Fnoun%3Duser"

    form = {"login": "rep@example.com", "password": PASSWORD, "next": "/settings/account/"}
    assert Client().post("/accounts/login/", form).headers["Location"] == "/settings/account/"
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert Client().post("/accounts/login/", form | {"next": elsewhere}).headers["Location"] == "/"


def test_coming_in_going_out_and_failing_stand_in_the_ledger(company: Company) -> None:
    try_password(Client(), "rep@example.com", "wrong-wrong-wrong-wrong")
    enter("rep@example.com").post("/accounts/logout/")

    verbs = list(AuditEntry.unscoped.order_by("sequence").values_list("verb", flat=True))
    assert verbs == ["login.failure", "login.success", "login.out"]


@pytest.mark.parametrize("path", ["login/", "reset/", "reset/sent/", "reset/dead/", "invited/dead/", "address/dead/"])
def test_a_page_of_the_entrance_is_wholly_in_one_language(company: Company, settings: object, path: str) -> None:
    page = Client().get(f"/accounts/{path}?lang=en").content.decode()
    shown = re.sub(r"<[^>]*>", " ", page.replace("中文", ""))

    assert not CHINESE.search(shown)
    assert re.search(r'<html lang="en"', page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_left_out_is_asked_for_in_the_readers_language(company: Company, lang: str) -> None:
    page = Client().post(f"/accounts/login/?lang={lang}", {"login": "", "password": ""}).content.decode()

    assert bool(CHINESE.search(told_by(page))) == (lang == "zh")
    assert told_by(page)
