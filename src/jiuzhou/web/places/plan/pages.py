"""The list of plans and the page of one: figures, map, territories, rules, remarks, history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jiuzhou.geo.maps import map_note
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.divide.figures import Activity
from jiuzhou.web.divide.reads.picture import areas_of
from jiuzhou.web.divide.reads.plans import count_by_state, list_plans, plan_board, plan_view
from jiuzhou.web.divide.shapes import UNASSIGNED, PlanHead, PlanRow, PlanView, TerritoryRow
from jiuzhou.web.paging import leaf_of
from jiuzhou.web.places.plan.picture import picture_of
from jiuzhou.web.places.shapes import Badge, Column, Deviation, Fact, Link, Tone

STATE_TONES: dict[str, Tone] = {"review": "warn", "returned": "danger", "approved": "accent", "active": "ok"}
_TABS: dict[str, tuple[str, ...]] = {
    "": (),
    "open": ("draft", "returned"),
    "review": ("review", "approved"),
    "active": ("active",),
    "archived": ("archived",),
}
_COLUMNS = (
    Column("row.name", "plan.name"),
    Column("state", "plan.state", "badge"),
    Column("deviation", "plan.largest_deviation", "percent"),
    Column("row.out_of_band", "plan.out_of_band", "count", narrow=True),
    Column("row.handover_customers", "plan.handover", "count"),
    Column("row.handover_share", "plan.handover_share", "percent", narrow=True),
    Column("row.effective_on", "plan.effective_on", "day"),
    Column("row.base", "plan.base", narrow=True),
    Column("row.by", "plan.by", narrow=True),
    Column("row.at", "plan.made", "moment", narrow=True),
)


@dataclass(frozen=True, slots=True)
class _Listed:
    row: PlanRow
    state: Badge
    deviation: float | None
    url: str


@dataclass(frozen=True, slots=True)
class TerritoryLine:
    """One line of the territory table; the line of the unassigned has no colour, target and deviation."""

    key: str
    name: str
    owner: str
    colour: int | None
    locked: bool
    customers: int
    value: float | None
    deviation: Deviation | None
    url: str


@door("plan.open")
def index(request: Asked) -> HttpResponse:
    """List the plans, and offer to begin a new one."""
    tab = request.GET.get("state", "")
    tab = tab if tab in _TABS else ""
    page = list_plans(request.actor, states=_TABS[tab], cursor=request.GET.get("after") or request.GET.get("before"))
    number = count_by_state(request.actor)
    tabs = [
        Link(f"plan.tab_{name or 'all'}", f"?state={name}" if name else request.path, name == tab, _count(name, number))
        for name in _TABS
    ]
    context = {
        "columns": _COLUMNS,
        "rows": [_listed(row) for row in page.items],
        "tabs": tabs,
        "page": page,
        "may_write": request.actor.may("plan.write"),
        "in_force": request.actor.plan_in_force is not None,
        "plans": sum(number.values()),
    }
    return render(request, "plan/index.html", context)


@door("plan.read", "GET", noun="plan")
def plan_page(request: Asked, plan: str) -> HttpResponse:
    """Show one plan."""
    view = plan_view(request.actor, plan)
    board = _board(view, start=request.GET.get("start", ""), may_answer=request.actor.may("plan.write"))
    return render(request, "plan/plan.html", {**frame_of(view.head), **board})


@door("plan.read", "GET", noun="plan")
def plan_map(request: Asked, plan: str) -> HttpResponse:
    """Return the map of one plan, a part of its page."""
    view = plan_board(request.actor, plan)
    areas = areas_of(request.actor, plan)
    context = {
        "picture": picture_of(areas, view.territories),
        "head": view.head,
        "note": map_note(),
        "legend": sorted(view.territories, key=lambda row: row.name)[:24],
    }
    return render(request, "plan/map.html", context)


def frame_of(head: PlanHead) -> dict[str, Any]:
    """Return what every page of one plan shows around its own content."""
    return {
        "head": head,
        "state": state_badge(head.state),
        "url": reverse("plan:plan", args=[head.code]),
        "step": main_step(head),
    }


def state_badge(state: str) -> Badge:
    """Return a plan's state as a badge."""
    return Badge(f"plan.state_{state}", STATE_TONES.get(state, ""))


