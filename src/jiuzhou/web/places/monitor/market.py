"""Markets and competitors: what is known where, of which day, from what source, and what has grown old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jiuzhou.adapters.texts import Lang
from jiuzhou.geo.divisions import divisions
from jiuzhou.geo.provinces import PROVINCES
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.collect.market import CHINA, KINDS
from jiuzhou.web.collect.reads.market import (
    CompetitorDetail,
    CompetitorLine,
    MarketDetail,
    MarketLine,
    Sought,
    list_competitors,
    list_market,
    places_known,
    read_competitor,
    read_market,
)
from jiuzhou.web.places.monitor.wording import address, tabs_of
from jiuzhou.web.places.shapes import Badge, Column, Fact, Kind, Link, Text
from jiuzhou.web.places.shell import language_of

WRITTEN: dict[str, Kind] = {
    "size": "money",
    "competition": "percent",
    "growth": "signed",
    "population": "count",
    "gdp": "money",
    "culture": "text",
    "law": "text",
}
"""How the values of each kind are written."""

_ENGLISH = {province.code: province.name_en for province in PROVINCES}


@dataclass(frozen=True, slots=True)
class MarketRow:
    """A statement as a table shows it."""

    url: str
    place: Text
    kind: Message
    value: float | None
    text: str
    written: Kind
    at: date
    source: str
    by: str
    state: Badge | None
    version: int


@dataclass(frozen=True, slots=True)
class CompetitorRow:
    """A statement on a competitor as a table shows it."""

    url: str
    name: str
    place: Text
    product: str
    price: Any
    share: float | None
    strength: str
    at: date
    source: str
    by: str
    state: Badge | None
    version: int


@door("market.read")
def index(request: Asked) -> HttpResponse:
    """Show what is stated of markets, place by place."""
    sought = _sought(request)
    page = list_market(request.actor, sought, cursor=request.GET.get("after"))
    lang = language_of(request)
    columns = [
        Column("place", "market.place"),
        Column("kind", "market.kind"),
        Column("value", "market.stated", "part", part="monitor/market_value.html", wrap=True),
        Column("at", "market.at", "day"),
        Column("source", "market.source", wrap=True),
        Column("by", "market.by", narrow=True),
        Column("state", "market.state", "badge"),
    ]
    context = _listed(request, sought) | {
        "rows": [market_row(line, lang) for line in page.items],
        "columns": columns,
        "kinds": [(kind, f"market.kind_{kind}") for kind in KINDS],
        "new_url": reverse("monitor:market_new"),
        "rivals": False,
        **_turned(request, page.next, page.previous),
    }
    return render(request, "monitor/market.html", context)


@door("market.read")
def competitors(request: Asked) -> HttpResponse:
    """Show what is stated of competitors, name by name."""
    sought = _sought(request)
    page = list_competitors(request.actor, sought, cursor=request.GET.get("after"))
    lang = language_of(request)
    columns = [
        Column("name", "market.name"),
        Column("place", "market.place"),
        Column("product", "market.product", narrow=True),
        Column("price", "market.price", "money", unit=request.actor.currency),
        Column("share", "market.share", "percent"),
        Column("strength", "market.strength", wrap=True, narrow=True),
        Column("at", "market.at", "day"),
        Column("source", "market.source", wrap=True),
        Column("state", "market.state", "badge"),
    ]
    context = _listed(request, sought) | {
        "rows": [competitor_row(line, lang) for line in page.items],
        "columns": columns,
        "kinds": (),
        "new_url": reverse("monitor:competitor_new"),
        "rivals": True,
        **_turned(request, page.next, page.previous),
    }
    return render(request, "monitor/market.html", context)


@door("market.read", noun="fact")
def fact(request: Asked, fact: int) -> HttpResponse:
    """Show one statement of a market, its versions, and the same of other days."""
    detail, lang = read_market(request.actor, fact), language_of(request)
    row = market_row(detail.line, lang)
    facts = [
        Fact("market.place", row.place),
        Fact("market.kind", row.kind),
        Fact("market.stated", detail.line.text or detail.line.value, row.written),
    ]
    urls = ("monitor:market_correct", "monitor:market_withdraw")
    named = say("market.named", kind=row.kind, place=row.place)
    return _detail(request, detail, facts, named, urls, [market_row(line, lang) for line in detail.days])


@door("market.read", noun="rival")
def rival(request: Asked, rival: int) -> HttpResponse:
    """Show one statement on a competitor, its versions, and the same of other days."""
    detail, lang = read_competitor(request.actor, rival), language_of(request)
    line = detail.line
    facts = [
        Fact("market.name", line.name),
        Fact("market.place", place_name(line.place, lang)),
        Fact("market.product", line.product),
        Fact("market.price", line.price, "money"),
        Fact("market.share", line.share, "percent"),
        Fact("market.strength", line.strength),
    ]
    urls = ("monitor:competitor_correct", "monitor:competitor_withdraw")
    named = say("customers.as_written", text=line.name)
    return _detail(request, detail, facts, named, urls, [competitor_row(day, lang) for day in detail.days])


def market_row(line: MarketLine, lang: Lang) -> MarketRow:
    """Return a statement as tables show it."""
    return MarketRow(
        url=reverse("monitor:market_fact", args=[line.id]),
        place=place_name(line.place, lang),
        kind=say(f"market.kind_{line.kind}"),
        value=line.value,
        text=line.text,
        written=WRITTEN[line.kind],
        at=line.at,
        source=line.source,
        by=line.by,
        state=_state(line),
        version=line.version,
    )


def competitor_row(line: CompetitorLine, lang: Lang) -> CompetitorRow:
    """Return a statement on a competitor as tables show it."""
    return CompetitorRow(
        url=reverse("monitor:competitor", args=[line.id]),
        name=line.name,
        place=place_name(line.place, lang),
        product=line.product,
        price=line.price,
        share=line.share,
        strength=line.strength,
        at=line.at,
        source=line.source,
        by=line.by,
        state=_state(line),
        version=line.version,
    )


def place_name(code: str, lang: Lang) -> Message:
    """Return how a place is called."""
    if not code:
        return say("market.everywhere")
    if code == CHINA:
        return say("market.china")
    if lang == "en" and code in _ENGLISH:
        return say("customers.as_written", text=_ENGLISH[code])
    path = divisions().path(code) if code.isdigit() else ()
    return say("customers.as_written", text=" ".join(path) or code)


def segments_of(request: Asked) -> list[Link]:
    """Return the ways to look at markets."""
    ways = {"of_markets": "market", "of_competitors": "competitors", "of_situation": "situation"}
    addresses = {word: reverse(f"monitor:{name}") for word, name in ways.items()}
    return [Link(f"market.{word}", found, request.path == found) for word, found in addresses.items()]


def _detail(
    request: Asked,
    detail: MarketDetail | CompetitorDetail,
    facts: list[Fact],
    named: Message,
    urls: tuple[str, str],
    days: Sequence[MarketRow | CompetitorRow],
) -> HttpResponse:
    line = detail.line
    facts += [Fact("market.at", line.at, "day"), Fact("market.source", line.source), Fact("market.by", line.by)]
    may_write = request.actor.may("market.write") and detail.current
    context = {
        "line": line,
        "named": named,
        "facts": [row for row in facts if row.value not in (None, "")],
        "versions": detail.versions,
        "written": WRITTEN[line.kind] if isinstance(line, MarketLine) else "",
        "days": days,
        "state": _state(line),
        "current": detail.current,
        "correct_url": reverse(urls[0], args=[line.id]) if may_write else "",
        "withdraw_url": reverse(urls[1], args=[line.id]) if may_write else "",
        "list_url": reverse("monitor:market" if isinstance(line, MarketLine) else "monitor:competitors"),
    }
    return render(request, "monitor/market_fact.html", context)


def _listed(request: Asked, sought: Sought) -> dict[str, Any]:
    lang = language_of(request)
    known = [(code, place_name(code, lang)) for code in places_known(request.actor)]
    return {
        "sought": sought,
        "places": [(CHINA, say("market.china")), *((code, name) for code, name in known if code != CHINA)],
        "tabs": tabs_of(request, "market"),
        "segments": segments_of(request),
        "narrowed": bool(sought.place or sought.kind or sought.stale or sought.all_days),
        "may_write": request.actor.may("market.write"),
    }


def _turned(request: Asked, following: str | None, previous: str | None) -> dict[str, str]:
    return {
        "next": address(request, after=following) if following else "",
        "previous": address(request, after=previous) if previous else "",
    }


def _sought(request: Asked) -> Sought:
    place, kind = request.GET.get("place", "")[:12], request.GET.get("kind", "")
    return Sought(
        place=place.replace("\x00", ""),
        kind=kind if kind in KINDS else "",
        stale=request.GET.get("stale") == "1",
        all_days=request.GET.get("days") == "1",
    )


def _state(line: MarketLine | CompetitorLine) -> Badge | None:
    if line.withdrawn_at is not None:
        return Badge("market.is_past")
    return Badge("market.is_stale", "warn", "warn") if line.stale else None
