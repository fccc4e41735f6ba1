"""Two divisions side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from jiuzhou.geo.maps import map_note
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import Message
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.divide.reads.difference import PRESENT, difference
from jiuzhou.web.divide.reads.picture import areas_of, present_areas
from jiuzhou.web.divide.reads.plans import choices, plan_board
from jiuzhou.web.divide.shapes import Difference, MetricRow, PersonChange, TerritoryChange
from jiuzhou.web.places.drawing import deviation_bar
from jiuzhou.web.places.plan.picture import picture_of
from jiuzhou.web.places.shapes import Badge, Column, Tone


class Figures(Column):
    """A column of figures that a part of its own writes."""

    __slots__ = ()

    @property
    def numeric(self) -> bool:
        """Whether the values stand at the right edge."""
        return True


METRIC_COLUMNS = (
    Column("title", "plan.metric"),
    Figures("before", "plan.before", "part", part="plan/figure_cell.html"),
    Figures("after", "plan.after", "part", part="plan/figure_cell.html"),
    Column("verdict", "plan.change", "part", part="plan/verdict_cell.html"),
)
PEOPLE_COLUMNS = (
    Column("person.name", "plan.person", "part", part="plan/person_cell.html"),
    Column("gives", "plan.gives", "change"),
    Column("gets", "plan.gets", "change"),
    Figures("key", "plan.key_change", "part", part="plan/key_cell.html"),
    Figures("load", "plan.load", "part", part="plan/load_cell.html"),
    Figures("person.revenue", "plan.revenue_change", "part", part="plan/money_cell.html", narrow=True),
)
REVIEW_COLUMNS = PEOPLE_COLUMNS[:-1]
"""What an approver sees of each person, beside the rest of the screen."""

FLOW_COLUMNS = (
    Column("source", "plan.from", "part", part="plan/flow_cell.html"),
    Column("target", "plan.to", "part", part="plan/flow_cell.html"),
    Column("customers", "plan.customers", "count"),
    Column("revenue", "plan.revenue_12m", "money"),
    Column("key_accounts", "plan.key_accounts", "count"),
)
KEY_COLUMNS = (
    Column("name", "plan.customer"),
    Column("source", "plan.from"),
    Column("target", "plan.to"),
    Column("revenue", "plan.revenue_12m", "money"),
)
TERRITORY_COLUMNS = (
    Column("row.name", "plan.territory", "part", part="plan/territory_cell.html"),
    Column("row.customers_before", "plan.customers_before", "count"),
    Column("row.customers_after", "plan.customers_after", "count"),
    Column("row.came", "plan.came", "change"),
    Column("went", "plan.went", "change"),
    Column("dumbbell", "plan.deviation_change", "part", part="plan/dumbbell.html"),
)
_TONES: dict[str, Tone] = {"better": "ok", "worse": "over"}
_SHOWN = 200
_FEW = 20
"""Flows shown until all are asked for."""


@dataclass(frozen=True, slots=True)
class Dumbbell:
    """Two deviations on one axis, in percent of its width: where it was, where it comes, and the band."""

    before: float | None
    after: float | None
    start: float
    length: float
    band_start: float
    band_length: float
    deviation_before: float | None
    deviation_after: float | None


@dataclass(frozen=True, slots=True)
class TerritoryLine:
    """One territory in the comparison."""

    row: TerritoryChange
    key: str
    name: str
    owner: str
    colour: int
    locked: bool
    went: int
    dumbbell: Dumbbell


@dataclass(frozen=True, slots=True)
class MetricLine:
    """One figure of the matrix; ``best`` says which side to set in bold."""

    title: Message
    kind: str
    before: float | None
    after: float | None
    change: float | None
    change_kind: str
    verdict: str
    badge: Badge | None
    best: str


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person in the list of those affected."""

    person: PersonChange
    gives: int
    gets: int
    kind: str