def main_step(head: PlanHead) -> str:
    """Return the one step that the page offers first."""
    order = ("approve", "publish", "submit", "roll_back", "fork")
    if head.overtaken and head.may("fork"):
        return "fork"
    return next((step for step in order if head.may(step)), "")


def territory_lines(view: PlanView) -> list[TerritoryLine]:
    """Return the lines of the territory table, those without a territory first."""
    head = view.head
    first = TerritoryLine(
        key=UNASSIGNED,
        name="plan.unassigned",
        owner="",
        colour=None,
        locked=False,
        customers=view.unassigned,
        value=None,
        deviation=None,
        url=reverse("plan:territory", args=[head.code, UNASSIGNED]),
    )
    return [first, *(_line(row, head) for row in view.territories)]


def territory_columns(measure: Activity) -> tuple[Column, ...]:
    """Return the columns of the territory table."""
    unit = {"hours": "plan.unit_hours"}.get(measure.unit, "")
    value = Column("value", measure.title, _kind(measure), unit=unit, note="plan.note_value")
    return (
        Column("name", "plan.territory", "part", part="plan/territory_cell.html"),
        Column("customers", "plan.customers", "count"),
        value,
        Column("deviation", "plan.deviation", "deviation", note="plan.note_deviation"),
    )


def facts_of(head: PlanHead) -> list[Fact]:
    """Return where a plan came from and what became of it."""
    told: list[tuple[str, Any, str]] = [
        ("plan.base", head.base_name or say("plan.no_base"), "text"),
        ("plan.by", head.created_by, "text"),
        ("plan.made", head.created_at, "moment"),
        ("plan.effective_on", head.effective_on, "day"),
        ("plan.submitted_by", head.submitted_by, "text"),
        ("plan.approved_by", head.approved_by, "text"),
        ("plan.activated_at", head.activated_at, "moment"),
        ("plan.archived_at", head.archived_at, "moment"),
    ]
    return [Fact(label, value, kind) for label, value, kind in told if value]  # type: ignore[arg-type]


def _board(view: PlanView, *, start: str, may_answer: bool) -> dict[str, Any]:
    head = view.head
    leaf = leaf_of(territory_lines(view), start)
    return {
        "view": view,
        "leaf": leaf,
        "lines": leaf.rows,
        "columns": territory_columns(head.measure),
        "facts": facts_of(head),
        "band": head.measure.tolerance,
        "handover": _handover(head),
        "total": _total(view),
        "outside": say("plan.of_territories", n=len(view.territories)),
        "may_answer": may_answer,
    }


def _total(view: PlanView) -> dict[str, Any]:
    rows = view.territories
    return {
        "name": None,
        "customers": sum(row.customers for row in rows) + view.unassigned,
        "value": sum(row.value for row in rows),
        "deviation": None,
    }


def _handover(head: PlanHead) -> Message | str:
    share = head.figures.get("handover_share")
    return say("plan.share_of_owned", share=share) if share is not None else ""


def _line(row: TerritoryRow, head: PlanHead) -> TerritoryLine:
    return TerritoryLine(
        key=row.code,
        name=row.name,
        owner=row.owner,
        colour=row.colour,
        locked=row.locked,
        customers=row.customers,
        value=row.value,
        deviation=Deviation(row.deviation, row.band, row.tip),
        url=reverse("plan:territory", args=[head.code, row.code]),
    )


def _kind(measure: Activity) -> Any:
    # The unit stands in the heading, and tenths of an hour tell nobody anything.
    return "count" if measure.kind in ("hours", "number") else measure.kind


def _listed(row: PlanRow) -> _Listed:
    badge = Badge("plan.in_force", "ok") if row.in_force else state_badge(row.state)
    return _Listed(row, badge, row.deviation, reverse("plan:plan", args=[row.code]))


def _count(tab: str, number: dict[str, int]) -> int | None:
    return sum(number.get(state, 0) for state in _TABS[tab]) if tab else sum(number.values())
