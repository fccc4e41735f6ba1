"""Customers that may be there twice: the pairs, their records side by side, merging and taking apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.errors import InputError, JiuzhouError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.collect.duplicates import KEPT
from jiuzhou.web.collect.reads import duplicate, duplicates
from jiuzhou.web.collect.writes.duplicates import all as all_at_once
from jiuzhou.web.collect.writes.duplicates.judging import SAID
from jiuzhou.web.collect.writes.duplicates.judging import judge as judge_pair
from jiuzhou.web.collect.writes.duplicates.merging import Wanted
from jiuzhou.web.collect.writes.duplicates.merging import merge as merge_records
from jiuzhou.web.collect.writes.duplicates.unmerging import unmerge
from jiuzhou.web.places.customers.wording import as_written, more_tabs
from jiuzhou.web.places.shapes import Badge, Column, Kind, Link
from jiuzhou.web.places.shell import address_of, language_of
from jiuzhou.web.problems import ForbiddenError, NotFoundError

PAIRS = (
    Column("line", "duplicates.two", "part", part="customers/duplicate_two.html", wrap=True),
    Column("line.probability", "duplicates.probability", "percent"),
    Column("badge", "duplicates.verdict", "badge"),
    Column("line", "duplicates.why", "part", part="customers/duplicate_why.html", wrap=True),
    Column("line", "duplicates.who_has", "part", part="customers/duplicate_who.html", wrap=True, narrow=True),
)
MERGES = (
    Column("merged", "duplicates.merged_record", wrap=True),
    Column("survivor", "duplicates.survivor", wrap=True, link="survivor_url"),
    Column("line.by", "duplicates.by", narrow=True),
    Column("line.at", "duplicates.at", "moment"),
    Column("line", "duplicates.take_apart", "part", part="customers/duplicate_undo.html"),
)
_KINDS: dict[str, Kind] = {"annual_revenue": "money", "customer_since": "day"}
_LABELS = {
    **{name: f"customers.{name}" for name in ("name", "tax_id", "phone", "email", "address")},
    **{name: f"customers.{name}" for name in ("industry", "channel", "annual_revenue", "needs", "products")},
    "size_band": "customers.size",
    "customer_since": "customers.since",
    "region_code": "duplicates.region",
    "place": "duplicates.place",
    "parent": "duplicates.parent",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one record says in one field, and whether it is what stays."""

    code: str
    value: Any
    chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One field of all records side by side."""

    name: str
    label: str
    kind: Kind
    same: bool
    cells: tuple[Cell, ...]


@door("duplicate.read")
def index(request: Asked) -> HttpResponse:
    """Show the pairs that wait for a person, or what was said to others, or the merges that were made."""
    state = request.GET.get("state", "open")
    cursor = request.GET.get("after") or request.GET.get("before")
    sought = duplicates.Sought(
        state=state if state in duplicates.STATES else "open",
        verdict=request.GET.get("verdict", "") if request.GET.get("verdict") in ("merge", "review") else "",
        territory=request.GET.get("territory", "")[:64],
        customer=request.GET.get("customer", "")[:64],
    )
    context: dict[str, Any] = {
        "state": state if state in (*duplicates.STATES, "merged") else "open",
        "sought": sought,
        "tabs": _tabs(request),
        "may_write": request.actor.may("duplicate.write"),
        "narrowed": bool(sought.verdict or sought.territory or sought.customer),
    }
    if state == "merged":
        context |= _merges(request, sought, cursor)
    else:
        context |= _pairs(request, sought, cursor)
    context["segments"] = [
        Link(f"duplicates.state_{name}", f"?{urlencode({'state': name})}", name == context["state"])
        for name in (*duplicates.STATES, "merged")
    ]
    return render(request, "customers/duplicates.html", context)


@door("duplicate.read", noun="pair")
def pair(request: Asked, pair: int) -> HttpResponse:
    """Show the records of a pair side by side."""
    alone = request.GET.get("alone") == "1"
    group = duplicate.read_group(request.actor, pair, alone=alone)
    context = {
        "group": group,
        "alone": alone,
        "lines": [_line(field, group) for field in group.fields],
        "badge": _badge(group.pair.verdict),
        "state": Badge(f"duplicates.state_{group.pair.state}"),
        "may_write": request.actor.may("duplicate.write"),
        "may_merge": request.actor.may("customer.reassign") or not group.crosses,
        "decided": group.pair.state not in ("open", "later"),
    }
    return render(request, "customers/duplicate.html", context)


@door(
    "duplicate.write",
    "POST",
    noun="pair",
    fields=("survivor", "customer", *(f"keep_{name}" for name in KEPT)),
)
def merge(request: Asked, pair: int) -> HttpResponse:
    """Make one of the records that the page showed."""
    duplicate.read_group(request.actor, pair, alone=True)
    seen = [item.rpartition(":") for item in request.POST.getlist("customer")[:50]]
    versions = {code: int(version) for code, _, version in seen if version.isascii() and version.isdigit()}
    keep = {name: request.POST[f"keep_{name}"] for name in KEPT if request.POST.get(f"keep_{name}")}
    survivor = request.POST.get("survivor", "")
    try:
        merged = merge_records(request.actor, Wanted(survivor, versions, keep))
    except (ForbiddenError, NotFoundError, InputError):
        raise
    except JiuzhouError as error:
        return _told_of(request, error, pair)
    _say(request, say("duplicates.merged_now", count=len(merged), survivor=survivor))
    return redirect("customers:duplicates")


@door("duplicate.write", "POST", noun="pair", fields=("said", "version"))
def judge(request: Asked, pair: int) -> HttpResponse:
    """Keep that the two are two, or put the question off."""
    version = request.POST.get("version", "")
    said = request.POST.get("said", "")
    try:
        judge_pair(request.actor, pair, said, version=int(version) if version.isascii() and version.isdigit() else 0)
    except (ForbiddenError, NotFoundError, InputError):
        raise
    except JiuzhouError as error:
        return _told_of(request, error, pair)
    _say(request, say(f"duplicates.said_{said if said in SAID else 'open'}"))
    return redirect("customers:duplicate", pair) if said == "open" else redirect("customers:duplicates")


@door("run.start", "POST", fields=())
def compare(request: Asked) -> HttpResponse:
    """Begin to compare all customers."""
    run = all_at_once.start_comparing(request.actor)
    _say(request, say("duplicates.begun", run=run))
    return redirect("customers:duplicates")


@door("duplicate.merge_all", "POST", fields=("count",))
def merge_all(request: Asked) -> HttpResponse:
    """Begin to merge every pair that is sure enough, if there are as many as the person was told."""
    count = request.POST.get("count", "")
    all_at_once.start_merging(request.actor, int(count) if count.isascii() and count.isdigit() else 0)
    _say(request, say("duplicates.merging_begun"))
    return redirect(address_of("jobs:index") or "customers:duplicates")


@door("duplicate.write", "POST", noun="merge", fields=())
def undo(request: Asked, merge: int) -> HttpResponse:
    """Take two records apart again."""
    try:
        code = unmerge(request.actor, merge)
    except (ForbiddenError, NotFoundError, InputError):
        raise
    except JiuzhouError as error:
        messages.error(request, told(error.message, language_of(request)))
        return redirect(f"{reverse('customers:duplicates')}?state=merged")
    _say(request, say("duplicates.is_apart", key=code))
    return redirect("customers:customer", code)


def _pairs(request: Asked, sought: duplicates.Sought, cursor: str | None) -> dict[str, Any]:
    page = duplicates.list_pairs(request.actor, sought, cursor=cursor)
    bulk = request.actor.may("duplicate.merge_all") and sought.state == "open"
    return {
        "rows": [
            {
                "line": line,
                "badge": _badge(line.verdict),
                "url": reverse("customers:duplicate", args=[line.id]),
            }
            for line in page.items
        ],
        "columns": PAIRS,
        "sure": duplicates.count_to_merge(request.actor) if bulk else 0,
        "territories": duplicates.territories_of(request.actor),
        "verdicts": [(name, f"duplicates.verdict_{name}") for name in ("merge", "review")],
        "last": duplicates.last_comparing(request.actor),
        "may_compare": request.actor.may("run.start"),
        "installed": duplicates.can_compare(),
        **_turned(request, page.next, page.previous),
    }


def _merges(request: Asked, sought: duplicates.Sought, cursor: str | None) -> dict[str, Any]:
    page = duplicates.list_merges(request.actor, customer=sought.customer, cursor=cursor)
    return {
        "rows": [
            {
                "line": line,
                "merged": say("duplicates.named", name=line.merged.name, key=line.merged.code),
                "survivor": say("duplicates.named", name=line.survivor.name, key=line.survivor.code),
                "survivor_url": reverse("customers:customer", args=[line.survivor.code]),
            }
            for line in page.items
        ],
        "columns": MERGES,
        "installed": True,
        **_turned(request, page.next, page.previous),
    }


def _tabs(request: Asked) -> tuple[Link, ...]:
    path = reverse("customers:index")
    links = [
        Link(f"customers.tab_{tab}", path if tab == "all" else f"{path}?tab={tab}") for tab in ("all", "mine", "pool")
    ]
    return (*links, *more_tabs(request.actor, "customers:duplicates"))


def _line(field: duplicate.Field, group: duplicate.Group) -> Line:
    cells = tuple(
        Cell(record.side.code, as_written(value) if isinstance(value, str) else value, record.side.code == field.kept)
        for record, value in zip(group.records, field.values, strict=True)
    )
    return Line(field.name, _LABELS[field.name], _KINDS.get(field.name, "text"), field.same, cells)


def _badge(verdict: str) -> Badge:
    return Badge(f"duplicates.verdict_{verdict}", "accent" if verdict == "merge" else "warn")


def _told_of(request: Asked, error: JiuzhouError, pair: int) -> HttpResponse:
    messages.error(request, told(error.message, language_of(request)))
    try:
        duplicate.read_group(request.actor, pair, alone=True)
    except NotFoundError:
        return redirect("customers:duplicates")
    return redirect("customers:duplicate", pair)


def _turned(request: Asked, following: str | None, previous: str | None) -> dict[str, str]:
    kept = {name: value for name, value in request.GET.items() if name not in ("after", "before")}
    return {
        "next": f"?{urlencode({**kept, 'after': following})}" if following else "",
        "previous": f"?{urlencode({**kept, 'before': previous})}" if previous else "",
    }


def _say(request: Asked, message: Message) -> None:
    messages.success(request, told(message, language_of(request)))