@door("plan.read")
def compare(request: Asked) -> HttpResponse:
    """Compare two divisions; without a choice, the present with the latest plan."""
    options = choices(request.actor)
    a, b = _chosen(request, [code for code, _, _ in options])
    context: dict[str, Any] = {"options": options, "a": a, "b": b, "present": PRESENT}
    if not b:
        return render(request, "plan/compare.html", context)
    found = difference(request.actor, a, b)
    everything = request.GET.get("all") == "1"
    lines = [territory_line(row) for row in found.territories if everything or row.changed]
    context |= {
        "found": found,
        "everything": everything,
        "metrics": metric_lines(found),
        "metric_columns": METRIC_COLUMNS,
        "territories": lines,
        "territory_columns": TERRITORY_COLUMNS,
        "people": people_lines(found),
        "people_columns": PEOPLE_COLUMNS,
        "flows": found.flows[: _SHOWN if everything else _FEW],
        "more_flows": max(0, len(found.flows) - _FEW) if not everything else 0,
        "flow_columns": FLOW_COLUMNS,
        "key_columns": KEY_COLUMNS,
        "unchanged": len(found.territories) - sum(row.changed for row in found.territories),
    }
    return render(request, "plan/compare.html", context)


@door("plan.read")
def compare_map(request: Asked) -> HttpResponse:
    """Return the map of one side of the comparison."""
    code, other = request.GET.get("plan", PRESENT), request.GET.get("with", "")
    shown = other if code == PRESENT else code
    if not shown:
        raise InputError("plan.choose_plan")
    view = plan_board(request.actor, shown)
    areas = present_areas(request.actor) if code == PRESENT else areas_of(request.actor, code)
    context = {
        "picture": picture_of(areas, view.territories),
        "head": view.head,
        "note": map_note(),
        "legend": (),
        "title": "plan.present" if code == PRESENT else view.head.name,
    }
    return render(request, "plan/map.html", context)


def metric_lines(found: Difference) -> list[MetricLine]:
    """Return the lines of the matrix."""
    return [_metric(row) for row in found.metrics]


def people_lines(found: Difference) -> list[PersonLine]:
    """Return those affected, those with the largest change first."""
    kind = found.measure.kind
    return [PersonLine(person, -person.gives, person.gets, kind) for person in found.people[:_SHOWN]]


def territory_line(row: TerritoryChange) -> TerritoryLine:
    """Return one territory of the comparison as its line shows it."""
    owner = row.owner_after or row.owner_before
    return TerritoryLine(row, row.code, row.name, owner, row.colour, False, -row.went, _dumbbell(row))


def _metric(row: MetricRow) -> MetricLine:
    best = {"better": "after", "worse": "before"}.get(row.verdict, "")
    badge = Badge(f"plan.verdict_{row.verdict}", _TONES.get(row.verdict, "")) if row.verdict else None
    change_kind = {"percent": "points", "money": "money", "number": "change"}.get(row.kind, "change")
    return MetricLine(row.title, row.kind, row.before, row.after, row.change, change_kind, row.verdict, badge, best)


def _dumbbell(row: TerritoryChange) -> Dumbbell:
    band = deviation_bar(0, row.band)
    one = _place(row.deviation_before)
    two = _place(row.deviation_after)
    low, high = min(one, two), max(one, two)
    both = row.deviation_before is not None and row.deviation_after is not None
    return Dumbbell(
        before=one if row.deviation_before is not None else None,
        after=two if row.deviation_after is not None else None,
        start=low,
        length=high - low if both else 0.0,
        band_start=band.band_start,
        band_length=band.band_length,
        deviation_before=row.deviation_before,
        deviation_after=row.deviation_after,
    )


def _place(deviation: float | None) -> float:
    bar = deviation_bar(deviation or 0.0, 0.05)
    return bar.start + (bar.length if (deviation or 0.0) > 0 else 0.0)


def _chosen(request: Asked, codes: list[str]) -> tuple[str, str]:
    b = request.GET.get("b", "")
    b = b if b in codes else next((code for code in codes), "")
    a = request.GET.get("a", PRESENT)
    return (a if a in codes and a != b else PRESENT), b
