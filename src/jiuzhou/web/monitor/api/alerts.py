"""Endpoints of alerts: what is off, and what is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from ninja import Query, Router
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.monitor import reads, shapes, writes
from jiuzhou.web.rest.schemas import Body, Id, IfMatch, Said, Shape

router = Router()

Note = Annotated[str, Field(max_length=writes.NOTE_LENGTH)]


class AlertLine(Shape):
    """Something that is off: why, since when, how far, and what may help."""

    id: int
    kind: str
    severity: str
    cause: Said
    action: Said
    since: date
    size: float
    value: float | None
    threshold: float | None
    territory: str
    territory_code: str
    owner: str
    owner_code: str
    customer_count: int
    state: str
    snoozed_until: date | None
    handled_by: str
    note: str
    version: int


class AlertList(Shape):
    """The alerts of one state, the most pressing first, and how many there are of each state."""

    alerts: list[AlertLine]
    counts: dict[str, int]


class AlertedCustomer(Shape):
    """A customer of an alert."""

    code: str
    name: str


class AlertDetail(Shape):
    """An alert with the customers of it that one may see; ``version`` is the alert's."""

    alert: AlertLine
    customers: list[AlertedCustomer]
    version: int


class Snoozing(Body):
    """For how many days an alert rests, and why."""

    days: Annotated[int, Field(ge=1, le=90)]
    note: Note = ""


class Handling(Body):
    """What was done about an alert."""

    note: Annotated[str, Field(min_length=1, max_length=writes.NOTE_LENGTH, pattern=r"\S")]


class Reopening(Body):
    """Why an alert is taken up again."""

    note: Note = ""


@router.get("/alerts", response=AlertList)
@endpoint("monitor.read")
def list_alerts(
    request: Asked,
    state: Literal["open", "snoozed", "handled"] = "open",
    territory: Annotated[str, Query("", max_length=64)] = "",
) -> Mapping[str, Any]:
    """Return the alerts of one state."""
    found = reads.read_alerts(request.actor, state=state, scope=shapes.Scope(territory=territory))
    return {"alerts": [line for _, group in found.groups for line in group], "counts": dict(found.counts)}


@router.get("/alerts/{alert}", response=AlertDetail)
@endpoint("monitor.read", noun="alert")
def read_alert(request: Asked, alert: Id) -> Mapping[str, Any]:
    """Return one alert."""
    return _detail(request, alert)


@router.post("/alerts/{alert}/snooze", response=AlertDetail)
@endpoint("alert.write", noun="alert")
def snooze_alert(request: Asked, alert: Id, body: Snoozing, version: IfMatch) -> Mapping[str, Any]:
    """Put an alert off for some days."""
    writes.snooze_alert(request.actor, alert_id=alert, version=version, days=body.days, note=body.note)
    return _detail(request, alert)


@router.post("/alerts/{alert}/handle", response=AlertDetail)
@endpoint("alert.write", noun="alert")
def handle_alert(request: Asked, alert: Id, body: Handling, version: IfMatch) -> Mapping[str, Any]:
    """Finish an alert, with what was done about it."""
    writes.handle_alert(request.actor, alert_id=alert, version=version, note=body.note)
    return _detail(request, alert)


@router.post("/alerts/{alert}/reopen", response=AlertDetail)
@endpoint("alert.write", noun="alert")
def reopen_alert(request: Asked, alert: Id, body: Reopening, version: IfMatch) -> Mapping[str, Any]:
    """Take an alert up again."""
    writes.reopen_alert(request.actor, alert_id=alert, version=version, note=body.note)
    return _detail(request, alert)


def _detail(request: Asked, alert: int) -> Mapping[str, Any]:
    # Sentences get their language when the answer is written, so the parts are handed on as they are.
    page = reads.read_alert(request.actor, alert)
    named = [{"code": code, "name": name} for code, name in page.customers]
    return {"alert": page.line, "customers": named, "version": page.line.version}
