"""What waits for the approval of who asks, wherever in the house it was asked."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.inbox.reads import Box, list_approvals
from jiuzhou.web.inbox.writes import decide as decide_request
from jiuzhou.web.places.assign.tabs import tabs
from jiuzhou.web.places.shapes import Column, Link

_BOXES: tuple[tuple[Box, str], ...] = (
    ("waiting", "assigning.approvals"),
    ("asked", "assigning.approvals_asked"),
    ("decided", "assigning.approvals_decided"),
)
_COLUMNS = (
    Column("message", "assigning.approval_what", link="link"),
    Column("asked_by", "assigning.approval_by", "person"),
    Column("asked_at", "assigning.approval_at", "moment"),
    Column("note", "assigning.approval_note", narrow=True),
    Column("decided_by", "assigning.published_by", "person", narrow=True),
    Column("answer", "assigning.answer", narrow=True),
)


@door("assign.open")
def index(request: Asked) -> HttpResponse:
    """List the requests: those that wait for the person, those the person made, those that are decided."""
    box: Box = next((name for name, _ in _BOXES if name == request.GET.get("box")), "waiting")
    page = list_approvals(request.actor, box, cursor=request.GET.get("after") or request.GET.get("before"))
    here = reverse("assign:approvals")
    return render(
        request,
        "assign/approvals.html",
        {
            "tabs": tabs(request, "approvals"),
            "boxes": [Link(text, f"{here}?box={name}", name == box) for name, text in _BOXES],
            "columns": _COLUMNS if box != "waiting" else _COLUMNS[:4],
            "rows": page.items,
            "page": page,
        },
    )


@door("assign.open", "POST", noun="approval", fields=("outcome", "answer"))
def decide(request: Asked, approval: int) -> HttpResponse:
    """Decide a request about rules from the page that shows them."""
    decide_request(request.actor, approval, request.POST.get("outcome", ""), request.POST.get("answer", ""))
    return redirect("assign:index")
