"""A few of everything that a typed word finds, for the palette."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, QuerySet, Value

from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.listing import customers
from jiuzhou.web.collect.reads.wanted import Wanted
from jiuzhou.web.store.models import Owner, Plan, Territory
from jiuzhou.web.store.spelling import fold, holds, terms_of

MOST = 6


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
    named = _named(actor, query)
    return Everywhere(
        customers=tuple(Found(row.code, row.name or row.code, row.owner) for row in rows),
        territories=named["territory"],
        owners=named["owner"],
        plans=named["plan"],
    )


def _named(actor: Actor, query: str) -> Mapping[str, tuple[Found, ...]]:
    # A few thousand names at most: they are read at once, no index is kept of them.
    asked: dict[str, QuerySet[Any]] = {
        "territory": visible_to(actor, Territory).filter(valid_to__isnull=True),
        "owner": visible_to(actor, Owner),
    }
    if actor.may("plan.open"):
        asked["plan"] = visible_to(actor, Plan)
    first, *others = (
        rows.annotate(noun=Value(kind, output_field=CharField())).order_by().values_list("noun", "pk", "code", "name")
        for kind, rows in asked.items()
    )
    terms, folded = terms_of(query) or (), fold(query)
    found: dict[str, list[Found]] = {"territory": [], "owner": [], "plan": []}
    for kind, _, code, name in sorted(first.union(*others, all=True)):
        if len(found[kind]) < MOST and (holds(name, terms) or fold(code).startswith(folded)):
            found[kind].append(Found(code, name))
    return {kind: tuple(hits) for kind, hits in found.items()}
