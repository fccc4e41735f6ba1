"""Data quality: what is missing or doubtful among the standing data, where, since when, and how it was counted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jiuzhou.adapters.texts import Lang
from jiuzhou.adapters.texts import render as told
from jiuzhou.geo.divisions import divisions
from jiuzhou.geo.provinces import PROVINCES
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.collect.reads.doubts import INCONSISTENT, INVALID, LOCATED, TWICE
from jiuzhou.web.collect.reads.importing.naming import column_name, table_name
from jiuzhou.web.collect.reads.quality.shapes import (
    COLUMNS,
    FIELDS,
    Accuracy,
    Checked,
    Customers,
    Region,
    Standing,
    TableLine,
    Waiting,
)
from jiuzhou.web.collect.reads.quality.standing import quality_json, standing
from jiuzhou.web.collect.writes.quality import ask_to_measure
from jiuzhou.web.places.shapes import Column, Deviation, Fact, Link, Rank, Text
from jiuzhou.web.places.shell import language_of

_KINDS: Mapping[str, str] = {
    **dict.fromkeys(INVALID, "validity"),
    **dict.fromkeys(INCONSISTENT, "consistency"),
    **dict.fromkeys(TWICE, "uniqueness"),
}
_LABELLED = ("owner_id", "region_code")
_FLAT = 0.0005
"""Change of a share that shows as none."""
_BAND = 0.05
_PROVINCES = frozenset(province.code for province in PROVINCES)

_ENGLISH = {province.code: province.name_en for province in PROVINCES}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field, how many customers have it, and the way to those that do not."""

    name: Text
    filled: float
    missing: int
    url: str


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """A doubt, what it counts in, how many customers have it, and the way to them."""

    name: Text
    counts_in: Text
    how: Text
    customers: int
    url: str


@dataclass(frozen=True, slots=True)
class RegionRow:
    """The customers of a region against all."""

    name: Text
    customers: int
    completeness: float
    deviation: Deviation
    validity: float
    consistency: float
    placed: float
    url: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One of the other tables."""

    name: Text
    rows: int
    completeness: float
    validity: float
    uniqueness: float | None
    freshness: int | None
    consistency: float
    worst: Text


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An import with rows that wait for somebody: the way to it and to its error files."""

    files: str
    made_at: Any
    doubts: int
    url: str
    errors: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class AccuracyRow:
    """How accurate a field was, with its interval."""

    name: Text
    share: float
    interval: Message
    checked: int


@door("customer.read")
def index(request: Asked) -> HttpResponse:
    """Show how good the data are that the person sees."""
    region = _region_asked(request)
    found, lang = standing(request.actor, region), language_of(request)
    customers = found.customers
    context = {
        "found": found,
        "kpis": _kpis(found),
        "fields": _fields(customers),
        "field_columns": _FIELD_COLUMNS,
        "doubts": _doubts(customers),
        "doubt_columns": _DOUBT_COLUMNS,
        "places": _places(customers),
        "regions": [_region(one, region, lang) for one in customers.regions],
        "region_columns": _REGION_COLUMNS,
        "region": _region_name(region, lang) if region else "",
        "region_customers": f"{reverse('customers:index')}?region={region}" if region else "",
        "tables": [_table(line) for line in found.tables],
        "table_columns": _TABLE_COLUMNS,
        "waiting": [_waiting(one) for one in found.waiting],
        "accuracy": accuracy_rows(found.accuracy.fields, lang) if found.accuracy else (),
        "accuracy_columns": ACCURACY_COLUMNS,
        "sample_url": _sample_url(found.accuracy),
        "points": _points(found),
        "hows": [Fact(f"quality.{name}", say(f"quality.how_{name}")) for name in HOWS],
        "tabs": tabs(request, "quality"),
        "may_measure": request.actor.may("run.start") and request.actor.everywhere,
    }
    return render(request, "customers/quality.html", context)


