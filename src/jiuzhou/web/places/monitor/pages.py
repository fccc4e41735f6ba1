"""Indicators: all of a scope, one of them by territory, one territory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jiuzhou.kernel.message import Message
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.monitor.figures import BALANCE
from jiuzhou.web.monitor.reads import read_breakdown, read_indicators, read_territory
from jiuzhou.web.monitor.shapes import Figure, Frame, TerritoryLine, TerritoryPage
from jiuzhou.web.paging import leaf_of
from jiuzhou.web.places.monitor.wording import (
    Kpi,
    address,
    advice_of,
    children_of,
    crumbs,
    customers_url,
    delta_of,
    deviation_of,
    kind_of,
    kpi_of,
    metric_name,
    metric_note,
    month_name,
    period_name,
    periods_of,
    scope_of,
    scoped,
    tabs_of,
)
from jiuzhou.web.places.shapes import Column, Deviation, Fact, Kind, Link, Notice
from jiuzhou.web.places.shell import address_of

_TILES = ("sales", "attainment", "coverage", "retention", "csat")


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One indicator of the table."""

    kpi: Kpi
    url: str
    name: Message
    note: Message
    version: int


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One territory of a table."""

    key: str
    url: str
    name: str
    owner: str
    customers: int
    customers_url: str
    value: float | None
    before: float | None
    delta: float | None
    deviation: Deviation
    series: tuple[float | None, ...]


@door("monitor.open")
def indicators(request: Asked) -> HttpResponse:
    """Show every figure of a scope and period, beside what it is compared with."""
    page = read_indicators(request.actor, scope_of(request))
    frame = page.frame
    rows = [_metric_row(figure, frame) for figure in page.figures]
    return render(
        request,
        "monitor/indicators.html",
        _common(request, frame)
        | {
            "page": page,
            "rows": rows,
            "tabs": tabs_of(request, "indicators"),
            "primary": _to_customers(frame) or Link("watching.tab_alerts", address_of("monitor:index")),
        },
    )


@door("monitor.read")
def breakdown(request: Asked) -> HttpResponse:
    """Show one figure, the one that ``?metric=`` names, territory by territory."""
    metric = request.GET.get("metric", "")[:40]
    page = read_breakdown(request.actor, metric, scope_of(request))
    frame = page.frame
    leaf = leaf_of(page.lines, request.GET.get("start", ""))
    return render(
        request,
        "monitor/breakdown.html",
        _common(request, frame)
        | {
            "page": page,
            "name": metric_name(metric),
            "note": metric_note(page.figure),
            "kpi": kpi_of(page.figure, frame),
            "leaf": leaf,
            "rows": [_place_row(line, frame, metric) for line in leaf.rows],
            "columns": _columns(request, metric),
            "kind": kind_of(metric),
            "months": [month_name(month) for month in page.trend.months],
            "tabs": tabs_of(request, "indicators"),
            "primary": _to_customers(frame) or Link("watching.tab_alerts", address_of("monitor:index")),
        },
    )


@door("monitor.open")
def territories(request: Asked) -> HttpResponse:
    """Show every territory of a scope, the furthest from its target first."""
    page = read_breakdown(request.actor, "sales", scope_of(request))
    frame = page.frame
    far = sorted(page.lines, key=lambda line: (-abs(line.deviation or 0), line.node.name))
    leaf = leaf_of(far, request.GET.get("start", ""))
    return render(
        request,
        "monitor/territories.html",
        _common(request, frame)
        | {
            "page": page,
            "leaf": leaf,
            "rows": [_place_row(line, frame, "sales") for line in leaf.rows],
            "columns": _columns(request, "sales"),
            "tabs": tabs_of(request, "territories"),
            "primary": _to_customers(frame) or Link("watching.tab_alerts", address_of("monitor:index")),
        },
    )


@door("monitor.read", noun="territory")
def territory(request: Asked, territory: str) -> HttpResponse:
    """Show one territory: its figures, its line over time, its alerts, what lies below it."""
    page = read_territory(request.actor, territory, request.GET.get("period", "")[:10])
    frame = page.frame
    figures = {figure.code: figure for figure in page.figures}
    tiles = [kpi_of(figures[code], frame, url=_breakdown(code, frame)) for code in _TILES if code in figures]
    below = [
        Link(line.node.name, reverse("monitor:territory", args=[line.node.code]), count=line.customers)
        for line in page.below
    ]
    owner_page = address_of("team:index")
    node = page.node
    facts = [
        Fact(
            "watching.owner",
            node.owner,
            url=f"{owner_page}{node.owner_code}/" if owner_page and node.owner_code else "",
        )
        if node.owner
        else Fact("watching.owner", "web.nobody"),
        Fact("watching.customers", frame.customers, "count", customers_url(territory=node.code)),
        *(Fact(_target_of(period), value, "money") for period, value in page.targets),
    ]
    return render(
        request,
        "monitor/territory.html",
        _common(request, frame)
        | {
            "page": page,
            "path": [Link(step.name, reverse("monitor:territory", args=[step.code])) for step in frame.path[:-1]],
            "kpis": tiles,
            "rows": [_metric_row(figure, frame) for figure in page.figures],
            "below": below,
            "facts": facts,
            "alerts": [
                Notice(
                    line.cause,
                    advice_of(line),
                    "danger" if line.severity == "high" else "warn",
                    reverse("monitor:alert", args=[line.id]),
                )
                for line in page.alerts
            ],
            "months": [month_name(month) for month in page.trend.months],
            "deviation": deviation_of(_whole(page, frame), frame.tolerance),
            "primary": _to_customers(frame) or Link("watching.tab_territories", address_of("monitor:territories")),
        },
    )


def _common(request: Asked, frame: Frame) -> dict[str, Any]:
    return {
        "frame": frame,
        "crumbs": crumbs(request, frame),
        "periods": periods_of(request, frame),
        "period": period_name(frame.period, frame.running) if frame.period else "",
        "children": children_of(request, frame),
        "whole_url": address(request, scope=None),
    }


def _to_customers(frame: Frame) -> Link | None:
    url = customers_url(territory=frame.territory)
    return Link("watching.open_customers", url) if url else None


def _target_of(period: str) -> Message:
    return Message("watching.target_of", {"period": period_name(period)})


def _whole(page: TerritoryPage, frame: Frame) -> TerritoryLine:
    return TerritoryLine(page.node, frame.customers, None, None, page.deviation)


def _metric_row(figure: Figure, frame: Frame) -> MetricRow:
    url = "" if figure.code == BALANCE else _breakdown(figure.code, frame)
    return MetricRow(kpi_of(figure, frame), url, metric_name(figure.code), metric_note(figure), figure.version)


def _breakdown(code: str, frame: Frame) -> str:
    return scoped("monitor:breakdown", frame, metric=code)


def _columns(request: Asked, metric: str) -> list[Column]:
    kind: Kind = kind_of(metric)  # type: ignore[assignment]
    delta: Kind = "points" if kind == "percent" else "change" if kind == "number" else "signed"
    unit = request.actor.currency if kind == "money" else ""
    return [
        Column("name", "watching.territory"),
        Column("owner", "watching.owner", "person", narrow=True),
        Column("customers", "watching.customers", "count", link="customers_url"),
        Column("value", metric_name(metric), kind, unit=unit),
        Column("before", "watching.year_before", kind, unit=unit, narrow=True),
        Column("delta", "watching.change", delta, note="watching.than_year_before"),
        Column("series", "watching.months_12", "part", part="overview/spark.html", narrow=True),
        Column("deviation", "watching.deviation", "deviation", note="watching.how_deviation", narrow=True),
    ]


def _place_row(line: TerritoryLine, frame: Frame, metric: str) -> PlaceRow:
    figure = Figure(metric, line.value, frame.period, line.before)
    return PlaceRow(
        key=line.node.code,
        url=reverse("monitor:territory", args=[line.node.code]),
        name=line.node.name,
        owner=line.node.owner,
        customers=line.customers,
        customers_url=customers_url(territory=line.node.code),
        value=line.value,
        before=line.before,
        delta=delta_of(figure)[0],
        deviation=deviation_of(line, frame.tolerance),
        series=line.series,
    )
