"""
Doors: each page and endpoint says which verb it takes; one that says nothing is refused by a test.

``door`` marks a view and lets nobody in without the verb. The matrix of reliability tests walks the URLconf and reads
these marks.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.forms import refuse_unlisted
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
    fields
        What a form that is sent here may hold; ``None`` where a ``StrictForm`` says it.
    """

    verb: str
    methods: tuple[str, ...] = ("GET",)
    noun: str = ""
    fields: frozenset[str] | None = None


class Asked(HttpRequest):
    """A request whose actor is known; every view behind a door gets one, and at a page its session too."""

    actor: Actor
    live: Live


def _elsewhere(request: HttpRequest, mark: Door) -> HttpResponse:
    # Who loads the address of a form again is led to the page above it.
    path = request.path
    while request.method == "GET" and path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            above: Door | None = getattr(resolve(path).func, "door", None)
        except Resolver404:
            continue
        if above is not None and "GET" in above.methods:
            return redirect(path)
    return HttpResponseNotAllowed(mark.methods)


class _View(Protocol):
    def __call__(self, request: Asked, *args: Any, **kwargs: Any) -> HttpResponse: ...


def door(
    verb: str, *methods: str, noun: str = "", fields: Iterable[str] | None = None
) -> Callable[[Callable[..., HttpResponse]], _View]:
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
    fields
        What a form that is sent here may hold besides its token; left out where the page's ``StrictForm`` says it.
    """
    mark = Door(verb, methods or ("GET",), noun, None if fields is None else frozenset(fields))

    def decorate(view: Callable[..., HttpResponse]) -> _View:
        @functools.wraps(view)
        def guarded(request: Asked, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in (*mark.methods, "HEAD" if "GET" in mark.methods else ""):
                return _elsewhere(request, mark)
            if mark.verb:
                request.actor.must(mark.verb)
            if request.method == "POST" and mark.fields is not None:
                refuse_unlisted(request.POST, mark.fields)
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
