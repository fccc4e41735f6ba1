"""One customer: who has it and why, its scorecard, how each figure was reckoned, and what happened with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.collect.reads import customer as customers
from jiuzhou.web.collect.reads import timeline as happened
from jiuzhou.web.collect.reads.duplicates import list_merges, standing_for
from jiuzhou.web.collect.reads.importing.naming import column_name
from jiuzhou.web.evaluate.reads import Calculation, Dimension, Input, Part, Scorecard, Standing
from jiuzhou.web.evaluate.reads import calculation as reckoned
from jiuzhou.web.evaluate.reads import scorecard as scored
from jiuzhou.web.places.customers.changes import HeardForm, NoteForm
from jiuzhou.web.places.customers.wording import as_written, tier_badge
from jiuzhou.web.places.shapes import Entry, Fact, Link, Score, Text, Tone
from jiuzhou.web.places.shell import address_of, language_of
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.today import working_day

_GROUPS = ("", *happened.GROUPS)
_ROLES = ("primary", "secondary", "specialist")
_PART_KINDS = {
    "revenue": "money",
    "profit": "money",
    "clv": "money",
    "potential": "money",
    "frequency": "count",
    "recency": "count",
    "loyalty": "number",
}


@dataclass(frozen=True, slots=True)
class Held:
    """One spell of an owner, with its role and its source in words."""

    spell: customers.Spell
    role: Text
    source: Text


@dataclass(frozen=True, slots=True)
class Weighed:
    """One part of the score as a row; ``weight`` is its share of all weights."""

    part: Part
    label: Text
    kind: str
    weight: float


@door("customer.read", noun="customer")
def customer(request: Asked, customer: str) -> HttpResponse:
    """Return the page of one customer; that of the survivor for a record that was merged into another."""
    try:
        detail = customers.customer(request.actor, customer)
    except NotFoundError:
        return _led_on(request, customer)
    card = scored(request.actor, customer)
    context: dict[str, Any] = {
        "detail": detail,
        "card": card,
        "tier": tier_badge(card.tier),
        "scores": [_score(dimension, card, customer) for dimension in card.dimensions],
        "standing": _standing(card.standing, card),
        "percentile": None if card.standing is None else round(card.standing.percentile * 100),
        "facts": _facts(request, detail),
        "days_to_visit": _days_to(detail.next_visit, card.as_of, request),
        "why_url": _why_url(request, detail),
        "reassign_url": _reassign_url(request, detail),
        "may_write": request.actor.may("customer.write"),
        "form": _note_form(request, NoteForm),
        "heard": _note_form(request, HeardForm),
        "asks": request.actor.may("survey.send"),
    }
    return render(request, "customers/customer.html", context)


@door("customer.read", noun="customer")
def peek(request: Asked, customer: str) -> HttpResponse:
    """Return the head of one customer, for the panel beside the list."""
    detail = customers.customer(request.actor, customer)
    card = scored(request.actor, customer)
    scores = [_score(dimension, card, customer) for dimension in card.dimensions]
    context = {
        "detail": detail,
        "title": as_written(detail.name),
        "tier": tier_badge(card.tier),
        "scores": scores,
        "facts": _facts(request, detail),
    }
    return render(request, "customers/peek.html", context)


@door("customer.read", noun="customer")
def about(request: Asked, customer: str) -> HttpResponse:
    """Return the people at the customer and what is due."""
    context = {
        "contacts": happened.contacts(request.actor, customer),
        "due": customers.due(request.actor, customer),
        "service_url": address_of("service:index") if request.actor.may("service.open") else "",
    }
    return render(request, "customers/about.html", context)


@door("customer.read", noun="customer")
def timeline(request: Asked, customer: str) -> HttpResponse:
    """Return a page of what happened, to be put under the one before."""
    group = request.GET.get("group", "")
    page = happened.timeline(request.actor, customer, group=group, cursor=request.GET.get("cursor"))
    names = happened.owner_names(request.actor, page.events)
    address = reverse("customers:timeline", args=[customer])
    context = {
        "entries": [_entry(event, names.get(event.who, event.who)) for event in page.events],
        "more": f"{address}?group={group if group in _GROUPS else ''}&cursor={page.next}" if page.next else "",
        "segments": [
            Link(f"customers.group_{name or 'all'}", f"{address}?group={name}", name == group) for name in _GROUPS
        ],
        "first": not request.GET.get("cursor"),
    }
    return render(request, "customers/timeline.html", context)


@door("customer.read", noun="customer")
def owners(request: Asked, customer: str) -> HttpResponse:
    """Return who had the customer, when, and since when that is known."""
    detail = customers.customer(request.actor, customer)
    spells = [
        Held(
            spell,
            f"customers.role_{spell.role if spell.role in _ROLES else 'other'}",
            f"customers.source_{spell.source}",
        )
        for spell in customers.spells(request.actor, customer)
    ]
    shown = detail.stands_for_others and request.actor.may("duplicate.read")
    merges = list_merges(request.actor, customer=customer).items if shown else ()
    context = {
        "detail": detail,
        "spells": spells,
        "merges": [one for one in merges if one.undone_at is None],
        "may_undo": request.actor.may("duplicate.write"),
    }
    return render(request, "customers/owners.html", context)


@door("customer.read", noun="customer")
def calculation(request: Asked, customer: str, name: str) -> HttpResponse:
    """Return how the figures of one dimension were reckoned."""
    shown = reckoned(request.actor, customer, name)
    context = {
        "code": customer,
        "shown": shown,
        "title": f"customers.dimension_{name}",
        "inputs": _inputs(shown),
        "parts": [
            Weighed(part, f"customers.part_{part.name}", _PART_KINDS[part.name], weight=part.weight / total)
            for total in [sum(part.weight for part in shown.parts)]
            for part in shown.parts
        ],
        "missing": [_missing_name(shown, item) for item in shown.missing],
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "customers/calculation_part.html" if part else "customers/calculation.html", context)


def _led_on(request: Asked, customer: str) -> HttpResponse:
    standing = standing_for(request.actor, customer)
    if not standing:
        raise NotFoundError
    messages.info(request, told(say("duplicates.led_on", key=customer, survivor=standing), language_of(request)))
    return redirect("customers:customer", standing)


def _role(role: str) -> str:
    return role if role in _ROLES else "other"


def _note_form(request: Asked, kind: type[NoteForm]) -> NoteForm | None:
    if not request.actor.may("visit.write"):
        return None
    begun = {"at": timezone.now(), "key": uuid4().hex}
    return kind(zone=request.actor.zone, lang=language_of(request), initial=begun, auto_id=f"id_{kind.__name__}_%s")


def _score(dimension: Dimension, card: Scorecard, code: str) -> Score:
    percentile = None if dimension.standing is None else round(dimension.standing.percentile * 100)
    return Score(
        label=f"customers.dimension_{dimension.name}",
        text=dimension.text or "",
        score=None if dimension.text is None else dimension.bar,
        percentile=percentile,
        note=_standing(None, card) if dimension.text and dimension.name != "needs" and not dimension.standing else "",
        url=reverse("customers:calculation", args=[code, dimension.name]),
        aside=dimension.aside or "",
    )


def _standing(standing: Standing | None, card: Scorecard) -> Text:
    if standing is None:
        return say("customers.too_few_peers")
    if standing.tier:
        return say("customers.peers_of_tier", industry=card.industry, tier=standing.tier, n=standing.customers)
    return say("customers.peers_of_industry", industry=card.industry, n=standing.customers)


def _facts(request: Asked, detail: customers.Detail) -> list[Fact]:
    consents = reverse("customers:consents", args=[detail.code]) if request.actor.may("consent.write") else ""
    rows = [
        Fact("customers.code", detail.code),
        Fact("customers.phone", detail.phone),
        Fact("customers.email", detail.email),
        Fact("customers.address", detail.address),
        Fact("customers.tax_id", detail.tax_id),
        Fact("customers.channel", detail.channel),
        Fact("customers.size", detail.size_band),
        Fact("customers.products", _listed(detail.products)),
        Fact("customers.needs", _listed(detail.needs)),
        Fact("customers.annual_revenue", detail.annual_revenue, "money"),
        *(Fact(column_name(name), _written_out(value)) for name, value in detail.person.items()),
        Fact("customers.since", detail.customer_since, "day"),
        Fact("customers.consent", say(f"customers.consent_{_word(detail.consent_marketing)}"), url=consents),
    ]
    return [row for row in rows if row.value not in (None, "")]


def _listed(items: tuple[str, ...]) -> Message | str:
    return say("customers.listed", items=items) if items else ""


def _written_out(value: Any) -> Message | str:
    return _listed(tuple(value)) if isinstance(value, list) else str(value)


def _word(answer: bool | None) -> str:
    return {True: "yes", False: "no", None: "unknown"}[answer]


def _days_to(day: date | None, as_of: date, request: Asked) -> int | None:
    today = working_day(as_of, now=timezone.now(), zone=request.actor.zone)
    return None if day is None else (day - today).days


def _missing_name(shown: Calculation, item: str) -> str:
    of_score = any(part.name == item for part in shown.parts)
    return f"customers.part_{item}" if of_score else f"customers.input_{item}"


def _why_url(request: Asked, detail: customers.Detail) -> str:
    if detail.decision is None or not request.actor.may("decision.read"):
        return ""
    try:
        return reverse("assign:decision", args=[detail.decision])
    except NoReverseMatch:
        return ""


def _reassign_url(request: Asked, detail: customers.Detail) -> str:
    path = address_of("assign:reassign") if request.actor.may("customer.reassign") else ""
    return f"{path}?customer={detail.code}" if path else ""


_TONES: dict[str, Tone] = {"order": "accent", "payment": "ok", "owner": "", "deal": "accent", "note": "", "survey": ""}


def _entry(event: happened.Event, who: str) -> Entry:
    tone: Tone = "warn" if event.bad else _TONES.get(event.kind, "")
    said = "customers.quote" if event.kind in ("survey", "note") else "customers.as_written"
    return Entry(
        at=event.at,
        kind=event.title,
        text=event.text,
        tone=tone,
        note=say(said, text=event.quote) if event.quote else "",
        more=as_written(who) if who else "",
    )


def _inputs(shown: Calculation) -> list[Fact]:
    return [Fact(f"customers.input_{item.name}", *_written(item)) for item in shown.inputs]


def _written(item: Input) -> tuple[Any, Any]:
    if item.kind == "nps":
        return (say(f"customers.nps_{item.value}") if item.value else None), "text"
    return item.value, item.kind
