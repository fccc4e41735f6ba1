"""Periods, metrics and figures in words: what the overview and the monitor share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.request import QueryDict
from django.utils.http import urlencode

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.monitor.customers import MEASURES
from jiuzhou.web.monitor.figures import BALANCE, METRICS
from jiuzhou.web.monitor.shapes import AlertLine, Figure, Frame, Scope, TerritoryLine
from jiuzhou.web.places.shapes import Deviation, Link, Text
from jiuzhou.web.places.shell import address_of

SEVERITY_TONES: Mapping[str, str] = {"high": "danger", "medium": "warn", "low": ""}
_POINTS = "points"


@dataclass(frozen=True, slots=True)
class Kpi:
    """What ``parts/kpi.html`` is given."""

    code: str
    label: Text
    value: float | None
    kind: str
    delta: float | None
    delta_kind: str
    baseline: Text
    good: str
    series: Sequence[float | None]
    note: Text
    partial: Text
    url: str = ""


def scope_of(request: HttpRequest) -> Scope:
    """Return what the address says the page is about."""
    return Scope(*(request.GET.get(name, "")[:64] for name in ("scope", "region", "period")))


def period_name(period: str, running: Collection[str] = ()) -> Message:
    """Return a period in words; a year that runs is the year to date."""
    year, _, part = period.partition("-")
    if not part:
        return say("watching.year_to_date" if period in running else "watching.year", year=year)
    if part.startswith("Q"):
        return say("watching.quarter", year=year, quarter=part[1:])
    if part.startswith("H"):
        return say("watching.half", year=year, half=part[1:])
    return say(f"watching.month_{part}", year=year)


def month_name(period: str) -> Message:
    """Return a month without its year."""
    return say(f"watching.mon_{period[5:7]}")


def metric_name(code: str) -> Message:
    """Return the name of a metric."""
    return say(f"watching.metric_{code}")


def metric_note(figure: Figure) -> Message:
    """Return a metric's formula, the version of its definition, and how those of several territories make one."""
    how = say(f"watching.how_{figure.code}")
    return say("watching.definition", how=how, version=figure.version)


def kind_of(code: str) -> str:
    """Return how a metric's values are written."""
    if code == BALANCE:
        return "percent"
    return METRICS[code].kind if code in METRICS else MEASURES[code].kind


def good_of(code: str) -> str:
    """Return which way of a metric is good: ``up``, ``down`` or neither."""
    if code == BALANCE:
        return "down"
    return METRICS[code].good if code in METRICS else MEASURES[code].good


def delta_of(figure: Figure) -> tuple[float | None, str]:
    """Return a figure's change and how it is written: amounts in percent, shares in points."""
    kind = kind_of(figure.code)
    if figure.value is None or figure.before is None:
        return None, "signed"
    if kind in ("percent", "number"):
        return figure.value - figure.before, _POINTS if kind == "percent" else "change"
    return (figure.value / figure.before - 1, "signed") if figure.before > 0 else (None, "signed")


def baseline_of(figure: Figure, running: Collection[str]) -> Message:
    """Return what a figure is compared with; where with nothing, what it is of."""
    if delta_of(figure)[0] is None:
        return (
            say("watching.today")
            if figure.code == BALANCE
            else period_name(figure.period, running)
            if figure.period
            else say("watching.last_year")
        )
    if figure.before_period:
        return say("watching.than", period=period_name(figure.before_period, running))
    return say("watching.than_year_before")


def kpi_of(figure: Figure, frame: Frame, *, url: str = "") -> Kpi:
    """Return a figure as a tile."""
    delta, delta_kind = delta_of(figure)
    name = metric_name(figure.code)
    elsewhere = figure.period and figure.period != frame.period and figure.code != BALANCE
    named = say("watching.of_period", metric=name, period=period_name(figure.period, frame.running))
    return Kpi(
        code=figure.code,
        label=named if elsewhere else name,
        value=figure.value,
        kind=kind_of(figure.code),
        delta=delta,
        delta_kind=delta_kind,
        baseline=baseline_of(figure, frame.running),
        good=good_of(figure.code),
        series=figure.series if sum(value is not None for value in figure.series) > 2 else (),
        note=metric_note(figure),
        partial=say("watching.partial", known=figure.known, of=figure.of) if figure.partial else "",
        url=url,
    )


