"""Figures and alerts of what an actor may see; each page calls one of these."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.utils import timezone

from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.tallies import tallied
from jiuzhou.web.monitor import customers
from jiuzhou.web.monitor.alerting import by_weight, line_of, named_in, state_on
from jiuzhou.web.monitor.customers import AT_RISK, MEASURES, YEAR_DAYS, Cell
from jiuzhou.web.monitor.figures import DEVIATION, METRICS, Reading, Readings
from jiuzhou.web.monitor.ground import HEADLINES, Day, Ground
from jiuzhou.web.monitor.shapes import (
    AlertLine,
    AlertPage,
    Alerts,
    Breakdown,
    Indicators,
    Leaving,
    Overview,
    ProvinceLine,
    Scope,
    TerritoryLine,
    TerritoryPage,
)
from jiuzhou.web.monitor.tree import Node, Tree
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Action, Alert, Customer, Indicator, PlanTerritory, RegionScore, Target, Territory
from jiuzhou.web.store.present import with_present_owner
from jiuzhou.web.store.today import working_day

TOLERANCE = 0.05
_ACTIVITY = "workload"
ALERT_STATES = ("open", "snoozed", "handled")
_LEAVING_WITHIN = timedelta(days=60)
_RANKED = 11
_SHOWN_ALERTS = 3
_NUMBER = 2


def read_overview(actor: Actor, scope: Scope, *, measure: str = "revenue") -> Overview:
    """
    Return the first page: five figures, the map's ``measure``, the territories furthest from target, what presses.

    Raises
    ------
    NotFoundError
        If the scope names a territory or a province that is not there for this actor.
    """
    ground = _ground(actor, scope, metrics=(*HEADLINES, "visits", "active_customers", DEVIATION))
    frame = ground.frame()
    far = sorted(ground.lines("sales"), key=lambda line: (-abs(line.deviation or 0), line.node.name))
    alerts, number = _pressing(actor, ground) if actor.may("monitor.read") else ((), 0)
    return Overview(
        frame=frame,
        figures=ground.headlines(),
        ranked=tuple(far[:_RANKED]),
        provinces=_provinces(actor, ground, measure),
        trend=ground.readings.trend("sales", ground.leaves),
        alerts=alerts,
        alert_count=number,
        leaving=_leaving(ground, frame.today) if actor.may("team.read") else (),
        gaps=customers.gaps(ground.of_scope),
        late_actions=0 if actor.may("monitor.read") else _late_actions(actor, ground, frame.today),
    )


def read_indicators(actor: Actor, scope: Scope) -> Indicators:
    """Return every figure of the scope, in its period."""
    ground = _ground(actor, replace(scope, region=""))
    return Indicators(ground.frame(), ground.all_figures())


def read_breakdown(actor: Actor, metric: str, scope: Scope) -> Breakdown:
    """
    Return one indicator, territory by territory, the largest first.

    Raises
    ------
    NotFoundError
        If there is no such indicator.
    """
    if metric not in METRICS:
        raise NotFoundError
    rule = METRICS[metric]
    ground = _ground(actor, replace(scope, region=""), metrics=(metric, rule.part, rule.weight, DEVIATION))
    figure = ground.figure(metric)
    ground.period = figure.period or ground.period
    lines = sorted(ground.lines(metric), key=lambda line: (line.value is None, -(line.value or 0), line.node.name))
    return Breakdown(ground.frame(), figure, tuple(lines), ground.readings.trend(metric, ground.leaves))


def read_territory(actor: Actor, code: str, period: str = "") -> TerritoryPage:
    """Return one territory's page."""
    ground = _ground(actor, Scope(territory=code, period=period))
    node = ground.path[-1]
    heads, off = customers.by_territory(ground.cells), ground.deviations
    below = [
        TerritoryLine(
            child, sum(heads.get(place, 0) for place in ground.tree.below(child.id)), None, None, off.get(child.id)
        )
        for child in ground.tree.children(node.id)
    ]
    targets = visible_to(actor, Target).filter(territory=node.id, metric="revenue").order_by("period")
    rows = _alerts_in(actor, ground).filter(state="open")
    return TerritoryPage(
        frame=ground.frame(),
        node=node,
        figures=ground.all_figures(),
        trend=ground.readings.trend("sales", ground.leaves),
        alerts=_lines(actor, rows, names={}),
        below=tuple(below),
        deviation=off.get(node.id),
        targets=tuple((target.period, Decimal(str(target.value))) for target in targets),
    )


