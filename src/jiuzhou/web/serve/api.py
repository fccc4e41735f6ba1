"""Endpoints of service: the work of today, and what is done with visits and next actions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Query, Router
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.rest.schemas import Body, Cursor, Day, Filters, Id, IfMatch, Said, Shape
from jiuzhou.web.serve import reads, shapes, writes

router = Router()

Note = Annotated[str, Field(max_length=writes.NOTE_LENGTH)]
Reason = Annotated[str, Field(min_length=1, max_length=writes.NOTE_LENGTH, pattern=r"\S")]


class PlannedVisit(Shape):
    """A planned visit."""

    id: int
    customer: str
    customer_code: str
    place: str
    tier: str
    owner: str
    planned_on: date
    days_late: int
    reason: Said
    state: str
    note: str
    version: int


class NextAction(Shape):
    """What a customer should get next; ``days_late`` is 0 for one that is not late."""

    id: int
    customer: str
    customer_code: str
    place: str
    tier: str
    owner: str
    kind: str
    reason: Said
    due_on: date | None
    days_late: int
    value: Decimal | None
    state: str
    note: str
    version: int


class TodaysWork(Shape):
    """The open work: the visits of this week, and a page of next actions, the most pressing first."""

    today: date
    as_of: date | None
    visits: list[PlannedVisit]
    actions: list[NextAction]
    next: str | None
    previous: str | None
    counts: dict[str, int]
    kinds: dict[str, int]
    stake: Decimal


class OwnersWork(Shape):
    """The open work of one owner; ``stake`` is what is at stake in its next actions."""

    code: str
    name: str
    late_visits: int
    visits_today: int
    visits_week: int
    late_actions: int
    actions: int
    stake: Decimal
    done_week: int


class TeamsWork(Shape):
    """The open work of everybody whom one may see, the latest first, and all of it together."""

    today: date
    as_of: date | None
    lines: list[OwnersWork]
    total: OwnersWork


class WorkFilters(Filters):
    """Whose work, of what kind, due when."""

    owner: Annotated[str, Field(max_length=64)] = ""
    kind: Annotated[str, Field(max_length=40)] = ""
    when: Literal["", "late", "today", "week", "later"] = ""


class TaskDone(Body):
    """That it was done, and how it went."""

    note: Note = ""


class VisitMade(TaskDone):
    """That a visit was made, how long it took and how it went."""

    minutes: Annotated[int, Field(ge=1, le=writes.LONGEST_VISIT)] | None = None


class TaskLeft(Body):
    """That it is left out, and why."""

    note: Reason


class OtherDay(Body):
    """Another day."""

    to: Day


@router.get("/service/today", response=TodaysWork)
@endpoint("action.read")
def read_today(request: Asked, filters: Annotated[WorkFilters, Query()], cursor: Cursor = None) -> shapes.Today:
    """Return the work that waits: one's own, or that of all whom one may see."""
    asked = shapes.Asked(owner=filters.owner, kind=filters.kind, when=filters.when)
    return reads.read_today(request.actor, asked, cursor=cursor or "")


@router.get("/service/team", response=TeamsWork)
@endpoint("action.read")
def read_team(request: Asked) -> shapes.TeamWork:
    """Return how much waits for each person whom one may see."""
    return reads.read_team(request.actor)


@router.get("/actions/{action}", response=NextAction)
@endpoint("action.read", noun="action")
def read_action(request: Asked, action: Id) -> shapes.ActionLine:
    """Return one next action."""
    return reads.read_action(request.actor, action)


@router.post("/actions/{action}/done", response=NextAction)
@endpoint("action.write", noun="action")
def finish_action(request: Asked, action: Id, body: TaskDone, version: IfMatch) -> shapes.ActionLine:
    """Mark a next action as done."""
    writes.finish_action(request.actor, action_id=action, version=version, note=body.note)
    return reads.read_action(request.actor, action)


@router.post("/actions/{action}/dismiss", response=NextAction)
@endpoint("action.write", noun="action")
def dismiss_action(request: Asked, action: Id, body: TaskLeft, version: IfMatch) -> shapes.ActionLine:
    """Leave a next action undone, with the reason."""
    writes.dismiss_action(request.actor, action_id=action, version=version, note=body.note)
    return reads.read_action(request.actor, action)


@router.post("/actions/{action}/postpone", response=NextAction)
@endpoint("action.write", noun="action")
def postpone_action(request: Asked, action: Id, body: OtherDay, version: IfMatch) -> shapes.ActionLine:
    """Put a next action off to another day."""
    writes.postpone_action(request.actor, action_id=action, version=version, to=body.to)
    return reads.read_action(request.actor, action)


@router.post("/actions/{action}/reopen", response=NextAction)
@endpoint("action.write", noun="action")
def reopen_action(request: Asked, action: Id, version: IfMatch) -> shapes.ActionLine:
    """Take a next action up again."""
    writes.reopen_action(request.actor, action_id=action, version=version)
    return reads.read_action(request.actor, action)


@router.get("/visits/{visit}", response=PlannedVisit)
@endpoint("action.read", noun="visit")
def read_visit(request: Asked, visit: Id) -> shapes.VisitLine:
    """Return one planned visit."""
    return reads.read_visit(request.actor, visit)


@router.post("/visits/{visit}/done", response=PlannedVisit)
@endpoint("visit.write", noun="visit")
def finish_visit(request: Asked, visit: Id, body: VisitMade, version: IfMatch) -> shapes.VisitLine:
    """Mark a planned visit as made."""
    writes.finish_visit(request.actor, visit_id=visit, version=version, minutes=body.minutes, note=body.note)
    return reads.read_visit(request.actor, visit)


@router.post("/visits/{visit}/dismiss", response=PlannedVisit)
@endpoint("visit.write", noun="visit")
def dismiss_visit(request: Asked, visit: Id, body: TaskLeft, version: IfMatch) -> shapes.VisitLine:
    """Leave a planned visit out, with the reason."""
    writes.dismiss_visit(request.actor, visit_id=visit, version=version, note=body.note)
    return reads.read_visit(request.actor, visit)


@router.post("/visits/{visit}/postpone", response=PlannedVisit)
@endpoint("visit.write", noun="visit")
def postpone_visit(request: Asked, visit: Id, body: OtherDay, version: IfMatch) -> shapes.VisitLine:
    """Put a planned visit off to another day."""
    writes.postpone_visit(request.actor, visit_id=visit, version=version, to=body.to)
    return reads.read_visit(request.actor, visit)


@router.post("/visits/{visit}/reopen", response=PlannedVisit)
@endpoint("visit.write", noun="visit")
def reopen_visit(request: Asked, visit: Id, version: IfMatch) -> shapes.VisitLine:
    """Take a visit up again."""
    writes.reopen_visit(request.actor, visit_id=visit, version=version)
    return reads.read_visit(request.actor, visit)
