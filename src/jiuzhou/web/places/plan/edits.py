"""A territory's customers, and corrections of a draft without a map: choose, see what it does, move."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.divide.reads.plans import plan_board
from jiuzhou.web.divide.reads.units import ONLY, codes_of, list_units, preview_move
from jiuzhou.web.divide.shapes import UNASSIGNED, PlanView, TerritoryRow
from jiuzhou.web.divide.writes import drafts
from jiuzhou.web.places.plan.acts import name_given, tell
from jiuzhou.web.places.plan.forms import version_of
from jiuzhou.web.places.plan.pages import frame_of
from jiuzhou.web.places.shapes import Column, Link
from jiuzhou.web.problems import NotFoundError


@door("plan.read", "GET", noun="plan")
def territory_page(request: Asked, plan: str, territory: str) -> HttpResponse:
    """List the customers of one territory of a plan; in a draft they can be chosen and moved."""
    view = plan_board(request.actor, plan)
    row = _row(view, territory)
    only = request.GET.get("only", "")
    only = only if only in ONLY else ""
    search, order = request.GET.get("q", "").strip()[:80], request.GET.get("sort", "name")
    page = list_units(
        request.actor,
        plan,
        territory,
        measure=view.head.measure.key,
        only=only,
        search=search,
        order=order,
        cursor=request.GET.get("after") or request.GET.get("before"),
    )
    context: dict[str, Any] = {
        "row": row,
        "territory": territory,
        "columns": _columns(view),
        "rows": [_unit(unit) for unit in page.items],
        "page": page,
        "tabs": _tabs(request, only),
        "only": only,
        "search": search,
        "sort": order,
        "targets": _targets(view, territory),
    }
    return render(request, "plan/territory.html", {**frame_of(view.head), "view": view, **context})


@door(
    "plan.write", "POST", noun="plan", fields=("version", "territory", "to", "customer", "whole", "only", "q", "sure")
)
def move(request: Asked, plan: str) -> HttpResponse:
    """Show what moving the chosen customers would do; the second time, move them."""
    given = request.POST
    territory, to = given.get("territory", UNASSIGNED), given.get("to", "")
    customers = given.getlist("customer")
    if given.get("whole") == "yes":
        customers = codes_of(
            request.actor, plan, territory, only=given.get("only", ""), search=given.get("q", ""), most=drafts.MOST + 1
        )
    to = "" if to == UNASSIGNED else to
    if given.get("sure") == "yes":
        done = drafts.move_customers(request.actor, plan, version=version_of(request), customers=customers, to=to)
        tell(request, say("plan.done_move", n=done.moved, skipped=done.skipped))
        return redirect("plan:territory", plan=plan, territory=territory)
    view = plan_board(request.actor, plan)
    target = _row(view, to or UNASSIGNED)
    context = {
        "territory": territory,
        "row": _row(view, territory),
        "target": target,
        "to": to or UNASSIGNED,
        "customers": customers,
        "previews": preview_move(request.actor, plan, customers, to),
    }
    return render(request, "plan/move.html", {**frame_of(view.head), **context})


@door("plan.write", "POST", noun="plan", fields=("version", "to"))
def move_all(request: Asked, plan: str, territory: str) -> HttpResponse:
    """Move all customers of a territory into another."""
    to = request.POST.get("to", "")
    done = drafts.move_territory(request.actor, plan, version=version_of(request), territory=territory, to=to)
    tell(request, say("plan.done_move", n=done.moved, skipped=done.skipped))
    return redirect("plan:plan", plan=plan)


@door("plan.write", "POST", noun="plan", fields=("version", "name"))
def rename(request: Asked, plan: str, territory: str) -> HttpResponse:
    """Give a territory another name."""
    drafts.rename_territory(
        request.actor, plan, version=version_of(request), territory=territory, name=name_given(request)
    )
    return redirect("plan:territory", plan=plan, territory=territory)


@door("plan.write", "POST", noun="plan", fields=("version", "locked"))
def lock(request: Asked, plan: str, territory: str) -> HttpResponse:
    """Lock a territory, or unlock it."""
    locked = request.POST.get("locked") == "yes"
    drafts.lock_territory(request.actor, plan, version=version_of(request), territory=territory, locked=locked)
    return redirect("plan:territory", plan=plan, territory=territory)


@door("plan.write", "POST", noun="plan", fields=("version",))
def undo(request: Asked, plan: str) -> HttpResponse:
    """Take the last step back."""
    done = drafts.undo(request.actor, plan, version=version_of(request))
    tell(request, say("plan.done_undo", n=done.moved))
    return redirect("plan:plan", plan=plan)


@door("plan.write", "POST", noun="plan", fields=("version",))
def redo(request: Asked, plan: str) -> HttpResponse:
    """Take the last undoing back."""
    done = drafts.redo(request.actor, plan, version=version_of(request))
    tell(request, say("plan.done_redo", n=done.moved))
    return redirect("plan:plan", plan=plan)


@door("plan.write", "POST", noun="plan", fields=("version", "number"))
def revert(request: Asked, plan: str) -> HttpResponse:
    """Go back to what the plan was after one step."""
    number = request.POST.get("number", "")
    if not number.isdigit():
        raise InputError("plan.unknown_step")
    done = drafts.revert_to(request.actor, plan, version=version_of(request), number=int(number[:9]))
    tell(request, say("plan.done_undo", n=done.moved))
    return redirect("plan:plan", plan=plan)


def _row(view: PlanView, code: str) -> TerritoryRow | None:
    if code == UNASSIGNED:
        return None
    found = next((row for row in view.territories if row.code == code), None)
    if found is None:
        raise NotFoundError
    return found


def _columns(view: PlanView) -> tuple[Column, ...]:
    measure = view.head.measure
    unit = "plan.unit_hours" if measure.unit == "hours" else ""
    kind = "number" if measure.kind == "hours" else measure.kind
    return (
        Column("unit.name", "plan.customer", "part", part="plan/unit_cell.html", sort="name"),
        Column("unit.region", "plan.region", narrow=True),
        Column("unit.tier", "plan.tier", narrow=True),
        Column("unit.value", measure.title, kind, unit=unit, sort="value"),  # type: ignore[arg-type]
        Column("unit.revenue", "plan.revenue_12m", "money", sort="revenue", narrow=True),
        Column("unit.owner_before", "plan.owner_now"),
        Column("change", "plan.owner_planned", "part", part="plan/change_cell.html"),
    )


def _unit(unit: Any) -> dict[str, Any]:
    return {"unit": unit, "key": unit.code, "url": reverse("customers:customer", args=[unit.code])}


def _tabs(request: Asked, only: str) -> list[Link]:
    return [
        Link(f"plan.only_{name or 'all'}", f"?only={name}" if name else request.path, name == only)
        for name in ("", *ONLY)
    ]


def _targets(view: PlanView, territory: str) -> list[tuple[str, str, str]]:
    rows = sorted(view.territories, key=lambda row: row.name)
    return [(row.code, row.name, row.owner) for row in rows if row.code != territory and not row.locked]
