"""What holds for every endpoint, whoever writes it: one gate, one shape of errors, strict requests."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

import pytest
import time_machine
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client
from hypothesis import settings
from ninja.operation import Operation
from pydantic import BaseModel

from jiuzhou.adapters.texts import catalogue
from jiuzhou.web.accounts.roles import SCOPES, VERBS
from jiuzhou.web.api.gate import door_of
from jiuzhou.web.api.openapi import describe
from jiuzhou.web.api.person import Scope
from jiuzhou.web.api.root import api, endpoints
from jiuzhou.web.api.webhooks import Kind
from jiuzhou.web.ledger import limits, webhooks
from jiuzhou.web.ledger.limits import Rate, forget_leases
from jiuzhou.web.rest.schemas import Body
from jiuzhou.web.store.models import IdempotencyKey
from web_company import Company, database_digest
from web_objects import build_objects
from web_programs import Program
from web_routes import Route

pytestmark = pytest.mark.django_db
ENDPOINTS = list(endpoints())
NAMES = [f"{method} {path}" for method, path, _ in ENDPOINTS]
DOCUMENT = describe(api)


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RATES", {kind: Rate(1_000_000, 60, 100) for kind in limits.RATES})
    forget_leases()


@pytest.fixture
def planner(company: Company) -> Program:
    return Program(company.actor("planner"))


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: "1" if found[1] in _NUMBERS else "nothing", path)


_NUMBERS = {
    "token",
    "appeal",
    "approval",
    "decision",
    "number",
    "action",
    "visit",
    "alert",
    "absence",
    "run",
    "webhook",
    "remark",
}


def checked_problem(response: HttpResponse, status: int | None = None) -> dict[str, Any]:
    """The body of ``response``, after its shape was looked at."""
    assert response["Content-Type"] == "application/problem+json", response.content
    told: dict[str, Any] = json.loads(response.content)
    assert {"type", "status", "code", "title", "detail"} <= set(told)
    assert set(told) <= {"type", "status", "code", "title", "detail", "errors", "version", "now"}
    assert told["status"] == response.status_code
    assert told["code"] in catalogue("zh")
    if status is not None:
        assert response.status_code == status, told
    return told


@pytest.mark.parametrize(("method", "path", "operation"), ENDPOINTS, ids=NAMES)
def test_an_endpoint_has_a_door_with_a_verb_that_somebody_has(method: str, path: str, operation: Operation) -> None:
    mark = door_of(operation)

    assert any(mark.verb in verbs for verbs in VERBS.values()), mark
    assert mark.noun or "{" not in path, f"{path} names an object; say which kind in its door"
    if method in ("POST", "PUT", "PATCH", "DELETE"):
        assert not mark.verb.endswith(".open")


@pytest.mark.parametrize(("method", "path", "operation"), ENDPOINTS, ids=NAMES)
def test_nobody_enters_without_a_session_or_a_token(
    company: Company, method: str, path: str, operation: Operation
) -> None:
    for headers in ({}, {"Authorization": "Bearer jz_wrong"}, {"Authorization": "Basic YTpi"}):
        response = Client().generic(method, f"/api/v1{filled(path)}", b"{}", "application/json", headers=headers)
        assert checked_problem(response, 401)["code"] == "api.nobody"
        assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path", "operation"), ENDPOINTS, ids=NAMES)
def test_a_request_that_is_refused_has_the_one_shape_and_changes_nothing(
    company: Company, planner: Program, method: str, path: str, operation: Operation
) -> None:
    planner.get("/me")  # the token's first use is noted
    before = database_digest()
    body = {"a": 1} if any(model.__ninja_param_source__ == "body" for model in operation.models) else None
    for query in ("?unknown=1", "?_connector=OR", "?id__gt=0"):
        response = planner.send(method, f"{filled(path)}{query}", body, **{"Idempotency-Key": "k", "If-Match": '"1"'})
        told = checked_problem(response)
        assert response.status_code in (403, 422)
        if response.status_code == 422:
            assert list(told["errors"]) == [query[1:].split("=")[0]]
    if body is not None:
        response = planner.send(method, filled(path), body, **{"Idempotency-Key": "k", "If-Match": '"1"'})
        assert checked_problem(response)["status"] in (403, 404, 422)
    assert database_digest() == before


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)
    for inner in get_args(annotation):
        yield from models_in(inner)


def test_every_body_refuses_what_it_does_not_list() -> None:
    bodies = {
        model
        for _, _, operation in ENDPOINTS
        for params in operation.models
        if params.__ninja_param_source__ == "body"
        for field in params.model_fields.values()
        for model in models_in(field.annotation)
    }
    assert bodies
    assert [model.__name__ for model in bodies if not issubclass(model, Body)] == []


def test_no_body_names_what_only_a_named_act_may_change() -> None:
    forbidden = re.compile(r"^(is_.*|owner(_id)?|role|territory_id|state|status|version|organisation.*|tenant|id)$")
    bodies = {model for _, _, operation in ENDPOINTS for params in operation.models for model in models_in(params)}
    named = [(model.__name__, name) for model in bodies if issubclass(model, Body) for name in model.model_fields]
    assert [pair for pair in named if forbidden.match(pair[1])] == []


def test_no_answer_names_a_secret_but_the_two_that_show_one() -> None:
    hidden = re.compile(r"password|digest|secret|^token$|epoch|answer_text")
    schemas = DOCUMENT["components"]["schemas"]
    found = {
        (name, field) for name, one in schemas.items() for field in one.get("properties", {}) if hidden.search(field)
    }
    assert found == {("TokenText", "token"), ("WebhookMade", "secret")}


def test_operations_and_schemas_have_names_of_their_own() -> None:
    names = [operation.view_func.__name__ for _, _, operation in ENDPOINTS]
    assert len(set(names)) == len(names)
    told = [
        model
        for _, _, operation in ENDPOINTS
        for answer in operation.response_models.values()
        for model in models_in(answer)
    ]
    kinds = {model.__name__: {one for one in told if one.__name__ == model.__name__} for model in told}
    assert [name for name, ones in kinds.items() if len(ones) > 1 and name != "NinjaResponseSchema"] == []


def test_every_list_has_the_one_envelope_and_a_limit() -> None:
    for path, methods in DOCUMENT["paths"].items():
        for operation in methods.values():
            parameters = {item["name"]: item["schema"] for item in operation["parameters"]}
            if "limit" in parameters:
                assert (parameters["limit"]["maximum"], "cursor" in parameters) == (500, True), path


def test_every_post_takes_a_key_and_every_answer_may_be_a_problem() -> None:
    for methods in DOCUMENT["paths"].values():
        for method, operation in methods.items():
            assert "default" in operation["responses"]
            keyed = any(item["name"] == "Idempotency-Key" and item["required"] for item in operation["parameters"])
            assert keyed == (method == "post")


def test_lists_of_words_are_the_same_on_both_sides() -> None:
    assert set(get_args(Scope)) == set(SCOPES)
    assert get_args(Kind) == webhooks.KINDS


def test_the_description_is_open_and_holds_nothing_of_anybody(company: Company) -> None:
    response = Client().get("/api/v1/openapi.json")

    assert response.status_code == 200
    assert json.loads(response.content)["openapi"].startswith("3.1")
    assert "九州器械" not in response.content.decode()


def test_unknown_addresses_and_methods_have_the_one_shape(planner: Program) -> None:
    checked_problem(planner.get("/nothing"), 404)
    checked_problem(planner.client.get("/api/"), 404)
    checked_problem(planner.client.get("/api/v2/me"), 404)
    told = planner.send("PUT", "/me")
    checked_problem(told, 405)
    assert told["Allow"] == "GET"


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"{",
            b"[]]",
            b"\xff\xfe{}",
            b'{"ids": NaN}',
            b'{"ids": [1], "ids": [2]}',
            b'{"\\ud800": 1}',
            b'{"\\u0000": 1}',
        ),
        *(b"[" * 10_000 + b"]" * 10_000, b"[" * 40 + b"]" * 40, b"9" * 5000, b"1" + b"0" * 5000),
    ],
)
def test_what_is_no_json_of_ours_is_unreadable(planner: Program, body: bytes) -> None:
    assert checked_problem(planner.post("/inbox/notices/read", body), 400)["code"] == "api.unreadable"


@pytest.mark.parametrize("text", ["a\\u0000b", "\\ud800"])
def test_a_text_that_no_database_takes_is_refused_where_it_stands(planner: Program, text: str) -> None:
    body = f'{{"text": "{text}"}}'.encode()

    found = checked_problem(planner.post("/plans/plan-draft/remarks", body), 422)

    assert set(found["errors"]) == {"text"}


@pytest.mark.parametrize("value", ["0.5", "1784000000", "today", "2026-13-01T00:00:00Z"])
def test_a_moment_is_written_out(company: Company, value: str) -> None:
    auditor = Program(company.actor("auditor"))

    assert set(checked_problem(auditor.get(f"/audit?until={value}"), 422)["errors"]) == {"until"}


def test_a_number_is_whole_when_its_value_is(planner: Program) -> None:
    assert planner.post("/inbox/notices/read", b'{"ids": [1.0]}').status_code == 200
    assert "ids.0" in checked_problem(planner.post("/inbox/notices/read", b'{"ids": [1.5]}'), 422)["errors"]
    assert "ids.0" in checked_problem(planner.post("/inbox/notices/read", b'{"ids": ["1"]}'), 422)["errors"]


def test_a_bulk_has_a_limit(planner: Program) -> None:
    assert planner.post("/inbox/notices/read", {"ids": list(range(1, 1001))}).status_code == 200
    assert "ids" in checked_problem(planner.post("/inbox/notices/read", {"ids": list(range(1, 1002))}), 422)["errors"]


def test_a_body_has_a_limit_and_a_type(planner: Program) -> None:
    large = b'{"ids": null, "x": "' + b"x" * 4_200_000 + b'"}'
    checked_problem(planner.post("/inbox/notices/read", large), 413)
    headers = {"Authorization": f"Bearer {planner.token}", "Idempotency-Key": "k"}
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        response = planner.client.generic("POST", "/api/v1/inbox/notices/read", b"{}", kind, headers=headers)
        checked_problem(response, 415)


def test_a_post_without_a_key_is_refused(planner: Program) -> None:
    response = planner.send("POST", "/inbox/notices/read", {})
    assert checked_problem(response, 400)["code"] == "api.key_missing"


def test_a_repeated_post_has_the_first_answer(company: Company, planner: Program) -> None:
    first = planner.post("/inbox/notices/read", {}, key="same")
    again = planner.post("/inbox/notices/read", {}, key="same")
    other = planner.post("/inbox/notices/read", {"ids": [1]}, key="same")

    assert (again.content, again.status_code, again["Idempotency-Replayed"]) == (first.content, 200, "true")
    assert checked_problem(other, 422)["code"] == "ledger.key_of_another"
    assert IdempotencyKey.unscoped.get().user == company.people["planner"]


def test_errors_speak_the_language_that_was_asked_for(planner: Program) -> None:
    for language, words in (("en", "There is no such parameter."), ("zh-CN", "没有这个参数。")):
        response = planner.get("/me?x=1", **{"Accept-Language": language})
        assert checked_problem(response)["errors"] == {"x": words}
    assert "没有" in checked_problem(planner.get("/me?x=1"))["errors"]["x"]


@pytest.mark.parametrize("version", [None, '"0"', '"77"', "77", '"x"', "*", 'W/"1"', '"-1"', '"9999999999"'])
def test_a_versioned_write_wants_the_version_that_is(company: Company, planner: Program, version: str | None) -> None:
    customer = company.customers["own"]
    headers = {} if version is None else {"If-Match": version}
    response = planner.send("PATCH", f"/customers/{customer.code}", {"channel": "经销"}, **headers)

    told = checked_problem(response)
    expected = {None: 428, '"0"': 412, '"77"': 412}.get(version, 422)
    assert response.status_code == expected
    if expected == 412:
        assert (told["version"], told["now"]) == (customer.version, {"channel": "直销"})


def test_the_version_read_is_the_version_written_with(company: Company, planner: Program) -> None:
    address = f"/customers/{company.customers['own'].code}"
    read = planner.get(address)
    written = planner.send("PATCH", address, {"channel": "经销"}, **{"If-Match": read["ETag"]})

    assert written.status_code == 200
    assert json.loads(written.content)["channel"] == "经销"
    assert written["ETag"] == '"2"' != read["ETag"]
    checked_problem(planner.send("PATCH", address, {"channel": "线上"}, **{"If-Match": read["ETag"]}), 412)


FULL = settings.get_current_profile_name() == "search"
"""`make drill` puts every payload into every parameter; `make test` each into one of every nine."""
INJECTIONS = [
    *("' OR 1=1 --", '" OR ""="', "1; DROP TABLE store_customer", "{{7*7}}", "${7*7}", "<script>alert(1)</script>"),
    *("../../etc/passwd", "%00", "\x00", "__class__", "id__gt", "_connector", "a" * 5000, "１２", "٣", "NaN"),
    *("1e400", "-1", "0", "99999999999999999999999", "[]", "null", "true", "sleep(10)", "$ne", "@import", "\r\nX: y"),
]
STRINGS = [
    (path, item["name"])
    for path, methods in DOCUMENT["paths"].items()
    for item in methods.get("get", {}).get("parameters", [])
    if item["in"] == "query"
]


@pytest.mark.parametrize("path", list(dict.fromkeys(path for path, _ in STRINGS)))
def test_nothing_in_an_address_becomes_more_than_text(planner: Program, path: str) -> None:
    names = [name for at, name in STRINGS if at == path]
    step = 1 if FULL else min(len(names), 9)
    pairs = [(name, text) for i, name in enumerate(names) for j, text in enumerate(INJECTIONS) if (i + j) % step == 0]
    for name, payload in pairs:
        response = planner.client.get(
            filled(path), {name: payload}, headers={"Authorization": f"Bearer {planner.token}"}
        )
        assert response.status_code < 500, (name, payload, response.content)
        if response.status_code >= 400:
            checked_problem(response)
        assert b"Traceback" not in response.content


@pytest.mark.parametrize("payload", INJECTIONS)
def test_no_order_filter_or_cursor_is_made_of_what_is_asked(planner: Program, payload: str) -> None:
    for name in ("sort", "tier", "risk", "tab", "cursor", "limit"):
        response = planner.client.get(
            "/api/v1/customers", {name: payload}, headers={"Authorization": f"Bearer {planner.token}"}
        )
        checked_problem(response, 422)


def test_bytes_that_are_no_text_are_no_filter(planner: Program) -> None:
    for raw in ("%ED%A0%80", "%FF", "%C0%AF", "%00"):
        response = planner.get(f"/customers?tier={raw}&q={raw}")
        checked_problem(response, 422)
        assert planner.get(f"/customers/{raw}").status_code == 404


BEYOND_TOKENS = {
    *("/tokens", "/webhooks", "/audit", "/privacy/processing", "/privacy/retention"),
    *("/rules/versions/{number}", "/customer-exports/{run}"),
    *("/collect/imports/{upload}/rejects", "/collect/imports/{upload}/error-file"),
}
"""Read by no token, or of something the small company does not have."""


def test_what_is_described_is_answered(company: Company) -> None:
    objects = build_objects(company)
    readers = [Program(company.actor(person)) for person in ("planner", "rep")]
    statuses: dict[str, set[int]] = {}
    for method, path, operation in ENDPOINTS:
        route = Route(path, "", door_of(operation), (method,))
        for _, keys, _ in objects.of(route, "planner") if method == "GET" else ():
            answers = {reader.get(route.at(**keys)).status_code for reader in readers}
            statuses.setdefault(path, set()).update(answers)

    assert {path for path, seen in statuses.items() if 200 not in seen} <= BEYOND_TOKENS
    assert {path: seen for path, seen in statuses.items() if seen - {200, 403, 404}} == {}


def test_a_session_needs_the_csrf_value_to_write_and_not_to_read(company: Company, signed_in: Any) -> None:
    client = signed_in("rep")
    client.handler.enforce_csrf_checks = True
    headers = {"Idempotency-Key": "k"}

    assert client.get("/api/v1/me").status_code == 200
    refused = client.post("/api/v1/inbox/notices/read", {}, content_type="application/json", headers=headers)
    assert checked_problem(refused, 403)["code"] == "api.csrf"


def test_a_wrong_token_is_not_answered_in_the_name_of_the_session(company: Company, signed_in: Any) -> None:
    client = signed_in("rep")
    checked_problem(client.get("/api/v1/me", headers={"Authorization": "Bearer jz_wrong"}), 401)


def test_a_token_reaches_no_further_than_its_scopes(company: Company) -> None:
    reader = Program(company.actor("rep"), "read")
    address = f"/customers/{company.customers['own'].code}"

    assert reader.get(address).status_code == 200
    checked_problem(reader.send("PATCH", address, {"channel": "经销"}, **{"If-Match": '"1"'}), 403)
    checked_problem(Program(company.actor("rep")).get("/tokens"), 403)


def test_a_token_text_is_shown_once_and_stored_nowhere(company: Company, signed_in: Any) -> None:
    client = signed_in("rep")
    asked = {"name": "机器", "scopes": ["read"], "days": 7}
    sent = [
        client.post("/api/v1/tokens", asked, content_type="application/json", headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]

    assert sent[0].status_code == 201
    assert checked_problem(sent[1], 409)["code"] == "ledger.already_done"
    text = json.loads(sent[0].content)["token"]
    assert text not in str(list(IdempotencyKey.unscoped.values_list("answer", flat=True)))


def test_too_many_requests_are_told_when_to_come_again(
    company: Company, planner: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "RATES", {"read": Rate(3, 60), "write": Rate(1, 60), "export": Rate(1, 60)})
    forget_leases()
    # The clock stands still: were a minute to begin between two requests, a new count would begin with it.
    with time_machine.travel(company.now.replace(second=20, microsecond=0) + timedelta(minutes=1), tick=False):
        statuses = [planner.get("/me").status_code for _ in range(4)]
        refused = planner.get("/me", **{"X-Forwarded-For": "1.2.3.4"})
        other = Program(company.actor("planner")).get("/me")
        written = planner.post("/inbox/notices/read", {})

    assert statuses == [200, 200, 200, 429]
    assert refused["Retry-After"] == "40"
    checked_problem(refused, 429)
    assert other.status_code == 429, "a second token is the same person"
    assert written.status_code == 200


def test_a_failure_of_ours_says_nothing_of_its_cause(
    company: Company, planner: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object, **named: object) -> None:
        raise ZeroDivisionError("周静 jz_secret")

    monkeypatch.setattr("jiuzhou.web.inbox.reads.counts", broken)
    response = planner.get("/inbox")

    assert checked_problem(response, 500)["code"] == "api.broken"
    assert "secret" not in response.content.decode()


def test_deep_pages_are_walked_without_a_gap(company: Company, planner: Program) -> None:
    codes, cursor = [], ""
    for _ in itertools.count():
        page = json.loads(planner.get(f"/customers?limit=2&sort=name{cursor}").content)
        codes += [item["code"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert len(codes) == len(set(codes)) == 7


def test_a_request_that_claims_no_end_is_refused(planner: Program, settings: LazySettings) -> None:
    response = planner.client.generic(
        "POST",
        "/api/v1/inbox/notices/read",
        b"{}",
        "application/json",
        headers={"Authorization": f"Bearer {planner.token}", "Idempotency-Key": "k"},
        CONTENT_LENGTH=str((settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) + 1),
    )
    checked_problem(response, 413)
