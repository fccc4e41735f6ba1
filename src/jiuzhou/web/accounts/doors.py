"""
Doors: each page and endpoint says which verb it takes; one that says nothing is refused by a test.

``door`` marks a view and lets nobody in without the verb. The matrix of reliability tests walks the URLconf and reads
these marks.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.sessions import Live

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Door:
    """
    What a view takes.

    Attributes
    ----------
    verb
        The verb of ``accounts.roles``; empty where everybody may enter, signed in or not.
    noun
        The kind of object its address names, such as ``customer``; empty where it names none.
    """

    verb: str
    methods: tuple[str, ...] = ("GET",)
    noun: str = ""


class Asked(HttpRequest):
    """A request whose actor is known; every view behind a door gets one, and at a page its session too."""

    actor: Actor
    live: Live


class _View(Protocol):
    def __call__(self, request: Asked, *args: Any, **kwargs: Any) -> HttpResponse: ...


def door(verb: str, *methods: str, noun: str = "") -> Callable[[Callable[..., HttpResponse]], _View]:
    """
    Return the decorator of a page.

    Parameters
    ----------
    verb
        What the actor must be allowed to do.
    methods
        HTTP methods that the page answers; GET where none is given.
    noun
        The kind of object its address names.
    """
    mark = Door(verb, methods or ("GET",), noun)

    def decorate(view: Callable[..., HttpResponse]) -> _View:
        @functools.wraps(view)
        def guarded(request: Asked, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in (*mark.methods, "HEAD" if "GET" in mark.methods else ""):
                return HttpResponseNotAllowed(mark.methods)
            if mark.verb:
                request.actor.must(mark.verb)
            return view(request, *args, **kwargs)

        guarded.door = mark  # type: ignore[attr-defined]
        return cast(_View, guarded)

    return decorate


def endpoint(verb: str, *, noun: str = "") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return the decorator of a REST endpoint, to stand below the router's own, which names method and path."""
    mark = Door(verb, noun=noun)

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            request = cast(Asked, args[0] if args else kwargs["request"])
            request.actor.must(mark.verb)
            return view(*args, **kwargs)

        guarded.door = mark  # type: ignore[attr-defined]
        # Annotations are names in the endpoint's module; resolved here they mean the same to whoever reads them.
        guarded.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
        return guarded

    return decorate
