"""What needs somebody, and how the indicators run."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.adapters.report.blocks import Column, Figure, Line, Notes, Section, Table
from jiuzhou.adapters.report.rows import label, names, spoken
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import say
from jiuzhou.kernel.plan import Plan

_ALERTS = 20
_MONTHS = 12
_ADDS_UP = ("sales", "visits", "new_customers", "active_customers", "complaints")
_MONEY = ("sales",)


def monitor_section(book: Book, plan: Plan, watch: Any) -> Section:
    """Return the section of monitor; ``watch`` has ``alerts``, table ``indicators`` and perhaps ``notes``."""
    alerts = watch.alerts
    high = sum(alert.severity.value == "high" for alert in alerts)
    notes = Notes(say("report.notes"), tuple(getattr(watch, "notes", ())))
    return Section(
        "monitor",
        say("report.monitor_headline", alerts=len(alerts), high=high),
        Figure(say("report.monitor_figure"), len(alerts)),
        (
            _alerts(book, plan, alerts),
            _indicators(book, watch.indicators),
            *((notes,) if notes.items else ()),
        ),
        (say("report.monitor_how_alerts"), say("report.monitor_how_indicators")),
    )


def _alerts(book: Book, plan: Plan, alerts: tuple[Any, ...]) -> Table:
    columns = (
        Column(say("report.severity")),
        Column(say("report.alert")),
        Column(say("report.territory")),
        Column(say("report.owner")),
        Column(say("report.since"), "day"),
        Column(say("report.cause"), "words"),
        Column(say("report.proposed"), "words"),
    )
    places = {territory.id: territory.name for territory in plan.territories}
    shown = alerts[:_ALERTS]
    owners = names(book, "owners", (alert.owner_id for alert in shown))
    rows = tuple(
        (
            label("severity", alert.severity.value),
            label("alert", alert.code),
            places.get(alert.where) if alert.where else say("report.whole_company"),
            owners.get(alert.owner_id or ""),
            alert.since,
            spoken(book, alert.cause),
            spoken(book, alert.action),
        )
        for alert in shown
    )
    return Table(say("report.alerts_title"), columns, rows, len(alerts) - len(shown), say("report.no_alerts"))


def _indicators(book: Book, table: pa.Table) -> Table:
    columns = (
        Column(say("report.indicator")),
        Column(say("report.last_month")),
        Column(say("report.value"), "right"),
        Column(say("report.year_before"), "right"),
        Column(say("report.change"), "signed"),
        Column(say("report.course", months=_MONTHS), "line"),
    )
    months = table.filter(pc.and_(pc.match_substring_regex(table["period"], r"^\d{4}-\d{2}$"), table["complete"]))
    groups = months.group_by(["metric", "period"]).aggregate(
        [("value", "sum"), ("baseline", "sum"), ("baseline", "count"), ("value", "count")]
    )
    course: dict[str, dict[str, tuple[float | None, float | None]]] = {}
    for row in groups.to_pylist():
        if row["metric"] in _ADDS_UP:
            course.setdefault(row["metric"], {})[row["period"]] = (
                row["value_sum"],
                row["baseline_sum"] if row["baseline_count"] == row["value_count"] else None,
            )
    rows = []
    for metric in (name for name in _ADDS_UP if name in course):
        periods = sorted(course[metric])[-_MONTHS:]
        value, before = course[metric][periods[-1]]
        unit = "money" if metric in _MONEY else "count"
        change = value / before - 1 if value is not None and before else None
        line = Line(tuple(course[metric][period][0] for period in periods))
        told = tuple(None if one is None else say(f"report.figure_{unit}", x=one) for one in (value, before))
        rows.append((label("indicator", metric), periods[-1], *told, change, line))
    return Table(say("report.indicators_title"), columns, tuple(rows), 0, say("report.no_indicators"))
