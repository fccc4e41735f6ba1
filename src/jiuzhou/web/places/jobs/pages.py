"""Jobs: what runs, what became of what ran, and what can be done about it."""

from __future__ import annotations

import json
from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.jobs import queue, reads
from jiuzhou.web.jobs.kinds import kind_title
from jiuzhou.web.jobs.reads import RunView
from jiuzhou.web.jobs.schedules import repeating, set_schedule, switch_schedule
from jiuzhou.web.places.jobs.forms import ScheduleForm
from jiuzhou.web.places.shapes import Badge, Column, Entry, Fact, Job, Link, Tone
from jiuzhou.web.places.shell import language_of
from jiuzhou.web.problems import InvalidError

_TONES: dict[str, Tone] = {"running": "accent", "succeeded": "ok", "failed": "danger", "paused": "warn"}
_ENDED: dict[str, Tone] = {"succeeded": "ok", "failed": "danger", "paused": "warn", "cancelled": "warn"}
_TABS = ("", "open", "failed", "paused")
_TAB_TEXTS = {"": "jobs.all", "open": "jobs.open", "failed": "jobs.state_failed", "paused": "jobs.state_paused"}
_COLUMNS = (
    Column("view.title", "jobs.task"),
    Column("badge", "jobs.state", "badge"),
    Column("told", "jobs.result", narrow=True),
    Column("by", "jobs.by", narrow=True),
    Column("view.created_at", "jobs.asked", "moment"),
    Column("took", "jobs.took", "part", part="jobs/took.html", narrow=True),
)
_SCHEDULE_COLUMNS = (
    Column("title", "jobs.task"),
    Column("when", "jobs.schedule"),
    Column("next_at", "jobs.next", "moment"),
    Column("last", "jobs.last", "badge", link="last_url"),
    Column("switch", "web.more_actions", "part", part="jobs/switch.html"),
)


@door("run.read")
def index(request: Asked) -> HttpResponse:
    """List the runs the actor may see, those in progress above them."""
    return _index(request, ScheduleForm(kinds=repeating(request.actor), initial={"at_time": "02:30"}))


@door("run.start", "POST", fields=("kind", "how", "at_time", "every_minutes"))
def schedule(request: Asked) -> HttpResponse:
    """Let work start by itself, or at other times than before."""
    form = ScheduleForm(request.POST, kinds=repeating(request.actor))
    if form.is_valid():
        try:
            set_schedule(request.actor, form.cleaned_data["kind"], **form.when)
        except InvalidError as error:
            form.refuse(error.fields)
    if not form.is_valid():
        return _index(request, form, status=422)
    messages.success(request, told(say("jobs.schedule_set"), language_of(request)))
    return redirect("jobs:index")


@door("run.start", "POST", fields=("kind", "active"))
def switch(request: Asked) -> HttpResponse:
    """Let a schedule rest, or go on."""
    kind, active = request.POST.get("kind", "")[:60], request.POST.get("active", "")
    if active not in ("yes", "no"):
        raise InvalidError({"active": say("jobs.no_switch")})
    switch_schedule(request.actor, kind, active=active == "yes")
    messages.success(request, told(say("jobs.schedule_set"), language_of(request)))
    return redirect("jobs:index")


def _index(request: Asked, form: ScheduleForm, *, status: int = 200) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in _TABS else ""
    page = reads.listed(request.actor, state=state, cursor=request.GET.get("after") or request.GET.get("before"))
    tabs = [Link(_TAB_TEXTS[tab], f"?state={tab}" if tab else request.path, tab == state) for tab in _TABS]
    return render(
        request,
        "jobs/index.html",
        {
            "tabs": tabs,
            "state": state,
            "columns": _COLUMNS,
            "rows": [_row(view) for view in page.items],
            "page": page,
            "now": _cards(request),
            "may_verify": request.actor.may("audit.read"),
            "schedules": _schedules(request),
            "schedule_columns": _SCHEDULE_COLUMNS,
            "schedule_form": form if request.actor.may("run.start") and repeating(request.actor) else None,
        },
        status=status,
    )


@door("run.read")
def now(request: Asked) -> HttpResponse:
    """Answer with the cards of the actor's runs in progress, for the list's poll."""
    return render(request, "jobs/now.html", {"now": _cards(request)})


