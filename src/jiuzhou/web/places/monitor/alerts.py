"""Alerts: the list, one of them, and what is done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.monitor.alerting import state_on
from jiuzhou.web.monitor.reads import ALERT_STATES, read_alert, read_alerts
from jiuzhou.web.monitor.shapes import AlertLine
from jiuzhou.web.monitor.writes import REST_DAYS, handle_alert, reopen_alert, snooze_alert
from jiuzhou.web.places.monitor.wording import SEVERITY_TONES, address, customers_url, scope_of, tabs_of
from jiuzhou.web.places.shapes import Fact, Kind, Link
from jiuzhou.web.places.shell import address_of, language_of
from jiuzhou.web.problems import InvalidError

_SHARES = frozenset(
    {"imbalance", "overload", "underload", "sales_drift", "coverage_gap", "key_accounts_at_risk", "no_place"}
)
_MONEY = frozenset({"overdue_payments"})


@dataclass(frozen=True, slots=True)
class Card:
    """An alert of the list."""

    line: AlertLine
    url: str
    tone: str
    severity: str
    lasting: Message
    measured: tuple[Fact, ...]
    territory_url: str


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts of one kind."""

    title: str
    cards: tuple[Card, ...]


@door("monitor.open")
def index(request: Asked) -> HttpResponse:
    """Show the alerts of one state by kind."""
    state = request.GET.get("state", "")
    state = state if state in ALERT_STATES else "open"
    scope = scope_of(request)
    page = read_alerts(request.actor, state=state, scope=scope)
    groups = [
        Group(f"watching.kind_{kind}", tuple(_card(line, page.today) for line in lines)) for kind, lines in page.groups
    ]
    first = groups[0].cards[0] if groups else None
    return render(
        request,
        "monitor/index.html",
        {
            "page": page,
            "groups": groups,
            "state": state,
            "tabs": tabs_of(request, "alerts"),
            "states": [
                Link(f"watching.state_{name}", address(request, state=name), name == state, page.counts.get(name, 0))
                for name in ALERT_STATES
            ],
            "scope_name": page.scope[-1].name if page.scope else "",
            "whole_url": address(request, scope=None),
            "primary": Link("watching.first_alert", first.url)
            if first
            else Link("watching.see_indicators", address_of("monitor:indicators")),
        },
    )


@door("monitor.read", noun="alert")
def show(request: Asked, alert: int) -> HttpResponse:
    """Show one alert: what, since when, how big, why, whose, and what to do."""
    page = read_alert(request.actor, alert)
    customers = address_of("customers:index")
    card = _card(page.line, page.today)
    return render(
        request,
        "monitor/alert.html",
        {
            "page": page,
            "card": card,
            "line": page.line,
            "state": state_on(page.line, page.today),
            "kind": f"watching.kind_{page.line.kind}",
            "customers": [
                Link(name or code, f"{customers}{code}" if customers else "") for code, name in page.customers
            ],
            "may_write": request.actor.may("alert.write"),
            "rests": [(days, f"watching.rest_{days}") for days in REST_DAYS],
            "advice": _advice(request, page.line),
        },
    )


@door("alert.write", "POST", noun="alert", fields=("version", "do", "note", "days"))
def change(request: Asked, alert: int) -> HttpResponse:
    """Put an alert off, finish it, or take it up again."""
    act, note = request.POST.get("do", ""), request.POST.get("note", "")
    version = _whole(request.POST.get("version", ""), "version")
    if act == "snooze":
        days = _whole(request.POST.get("days", ""), "days")
        snooze_alert(request.actor, alert_id=alert, version=version, days=days, note=note)
    elif act == "handle":
        handle_alert(request.actor, alert_id=alert, version=version, note=note)
    elif act == "reopen":
        reopen_alert(request.actor, alert_id=alert, version=version, note=note)
    else:
        raise InvalidError({"do": say("watching.unknown_act")})
    messages.success(request, told(say(f"watching.did_{act}"), language_of(request)))
    return HttpResponseRedirect(
        reverse("monitor:index" if act == "handle" else "monitor:alert", args=_place(act, alert))
    )


def _place(act: str, alert: int) -> list[int]:
    return [] if act == "handle" else [alert]


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidError({name: say("watching.not_a_number")})
    return int(text)


def _card(line: AlertLine, today: date) -> Card:
    days = (today - line.since).days
    kind: Kind = "percent" if line.kind in _SHARES else "money" if line.kind in _MONEY else "number"
    measured = [Fact("watching.measured", line.value, kind), Fact("watching.threshold", line.threshold, kind)]
    return Card(
        line=line,
        url=reverse("monitor:alert", args=[line.id]),
        tone=SEVERITY_TONES.get(line.severity, ""),
        severity=f"watching.severity_{line.severity}",
        lasting=say("watching.for_days", n=days) if days > 0 else say("watching.since_today"),
        measured=tuple(measured) if line.value is not None and line.threshold is not None else (),
        territory_url=reverse("monitor:territory", args=[line.territory_code]) if line.territory_code else "",
    )


def _advice(request: Asked, line: AlertLine) -> Link | None:
    if (
        line.kind in ("imbalance", "overload", "underload")
        and request.actor.may("plan.open")
        and address_of("plan:index")
    ):
        return Link("watching.open_plan", address_of("plan:index"))
    if line.owner_code and request.actor.may("action.read") and address_of("service:index"):
        return Link("watching.open_service", f"{address_of('service:index')}?owner={line.owner_code}")
    if line.territory_code and customers_url():
        return Link("watching.open_customers", customers_url(territory=line.territory_code))
    return None
