"""The day's list, and what is done on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.doors import Asked as Request
from jiuzhou.web.accounts.doors import door
from jiuzhou.web.paging import leaf_of
from jiuzhou.web.places.monitor.wording import address, customers_url
from jiuzhou.web.places.service.tabs import tabs_of
from jiuzhou.web.places.shapes import Chip, Column, Link, Text
from jiuzhou.web.places.shell import address_of, language_of
from jiuzhou.web.places.values import money
from jiuzhou.web.problems import InvalidError
from jiuzhou.web.serve.reads import VISITS, read_action, read_team, read_today, read_visit, working_today
from jiuzhou.web.serve.shapes import WHEN, ActionLine, Asked, TeamLine, Today, VisitLine, when_of
from jiuzhou.web.serve.writes import (
    dismiss_action,
    dismiss_visit,
    finish_action,
    finish_visit,
    postpone_action,
    postpone_visit,
    reopen_action,
    reopen_visit,
)

Line: TypeAlias = ActionLine | VisitLine
_PRESSING = frozenset({"answer_complaint", "answer_feedback", "retain_at_risk"})
_LATER_DAYS = (1, 3, 7, 30)


@dataclass(frozen=True, slots=True)
class Task:
    """
    A visit or a next action as a card.

    Attributes
    ----------
    url
        Where it is changed; empty for a person who may not.
    first
        Whether it is the next thing to do, whose button leads the page.
    """

    noun: str
    line: Line
    kind: str
    tone: str
    due: Text
    customer_url: str
    url: str
    first: bool = False

    @property
    def day(self) -> date | None:
        """The day it is planned or due on."""
        return self.line.planned_on if isinstance(self.line, VisitLine) else self.line.due_on


@dataclass(frozen=True, slots=True)
class Group:
    """Visits under one heading."""

    title: str
    tasks: tuple[Task, ...]


@door("service.open")
def index(request: Request) -> HttpResponse:
    """Show the visits and next actions of a person, or of the owner that a manager chose."""
    actor = request.actor
    asked = Asked(*(request.GET.get(name, "")[:64] for name in ("owner", "kind", "when")))
    if not actor.own_ids and not asked.owner and request.GET.get("all") != "1":
        return team(request)
    asked = asked if asked.when in ("", *WHEN) else Asked(asked.owner, asked.kind, "")
    page = read_today(actor, asked, cursor=request.GET.get("after", ""))
    tasks = _tasks(request, [*page.visits, *page.actions])
    visits, actions = tasks[: len(page.visits)], tasks[len(page.visits) :]
    numbers = {kind: number for kind, number in page.kinds.items() if kind != VISITS}
    return render(
        request,
        "service/index.html",
        {
            "page": page,
            "groups": _groups(visits, page.today),
            "actions": actions,
            "actions_total": numbers.get(asked.kind, 0) if asked.kind else sum(numbers.values()),
            "many": len(page.owners) > 1,
            "stake": money(page.stake, language_of(request)),
            "tabs": tabs_of(request.actor, "mine"),
            "whens": _whens(request, page, asked),
            "kinds": _kinds(request, page, asked),
            "owners": _owners(request, page) if len(page.owners) > 1 else (),
            "chips": _chips(request, page, asked),
            "laters": _laters(page.today),
            "next": address(request, after=page.next) if page.next else "",
            "previous": address(request, after=page.previous) if page.previous else "",
            "here": request.get_full_path(),
            "customers_url": customers_url() or request.path,
            "led": any(task.first for task in tasks) or not tasks,
        },
    )


@door("service.open")
def team(request: Request) -> HttpResponse:
    """Show the open work of everybody whom the actor answers for."""
    page = read_team(request.actor)
    latest = page.lines[0] if page.lines else None
    leaf = leaf_of(page.lines, request.GET.get("start", ""))
    columns = [
        Column("name", "service.person"),
        Column("late_visits", "service.late_visits", "count"),
        Column("visits_today", "service.visits_today", "count"),
        Column("visits_week", "service.visits_week", "count", narrow=True),
        Column("late_actions", "service.late_actions", "count"),
        Column("actions", "service.open_actions", "count", narrow=True),
        Column("stake", "service.stake", "money", unit=request.actor.currency, narrow=True),
        Column("done_week", "service.done_week", "count", narrow=True),
    ]
    return render(
        request,
        "service/team.html",
        {
            "page": page,
            "leaf": leaf,
            "rows": [_TeamRow(line, _of(line)) for line in leaf.rows],
            "total": _TeamRow(page.total, ""),
            "columns": columns,
            "tabs": tabs_of(request.actor, "team"),
            "primary": Link(say("service.open_latest", name=latest.name), _of(latest)) if latest else None,
        },
    )


@door("action.write", "POST", noun="action", fields=("version", "do", "note", "to", "next"))
def change_action(request: Request, action: int) -> HttpResponse:
    """Finish, put off, leave or take up again a next action."""
    return _change(
        request,
        action,
        {"done": finish_action, "dismiss": dismiss_action, "postpone": postpone_action, "reopen": reopen_action},
        "action_id",
        read_action,
    )


@door("visit.write", "POST", noun="visit", fields=("version", "do", "note", "to", "next", "minutes"))
def change_visit(request: Request, visit: int) -> HttpResponse:
    """Finish, put off, leave or take up again a planned visit."""
    return _change(
        request,
        visit,
        {"done": finish_visit, "dismiss": dismiss_visit, "postpone": postpone_visit, "reopen": reopen_visit},
        "visit_id",
        read_visit,
    )


def _change(
    request: Request,
    key: int,
    acts: dict[str, Callable[..., None]],
    name: str,
    read: Callable[..., Line],
) -> HttpResponse:
    act = request.POST.get("do", "")
    if act not in acts:
        raise InvalidError({"do": say("service.unknown_act")})
    given: dict[str, Any] = {name: key, "version": _whole(request, "version")}
    if act in ("done", "dismiss"):
        given["note"] = request.POST.get("note", "")
    if act == "done" and name == "visit_id" and request.POST.get("minutes"):
        given["minutes"] = _whole(request, "minutes")
    if act == "postpone":
        given["to"] = _day(request)
    acts[act](request.actor, **given)
    line = read(request.actor, key)
    did = say(f"service.did_{act}", customer=line.customer)
    if request.headers.get("HX-Request"):
        today = working_today(request.actor)
        card = {"task": _task(request, line, first=False), "act": act, "did": did, "laters": _laters(today)}
        return render(request, "service/changed.html", card | {"here": request.POST.get("next", "")})
    messages.success(request, told(did, language_of(request)))
    return HttpResponseRedirect(_back(request))


def _whole(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidError({name: say("service.not_a_number")})
    return int(text)


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("to", ""))
    except ValueError:
        raise InvalidError({"to": say("service.not_a_day")}) from None


def _back(request: HttpRequest) -> str:
    to = request.POST.get("next", "")
    safe = to.startswith("/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None)
    return to if safe else address_of("service:index")


def _tasks(request: Request, lines: Sequence[Line]) -> list[Task]:
    return [_task(request, line, first=place == 0) for place, line in enumerate(lines)]


def _task(request: Request, line: Line, *, first: bool) -> Task:
    customer = customers_url()
    url = f"{customer}{line.customer_code}" if customer else ""
    if isinstance(line, VisitLine):
        change = reverse("service:visit", args=[line.id]) if request.actor.may("visit.write") else ""
        due = say("service.planned_on", day=line.planned_on)
        return Task("visit", line, "service.kind_visit", "ok", due, url, change, first and bool(change))
    change = reverse("service:action", args=[line.id]) if request.actor.may("action.write") else ""
    due = say("service.due_on", day=line.due_on) if line.due_on else say("service.no_day")
    tone = "danger" if line.kind in _PRESSING else "accent"
    return Task("action", line, f"service.kind_{line.kind}", tone, due, url, change, first and bool(change))


def _groups(visits: Sequence[Task], today: date) -> list[Group]:
    found: dict[str, list[Task]] = {}
    for task in visits:
        found.setdefault(when_of(task.day, today), []).append(task)
    return [Group(f"service.visits_{when}", tuple(found[when])) for when in WHEN if when in found]


def _whens(request: Request, page: Today, asked: Asked) -> list[Link]:
    whole = [Link("web.all", address(request, when=None, after=None), not asked.when, page.open)]
    return whole + [
        Link(
            f"service.when_{when}",
            address(request, when=when, after=None),
            when == asked.when,
            page.counts.get(when, 0),
        )
        for when in WHEN
    ]


def _kinds(request: Request, page: Today, asked: Asked) -> list[Link]:
    order = sorted(page.kinds, key=lambda kind: (kind != VISITS, -page.kinds[kind], kind))
    return [
        Link(f"service.kind_{kind}", address(request, kind=kind, after=None), kind == asked.kind, page.kinds[kind])
        for kind in order
    ]


def _owners(request: Request, page: Today) -> list[Link]:
    return [
        Link(name, address(request, owner=code, after=None, all=None), code == page.owner) for code, name in page.owners
    ]


def _chips(request: Request, page: Today, asked: Asked) -> list[Chip]:
    chips = []
    if asked.owner:
        name = next(name for code, name in page.owners if code == asked.owner)
        chips.append(Chip("service.person", name, address(request, owner=None, after=None)))
    if asked.kind:
        chips.append(Chip("service.kind", f"service.kind_{asked.kind}", address(request, kind=None, after=None)))
    return chips


def _laters(today: date) -> list[tuple[str, str]]:
    return [((today + timedelta(days=days)).isoformat(), f"service.later_{days}") for days in _LATER_DAYS]


def _of(line: TeamLine) -> str:
    return f"{address_of('service:index')}?owner={line.code}"


class _TeamRow:
    """A line of the team with its address; the figures are the line's own."""

    def __init__(self, line: TeamLine, url: str) -> None:
        self.line, self.url = line, url

    def __getattr__(self, name: str) -> Any:
        return getattr(self.line, name)
