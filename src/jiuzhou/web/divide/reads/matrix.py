"""Figures of two divisions in one order, each with what is better: more, less, or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.divide.figures import Activity
from jiuzhou.web.divide.shapes import MetricRow

_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class _Figure:
    key: str
    kind: str
    good: str = "down"


_AFTER = (
    _Figure("out_of_band", "count"),
    _Figure("in_pieces", "count"),
    _Figure("empty", "count"),
    _Figure("unassigned", "count"),
    _Figure("mean_distance_km", "number"),
    _Figure("handover_customers", "count"),
    _Figure("handover_share", "percent"),
    _Figure("handover_revenue", "money"),
    _Figure("handover_key_accounts", "count"),
    _Figure("handover_open_deals", "count"),
)


def metric_rows(
    before: Mapping[str, float], after: Mapping[str, float], activities: Sequence[Activity]
) -> tuple[MetricRow, ...]:
    """Return the figures that at least one side has: balance first, then soundness, then what changes hands."""
    rows = []
    for activity in activities:
        measure = Message(activity.title) if activity.title.startswith("plan.") else activity.title
        for name in ("max_deviation", "cv"):
            figure = _Figure(f"{name}_{activity.key}", "percent")
            rows.append(_row(figure, say(f"plan.metric_{name}", measure=measure), before, after))
    rows += [_row(figure, say(f"plan.metric_{figure.key}"), before, after) for figure in _AFTER]
    return tuple(row for row in rows if row.before is not None or row.after is not None)


def _row(figure: _Figure, title: Message, before: Mapping[str, float], after: Mapping[str, float]) -> MetricRow:
    old, new = before.get(figure.key), after.get(figure.key)
    change = new - old if old is not None and new is not None else None
    return MetricRow(title, figure.kind, old, new, change, _verdict(change, figure.good))


def _verdict(change: float | None, good: str) -> str:
    if change is None:
        return ""
    if abs(change) < _SAME:
        return "same"
    return "better" if (change < 0) == (good == "down") else "worse"
