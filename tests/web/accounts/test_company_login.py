"""Log-in through the company's identity provider, there and back: it opens to people who are here, to nobody else."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client, override_settings

from jiuzhou.web.checks import findings
from jiuzhou.web.store.models import AuditEntry, RoleGrant, SignIn, User
from web_company import Company
from web_provider import CLIENT, SECRET, FakeProvider, running_provider
from web_visitors import code_now

LOGIN = "/accounts/company/sso/login/"
NOBODY = "Nobody with your company account&#x27;s address works here."
UNVERIFIED = "Your company account does not confirm its address."
BROKEN = "The sign-in was interrupted or the company&#x27;s answer does not hold."


@pytest.fixture
def provider(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    logging.getLogger("jiuzhou.web.accounts.adapter").setLevel(logging.CRITICAL)
    with running_provider() as found:
        settings.OIDC_ISSUER, settings.OIDC_CLIENT, settings.OIDC_SECRET = found.address, CLIENT, SECRET
        yield found
    logging.getLogger("jiuzhou.web.accounts.adapter").setLevel(logging.NOTSET)


def leave(browser: Client, at: str = LOGIN, **form: str) -> dict[str, str]:
    """Press the button of the log-in page; return what the provider is asked."""
    page = browser.post(at, form)
    assert page.status_code == 200, page.content.decode()
    (address,) = re.findall(r'http-equiv="refresh" content="0;url=([^"]+)"', page.content.decode())
    return {name: values[0] for name, values in parse_qs(urlsplit(html.unescape(address)).query).items()}


def come_back(browser: Client, provider: FakeProvider, query: dict[str, str], **other: str) -> HttpResponse:
    """Sign in at the provider and be sent back."""
    back = {"code": provider.code_for(query), "state": query["state"]} | other
    return browser.get(urlsplit(query["redirect_uri"]).path, back, headers={"Accept-Language": "en"})


def go_round(provider: FakeProvider, browser: Client | None = None) -> HttpResponse:
    browser = browser or Client()
    return come_back(browser, provider, leave(browser))


def is_out(answer: HttpResponse) -> bool:
    return not SignIn.unscoped.exists() and "Location" not in answer


def test_somebody_who_is_here_comes_in(company: Company, provider: FakeProvider) -> None:
    browser, provider.email = Client(), "REP@example.com"

    answer = come_back(browser, provider, leave(browser, next="/customers/"))

    assert (answer.status_code, answer["Location"]) == (302, "/customers/")
    assert browser.get("/customers/").status_code == 200
    assert SignIn.unscoped.get().user == company.people["rep"]
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()


def test_user_info_is_asked_where_the_token_names_no_address(company: Company, provider: FakeProvider) -> None:
    provider.in_token = False

    assert go_round(provider)["Location"] == "/"
    assert "/userinfo" in provider.asked


def test_the_log_in_page_offers_it_only_where_there_is_a_provider(company: Company, provider: FakeProvider) -> None:
    assert LOGIN in Client().get("/accounts/login/").content.decode()
    with override_settings(OIDC_ISSUER=""):
        assert LOGIN not in Client().get("/accounts/login/").content.decode()
        assert Client().post(LOGIN).status_code == 404
        assert Client().get(f"{LOGIN}callback/").status_code == 404
    assert Client().post("/accounts/company/other/login/").status_code == 404


@pytest.mark.parametrize(
    ("email", "verified", "sentence"),
    [
        ("new@example.com", True, NOBODY),
        ("rep@example.com", False, UNVERIFIED),
        ("rep@example.com", None, UNVERIFIED),
        ("rep@example.com", "true", UNVERIFIED),
        ("rep@example.com", 1, UNVERIFIED),
    ],
)
def test_nobody_else_comes_in_and_nobody_comes_to_be(
    company: Company, provider: FakeProvider, email: str, verified: object, sentence: str
) -> None:
    people, roles = User.objects.count(), RoleGrant.unscoped.count()
    provider.email, provider.verified = email, verified

    answer = go_round(provider)

    assert answer.status_code == 403
    assert sentence in answer.content.decode()
    assert is_out(answer)
    assert (User.objects.count(), RoleGrant.unscoped.count()) == (people, roles)


def test_somebody_who_was_shut_out_stays_out_and_hears_the_same(company: Company, provider: FakeProvider) -> None:
    User.objects.filter(email="rep@example.com").update(is_active=False)

    answer = go_round(provider)

    assert answer.status_code == 403
    assert NOBODY in answer.content.decode()
    assert is_out(answer)
    assert AuditEntry.unscoped.filter(verb="login.failure", key=str(company.people["rep"].pk)).count() == 1


@pytest.mark.parametrize(
    "told",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ["another"]},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"aud": None},
        {"iss": "https://elsewhere.example.com"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_log_in_opens_nothing(
    company: Company, provider: FakeProvider, told: dict[str, object]
) -> None:
    provider.told = told

    answer = go_round(provider)

    assert answer.status_code == 400
    assert BROKEN in answer.content.decode()
    assert is_out(answer)


@pytest.mark.parametrize(("key", "algorithm"), [("another", "RS256"), ("own", "none"), ("own", "HS256")])
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_token_that_the_provider_did_not_sign_opens_nothing(
    company: Company, provider: FakeProvider, key: str, algorithm: str
) -> None:
    provider.signs_with, provider.algorithm = key, algorithm

    answer = go_round(provider)

    assert BROKEN in answer.content.decode()
    assert is_out(answer)


def test_an_answer_without_a_signed_token_opens_nothing(company: Company, provider: FakeProvider) -> None:
    provider.gives_token = False

    assert BROKEN in go_round(provider).content.decode()


def test_user_info_of_somebody_else_opens_nothing(company: Company, provider: FakeProvider) -> None:
    provider.in_token, provider.user_info = False, {"sub": "43"}

    assert BROKEN in go_round(provider).content.decode()


@pytest.mark.parametrize("other", [{"state": "another"}, {"state": ""}, {"code": "another"}], ids=str)
def test_a_wrong_state_or_code_opens_nothing(company: Company, provider: FakeProvider, other: dict[str, str]) -> None:
    browser = Client()

    answer = come_back(browser, provider, leave(browser), **other)

    assert BROKEN in answer.content.decode()
    assert is_out(answer)


def test_an_answer_serves_once_and_only_the_browser_that_asked(company: Company, provider: FakeProvider) -> None:
    browser = Client()
    query = leave(browser)

    assert BROKEN in come_back(Client(), provider, query).content.decode()
    assert come_back(browser, provider, query)["Location"] == "/"
    browser.post("/accounts/logout/")
    assert BROKEN in come_back(browser, provider, query).content.decode()


def test_somebody_who_changes_their_mind_is_told_so(company: Company, provider: FakeProvider) -> None:
    browser = Client()
    query = leave(browser)

    answer = browser.get(f"{LOGIN}callback/", {"error": "access_denied", "state": query["state"]})

    assert answer["Location"] == "/accounts/company/cancelled/"
    assert Client().get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://elsewhere.example.com"},
        {"jwks_uri": None},
        {"token_endpoint": "http://elsewhere.example.com/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
    ids=str,
)
def test_nobody_is_sent_to_a_provider_that_says_something_else_of_itself(
    company: Company, provider: FakeProvider, discovery: dict[str, object]
) -> None:
    provider.discovery = discovery

    answer = Client().post(LOGIN, headers={"Accept-Language": "en"})

    assert answer.status_code == 400
    assert BROKEN in answer.content.decode()


def test_a_provider_that_does_not_answer_is_said_so(company: Company, provider: FakeProvider) -> None:
    browser = Client()
    query = leave(browser)
    provider.is_down = True

    for answer in (browser.post(LOGIN), come_back(browser, provider, query)):
        assert answer.status_code == 502


def test_a_manager_is_asked_for_the_second_factor_there_too(company: Company, provider: FakeProvider) -> None:
    browser, provider.email = Client(), "planner@example.com"

    answer = go_round(provider, browser)

    assert answer["Location"] == "/accounts/second-factor/check/"
    assert browser.get("/customers/").status_code == 302
    assert browser.post(answer["Location"], {"code": code_now()}).status_code == 302
    assert browser.get("/customers/").status_code == 200


def test_a_manager_without_a_second_factor_sets_it_up_first(company: Company, provider: FakeProvider) -> None:
    browser, provider.email = Client(), "planner@example.com"
    company.people["planner"].authenticator_set.all().delete()

    go_round(provider, browser)

    assert browser.get("/customers/")["Location"] == "/accounts/second-factor/set-up/"
    assert browser.get("/accounts/second-factor/set-up/").status_code == 200


def test_what_the_address_asks_beyond_the_log_in_is_not_passed_on(company: Company, provider: FakeProvider) -> None:
    browser = Client()
    query = leave(browser, LOGIN + "?scope=billing&auth_params=prompt%3Dnone&process=connect")

    assert set(query["scope"].split()) == {"openid", "profile", "email"}
    assert "prompt" not in query
    assert come_back(browser, provider, query)["Location"] == "/"
    assert not SocialAccount.objects.exists()


def test_check_deploy_wants_https_and_both_names(company: Company, settings: LazySettings) -> None:
    settings.OIDC_ISSUER, settings.OIDC_CLIENT, settings.OIDC_SECRET = "https://id.example.com", CLIENT, SECRET
    assert "oidc" not in {one.key for one in findings()}
    for issuer, client in (("http://id.example.com", CLIENT), ("https://id.example.com", "")):
        settings.OIDC_ISSUER, settings.OIDC_CLIENT = issuer, client
        assert "oidc" in {one.key for one in findings()}