def advice_of(alert: AlertLine) -> Message:
    """Return an alert's proposed action in one line; one that lists customers is left to the alert's own page."""
    return say("overview.since", day=alert.since.isoformat()) if "names" in alert.action.params else alert.action


def deviation_of(line: TerritoryLine, tolerance: float) -> Deviation:
    """Return a territory's deviation, with what would bring it back."""
    share = line.deviation
    if share is None or abs(share) <= tolerance or not line.customers:
        return Deviation(share, tolerance, say("watching.tip_within") if share is not None else "")
    beyond = abs(share) - tolerance
    number = max(1, round(line.customers * beyond / (1 + share))) if share > -1 else line.customers
    return Deviation(share, tolerance, say("watching.tip_over" if share > 0 else "watching.tip_under", n=number))


def address(request: HttpRequest, path: str = "", **changes: Any) -> str:
    """Return an address with this page's parameters, some changed; what is empty or ``None`` is taken out."""
    query: QueryDict = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"{path or request.path}?{query.urlencode()}" if query else path or request.path


def customers_url(**filters: str) -> str:
    """Return the address of the list of exactly these customers; empty where there is no such page."""
    path, given = address_of("customers:index"), {name: value for name, value in filters.items() if value}
    if not path:
        return ""
    return f"{path}?{urlencode(given)}" if given else path


def scoped(path_name: str, frame: Frame, **more: str) -> str:
    """Return the address of another place with the scope of this page; empty where there is no such page."""
    path = address_of(path_name)
    given = {**more, "scope": frame.territory, "period": frame.period}
    kept = {name: value for name, value in given.items() if value}
    return f"{path}?{urlencode(kept)}" if path and kept else path


def crumbs(request: HttpRequest, frame: Frame, **gone: Any) -> tuple[Link, ...]:
    """Return the way from the whole down to the scope; the last one is the page itself."""
    path = frame.path
    whole = () if path and path[0].parent_id is None and len(frame.tree.children(None)) == 1 else (None,)
    steps = [*whole, *path]
    return tuple(
        Link(
            step.name if step else say("web.scope_all"),
            address(request, scope=step.code if step else None, region=None, **gone),
            step is steps[-1],
        )
        for step in steps
    )


def periods_of(request: HttpRequest, frame: Frame) -> tuple[Link, ...]:
    """Return the periods to choose from."""
    return tuple(
        Link(period_name(period, frame.running), address(request, period=period), period == frame.period)
        for period in frame.periods
    )


def children_of(request: HttpRequest, frame: Frame) -> tuple[Link, ...]:
    """Return the territories just below the scope."""
    below = frame.children
    if not frame.path and len(below) == 1:
        below = frame.tree.children(below[0].id) or below
    return tuple(Link(node.name, address(request, scope=node.code, region=None)) for node in below)


def tabs_of(request: HttpRequest, current: str) -> tuple[Link, ...]:
    """Return the views of the monitor, each with the scope of this page."""
    kept = {name: request.GET[name] for name in ("scope", "period") if request.GET.get(name)}
    query = f"?{urlencode(kept)}" if kept else ""
    places = (("alerts", "monitor:index"), ("indicators", "monitor:indicators"), ("territories", "monitor:territories"))
    shown = [Link(f"watching.tab_{name}", address_of(place) + query, name == current) for name, place in places]
    person = request.actor  # type: ignore[attr-defined]
    market = [Link("market.tab", address_of("monitor:market"), current == "market")]
    return (*shown, *(market if person.may("market.read") else ()))
