"""Every request gets its actor; every error meant for a person becomes one sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode

from jiuzhou.adapters.texts import Lang
from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.kernel.message import Message
from jiuzhou.web.accounts.actor import Actor, actor_of
from jiuzhou.web.accounts.sessions import live_session
from jiuzhou.web.accounts.trail import note_refusal
from jiuzhou.web.problems import ForbiddenError, InvalidError, StaleError, TooManyError, status_of
from jiuzhou.web.store.models import User

OPEN_PREFIXES = ("/static/", "/healthz", "/readyz", "/api/")
"""Addresses that answer without a session: files, health, and the API, which has its own gate."""

SETTING_UP = frozenset(
    {"mfa_activate_totp", "account_reauthenticate", "mfa_reauthenticate", "account_logout", "account_login"}
)
"""Pages for somebody whose roles need a second factor that is not set up yet; there are no others."""

PERMISSIONS = ", ".join(
    f"{name}=()" for name in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)
"""What no page of ours may ask a browser for."""

Next = Callable[[HttpRequest], HttpResponse]


def language_of(request: HttpRequest) -> Lang:
    """Return the language to answer in: asked for in the address, chosen by the person, or the browser's."""
    asked = request.GET.get("lang") or request.COOKIES.get("lang")
    if asked not in ("zh", "en"):
        actor: Actor | None = getattr(request, "actor", None)
        accepted = request.headers.get("Accept-Language", "")
        asked = actor.language if actor else ("en" if accepted.lower().startswith("en") else "zh")
    return "en" if asked == "en" else "zh"


class HeaderMiddleware:
    """Sets the headers that Django and django-csp do not, on every answer, files and faults included."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``."""
        response = self.get_response(request)
        response["Permissions-Policy"] = PERMISSIONS
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class ActorMiddleware:
    """Sets ``request.actor`` for a person with a live session; sends everybody else to the log-in page."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``."""
        user = request.user
        if isinstance(user, User):
            now = timezone.now()
            live = live_session(request, user, now)
            if live is None:
                logout(request)
            else:
                request.live = live  # type: ignore[attr-defined]
                request.actor = actor_of(user, now=now)  # type: ignore[attr-defined]
                if request.path.startswith("/api/") and _must_set_up(request):
                    del request.actor  # type: ignore[attr-defined]
        lang = language_of(request)
        request.lang = lang  # type: ignore[attr-defined]
        with translation.override("en" if lang == "en" else "zh-hans"):
            response = self.get_response(request)
        if not request.path.startswith("/static/") and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., object], *given: object) -> HttpResponse | None:
        """Return the way to the log-in, or to the second factor, for those who may not go on yet."""
        mark = getattr(view, "door", None)
        if request.path.startswith(OPEN_PREFIXES):
            return None
        if not hasattr(request, "actor"):
            if mark is not None and not mark.verb:
                return None
            return _sent_to(request, f"{settings.LOGIN_URL}?{urlencode({'next': _way_back(request)})}")
        name = request.resolver_match.view_name if request.resolver_match else ""
        if _must_set_up(request) and name not in SETTING_UP:
            return _sent_to(request, reverse("mfa_activate_totp"))
        return None


def _must_set_up(request: HttpRequest) -> bool:
    live = request.live  # type: ignore[attr-defined]
    return bool(request.actor.manages and not live.secured and not live.demo)  # type: ignore[attr-defined]


def _way_back(request: HttpRequest) -> str:
    # A part of a page is no page to come back to; its page is.
    if request.headers.get("HX-Request"):
        return urlsplit(request.headers.get("HX-Current-URL", "/")).path or "/"
    return request.get_full_path() if request.method == "GET" else "/"


def _sent_to(request: HttpRequest, address: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


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
    if isinstance(error, ForbiddenError) and hasattr(request, "actor"):
        note_refusal(request.actor, error.verb, now=timezone.now())
    lang: Lang = getattr(request, "lang", "zh")
    status = status_of(error)
    sentence = told(error.message, lang)
    headers = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyError) else {}
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "status": status, "code": error.code, "title": sentence, "detail": sentence}
        body |= _details(error, lang)
        return JsonResponse(
            body,
            status=status,
            content_type="application/problem+json",
            headers=headers,
            json_dumps_params={"ensure_ascii": False},
        )
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
        now = {name: told(value, lang) if isinstance(value, Message) else value for name, value in error.now.items()}
        return {"version": error.version, "now": now}
    return {}
