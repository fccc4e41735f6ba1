"""The answers to what went wrong before or outside a page: not found, forbidden, a form without its token, a fault."""

from __future__ import annotations

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import get_template

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.middleware import language_of, problem
from jiuzhou.web.problems import ForbiddenError, NotFoundError, ProtocolError


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return 404: the same for an address that does not exist and for what is not the reader's."""
    return _answer(request, NotFoundError())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return 403."""
    return _answer(request, ForbiddenError(""))


def bad_request(request: HttpRequest, exception: SuspiciousOperation | None = None) -> HttpResponse:
    """Return 400, for what no browser of ours sends."""
    return _answer(request, ProtocolError(400, "web.bad_request"))


def no_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return 403 for a form that did not come from a page of ours, or from one that is too old."""
    return _answer(request, ProtocolError(403, "web.no_token"))


def failed(request: HttpRequest) -> HttpResponse:
    """Return 500: what happened stands in the log, never on the page; nothing here asks the database."""
    lang = getattr(request, "lang", None) or language_of(request)
    sentence = told(say("web.failed"), lang)
    if request.path.startswith("/api/"):
        body = f'{{"type": "about:blank", "status": 500, "code": "web.failed", "title": "{sentence}"}}'
        return HttpResponseServerError(body, content_type="application/problem+json")
    context: dict[str, object] = {"status": 500, "sentence": sentence, "details": {}, "lang": lang, "theme": "system"}
    return HttpResponseServerError(get_template("failed.html").render(context, None))


def _answer(request: HttpRequest, error: JiuzhouError) -> HttpResponse:
    if not hasattr(request, "lang"):
        request.lang = language_of(request)  # type: ignore[attr-defined]
    return problem(request, error)
