"""Endpoints of plans: the list, one plan, what it changes, and its life from draft to archive."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Query, Router, Status

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.divide import shapes
from jiuzhou.web.divide.reads import plans, units
from jiuzhou.web.divide.reads.difference import PRESENT, difference
from jiuzhou.web.divide.schemas import (
    Named,
    PlanApproved,
    PlanContents,
    PlanDetail,
    PlanLine,
    PlanMade,
    PlanReturned,
    PlansCompared,
    PlanUnit,
    RunStarted,
    State,
    Submission,
)
from jiuzhou.web.divide.writes import life, making, running
from jiuzhou.web.paging import Page
from jiuzhou.web.rest.schemas import Code, Cursor, IfMatch, Limit, Listing

router = Router()


@router.get("/plans", response=Listing[PlanLine])
@endpoint("plan.read")
def list_plans(
    request: Asked,
    limit: Limit = 50,
    cursor: Cursor = None,
    state: State | None = None,
) -> Page[shapes.PlanRow]:
    """Return the plans one may see, the latest first."""
    return plans.list_plans(request.actor, states=[state] if state else (), cursor=cursor, size=limit)


@router.post("/plans", response={201: PlanMade})
@endpoint("plan.write")
def draft_plan(request: Asked, body: Named) -> Status[PlanMade]:
    """Make a draft of the present division."""
    return Status(201, PlanMade(code=making.draft_of_present(request.actor, name=body.name)))


@router.post("/plans/solve", response={202: RunStarted})
@endpoint("plan.write")
def solve_plan(request: Asked, body: Named) -> Status[RunStarted]:
    """Start a search for a new division; its result is a new draft."""
    return Status(202, RunStarted(run=running.start_solving(request.actor, name=body.name)))


@router.get("/plans/{plan}", response=PlanDetail)
@endpoint("plan.read", noun="plan")
def read_plan(request: Asked, plan: Code) -> shapes.PlanHead:
    """Return a plan, and what one may do with it."""
    return plans.plan_head(request.actor, plan)


@router.get("/plans/{plan}/contents", response=PlanContents)
@endpoint("plan.read", noun="plan")
def read_contents(request: Asked, plan: Code) -> shapes.PlanView:
    """Return a plan's territories, checks and remarks."""
    return plans.plan_view(request.actor, plan)


@router.get("/plans/{plan}/territories/{territory}/units", response=Listing[PlanUnit])
@endpoint("plan.read", noun="plan")
def list_units(
    request: Asked,
    plan: Code,
    territory: Code,
    *,
    limit: Limit = 50,
    cursor: Cursor = None,
    measure: Literal["workload", "potential", "revenue", "customers"] = "workload",
    only: Literal["", "moved", "key", "locked"] = "",
    q: Annotated[str, Query("", max_length=100)] = "",
    sort: Literal["name", "value", "-value", "revenue", "-revenue"] = "name",
) -> Page[shapes.UnitRow]:
    """Return the customers that a plan puts into a territory; ``-`` stands for none."""
    return units.list_units(
        request.actor,
        plan,
        territory,
        measure=measure,
        only=only,
        search=q,
        order=sort,
        cursor=cursor,
        size=limit,
    )


@router.get("/plans/{plan}/difference", response=PlansCompared)
@endpoint("plan.read", noun="plan")
def compare_plan(
    request: Asked, plan: Code, to: Annotated[str, Query(PRESENT, min_length=1, max_length=64)] = PRESENT
) -> shapes.Difference:
    """Return what changes from another plan, or from the present, to this one."""
    return difference(request.actor, to, plan)


@router.post("/plans/{plan}/fork", response={201: PlanMade})
@endpoint("plan.write", noun="plan")
def fork_plan(request: Asked, plan: Code, body: Named) -> Status[PlanMade]:
    """Make a draft like this plan."""
    return Status(201, PlanMade(code=making.fork_plan(request.actor, plan, name=body.name)))


@router.patch("/plans/{plan}", response=PlanDetail)
@endpoint("plan.write", noun="plan")
def rename_plan(request: Asked, plan: Code, body: Named, version: IfMatch) -> shapes.PlanHead:
    """Give a plan another name."""
    life.rename_plan(request.actor, plan, version=version, name=body.name)
    return plans.plan_head(request.actor, plan)


@router.post("/plans/{plan}/submit", response=PlanDetail)
@endpoint("plan.submit", noun="plan")
def submit_plan(request: Asked, plan: Code, body: Submission, version: IfMatch) -> shapes.PlanHead:
    """Put a draft before a second person."""
    life.submit_plan(
        request.actor,
        plan,
        version=version,
        note=body.note,
        effective_on=body.effective_on,
        confirmed=body.confirmed,
    )
    return plans.plan_head(request.actor, plan)


@router.post("/plans/{plan}/withdraw", response=PlanDetail)
@endpoint("plan.submit", noun="plan")
def withdraw_plan(request: Asked, plan: Code, version: IfMatch) -> shapes.PlanHead:
    """Take a submitted plan back."""
    life.withdraw_plan(request.actor, plan, version=version)
    return plans.plan_head(request.actor, plan)


@router.post("/plans/{plan}/approve", response=PlanDetail)
@endpoint("plan.approve", noun="plan")
def approve_plan(request: Asked, plan: Code, body: PlanApproved, version: IfMatch) -> shapes.PlanHead:
    """Approve a plan that somebody else submitted."""
    life.approve_plan(request.actor, plan, version=version, answer=body.answer, effective_on=body.effective_on)
    return plans.plan_head(request.actor, plan)


@router.post("/plans/{plan}/return", response=PlanDetail)
@endpoint("plan.approve", noun="plan")
def return_plan(request: Asked, plan: Code, body: PlanReturned, version: IfMatch) -> shapes.PlanHead:
    """Send a plan back to be changed, with the reason."""
    life.return_plan(request.actor, plan, version=version, answer=body.answer)
    return plans.plan_head(request.actor, plan)


@router.post("/plans/{plan}/publish", response={202: RunStarted})
@endpoint("plan.publish", noun="plan")
def publish_plan(request: Asked, plan: Code, version: IfMatch) -> Status[RunStarted]:
    """Start the publication of an approved plan."""
    return Status(202, RunStarted(run=running.start_publishing(request.actor, plan, version=version)))


@router.post("/plans/{plan}/archive", response=PlanDetail)
@endpoint("plan.write", noun="plan")
def archive_plan(request: Asked, plan: Code, version: IfMatch) -> shapes.PlanHead:
    """Put a plan that never came into force away."""
    life.archive_plan(request.actor, plan, version=version)
    return plans.plan_head(request.actor, plan)


@router.post("/plans/{plan}/restore", response=PlanDetail)
@endpoint("plan.write", noun="plan")
def restore_plan(request: Asked, plan: Code, version: IfMatch) -> shapes.PlanHead:
    """Take an archived plan that was never in force up again, as a draft."""
    life.restore_plan(request.actor, plan, version=version)
    return plans.plan_head(request.actor, plan)


@router.post("/plans/{plan}/roll-back", response={201: PlanMade})
@endpoint("plan.submit", noun="plan")
def roll_back_plan(request: Asked, plan: Code) -> Status[PlanMade]:
    """Put the division of a plan that was in force before a second person again, as a new plan."""
    return Status(201, PlanMade(code=making.roll_back_plan(request.actor, plan)))
