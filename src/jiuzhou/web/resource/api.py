"""Endpoints of people and partners: their load and results, and when they are away."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from ninja import Query, Router, Status
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.resource import reads, shapes, writes
from jiuzhou.web.rest.schemas import Body, Code, Day, Id, Moment, Shape

router = Router()


class OwnerLoad(Shape):
    """Hours a year: committed within the capacity, free, and over it."""

    capacity: float | None
    committed: float
    free: float
    over: float


class OwnerAbsence(Shape):
    """Time in which an owner takes no customers, half-open."""

    id: int
    starts_at: Moment
    ends_at: Moment
    reason: str


class OwnerLine(Shape):
    """A person beside the others."""

    code: str
    name: str
    team: str
    level: str
    skills: list[str]
    load: OwnerLoad
    customers: int
    attainment: float | None
    coverage: float | None
    csat: float | None
    absences: list[OwnerAbsence]
    away: bool
    active_to: date | None


class OwnerTotals(Shape):
    """All people together."""

    people: int
    load: OwnerLoad
    customers: int


class OwnerList(Shape):
    """The people one may see; ``declassified``: the totals are of the whole team, of which one sees only oneself."""

    lines: list[OwnerLine]
    totals: OwnerTotals | None
    declassified: bool
    as_of: date | None


class OwnerResults(Shape):
    """Results of the last twelve months."""

    revenue: Decimal | None
    attainment: float | None
    coverage: float | None
    csat: float | None
    nps: float | None
    complaints: int | None
    overdue: Decimal | None


class StandIn(Shape):
    """Somebody who could stand in, and why."""

    code: str
    name: str
    same_team: bool
    shared: int
    of: int
    free_hours: float


class OwnerDetail(Shape):
    """One rep or partner."""

    line: OwnerLine
    kind: str
    partner_type: str
    results: OwnerResults
    months: list[str]
    sales: list[float | None]
    candidates: list[StandIn]
    as_of: date | None


class PartnerLine(Shape):
    """A partner beside the others; ``areas`` are the first four digits of adcodes."""

    code: str
    name: str
    partner_type: str
    areas: list[str]
    customers: int
    revenue: Decimal | None
    attainment: float | None
    coverage: float | None
    csat: float | None
    overdue: Decimal | None
    certificates: list[str]
    active_to: date | None
    conflicts: int
    registered: int
    disputed: int


class PartnerConflict(Shape):
    """An area in which a partner and own reps both have customers."""

    area: str
    partner_code: str
    partner: str
    partner_customers: int
    own_customers: int


class PartnerList(Shape):
    """The partners one may see, and where they meet one's own reps."""

    lines: list[PartnerLine]
    conflicts: list[PartnerConflict]
    as_of: date | None


class NewAbsence(Body):
    """Whole days, the last one included."""

    starts_on: Day
    ends_on: Day
    reason: Annotated[str, Field(max_length=writes.REASON_LENGTH)] = ""


@router.get("/owners", response=OwnerList)
@endpoint("team.read")
def list_owners(request: Asked, team: Annotated[str, Query("", max_length=64)] = "") -> shapes.People:
    """Return the people whom one may see, with their load."""
    return reads.read_people(request.actor, team=team)


@router.get("/owners/{owner}", response=OwnerDetail)
@endpoint("team.read", noun="owner")
def read_owner(request: Asked, owner: Code) -> shapes.PersonPage:
    """Return one rep or partner."""
    return reads.read_person(request.actor, owner)


@router.get("/partners", response=PartnerList)
@endpoint("team.read")
def list_partners(request: Asked) -> shapes.Partners:
    """Return the partners whom one may see, and the areas they share with one's own reps."""
    return reads.read_partners(request.actor)


@router.post("/owners/{owner}/absences", response={204: None})
@endpoint("substitution.write", noun="owner")
def create_absence(request: Asked, owner: Code, body: NewAbsence) -> Status[None]:
    """Enter an absence; the same one again changes nothing."""
    writes.add_absence(request.actor, owner=owner, starts_on=body.starts_on, ends_on=body.ends_on, reason=body.reason)
    return Status(204, None)


@router.delete("/owners/{owner}/absences/{absence}", response={204: None})
@endpoint("substitution.write", noun="owner")
def delete_absence(request: Asked, owner: Code, absence: Id) -> Status[None]:
    """Take an absence back."""
    writes.remove_absence(request.actor, owner=owner, absence_id=absence)
    return Status(204, None)
