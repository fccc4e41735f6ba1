"""What the interface says when something is wrong: one shape, problem+json (RFC 9457), in the reader's language."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel

from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.middleware import problem
from jiuzhou.web.problems import InvalidError, NotFoundError, ProtocolError

log = logging.getLogger("jiuzhou.web.api")


class Problem(BaseModel):
    """
    What went wrong.

    ``code`` does not change and is what a program looks at; ``title`` and ``detail`` are for people. ``errors`` names
    what is wrong with each field; ``version`` and ``now`` say what a stale write would have overwritten.
    """

    type: str
    status: int
    code: str
    title: str
    detail: str
    errors: dict[str, str] | None = None
    version: int | None = None
    now: dict[str, Any] | None = None


class BrokenError(ProtocolError):
    """The application failed; the reader is told that, and nothing of why."""

    def __init__(self) -> None:
        super().__init__(500, "api.broken")


def answer_errors(api: NinjaAPI) -> None:
    """Make ``api`` answer every error with a problem."""
    api.add_exception_handler(JiuzhouError, problem)  # type: ignore[arg-type]
    api.add_exception_handler(ValidationError, _invalid)  # type: ignore[arg-type]
    api.add_exception_handler(HttpError, _unreadable)  # type: ignore[arg-type]
    api.add_exception_handler(Http404, _not_found)  # type: ignore[arg-type]
    api.add_exception_handler(Exception, broken)  # type: ignore[arg-type]


def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the answer to a failure of ours, which goes to the log."""
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    return problem(request, BrokenError())


def _not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem(request, NotFoundError())


def _unreadable(request: HttpRequest, _error: HttpError) -> HttpResponse:
    return problem(request, ProtocolError(400, "api.unreadable"))


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    places = {str(item["loc"][0]) for item in error.errors}
    if "path" in places:
        return problem(request, NotFoundError())
    if any(item["loc"][-1] == "If-Match" and item["type"] == "missing" for item in error.errors):
        return problem(request, ProtocolError(428, "api.version_missing"))
    return problem(request, InvalidError({_field(item): _sentence(item) for item in error.errors}))


def _field(item: Mapping[str, Any]) -> str:
    source, *rest = item["loc"]
    names = rest[1:] if source == "body" and len(rest) > 1 else rest
    return ".".join(str(name)[:60] for name in names) or "body"


_PLAIN = {
    "missing": "api.missing",
    "extra_forbidden": "api.unknown_field",
    "int_type": "api.not_whole",
    "int_parsing": "api.not_whole",
    "int_from_float": "api.not_whole",
    "float_type": "api.not_a_number",
    "float_parsing": "api.not_a_number",
    "finite_number": "api.not_a_number",
    "bool_type": "api.not_yes_or_no",
    "bool_parsing": "api.not_yes_or_no",
    "string_type": "api.not_a_text",
    "date_parsing": "api.not_a_day",
    "date_from_datetime_parsing": "api.not_a_day",
    "datetime_parsing": "api.not_a_moment",
    "datetime_from_date_parsing": "api.not_a_moment",
    "timezone_aware": "api.not_a_moment",
    "list_type": "api.not_a_list",
    "unwritable": "api.unwritable",
}
_BOUNDED: Mapping[str, Callable[[Mapping[str, Any]], Message]] = {
    "greater_than_equal": lambda given: say("api.at_least", least=given["ge"]),
    "less_than_equal": lambda given: say("api.at_most", most=given["le"]),
    "string_too_short": lambda given: say("api.too_short", least=given["min_length"]),
    "string_too_long": lambda given: say("api.too_long", most=given["max_length"]),
    "too_short": lambda given: say("api.too_few", least=given["min_length"]),
    "too_long": lambda given: say("api.too_many_items", most=given["max_length"]),
    "literal_error": lambda given: say("api.one_of", choices=str(given["expected"])),
}


def _sentence(item: Mapping[str, Any]) -> Message:
    kind = str(item["type"])
    if kind in _BOUNDED:
        return _BOUNDED[kind](item["ctx"])
    return say(_PLAIN.get(kind, "api.wrong"))
