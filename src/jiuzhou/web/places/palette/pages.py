"""What the palette finds: customers, territories, owners, plans, as far as the person may see and open them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.collect.reads.everywhere import Found, found_by


@dataclass(frozen=True, slots=True)
class Item:
    """One result."""

    name: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Group:
    """Results of one kind."""

    title: str
    icon: str
    items: tuple[Item, ...]


_KINDS = (
    ("customers", "customers.title", "customers", "customers:customer"),
    ("territories", "customers.territories", "place", ""),
    ("owners", "customers.owners_found", "team", ""),
    ("plans", "customers.plans_found", "plan", "plan:plan"),
)


@door("customer.read")
def find(request: Asked) -> HttpResponse:
    """Return what is found for ``?q=``, as options of the palette."""
    found = found_by(request.actor, request.GET.get("q", "")[:100])
    groups = [
        Group(title, icon, tuple(item for hit in getattr(found, kind) if (item := _item(kind, hit, name)).url))
        for kind, title, icon, name in _KINDS
    ]
    return render(request, "palette/results.html", {"groups": groups})


def _item(kind: str, hit: Found, name: str) -> Item:
    filtered = {"territories": "territory", "owners": "owner"}.get(kind)
    if filtered:
        return Item(hit.name, f"{reverse('customers:index')}?{filtered}={hit.code}", hit.note)
    try:
        return Item(hit.name, reverse(name, args=[hit.code]), hit.note)
    except NoReverseMatch:
        return Item(hit.name, "", "")
