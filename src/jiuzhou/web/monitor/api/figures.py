"""Endpoints of figures: the first page, every figure of a scope, one of them by territory, one territory."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Query, Router
from pydantic import BeforeValidator, Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.monitor import reads, shapes
from jiuzhou.web.monitor.api.alerts import AlertLine
from jiuzhou.web.rest.schemas import Code, Filters, Shape

router = Router()

Metric = Literal[
    "sales",
    "attainment",
    "coverage",
    "visits",
    "retention",
    "new_customers",
    "active_customers",
    "market_share",
    "overdue",
    "complaints",
    "complaint_hours",
    "csat",
    "nps",
]
Measure = Literal["revenue", "potential", "customers", "penetration", "nps", "at_risk", "growth"]


class MonitoredFigure(Shape):
    """One figure with what it is compared to; ``known`` of ``of`` territories have it."""

    code: str
    value: float | None
    period: str
    before: float | None
    before_period: str
    series: list[float | None]
    known: int
    of: int
    version: int
    complete: bool


class Figures(Shape):
    """The figures of a scope."""

    figures: list[MonitoredFigure]


class MonthlyTrend(Shape):
    """Months, the figure in each, and the same a year earlier."""

    months: list[str]
    values: list[float | None]
    before: list[float | None]


class TreePlace(Shape):
    """A territory of the tree; ``deviation`` is that of its workload in the plan in force."""

    code: str
    name: str
    owner: str
    owner_code: str
    deviation: float | None


class TerritoryFigure(Shape):
    """One figure of one territory."""

    node: TreePlace
    customers: int
    value: float | None
    before: float | None
    deviation: float | None
    series: list[float | None]


class FiguresByTerritory(Shape):
    """One figure of a scope, and of each territory in it, the largest first."""

    figure: MonitoredFigure
    lines: list[TerritoryFigure]
    trend: MonthlyTrend


def _target(pair: Any) -> Any:
    return {"period": pair[0], "value": pair[1]} if isinstance(pair, tuple) else pair


class RevenueTarget(Shape):
    """The revenue that a territory should reach in a period."""

    period: str
    value: Decimal


class TerritoryDetail(Shape):
    """One territory: its figures, its sales over time, its open alerts, what lies below it, its targets."""

    node: TreePlace
    figures: list[MonitoredFigure]
    trend: MonthlyTrend
    alerts: list[AlertLine]
    below: list[TerritoryFigure]
    deviation: float | None
    targets: list[Annotated[RevenueTarget, BeforeValidator(_target)]]


class ProvinceFigure(Shape):
    """A province: one's customers there, and the figure of the map."""

    code: str
    customers: int
    value: float | None


class LeavingOwner(Shape):
    """An owner with a territory whose time ends, or has ended."""

    code: str
    name: str
    until: date
    territory: str


class DataGaps(Shape):
    """Customers without a place, and without anybody who has them."""

    unplaced: int
    unowned: int


class OverviewPage(Shape):
    """What the first page shows: the headline figures, the map, the territories furthest from target, what presses."""

    figures: list[MonitoredFigure]
    ranked: list[TerritoryFigure]
    provinces: list[ProvinceFigure]
    trend: MonthlyTrend
    alerts: list[AlertLine]
    alert_count: int
    leaving: list[LeavingOwner]
    gaps: DataGaps
    late_actions: int


class ScopeFilters(Filters):
    """Where and when: a territory's code and a period such as ``2026-Q2``; everything one may see without."""

    territory: Annotated[str, Field(max_length=64)] = ""
    period: Annotated[str, Field(max_length=10)] = ""

    def scope(self) -> shapes.Scope:
        """Return the same as the reads take it."""
        return shapes.Scope(territory=self.territory, period=self.period)


class OverviewFilters(ScopeFilters):
    """Where and when, and what the map shows."""

    region: Annotated[str, Field(max_length=6)] = ""
    measure: Measure = "revenue"


class BreakdownFilters(ScopeFilters):
    """Which figure, where and when."""

    metric: Metric = "sales"


@router.get("/overview", response=OverviewPage)
@endpoint("overview.open")
def read_overview(request: Asked, filters: Annotated[OverviewFilters, Query()]) -> shapes.Overview:
    """Return the first page; ``region`` is the adcode of a province."""
    scope = shapes.Scope(territory=filters.territory, region=filters.region, period=filters.period)
    return reads.read_overview(request.actor, scope, measure=filters.measure)


@router.get("/indicators", response=Figures)
@endpoint("overview.open")
def list_indicators(request: Asked, filters: Annotated[ScopeFilters, Query()]) -> shapes.Indicators:
    """Return every figure of a territory, or of all that one may see."""
    return reads.read_indicators(request.actor, filters.scope())


@router.get("/indicators/by-territory", response=FiguresByTerritory)
@endpoint("monitor.read")
def read_breakdown(request: Asked, filters: Annotated[BreakdownFilters, Query()]) -> shapes.Breakdown:
    """Return one figure, territory by territory."""
    return reads.read_breakdown(request.actor, filters.metric, filters.scope())


@router.get("/territories/{territory}", response=TerritoryDetail)
@endpoint("monitor.read", noun="territory")
def read_territory(
    request: Asked, territory: Code, period: Annotated[str, Query("", max_length=10)] = ""
) -> shapes.TerritoryPage:
    """Return one territory."""
    return reads.read_territory(request.actor, territory, period)