@door("customer.read")
def file(request: Asked) -> HttpResponse:
    """Send the figures as ``quality.json``."""
    text = json.dumps(quality_json(request.actor), ensure_ascii=False, indent=1, allow_nan=False)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="quality.json"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@door("run.start", "POST", fields=())
def measure(request: Asked) -> HttpResponse:
    """Let the quality be measured now."""
    ask_to_measure(request.actor)
    messages.info(request, told(say("quality.measuring"), language_of(request)))
    return redirect("customers:quality")


def tabs(request: Asked, current: str) -> tuple[Link, ...]:
    """Return the two views of quality: the figures, and the samples for those who may see them."""
    views = [Link("quality.figures", reverse("customers:quality"), current == "quality")]
    if request.actor.may("sample.read"):
        views.append(Link("samples.title", reverse("customers:samples"), current == "samples"))
    return tuple(views) if len(views) > 1 else ()


def field_name(name: str) -> Message:
    """Return what people call a field that is checked in a sample."""
    return say(f"samples.label_{name}") if name in _LABELLED else column_name(name)


def accuracy_rows(fields: tuple[Checked, ...], lang: Lang) -> list[AccuracyRow]:
    """Return how accurate each field was, as a table shows it."""
    return [
        AccuracyRow(field_name(one.field), one.share, say("quality.interval", low=one.low, high=one.high), one.checked)
        for one in fields
    ]


HOWS = ("completeness", "validity", "uniqueness", "consistency", "freshness", "located", "accuracy")
"""Figures with a sentence that says how they are counted."""

ACCURACY_COLUMNS = (
    Column("name", "quality.field"),
    Column("share", "quality.accuracy", "share"),
    Column("interval", "quality.interval_title", note="quality.interval_note"),
    Column("checked", "quality.checked", "count"),
)
_FIELD_COLUMNS = (
    Column("name", "quality.field"),
    Column("filled", "quality.completeness", "share", note="quality.how_completeness"),
    Column("missing", "quality.missing", "count", link="url"),
)
_DOUBT_COLUMNS = (
    Column("name", "quality.doubt"),
    Column("how", "quality.how_title", wrap=True, narrow=True),
    Column("counts_in", "quality.counts_in", narrow=True),
    Column("customers", "quality.customers", "count", link="url"),
)
_REGION_COLUMNS = (
    Column("name", "quality.region"),
    Column("customers", "quality.customers", "count"),
    Column("completeness", "quality.completeness", "percent", note="quality.how_completeness"),
    Column("deviation", "quality.deviation", "deviation", note="quality.deviation_note", narrow=True),
    Column("validity", "quality.validity", "percent", note="quality.how_validity", narrow=True),
    Column("consistency", "quality.consistency", "percent", note="quality.how_consistency", narrow=True),
    Column("placed", "quality.located", "percent", note="quality.how_located", narrow=True),
)
_TABLE_COLUMNS = (
    Column("name", "quality.table"),
    Column("rows", "quality.rows", "count"),
    Column("completeness", "quality.completeness", "percent", note="quality.how_completeness"),
    Column("worst", "quality.emptiest", wrap=True, narrow=True),
    Column("validity", "quality.validity", "percent", note="quality.how_table_validity", narrow=True),
    Column("uniqueness", "quality.uniqueness", "percent", note="quality.how_table_uniqueness", narrow=True),
    Column("consistency", "quality.consistency", "percent", note="quality.how_table_consistency"),
    Column("freshness", "quality.freshness", "count", unit="quality.days", note="quality.how_freshness"),
)


def _kpis(found: Standing) -> list[dict[str, Any]]:
    customers, before = found.customers, found.trend[-2] if len(found.trend) > 1 else None
    shares = {
        "completeness": customers.completeness,
        "validity": customers.all.validity,
        "uniqueness": customers.uniqueness,
        "consistency": customers.all.consistency,
        "located": customers.all.placed,
    }
    rows: list[dict[str, Any]] = [
        {"label": "quality.customers", "value": customers.all.customers, "kind": "count", "note": ""}
    ]
    for name, share in shares.items():
        then = getattr(before, name, None)
        rows.append(
            {
                "label": f"quality.{name}",
                "value": share,
                "kind": "percent",
                "note": f"quality.how_{name}",
                "delta": None if then is None or abs(share - then) < _FLAT else share - then,
            }
        )
    return rows


