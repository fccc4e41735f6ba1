"""Notices and requests as one list, what is open first; requests are decided where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import told
from jiuzhou.web.inbox import reads, writes
from jiuzhou.web.inbox.reads import ApprovalView, Box, NoticeView
from jiuzhou.web.ledger.idempotency import once
from jiuzhou.web.paging import Page
from jiuzhou.web.places.inbox.forms import DecisionForm
from jiuzhou.web.places.shapes import Badge, Link, Tone

_BOXES: tuple[Box, ...] = ("waiting", "asked", "decided")
_OUTCOMES: dict[str, Tone] = {"approved": "ok", "refused": "danger", "withdrawn": ""}
_ICONS = {
    "run": "jobs",
    "plan": "plan",
    "customer": "customers",
    "alert": "monitor",
    "approval": "check",
    "webhook": "outside",
    "import": "upload",
    "sample": "check",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the list: a request with its form, or a notice."""

    approval: ApprovalView | None = None
    notice: NoticeView | None = None
    icon: str = "bell"
    badge: Badge | None = None
    form: DecisionForm | None = None
    key: str = ""


@door("inbox.read")
def index(request: Asked) -> HttpResponse:
    """Show what waits for the reader, what the reader asked for, or what was decided."""
    return _page(request)


@door("inbox.read", "POST", fields=())
def read_all(request: Asked) -> HttpResponse:
    """Mark every notice as read."""
    writes.mark_read(request.actor)
    return redirect("inbox:index")


@door("inbox.read", noun="notice")
def open_notice(request: Asked, notice: int) -> HttpResponse:
    """Go to the page where a notice can be acted on; it counts as read from now on."""
    link = reads.link_of(request.actor, notice)
    writes.mark_read(request.actor, [notice])
    return redirect(link or "inbox:index")


@door("inbox.read", "POST", noun="approval")
@once
def decide(request: Asked, approval: int) -> HttpResponse:
    """Decide a request of somebody else's."""
    form = DecisionForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            writes.decide(request.actor, approval, given["outcome"], given["answer"])
        except InputError as error:
            form.add_error("answer", told(error.message))
        else:
            messages.success(request, told(say(f"inbox.done_{given['outcome']}")))
            return redirect("inbox:index")
    return _page(request, wrong={approval: form})


def _page(request: Asked, *, wrong: dict[int, DecisionForm] | None = None) -> HttpResponse:
    actor, box, cursor = request.actor, _box(request), request.GET.get("cursor")
    counts = reads.counts(actor)
    tabs = [
        Link(f"inbox.{name}", f"?box={name}" if name != "waiting" else request.path, name == box) for name in _BOXES
    ]
    tabs[0] = Link(tabs[0].text, tabs[0].url, tabs[0].active, count=counts.total or None)
    page: Page[Any]
    if box == "waiting":
        # Requests are few and stand above the first page; only the notices have pages.
        requests = () if cursor else reads.list_approvals(actor, size=reads.MOST_OPEN).items
        page = reads.list_notices(actor, cursor=cursor, size=30)
        lines = [_request(view, (wrong or {}).get(view.id)) for view in requests] + [
            _notice(view) for view in page.items
        ]
    else:
        page = reads.list_approvals(actor, box, cursor=cursor, size=30)
        lines = [_request(view, None) for view in page.items]
    context = {"tabs": tabs, "box": box, "lines": lines, "page": page, "unread": counts.notices}
    return render(request, "inbox/index.html", context, status=422 if wrong else 200)


def _box(request: Asked) -> Box:
    asked = request.GET.get("box")
    return next((box for box in _BOXES if box == asked), "waiting")


def _request(view: ApprovalView, wrong: DecisionForm | None) -> Line:
    badge = None
    if not view.is_open:
        badge = Badge(f"inbox.{view.outcome}", _OUTCOMES.get(view.outcome, ""))
    elif not view.may_decide:
        badge = Badge("inbox.open", "warn")
    form = (wrong or DecisionForm(auto_id=f"request_{view.id}_%s")) if view.may_decide else None
    return Line(approval=view, icon=_ICONS.get(view.noun, "check"), badge=badge, form=form, key=str(uuid4()))


def _notice(view: NoticeView) -> Line:
    return Line(notice=view, icon=_ICONS.get(view.kind, "bell"))
