"""Every request gets its actor; every error meant for a person becomes one sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import urlencode

from jiuzhou.adapters.texts import Lang
from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.web.accounts.actor import Actor, actor_of
from jiuzhou.web.problems import InvalidError, StaleError, TooManyError, status_of
from jiuzhou.web.store.models import User

OPEN_PREFIXES = ("/accounts/", "/static/", "/healthz", "/readyz", "/api/")
"""Addresses that answer without a session: log-in itself, files, health, and the API, which has its own gate."""

Next = Callable[[HttpRequest], HttpResponse]


def language_of(request: HttpRequest) -> Lang:
    """Return the language to answer in: asked for in the address, chosen by the person, or the browser's."""
    asked = request.GET.get("lang") or request.COOKIES.get("lang")
    if asked not in ("zh", "en"):
        actor: Actor | None = getattr(request, "actor", None)
        accepted = request.headers.get("Accept-Language", "")
        asked = actor.language if actor else ("en" if accepted.lower().startswith("en") else "zh")
    return "en" if asked == "en" else "zh"


class ActorMiddleware:
    """Sets ``request.actor`` for a person with a live session; sends everybody else to the log-in page."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``."""
        user = request.user
        if isinstance(user, User):
            if user.is_active and request.session.get("epoch", user.epoch) == user.epoch:
                request.actor = actor_of(user, now=timezone.now())  # type: ignore[attr-defined]
            else:
                logout(request)
        lang = language_of(request)
        request.lang = lang  # type: ignore[attr-defined]
        with translation.override("en" if lang == "en" else "zh-hans"):
            if not hasattr(request, "actor") and not request.path.startswith(OPEN_PREFIXES):
                return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")
            response = self.get_response(request)
        if hasattr(request, "actor") and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response


class ProblemMiddleware:
    """Turns a ``JiuzhouError`` into a page or, for programs, a problem+json (RFC 9457)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the answer to ``error``; ``None`` where it is not one meant for a person."""
        return problem(request, error) if isinstance(error, JiuzhouError) else None


def problem(request: HttpRequest, error: JiuzhouError) -> HttpResponse:
    """Return the answer that states ``error``: problem+json under ``/api/``, a part of a page to htmx, else a page."""
    lang: Lang = getattr(request, "lang", "zh")
    status = status_of(error)
    sentence = told(error.message, lang)
    headers = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyError) else {}
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "status": status, "code": error.code, "title": sentence, "detail": sentence}
        body |= _details(error, lang)
        return JsonResponse(body, status=status, content_type="application/problem+json", headers=headers)
    part = "problem_part.html" if request.headers.get("HX-Request") else "problem.html"
    context = {"error": error, "status": status, "sentence": sentence, "details": _details(error, lang)}
    response = render(request, part, context, status=status)
    if isinstance(error, TooManyError):
        response["Retry-After"] = str(error.seconds)
    return response


def _details(error: JiuzhouError, lang: Lang) -> dict[str, object]:
    if isinstance(error, InvalidError):
        return {"errors": {name: told(message, lang) for name, message in error.fields.items()}}
    if isinstance(error, StaleError):
        return {"version": error.version, "now": dict(error.now)}
    return {}
