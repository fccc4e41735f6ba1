"""The first page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from jiuzhou.geo.provinces import PROVINCES
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import roles_only
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.trail import read_week
from jiuzhou.web.monitor.reads import read_overview
from jiuzhou.web.monitor.shapes import AlertLine, Frame, Overview, TerritoryLine
from jiuzhou.web.places.monitor.wording import (
    SEVERITY_TONES,
    address,
    advice_of,
    children_of,
    crumbs,
    customers_url,
    deviation_of,
    kpi_of,
    metric_name,
    month_name,
    period_name,
    periods_of,
    scope_of,
    scoped,
)
from jiuzhou.web.places.shapes import Badge, Chip, Column, Deviation, Link, Notice, Tile
from jiuzhou.web.places.shell import address_of, language_of

_MEASURES = ("revenue", "potential", "penetration", "nps", "at_risk")
_KINDS = {
    "revenue": "money",
    "potential": "money",
    "penetration": "percent",
    "nps": "number",
    "at_risk": "percent",
    "growth": "signed",
}
_GROWTH_BAND = 0.05


@dataclass(frozen=True, slots=True)
class Row:
    """One territory of the ranked table."""

    key: str
    url: str
    name: str
    owner: str
    customers: int
    customers_url: str
    value: float | None
    deviation: Deviation
    flag: Badge | None
    series: tuple[float | None, ...]


@door("overview.open")
def index(request: Asked) -> HttpResponse:
    """Show the figures of a scope, the map, the territories furthest from target, and what presses."""
    actor = request.actor
    scope = scope_of(request)
    measures = _MEASURES + (("growth",) if actor.everywhere and not scope.territory else ())
    measure = request.GET.get("metric", "")
    measure = measure if measure in measures else measures[0]
    page = read_overview(actor, scope, measure=measure)
    if page.empty:
        return render(request, "overview/first.html", {"cards": _cards(request)})
    frame = page.frame
    rows = [_row(request, line, frame) for line in page.ranked]
    whole = customers_url(territory=frame.territory, region=frame.region)
    return render(
        request,
        "overview/index.html",
        {
            "page": page,
            "frame": frame,
            "crumbs": crumbs(request, frame),
            "periods": periods_of(request, frame),
            "period": period_name(frame.period, frame.running) if frame.period else "",
            "children": children_of(request, frame),
            "chips": _chips(request, frame),
            "kpis": [kpi_of(figure, frame, url=whole) for figure in page.figures],
            "customers_url": whole,
            "columns": _columns(request, flagged=any(row.flag for row in rows)),
            "rows": rows,
            "monitor_url": scoped("monitor:territories", frame) if actor.may("monitor.open") else "",
            "tiles": _tiles(request, page),
            "tile_kind": _KINDS[measure],
            "ramp": "diverging" if measure == "growth" else "sequential",
            "band": _GROWTH_BAND,
            "measures": [Link(metric_name(name), address(request, metric=name), name == measure) for name in measures],
            "measure": metric_name(measure),
            "months": [month_name(month) for month in page.trend.months],
            "notices": _notices(request, page),
            "alerts_more": say("overview.all_alerts", n=page.alert_count) if page.alert_count else "overview.monitor",
            "alerts_url": scoped("monitor:index", frame) if actor.may("monitor.open") else "",
            "primary": _primary(request, frame),
        },
    )


def _columns(request: Asked, *, flagged: bool) -> list[Column]:
    columns = [
        Column("name", "watching.territory"),
        Column("owner", "watching.owner", "person", narrow=True),
        Column("customers", "watching.customers", "count", link="customers_url"),
        Column("value", "watching.metric_sales", "money", unit=request.actor.currency),
        Column("series", "watching.months_12", "part", part="overview/spark.html", narrow=True),
        Column("deviation", "watching.deviation", "deviation", note="watching.how_deviation"),
    ]
    flag = Column("flag", "watching.flag", "part", part="overview/flag.html", narrow=True)
    return [*columns, flag] if flagged else columns


def _row(request: Asked, line: TerritoryLine, frame: Frame) -> Row:
    deviation = deviation_of(line, frame.tolerance)
    off = line.deviation is not None and abs(line.deviation) > frame.tolerance
    flag = Badge("watching.overloaded" if (line.deviation or 0) > 0 else "watching.short", "warn") if off else None
    code = line.node.code
    return Row(
        key=code,
        url=address(request, scope=code),
        name=line.node.name,
        owner=line.node.owner,
        customers=line.customers,
        customers_url=customers_url(territory=code, region=frame.region),
        value=line.value,
        deviation=deviation,
        flag=flag,
        series=line.series,
    )


def _tiles(request: Asked, page: Overview) -> list[Tile]:
    chosen = page.frame.region
    return [
        Tile(line.code, line.value, address(request, region=None if line.code == chosen else line.code))
        for line in page.provinces
        if line.code[:2] in _CODES
    ]


_CODES = frozenset(province.code[:2] for province in PROVINCES)


def _chips(request: Asked, frame: Frame) -> list[Chip]:
    if not frame.region:
        return []
    province = next(one for one in PROVINCES if one.code == frame.region)
    name = province.name_en if language_of(request) == "en" else province.name
    return [Chip("overview.province", name, address(request, region=None))]


def _notices(request: Asked, page: Overview) -> list[Notice]:
    alerts = [_alert_notice(alert) for alert in page.alerts] if request.actor.may("monitor.open") else []
    leaving = [
        Notice(
            say("overview.leaving", name=item.name, day=item.until.isoformat(), territory=item.territory),
            "overview.leaving_note",
            url=address_of("team:index") + f"{item.code}/" if address_of("team:index") else "",
            action="overview.find_successor",
        )
        for item in (page.leaving[:2] if request.actor.may("team.open") else ())
    ]
    return [*_trail_notices(request), *alerts, *leaving, *_gap_notices(request, page)]


def _trail_notices(request: Asked) -> Iterable[Notice]:
    # For those whose office it is to look at what others do, that comes before the sales.
    if not _oversees(request):
        return
    found = read_week(request.actor, now=timezone.now())
    for word, number in (("refused", found.refused), ("failed", found.failed), ("exports", found.exports)):
        if number:
            noun = _TRAIL_NOUNS[word]
            query = urlencode({**({"noun": noun} if noun else {}), "since": found.since.isoformat()})
            yield Notice(
                say(f"overview.trail_{word}", n=number),
                f"overview.trail_{word}_note",
                "warn" if word != "exports" else "",
                f"{reverse('settings:audit')}?{query}",
                "overview.see_trail",
            )


_TRAIL_NOUNS = {"refused": "door", "failed": "user", "exports": ""}


def _oversees(request: Asked) -> bool:
    return request.actor.may("audit.read") and roles_only(request.actor.roles, ("auditor", "privacy_officer"))


def _alert_notice(alert: AlertLine) -> Notice:
    monitor = address_of("monitor:index")
    return Notice(
        alert.cause,
        advice_of(alert),
        "danger" if SEVERITY_TONES.get(alert.severity) == "danger" else "warn",
        f"{monitor}alerts/{alert.id}/" if monitor else "",
        "overview.see_alert",
    )


def _gap_notices(request: Asked, page: Overview) -> Iterable[Notice]:
    gaps, frame = page.gaps, page.frame
    if gaps.unplaced and request.actor.may("customer.write"):
        yield Notice(
            say("overview.unplaced", n=gaps.unplaced),
            "overview.unplaced_note",
            "",
            customers_url(territory=frame.territory, region=frame.region, gap="place"),
            "overview.fix",
        )
    if gaps.unowned:
        yield Notice(
            say("overview.unowned", n=gaps.unowned),
            "overview.unowned_note",
            "",
            customers_url(tab="pool", territory=frame.territory, region=frame.region),
            "overview.see_customers",
        )
    if page.late_actions and request.actor.may("action.write"):
        yield Notice(
            say("overview.late_actions", n=page.late_actions),
            "overview.late_actions_note",
            "warn",
            address_of("service:index"),
            "overview.start",
        )


def _primary(request: Asked, frame: Frame) -> Link:
    if _oversees(request):
        return Link("overview.see_trail", reverse("settings:audit"))
    choices = (
        ("plan.write", "plan:index", "overview.open_plan"),
        ("action.write", "service:index", "overview.open_service"),
        ("monitor.open", "monitor:index", "overview.open_monitor"),
        ("customers.open", "customers:index", "overview.open_customers"),
    )
    for verb, place, text in choices:
        url = address_of(place)
        if url and request.actor.may(verb):
            return Link(text, url)
    return Link("overview.refresh", request.path)


def _cards(request: Asked) -> list[dict[str, Any]]:
    importing = address_of("customers:import")
    return [
        {
            "icon": "customers",
            "title": "overview.card_sample",
            "text": "overview.card_sample_text",
            "code": "jiuzhou demo",
        },
        {
            "icon": "upload",
            "title": "overview.card_import",
            "text": "overview.card_import_text" if importing else "overview.card_import_later",
            "url": importing if request.actor.may("import.run") else "",
            "code": "" if importing else "jiuzhou import",
        },
        {"icon": "outside", "title": "overview.card_connect", "text": "overview.card_connect_text", "url": ""},
    ]
