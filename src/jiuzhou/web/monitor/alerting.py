"""Alerts in words and in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from jiuzhou.kernel.message import Message, message_of, say
from jiuzhou.web.monitor.shapes import AlertLine

if TYPE_CHECKING:
    from jiuzhou.web.store.models import Alert


def state_on(line: AlertLine, today: date) -> str:
    """Return an alert's state on a day: a rest that is over is none."""
    over = line.state == "snoozed" and line.snoozed_until is not None and line.snoozed_until <= today
    return "open" if over else line.state


def by_weight(lines: Iterable[AlertLine]) -> tuple[AlertLine, ...]:
    """Return the alerts with the most pressing first, then by size."""
    order = {"high": 0, "medium": 1, "low": 2}
    return tuple(sorted(lines, key=lambda line: (order.get(line.severity, 3), -line.size, line.id)))


def named_in(stored: Mapping[str, Any]) -> Sequence[str]:
    """Return the codes of the customers that a stored message names."""
    found = (stored or {}).get("params", {}).get("names", ())
    return [code for code in found if isinstance(code, str)] if isinstance(found, list) else ()


def line_of(alert: Alert, names: Mapping[str, str]) -> AlertLine:
    """Return an alert as a list shows it, its customers by their ``names`` as far as those are known."""
    return AlertLine(
        id=alert.pk,
        kind=alert.kind,
        severity=alert.severity,
        cause=_told(alert.cause, names),
        action=_told(alert.action, names),
        since=alert.since,
        size=alert.size,
        value=alert.value,
        threshold=alert.threshold,
        territory=alert.territory.name if alert.territory else "",
        territory_code=alert.territory.code if alert.territory else "",
        owner=alert.owner.name if alert.owner else "",
        owner_code=alert.owner.code if alert.owner else "",
        customer_count=alert.customer_count,
        state=alert.state,
        snoozed_until=alert.snoozed_until,
        handled_by=alert.handled_by.name if alert.handled_by else "",
        note=alert.note,
        version=alert.version,
    )


def _told(stored: Mapping[str, Any], names: Mapping[str, str]) -> Message:
    if not stored:
        return say("watching.no_text")
    message = message_of(stored)
    listed = message.params.get("names")
    if not isinstance(listed, tuple):
        return message
    return replace(message, params={**message.params, "names": tuple(names.get(str(c)) or c for c in listed)})
