"""Columns, chips and words of the customers' pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from jiuzhou.adapters.texts import Lang, render
from jiuzhou.geo.divisions import divisions
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.listing import CustomerRow
from jiuzhou.web.collect.reads.wanted import CHOICES, FILTERS, Wanted
from jiuzhou.web.places import values
from jiuzhou.web.places.shapes import Badge, Chip, Link, Text, Tone

TIER_TONES: Mapping[str, Tone] = {"A": "accent", "B": "ok", "C": "", "D": ""}


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of one column; ``order`` is what ``aria-sort`` says."""

    title: str
    css: str = ""
    url: str = ""
    order: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One customer of the list, every cell as it is written."""

    url: str
    peek: str
    code: str
    name: str
    key_account: bool
    place: str
    tier: str
    tone: str
    score: str
    owner: str
    territory: str
    revenue: str
    revenue_full: str
    clv: str
    clv_full: str
    risk: str
    last_order: str


_HEADS: tuple[tuple[str, str, str, str], ...] = (
    ("customers.customer", "", "name", ""),
    ("customers.tier", "", "", ""),
    ("customers.score", "num", "score", "evaluate.metric_score"),
    ("customers.owner", "", "", ""),
    ("customers.territory", "only-wide", "", ""),
    ("customers.revenue", "num", "revenue", "evaluate.metric_revenue_12m"),
    ("customers.clv", "num only-wide", "clv", "evaluate.metric_clv"),
    ("customers.risk", "num", "risk", "evaluate.metric_churn_risk"),
    ("customers.last_order", "", "recency", ""),
)


def heads_of(given: QueryDict, sort: str, lang: Lang) -> list[Head]:
    """Return the headings, each with the address of the list in its order: figures fall first."""
    heads = []
    for title, css, name, note in _HEADS:
        first, second = (f"-{name}", name) if "num" in css else (name, f"-{name}")
        order = "" if not name or sort.lstrip("-") != name else "descending" if sort.startswith("-") else "ascending"
        query = given.copy()
        query.pop("cursor", None)
        query["sort"] = second if sort == first else first
        url = f"?{query.urlencode()}" if name else ""
        told = render(say(note), lang) if note else ""
        heads.append(Head(render(say(title), lang), css, url, order, told))
    return heads


def row_of(row: CustomerRow, lang: Lang) -> Row:
    """Return ``row`` as the list writes it."""
    url = reverse("customers:customer", args=[row.code])
    return Row(
        url=url,
        peek=f"{url}/peek",
        code=row.code,
        name=row.name or row.code,
        key_account=row.key_account,
        place=" ".join(row.place),
        tier=row.tier,
        tone=TIER_TONES.get(row.tier, ""),
        score=values.NOTHING if row.score is None else f"{row.score:.0f}",
        owner=row.owner,
        territory=row.territory,
        revenue=_money(row.revenue_12m, lang),
        revenue_full=_full(row.revenue_12m, lang),
        clv=_money(row.clv, lang),
        clv_full=_full(row.clv, lang),
        risk=values.NOTHING if row.risk is None else f"{row.risk * 100:.0f}%",
        last_order=_day(row.last_order_on, lang),
    )


@lru_cache(maxsize=20_000)
def _money(amount: Decimal | None, lang: Lang) -> str:
    return values.money(amount, lang)


def _full(amount: Decimal | None, lang: Lang) -> str:
    return "" if amount is None else f"{amount:,.2f}"


@lru_cache(maxsize=20_000)
def _day(day: date | None, lang: Lang) -> str:
    return values.day(day, lang)


def tier_badge(tier: str) -> Badge | None:
    """Return the tier in its tone."""
    return Badge(tier, TIER_TONES.get(tier, "")) if tier else None


def tabs_of(wanted: Wanted, actor: Actor) -> tuple[Link, ...]:
    """Return the tabs of the list, with duplicates and imports for who may see them; filters stay in their own tab."""
    path = reverse("customers:index")
    lists = tuple(
        Link(f"customers.tab_{tab}", path if tab == "all" else f"{path}?tab={tab}", wanted.tab == tab)
        for tab in ("all", "mine", "pool")
    )
    return lists + more_tabs(actor)


def more_tabs(actor: Actor, active: str = "") -> tuple[Link, ...]:
    """Return the tabs beside the lists that ``actor`` may see; ``active`` is the name of the present page."""
    shown = (
        ("duplicate.read", "duplicates.title", "customers:duplicates"),
        ("registration.read", "registrations.title", "customers:registrations"),
        ("import.run", "importing.history", "customers:import"),
        ("customer.read", "quality.title", "customers:quality"),
    )
    return tuple(Link(text, reverse(name), active=name == active) for verb, text, name in shown if actor.may(verb))


def chips_of(wanted: Wanted, given: QueryDict, names: Mapping[tuple[str, str], str]) -> tuple[Chip, ...]:
    """Return each filter in force, with the address without it."""
    chips = [
        Chip(f"customers.filter_{name}", value_name(name, value, names), _without(given, name, value))
        for name in FILTERS
        for value in wanted.filters.get(name, ())
    ]
    if wanted.query:
        chips.insert(0, Chip("customers.filter_query", as_written(wanted.query), _without(given, "q", None)))
    return tuple(chips)


def value_name(name: str, value: str, names: Mapping[tuple[str, str], str] | None = None) -> Text:
    """Return how a filter's value is called."""
    if name in CHOICES and name not in ("tier", "value", "unvisited"):
        return say(f"customers.{name}_{value}")
    if name == "unvisited":
        return say("customers.days", n=int(value))
    if name == "region" and (name, value) not in (names or {}):
        path = divisions().path(value)
        return as_written(path[-1] if path else value)
    return as_written((names or {}).get((name, value), value))


def as_written(text: str) -> Message:
    """Return ``text`` as it stands, also where it happens to look like the code of a sentence."""
    return say("customers.as_written", text=text)


def cleared(given: QueryDict) -> str:
    """Return the address without filters and words, in the same tab."""
    kept = QueryDict(mutable=True)
    for name in ("tab", "sort"):
        if given.get(name):
            kept[name] = str(given[name])
    return f"?{kept.urlencode()}" if kept else reverse("customers:index")


def turned(given: QueryDict, cursor: str | None) -> str:
    """Return the address of another page of the same list."""
    query = given.copy()
    query.pop("cursor", None)
    if cursor:
        query["cursor"] = cursor
    return f"?{query.urlencode()}"


def plain_query(given: QueryDict) -> str:
    """Return the query of the address as it may be kept: tab, words, filters and order."""
    kept = QueryDict(mutable=True)
    for name in ("tab", "q", "sort", *FILTERS):
        if given.getlist(name):
            kept.setlist(name, given.getlist(name))
    return str(kept.urlencode())


def _without(given: QueryDict, name: str, value: Any) -> str:
    query = given.copy()
    query.pop("cursor", None)
    kept = [other for other in query.getlist(name) if other != value] if value is not None else []
    query.pop(name, None)
    for other in kept:
        query.appendlist(name, str(other))
    return f"?{query.urlencode()}" if query else reverse("customers:index")
