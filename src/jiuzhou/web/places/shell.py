"""What the frame around every page shows: places, person, counts, and how the reader wants to see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from jiuzhou.adapters.texts import Lang
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.inbox.reads import unread
from jiuzhou.web.jobs.reads import count_running

_PLACES: tuple[tuple[str, str], ...] = (
    ("overview", "KeyO"),
    ("plan", "KeyP"),
    ("customers", "KeyC"),
    ("assign", "KeyA"),
    ("service", "KeyS"),
    ("team", "KeyT"),
    ("monitor", "KeyM"),
    ("settings", ""),
)
"""Each place in the order of the rail, with the key that follows G."""

_WITHIN = {"accounts": "settings"}
"""Namespaces whose pages belong to a place of another name."""

_ON_TELEPHONE = ("customers", "service")
_THEMES = ("light", "dark", "system")
_DENSITIES = ("28", "32", "40")


class Person(Protocol):
    """What the frame asks of ``request.actor``."""

    @property
    def name(self) -> str:
        """The name shown in the header."""

    @property
    def language(self) -> str:
        """The language the person chose."""

    def may(self, verb: str) -> bool:
        """Return whether the person may do ``verb``."""


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the rail."""

    code: str
    url: str
    key: str
    active: bool
    narrow: bool

    @property
    def title(self) -> str:
        """The code of the place's name."""
        return f"web.place.{self.code}"


@dataclass(frozen=True)  # without slots: what is counted once is kept for the page
class Shell:
    """The frame of one page."""

    request: HttpRequest
    person: Person | None
    current: str

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The places the person may open; the settings, at the foot of the rail, come last."""
        found = ((code, key, address_of(f"{code}:index")) for code, key in _PLACES if self.opens(code))
        return tuple(
            Place(code, url, key, code == self.current, code in _ON_TELEPHONE) for code, key, url in found if url
        )

    def opens(self, place: str) -> bool:
        """Return whether the person may open ``place``."""
        return self.person is not None and self.person.may(f"{place}.open")

    @property
    def name(self) -> str:
        """The person's name; empty before log-in."""
        return self.person.name if self.person else ""

    @property
    def organisation(self) -> str:
        """The name of the person's organisation."""
        return str(getattr(self.person, "organisation", "") or "")

    @cached_property
    def inbox(self) -> int | None:
        """How much waits for the person."""
        return unread(self.person) if isinstance(self.person, Actor) else None

    @cached_property
    def jobs(self) -> int | None:
        """How many of the person's jobs wait or run."""
        return count_running(self.person) if isinstance(self.person, Actor) else None

    @cached_property
    def urls(self) -> Mapping[str, str]:
        """Addresses the frame leads to; those that do not exist are empty."""
        names = {
            "home": "home",
            "inbox": "inbox:index",
            "jobs": "jobs:index",
            "search": "search",
            "profile": "accounts:profile",
            "sign_out": "account_logout",
        }
        return {word: address_of(name) for word, name in names.items()}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return what every template knows: language, theme, density, stillness and the frame itself."""
    person: Person | None = getattr(request, "actor", None)
    match = getattr(request, "resolver_match", None)
    place = (match.namespaces or [""])[0] if match else ""
    return {
        "lang": language_of(request),
        "theme": _one_of(request, "theme", _THEMES, "system"),
        "density": _one_of(request, "density", _DENSITIES, ""),
        "still": request.GET.get("still") == "1",
        "single_keys": request.COOKIES.get("keys") != "off",
        "shell": Shell(request, person, _WITHIN.get(place, place)),
    }


def language_of(request: HttpRequest) -> Lang:
    """Return the language of the page: as decided for the request, or asked for, or kept, or the person's."""
    person: Person | None = getattr(request, "actor", None)
    decided = getattr(request, "lang", "") or request.GET.get("lang") or request.COOKIES.get("lang")
    if decided not in ("zh", "en"):
        decided = person.language if person else "zh"
    return "en" if decided == "en" else "zh"


def address_of(name: str) -> str:
    """Return the address of a named page, or nothing where there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _one_of(request: HttpRequest, name: str, allowed: tuple[str, ...], otherwise: str) -> str:
    for given in (request.GET.get(name), request.COOKIES.get(name)):
        if given in allowed:
            return str(given)
    return otherwise
