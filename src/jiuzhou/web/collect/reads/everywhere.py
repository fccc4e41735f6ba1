"""A few of everything that a typed word finds, for the palette."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.listing import customers
from jiuzhou.web.collect.reads.wanted import Wanted
from jiuzhou.web.store.models import Owner, Plan, Territory
from jiuzhou.web.store.spelling import fold, holds, terms_of

MOST = 6
_READ = 5_000


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found: its code, its name, and what tells it from others."""

    code: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What was found, by kind."""

    customers: tuple[Found, ...] = ()
    territories: tuple[Found, ...] = ()
    owners: tuple[Found, ...] = ()
    plans: tuple[Found, ...] = ()


def found_by(actor: Actor, query: str) -> Everywhere:
    """Return the first of each kind that ``query`` finds by name, pinyin, initials or code, among what is visible."""
    query = query.replace("\x00", "").strip()
    if not fold(query):
        return Everywhere()
    rows = customers(actor, Wanted(query=query), size=MOST).rows if actor.may("customer.read") else ()
    return Everywhere(
        customers=tuple(Found(row.code, row.name or row.code, row.owner) for row in rows),
        territories=_named(visible_to(actor, Territory).filter(valid_to__isnull=True), query),
        owners=_named(visible_to(actor, Owner), query),
        plans=_named(visible_to(actor, Plan), query) if actor.may("plan.open") else (),
    )


def _named(rows: Any, query: str) -> tuple[Found, ...]:
    # A few thousand names at most: they are read, no index is kept of them.
    terms, folded = terms_of(query) or (), fold(query)
    named: Iterable[tuple[str, str]] = rows.order_by("pk").values_list("code", "name")[:_READ]
    hits = (Found(code, name) for code, name in named if holds(name, terms) or fold(code).startswith(folded))
    return tuple(hit for hit, _ in zip(hits, range(MOST), strict=False))
