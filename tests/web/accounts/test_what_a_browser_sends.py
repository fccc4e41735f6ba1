"""What a browser sends and gets: forms that take no other field, tokens against forgery, headers on every answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from django import forms
from django.conf import LazySettings
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.web.accounts import refusals
from jiuzhou.web.accounts.forms import ALWAYS, StrictForm
from jiuzhou.web.problems import InvalidError
from jiuzhou.web.store.models import Organisation, User
from web_company import Company, database_digest

SignIn = Callable[[str], Client]
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


OPEN = "/s/x"
"""A link to a question: no session stands behind it, so no form can be forged, and its own rules are stricter."""


class Two(StrictForm):
    """A form of two fields."""

    name = forms.CharField()
    day = forms.DateField()


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    """Every address of the application, with something in the place of each argument."""
    for pattern in patterns:
        path = prefix + re.sub(
            r"<(int:)?\w*?:?\w+>", lambda found: "1" if "int" in found[0] else "x", str(pattern.pattern)
        )
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        else:
            yield path.replace("^", "").replace("$", "").replace("\\Z", "")


ROUTES = sorted(set(routes(get_resolver().url_patterns)))
assert len(ROUTES) > 60


@given(st.sets(st.text(min_size=1).filter(lambda name: name not in {"name", "day", *ALWAYS}), min_size=1))
def test_a_form_takes_no_field_that_it_does_not_list(names: set[str]) -> None:
    with pytest.raises(InvalidError) as raised:
        Two({"name": "x", "day": "2026-01-01"} | dict.fromkeys(names, "1"))

    assert set(raised.value.fields) == {name[:60] for name in names}


def test_a_form_takes_what_it_lists_and_the_token_of_the_page() -> None:
    assert Two({"name": "x", "day": "2026-01-01", "csrfmiddlewaretoken": "t"}).is_valid()
    assert not Two({"name": "x"}).is_valid()


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/settings/account/", {"name": "周静", "language": "zh", "theme": "dark", "keys": "on"}),
        (
            "/settings/organisation/keep/",
            {
                "version": "1",
                "name": "九州",
                "zone": "Asia/Shanghai",
                "currency": "CNY",
                "language": "zh",
                "publish_alone_below": "0",
            },
        ),
        ("/settings/people/invite/", {"name": "黄新", "email": "huang@example.com", "language": "zh"}),
    ],
)
def test_no_field_of_the_model_slips_in(company: Company, signed_in: SignIn, path: str, form: dict[str, str]) -> None:
    client = signed_in("admin")
    extra = {field.name for model in (User, Organisation) for field in model._meta.get_fields()} - set(form)
    before = database_digest()
    for name in (*sorted(extra), "is_staff", "is_superuser", "role", "roles", "organisation_id"):
        assert client.post(path, form | {name: "1"}).status_code == 422, name
    assert database_digest() == before


def test_every_page_refuses_a_form_without_its_token(company: Company, signed_in: SignIn) -> None:
    client = signed_in("admin")
    client.handler.enforce_csrf_checks = True
    before = database_digest()

    for path in ROUTES:
        if path.startswith("/api/"):
            continue
        for method in ("post", "delete") if path.startswith("/settings/people/1/") else ("post",):
            answer = getattr(client, method)(path, headers={"HX-Request": "true"})
            refused = (410,) if path == OPEN else (403, 404, 405)
            assert answer.status_code in refused, (method, path, answer.status_code)
    assert database_digest() == before


def test_json_as_text_and_a_foreign_origin_are_refused(company: Company, signed_in: SignIn) -> None:
    client = signed_in("admin")
    client.handler.enforce_csrf_checks = True
    client.get("/settings/people/invite/")
    body = json.dumps({"name": "黄新", "email": "huang@example.com", "language": "zh"})
    token = (
        client.get("/settings/people/invite/").content.decode().split('csrfmiddlewaretoken" value="')[1].split('"')[0]
    )
    form = {"name": "黄新", "email": "huang@example.com", "language": "zh", "csrfmiddlewaretoken": token}
    before = database_digest()

    plain = client.post("/settings/people/invite/", body, content_type="text/plain")
    foreign = client.post("/settings/people/invite/", form, headers={"Origin": "https://evil.example"})

    assert (plain.status_code, foreign.status_code) == (403, 403)
    assert database_digest() == before
    assert "页面已过期" in foreign.content.decode()
    assert client.post("/settings/people/invite/", form).status_code == 200


@pytest.mark.parametrize("person", ["", "admin"])
def test_every_answer_carries_the_headers(company: Company, signed_in: SignIn, person: str) -> None:
    client = signed_in(person) if person else Client()
    client.raise_request_exception = False

    for path in [*ROUTES, "/no/such/page/"]:
        answer = client.get(path, headers={"Origin": "https://evil.example"})
        policy = answer.headers.get("Content-Security-Policy", "")
        expected = HEADERS | ({"Referrer-Policy": "no-referrer"} if path == OPEN else {})
        assert {name: answer.headers.get(name) for name in HEADERS} == expected, path
        assert "default-src 'none'" in policy, path
        assert not re.search(r"unsafe-inline|unsafe-eval|https?:|\*", policy), path
        assert "geolocation=()" in answer.headers["Permissions-Policy"], path
        assert "no-store" in answer.headers["Cache-Control"], path
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")], path


def test_no_script_or_style_stands_in_a_page(company: Company, signed_in: SignIn) -> None:
    client = signed_in("admin")
    for path in ("/settings/account/", "/settings/audit/", "/settings/people/"):
        page = client.get(path).content.decode()
        assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=|\sstyle=|javascript:", page), path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_fault_shows_no_trace_and_asks_no_database(lang: str, settings: LazySettings) -> None:
    request: HttpRequest = RequestFactory().get("/", {"lang": lang})

    answer = refusals.failed(request)

    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Traceback" not in page
    assert ("已记录" in page) == (lang == "zh")


def test_a_fault_of_the_interface_is_a_problem_document() -> None:
    answer = refusals.failed(RequestFactory().get("/api/v1/me"))

    assert json.loads(answer.content)["status"] == 500
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_is_not_there_is_said_in_our_frame(company: Company, signed_in: SignIn) -> None:
    signed, stranger = signed_in("rep").get("/no/such/page/"), Client().get("/no/such/page/?lang=en")

    assert (signed.status_code, stranger.status_code) == (404, 404)
    assert "没有找到" in signed.content.decode()
    assert "Not found" in stranger.content.decode()
    part = signed_in("rep").get("/no/such/page/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_the_address_of_a_form_opened_again_leads_to_the_page_above_it(signed_in: SignIn) -> None:
    browser = signed_in("planner")

    for form, above in (("/plan/new", "/plan/"), ("/plan/plan-draft/rename", "/plan/plan-draft/")):
        answer = browser.get(form)
        assert (answer.status_code, answer["Location"]) == (302, above)
        assert browser.get(above).status_code == 200
    assert browser.put("/plan/new").status_code == 405
