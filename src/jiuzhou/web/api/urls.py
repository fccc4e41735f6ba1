"""The addresses of the interface; every other under ``/api/`` answers with a problem too."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path

from jiuzhou.web.accounts.doors import Door, door
from jiuzhou.web.accounts.middleware import problem
from jiuzhou.web.api.answers import broken
from jiuzhou.web.api.gate import door_of
from jiuzhou.web.api.openapi import describe
from jiuzhou.web.api.root import api, endpoints
from jiuzhou.web.problems import NotFoundError, ProtocolError


@cache
def _document() -> bytes:
    return json.dumps(describe(api), ensure_ascii=False).encode()


@door("")
def openapi(_request: HttpRequest) -> HttpResponse:
    """Return the description; it holds nothing of anybody, so everybody may read it."""
    return HttpResponse(_document(), content_type="application/json")


@door("", "GET", "POST", "PUT", "PATCH", "DELETE")
def unknown(_request: HttpRequest) -> HttpResponse:
    """Say that there is nothing at this address."""
    raise NotFoundError


def _wrapped(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    # What ninja answers by itself, and what fails in the gate, gets the one shape of errors too.
    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:
            return broken(request, error)
        if response.status_code == 401:
            response["WWW-Authenticate"] = "Bearer"
        if response.status_code == 405:
            allowed = response["Allow"]
            response = problem(request, ProtocolError(405, "api.method", allowed=allowed))
            response["Allow"] = allowed
        return response

    return answered


def _patterns() -> list[URLPattern | URLResolver]:
    doors: dict[str, dict[str, Door]] = {}
    for method, address, operation in endpoints():
        doors.setdefault(address.lstrip("/").replace("{", "<").replace("}", ">"), {})[method] = door_of(operation)
    found: list[URLPattern | URLResolver] = []
    for pattern in api.urls[0]:
        assert isinstance(pattern, URLPattern)
        if pattern.name == "api-root":
            continue
        view = _wrapped(pattern.callback)
        view.doors = doors[str(pattern.pattern)]  # type: ignore[attr-defined]
        found.append(path(f"v1/{pattern.pattern}", view, name=pattern.name))
    return found


app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/openapi.json", openapi, name="openapi"),
    *_patterns(),
    re_path(r"", unknown, name="unknown"),
]