@door("run.read")
def tray(request: Asked) -> HttpResponse:
    """Answer with the count and the cards of the header's tray, and say what has ended since the last time."""
    ended = queue.take_ended(request.actor)
    response = render(
        request, "jobs/tray_answer.html", {"count": reads.count_running(request.actor), "now": _cards(request)}
    )
    view = reads.one(request.actor, ended[-1]) if ended else None
    if view is not None and view.state in _ENDED:
        what = view.message or say(f"jobs.state_{view.state}")
        text = told(say(f"jobs.notice_{view.state}", title=view.title, what=what), language_of(request))
        response["HX-Trigger"] = json.dumps({"jz:toast": {"text": text, "tone": _ENDED[view.state]}})
    return response


@door("run.read", noun="run")
def run(request: Asked, run: int) -> HttpResponse:
    """Show one run."""
    view = reads.one(request.actor, run)
    return render(
        request,
        "jobs/run.html",
        {
            "view": view,
            "badge": _badge(view.state),
            "job": _on_its_page(view),
            "facts": _facts(view),
            "entries": [Entry(item.at, "", item.what) for item in view.history],
        },
    )


@door("run.read", noun="run")
def progress(request: Asked, run: int) -> HttpResponse:
    """Answer with the run's progress; once it has ended, with the whole page."""
    view = reads.one(request.actor, run)
    response = render(request, "jobs/progress.html", {"view": view, "job": _on_its_page(view)})
    if not view.is_open:
        response["HX-Refresh"] = "true"
    return response


@door("run.write", "POST", noun="run", fields=())
def cancel(request: Asked, run: int) -> HttpResponse:
    """Cancel a run."""
    return redirect("jobs:run", queue.cancel(request.actor, run).pk)


@door("run.write", "POST", noun="run", fields=())
def enough(request: Asked, run: int) -> HttpResponse:
    """Ask a search for the best it has so far."""
    return redirect("jobs:run", queue.enough(request.actor, run).pk)


@door("run.write", "POST", noun="run", fields=("reason",))
def retry(request: Asked, run: int) -> HttpResponse:
    """Queue a run again."""
    row = queue.retry(request.actor, run, reason=request.POST.get("reason", ""))
    return redirect("jobs:run", row.pk)


@door("audit.read", "POST", fields=())
def verify(request: Asked) -> HttpResponse:
    """Start the verification of the audit chain."""
    row = queue.start(request.actor, "audit.verify", {}, title=kind_title("audit.verify"))
    return redirect("jobs:run", row.pk)


def _badge(state: str) -> Badge:
    return Badge(f"jobs.state_{state}", _TONES.get(state, ""))


def _row(view: RunView) -> dict[str, object]:
    return {
        "view": view,
        "badge": _badge(view.state),
        "told": view.stage if view.is_open else view.message,
        "by": view.by or say("jobs.system"),
        "took": view.seconds,
        "url": reverse("jobs:run", args=[view.id]),
    }


def _cards(request: Asked) -> list[Job]:
    return [_job(view) for view in reads.open_runs(request.actor)]


def _job(view: RunView) -> Job:
    note = view.stage
    if view.state == "queued":
        note = say("jobs.waiting")
    elif view.cancelling:
        note = say("jobs.cancelling")
    return Job(
        title=view.title,
        state=view.state,
        progress=view.progress,
        done=view.done,
        total=view.total,
        seconds_left=view.seconds_left,
        url=reverse("jobs:run", args=[view.id]),
        cancel_url=reverse("jobs:cancel", args=[view.id]) if view.may_cancel else "",
        note=note or "",
    )


def _on_its_page(view: RunView) -> Job:
    return replace(_job(view), url="", cancel_url="")


def _facts(view: RunView) -> list[Fact]:
    return [
        Fact("jobs.by", view.by or say("jobs.system")),
        Fact("jobs.asked", view.created_at, "moment"),
        Fact("jobs.started", view.started_at, "moment"),
        Fact("jobs.ended", view.finished_at, "moment"),
        Fact("jobs.attempt", say("jobs.attempt_of", attempt=view.attempt, attempts=view.attempts)),
    ]


def _schedules(request: Asked) -> list[dict[str, object]]:
    if not request.actor.may("run.start"):
        return []
    mine = repeating(request.actor)
    return [
        {
            "title": item.title,
            "when": item.when if item.active else say("jobs.rests"),
            "next_at": item.next_at if item.active else None,
            "last": _badge(item.last_state) if item.last_state else None,
            "last_url": reverse("jobs:run", args=[item.last_id]) if item.last_id else "",
            "switch": item if item.kind in mine else None,
        }
        for item in reads.schedules(request.actor)
    ]
