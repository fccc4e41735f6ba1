"""
The gate before every endpoint: who asks, how often, in what form, and whether it was asked before.

It stands around the whole operation, so that an endpoint cannot forget any of it. Its order matters: nobody learns
from an error what they may not know, and nothing is written before the request is known to be allowed and new.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.utils import check_csrf

from jiuzhou.adapters.texts import Lang
from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.doors import Door
from jiuzhou.web.accounts.middleware import problem
from jiuzhou.web.accounts.tokens import actor_of_token
from jiuzhou.web.accounts.uploads import Received, receive, release
from jiuzhou.web.ledger.idempotency import Request, answer_once, digest_of
from jiuzhou.web.ledger.limits import count_request
from jiuzhou.web.problems import InvalidError, NotFoundError, ProtocolError
from jiuzhou.web.rest.schemas import UNWRITABLE

SAFE = ("GET", "HEAD", "OPTIONS")
DEEPEST = 32

Run = Callable[..., HttpResponse]


def gate(run: Run) -> Run:
    """Return ``run``, the bound method of one operation, behind the gate."""
    operation = cast(Operation, run.__self__)  # type: ignore[attr-defined]

    @functools.wraps(run)
    def guarded(request: HttpRequest, **path: Any) -> HttpResponse:
        try:
            actor = _entered(request, operation, path)
            if request.method != "POST":
                return run(request, **path)
            if _most_of_files(operation):
                request.received = receive(request, request.GET.get("name", ""))  # type: ignore[attr-defined]
            secret = getattr(operation.view_func, "secret", False)
            return answer_once(_request(request, actor), lambda: run(request, **path), secret=secret)
        except JiuzhouError as error:
            return problem(request, error)
        finally:
            release(getattr(request, "received", ()))

    return guarded


def listed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return an endpoint whose tuple is a list: ninja takes a tuple of two for a status and a body."""

    @functools.wraps(view)
    def answered(*args: Any, **kwargs: Any) -> Any:
        result = view(*args, **kwargs)
        return list(result) if type(result) is tuple else result

    return answered


def door_of(operation: Operation) -> Door:
    """Return the door of an endpoint."""
    mark = getattr(operation.view_func, "door", None)
    assert isinstance(mark, Door), f"{operation.view_func.__name__} has no door: add @endpoint below its router's line"
    return mark


class Session:
    """A signed-in person's cookie, as OpenAPI describes it; the gate has already looked at it."""

    openapi_security_schema: Mapping[str, str] = {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
    }

    def __call__(self, request: HttpRequest) -> Actor | None:
        """Return who asks."""
        return getattr(request, "actor", None)


class Bearer(Session):
    """A token in the ``Authorization`` header, as OpenAPI describes it; the gate has already looked at it."""

    openapi_security_schema: Mapping[str, str] = {"type": "http", "scheme": "bearer"}


class StrictParser(Parser):
    """Reads JSON: UTF-8, no NaN, no name twice or that cannot be written, not endlessly deep."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body's value; any exception means that it cannot be read."""
        text = request.body.decode("utf-8")
        value = json.loads(text, parse_constant=_no_number, parse_float=_number, object_pairs_hook=_without_twins)
        _check_depth(value, DEEPEST)
        return value


def _entered(request: HttpRequest, operation: Operation, path: Mapping[str, Any]) -> Actor:
    mark = door_of(operation)
    actor = _identified(request)
    request.actor = actor  # type: ignore[attr-defined]
    request.lang = _language(request, actor)  # type: ignore[attr-defined]
    write = request.method not in SAFE
    kind = "export" if mark.verb.endswith(".export") else "write" if write else "read"
    assert actor.user_id is not None
    count_request(actor.organisation_id, actor.user_id, kind, now=timezone.now())
    actor.must(mark.verb)
    _check_form(request, operation)
    if write and actor.via == "page" and check_csrf(request) is not None:
        raise ProtocolError(403, "api.csrf")
    if any(UNWRITABLE.search(str(value)) for value in path.values()):
        raise NotFoundError
    _check_query(request, operation)
    return actor


def _identified(request: HttpRequest) -> Actor:
    given = request.headers.get("Authorization", "")
    if not given:
        known: Actor | None = getattr(request, "actor", None)
        if known is None:
            raise ProtocolError(401, "api.nobody")
        return known
    scheme, _, text = given.partition(" ")
    # A wrong token is never answered in the name of a cookie that came along.
    request.__dict__.pop("actor", None)
    actor = actor_of_token(text.strip(), now=timezone.now()) if scheme.lower() == "bearer" else None
    if actor is None:
        raise ProtocolError(401, "api.nobody")
    return actor


def _language(request: HttpRequest, actor: Actor) -> Lang:
    accepted = request.headers.get("Accept-Language", "").strip().lower()
    if accepted.startswith(("en", "zh")):
        return "en" if accepted.startswith("en") else "zh"
    return "en" if actor.language == "en" else "zh"


def _check_form(request: HttpRequest, operation: Operation) -> None:
    most = _most_of_files(operation) or settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > most:
        raise ProtocolError(413, "api.too_large", most=most // 1024 // 1024)
    takes_body = any(model.__ninja_param_source__ == "body" for model in operation.models)
    is_file = bool(_most_of_files(operation))
    if not is_file and (takes_body or int(length)) and request.content_type != "application/json":
        raise ProtocolError(415, "api.media_type")
    if request.method == "POST" and "Idempotency-Key" not in request.headers:
        raise ProtocolError(400, "api.key_missing")


def _most_of_files(operation: Operation) -> int:
    return int(getattr(operation.view_func, "takes_files", 0))


def _check_query(request: HttpRequest, operation: Operation) -> None:
    wrong: dict[str, Message] = {}
    for name, values in request.GET.lists():
        if name not in _query_names(operation):
            wrong[name[:60]] = say("api.unknown_parameter")
        elif len(values) > 1 and name not in _many(operation):
            wrong[name] = say("api.given_twice")
        elif any(UNWRITABLE.search(value) for value in values):
            wrong[name] = say("api.unwritable")
    if wrong:
        raise InvalidError(wrong)


def _query_names(operation: Operation) -> frozenset[str]:
    return frozenset(name for model in _query_models(operation) for name in model.__ninja_flatten_map__)


def _many(operation: Operation) -> frozenset[str]:
    return frozenset(name for model in _query_models(operation) for name in model.__ninja_collection_fields__)


def _query_models(operation: Operation) -> Iterator[Any]:
    return (model for model in operation.models if model.__ninja_param_source__ == "query")


def _request(request: HttpRequest, actor: Actor) -> Request:
    assert actor.user_id is not None
    condition = request.headers.get("If-Match", "")
    return Request(
        actor.organisation_id,
        actor.user_id,
        request.headers["Idempotency-Key"],
        f"{request.method} {request.path}"[:300],
        digest_of(request.META.get("QUERY_STRING", ""), condition, *_content(request)),
    )


def _content(request: HttpRequest) -> tuple[str | bytes, ...]:
    received: tuple[Received, ...] | None = getattr(request, "received", None)
    return (request.body,) if received is None else tuple(f"{one.name} {one.digest}" for one in received)


def _no_number(text: str) -> float:
    raise ValueError(text)


def _number(text: str) -> float | int:
    # JSON has one kind of number: 68.0 is the whole number 68.
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs) or any(UNWRITABLE.search(name) for name in told):
        raise ValueError("a name twice, or one that cannot be written")
    return told


def _check_depth(value: Any, left: int) -> None:
    if left == 0:
        raise ValueError("too deep")
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        _check_depth(item, left - 1)
