"""What a list of customers may be narrowed by, and the views of it that a person keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from jiuzhou.geo.provinces import PROVINCES
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.listing import COUNTED
from jiuzhou.web.collect.reads.wanted import Wanted
from jiuzhou.web.store.models import Customer, Facet, Owner, SavedView, Territory
from jiuzhou.web.store.own_regions import own_region_names

PLACE = "customers"
_MOST = 300


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a filter, and how it is called."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class View:
    """A kept list: its name and the address's query."""

    key: int
    name: str
    query: str


def options(actor: Actor) -> Mapping[str, tuple[Option, ...]]:
    """Return the values of each filter that has its own, as far as ``actor`` sees customers with them."""
    owners = visible_to(actor, Owner).order_by("sort_key", "name")[:_MOST]
    territories = visible_to(actor, Territory).filter(valid_to__isnull=True).order_by("level", "code")[:_MOST]
    return {
        "owner": tuple(Option(owner.code, owner.name) for owner in owners),
        "territory": tuple(Option(territory.code, territory.name) for territory in territories),
        "region": (*(Option(province.code, province.name) for province in PROVINCES), *_own_regions(actor)),
        **_values(actor),
    }


def names_of(actor: Actor, wanted: Wanted) -> Mapping[tuple[str, str], str]:
    """Return how the owners, territories and own regions that a list is narrowed to are called, by filter and code."""
    named: dict[tuple[str, str], str] = {}
    rows: dict[str, QuerySet[Any]] = {"owner": visible_to(actor, Owner), "territory": visible_to(actor, Territory)}
    for kind in rows.keys() & wanted.filters.keys():
        chosen = rows[kind].filter(code__in=wanted.filters[kind])
        named |= {(kind, code): name for code, name in chosen.values_list("code", "name")}
    if "region" in wanted.filters:
        own = own_region_names(actor.organisation_id).names
        named |= {("region", code): own[code] for code in wanted.filters["region"] if code in own}
    return named


def views(actor: Actor) -> tuple[View, ...]:
    """Return the views of the list that the person keeps."""
    rows = visible_to(actor, SavedView).filter(place=PLACE).order_by("name")[:50]
    return tuple(View(row.pk, row.name, row.query) for row in rows)


def _own_regions(actor: Actor) -> Iterator[Option]:
    """Yield the own regions, those that lie in no other first."""
    names = own_region_names(actor.organisation_id)
    order = sorted(names.names, key=lambda code: (names.parents.get(code) in names.names, names.path(code), code))
    yield from (Option(code, " ".join(names.path(code)[-2:])) for code in order[:_MOST])


def _values(actor: Actor) -> Mapping[str, tuple[Option, ...]]:
    found: dict[str, set[str]] = {kind: set() for kind in ("industry", "channel", "need", "product")}
    if actor.everywhere:
        for kind, value in visible_to(actor, Facet).values_list("kind", "value"):
            found[kind].add(value)
    else:
        # What the whole company has would tell of customers that the person does not see.
        rows = visible_to(actor, Customer).values_list("industry", "channel", "needs", "products")[:COUNTED]
        for industry, channel, needs, products in rows:
            found["industry"].add(industry)
            found["channel"].add(channel)
            found["need"].update(needs)
            found["product"].update(products)
    return {
        kind: tuple(Option(value, value) for value in sorted(values - {""})[:_MOST]) for kind, values in found.items()
    }