def read_alerts(actor: Actor, *, state: str = "open", scope: Scope | None = None) -> Alerts:
    """
    Return the alerts of one state by kind, the kind with the most pressing first.

    An alert whose rest is over counts as open again.
    """
    tree, as_of, _ = _tree(actor)
    node = tree.find(scope.territory) if scope and scope.territory else None
    if scope and scope.territory and node is None:
        raise NotFoundError
    today = working_day(as_of, now=timezone.now(), zone=actor.zone)
    rows = visible_to(actor, Alert)
    if node is not None:
        rows = rows.filter(territory__in=tree.below(node.id))
    lines = by_weight(_lines(actor, rows))
    held: dict[str, list[AlertLine]] = {name: [] for name in ALERT_STATES}
    for line in lines:
        held.setdefault(state_on(line, today), []).append(line)
    groups: dict[str, list[AlertLine]] = {}
    for line in held.get(state, []):
        groups.setdefault(line.kind, []).append(line)
    return Alerts(
        groups=tuple((kind, tuple(found)) for kind, found in groups.items()),
        counts={name: len(found) for name, found in held.items()},
        today=today,
        as_of=as_of,
        scope=tree.path(node.id) if node else (),
        tree=tree,
    )


def read_alert(actor: Actor, alert_id: int) -> AlertPage:
    """
    Return one alert, with those of its customers that the actor may see.

    Raises
    ------
    NotFoundError
        If there is none for this actor.
    """
    alert = one_visible(actor, Alert, pk=alert_id)
    rows = visible_to(actor, Customer).filter(code__in=alert.customers).values_list("code", "name")
    names = dict(rows)
    line = _lines(actor, visible_to(actor, Alert).filter(pk=alert.pk), names=names)[0]
    listed = tuple((code, names[code]) for code in alert.customers if code in names)
    as_of = alert.organisation.as_of
    return AlertPage(line, listed, working_day(as_of, now=timezone.now(), zone=actor.zone))


def _ground(actor: Actor, scope: Scope, *, metrics: Collection[str] | None = None) -> Ground:
    tree, as_of, tolerance = _tree(actor)
    today = working_day(as_of, now=timezone.now(), zone=actor.zone)
    readings = Readings(_readings(actor, tree, metrics))
    counted = tallied(actor, "cells", partial(count_cells, actor))
    cells = [Cell(*row) for row in counted.rows]
    return Ground(scope, tree, readings, cells, Day(as_of, today, counted.at), tolerance=tolerance)


def _tree(actor: Actor) -> tuple[Tree, date | None, float]:
    rows = visible_to(actor, Territory).filter(valid_to__isnull=True)
    names = ("pk", "code", "name", "parent_id", "colour", "owner__code", "owner__name", "owner__active_to")
    planned = visible_to(actor, PlanTerritory).filter(plan=actor.plan_in_force, standing=OuterRef("pk"))
    rows = rows.annotate(planned=Subquery(planned.values("deviation")[:1]))
    as_of: date | None = None
    tolerance = TOLERANCE
    nodes = []
    for row in rows.values(*names, "planned", "organisation__as_of", "organisation__plan_in_force__activities"):
        as_of = row["organisation__as_of"]
        tolerance = _tolerance(row["organisation__plan_in_force__activities"])
        nodes.append(_node(row))
    return Tree.of(nodes), as_of, tolerance


def _node(row: Mapping[str, Any]) -> Node:
    return Node(
        id=row["pk"],
        code=row["code"],
        name=row["name"],
        parent_id=row["parent_id"],
        owner_code=row["owner__code"] or "",
        owner=row["owner__name"] or "",
        owner_until=row["owner__active_to"],
        colour=row["colour"],
        deviation=(row["planned"] or {}).get(_ACTIVITY),
    )


def _tolerance(activities: Any) -> float:
    first: dict[str, Any] = next((item for item in activities or () if item.get("key") == _ACTIVITY), {})
    return float(first.get("tolerance") or TOLERANCE)