def _fields(customers: Customers) -> list[FieldRow]:
    count = customers.all
    rows = [
        FieldRow(
            name=say("quality.place") if name == "place" else column_name(COLUMNS.get(name, name)),
            filled=1 - count.missing[name] / count.customers if count.customers else 1.0,
            missing=count.missing[name],
            url=_list(gap=name) if count.missing[name] else "",
        )
        for name in FIELDS
    ]
    return sorted(rows, key=lambda row: row.filled)


def _doubts(customers: Customers) -> list[DoubtRow]:
    counts = {**customers.all.doubts, **customers.twice}
    rows = [
        DoubtRow(
            name=say(f"customers.doubt_{name}"),
            counts_in=say(f"quality.{_KINDS[name]}"),
            how=say(f"quality.doubt_{name}"),
            customers=number,
            url=_list(doubt=name) if number else "",
        )
        for name, number in counts.items()
    ]
    return sorted(rows, key=lambda row: -row.customers)


def _places(customers: Customers) -> list[Rank]:
    located, total = customers.all.located, customers.all.customers or 1
    return [
        Rank(say(f"customers.located_{name}"), located[name], located[name] / total, _list(located=name))
        for name in LOCATED
    ]


def _region(one: Region, within: str, lang: Lang) -> RegionRow:
    province = one.code in _PROVINCES and not within
    return RegionRow(
        name=say("customers.as_written", text=one.name) if one.name else _region_name(one.code, lang),
        customers=one.count.customers,
        completeness=one.completeness,
        # Better than the whole is nothing to look into.
        deviation=Deviation(one.deviation, band=max(_BAND, one.deviation or 0.0)),
        validity=one.count.validity,
        consistency=one.count.consistency,
        placed=one.count.placed,
        url=f"?region={one.code}" if province else _list(region=one.code) if one.code else _list(gap="region"),
    )


def _region_name(code: str, lang: Lang) -> Message:
    if not code:
        return say("quality.no_region")
    if lang == "en" and code in _ENGLISH:
        return say("customers.as_written", text=_ENGLISH[code])
    path = divisions().path(code)
    return say("customers.as_written", text=path[-1] if path else code)


def _region_asked(request: Asked) -> str:
    code = request.GET.get("region", "")[:6]
    return code if code in _PROVINCES else ""


def _table(line: TableLine) -> TableRow:
    gaps = sorted((share, name) for name, share in line.columns.items() if share < 1)[:3]
    parts = tuple(say("quality.column_share", column=column_name(name), share=share) for share, name in gaps)
    return TableRow(
        name=table_name(line.name),
        rows=line.rows,
        completeness=line.completeness,
        validity=line.validity,
        uniqueness=line.uniqueness,
        freshness=line.freshness_days,
        consistency=line.consistency,
        worst=say("customers.listed", items=parts) if parts else "",
    )


def _waiting(one: Waiting) -> WaitingRow:
    return WaitingRow(
        files=one.files,
        made_at=one.made_at,
        doubts=one.doubts,
        url=reverse("customers:imported", args=[one.id]),
        errors=tuple(
            Link(table_name(table), reverse("customers:import-errors", args=[one.id, table]), count=count)
            for table, count in one.rejected.items()
        ),
    )


def _points(found: Standing) -> dict[str, Any] | None:
    if len(found.trend) < 2:
        return None
    return {
        "values": [point.completeness for point in found.trend],
        "labels": [say("quality.on_day", day=point.day) for point in found.trend],
        "compare": [point.validity for point in found.trend],
    }


def _sample_url(accuracy: Accuracy | None) -> str:
    return reverse("customers:sample", args=[accuracy.sample]) if accuracy else ""


def _list(**filters: str) -> str:
    return f"{reverse('customers:index')}?{urlencode(filters)}"