def _readings(actor: Actor, tree: Tree, metrics: Collection[str] | None) -> Iterable[Reading]:
    rows = visible_to(actor, Indicator).filter(territory__in=list(tree.nodes))
    if metrics is not None:
        rows = rows.filter(metric__in=[metric for metric in metrics if metric])
    names = ("territory_id", "period", "metric", "value", "baseline", "complete", "metric_version")
    return (Reading(*row) for row in rows.values_list(*names))


def count_cells(actor: Actor) -> tuple[int, list[Any]]:
    """Return how many customers the actor sees, and their figures where each province and territory meet."""
    seen = with_present_owner(visible_to(actor, Customer), settling=actor.settling)
    rows = seen.annotate(place=F("territory_now")).values("province", "place").order_by()
    lost = Case(When(scores__churn_risk__gte=AT_RISK, then="scores__revenue_12m"))
    found = rows.annotate(
        number=Count("pk"),
        revenue=Sum("scores__revenue_12m"),
        potential=Sum("scores__potential"),
        buyers=Count("pk", filter=Q(scores__recency_days__lt=YEAR_DAYS)),
        promoters=Count("pk", filter=Q(scores__nps_group="promoter")),
        detractors=Count("pk", filter=Q(scores__nps_group="detractor")),
        answered=Count("pk", filter=Q(scores__nps_group__gt="")),
        at_risk=Sum(lost),
        unplaced=Count("pk", filter=Q(lat__isnull=True)),
        unowned=Sum(Case(When(owner_now__isnull=True, pool="", then=1), default=0, output_field=IntegerField())),
    )
    cells = [astuple(_cell(row)) for row in found]
    return sum(cell[_NUMBER] for cell in cells), [list(cell) for cell in cells]


def _cell(row: Mapping[str, Any]) -> Cell:
    return Cell(
        province=row["province"],
        territory_id=row["place"],
        customers=row["number"],
        revenue=float(row["revenue"] or 0),
        potential=float(row["potential"] or 0),
        buyers=row["buyers"],
        promoters=row["promoters"],
        detractors=row["detractors"],
        answered=row["answered"],
        at_risk=float(row["at_risk"] or 0),
        unplaced=row["unplaced"],
        unowned=row["unowned"] or 0,
    )


def _provinces(actor: Actor, ground: Ground, measure: str) -> tuple[ProvinceLine, ...]:
    if measure in MEASURES:
        return customers.by_province(ground.of_territory, measure)
    if measure != "growth" or ground.path:
        return ()
    rows = visible_to(actor, RegionScore).filter(level="province").order_by("region_code")
    return tuple(ProvinceLine(*row) for row in rows.values_list("region_code", "customers", "growth"))


def _leaving(ground: Ground, today: date) -> tuple[Leaving, ...]:
    soon = [
        Leaving(node.owner_code, node.owner, node.owner_until, node.name)
        for node in (ground.tree.nodes[place] for place in ground.places)
        if node.owner_until is not None and node.owner_until <= today + _LEAVING_WITHIN
    ]
    return tuple(sorted(soon, key=lambda item: (item.until, item.code)))


def _late_actions(actor: Actor, ground: Ground, today: date) -> int:
    rows = visible_to(actor, Action).filter(state="open", due_on__lt=today)
    if ground.region:
        rows = rows.filter(customer__province=ground.region[:2])
    return rows.count()


def _alerts_in(actor: Actor, ground: Ground) -> QuerySet[Alert]:
    rows = visible_to(actor, Alert)
    if ground.below is not None:
        rows = rows.filter(territory__in=ground.below)
    if ground.region:
        rows = rows.filter(territory__in=ground.places)
    return rows


def _pressing(actor: Actor, ground: Ground) -> tuple[tuple[AlertLine, ...], int]:
    today = ground.day.today
    lines = [line for line in _lines(actor, _alerts_in(actor, ground), names={}) if state_on(line, today) == "open"]
    return by_weight(lines)[:_SHOWN_ALERTS], len(lines)


def _lines(actor: Actor, rows: QuerySet[Alert], *, names: Mapping[str, str] | None = None) -> tuple[AlertLine, ...]:
    alerts = list(rows.select_related("territory", "owner", "handled_by").order_by("-size", "id"))
    if names is None:
        codes = {code for alert in alerts for code in named_in(alert.action)}
        seen = visible_to(actor, Customer).filter(code__in=codes).values_list("code", "name") if codes else ()
        names = dict(seen)
    return tuple(line_of(alert, names) for alert in alerts)
