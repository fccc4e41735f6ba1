"""Endpoints of a draft: what moving customers would do, moving them, and steps taken back."""

from __future__ import annotations

from ninja import Router

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.divide import shapes
from jiuzhou.web.divide.reads import plans, units
from jiuzhou.web.divide.schemas import (
    Move,
    MovePreview,
    Named,
    PlanSteps,
    StepDone,
    StepWritten,
    TerritoryLock,
    TerritoryMove,
    ToStep,
)
from jiuzhou.web.divide.writes import drafts
from jiuzhou.web.rest.schemas import Code, IfMatch

router = Router()


@router.post("/plans/{plan}/move/preview", response=list[MovePreview])
@endpoint("plan.write", noun="plan")
def preview_move(request: Asked, plan: Code, body: Move) -> tuple[shapes.Preview, ...]:
    """Return what moving customers would do to each territory; nothing is moved."""
    return units.preview_move(request.actor, plan, body.customers, body.to)


@router.post("/plans/{plan}/move", response=StepDone)
@endpoint("plan.write", noun="plan")
def move_customers(request: Asked, plan: Code, body: Move, version: IfMatch) -> drafts.Moved:
    """Move customers of a draft into another territory."""
    return drafts.move_customers(request.actor, plan, version=version, customers=body.customers, to=body.to)


@router.post("/plans/{plan}/undo", response=StepDone)
@endpoint("plan.write", noun="plan")
def undo_step(request: Asked, plan: Code, version: IfMatch) -> drafts.Moved:
    """Undo the last step of a draft."""
    return drafts.undo(request.actor, plan, version=version)


@router.post("/plans/{plan}/redo", response=StepDone)
@endpoint("plan.write", noun="plan")
def redo_step(request: Asked, plan: Code, version: IfMatch) -> drafts.Moved:
    """Take back the last undoing of a draft."""
    return drafts.redo(request.actor, plan, version=version)


@router.post("/plans/{plan}/revert", response=StepDone)
@endpoint("plan.write", noun="plan")
def revert_plan(request: Asked, plan: Code, body: ToStep, version: IfMatch) -> drafts.Moved:
    """Bring a draft back to what it was after one of its steps."""
    return drafts.revert_to(request.actor, plan, version=version, number=body.step)


@router.get("/plans/{plan}/steps", response=PlanSteps)
@endpoint("plan.read", noun="plan")
def list_steps(request: Asked, plan: Code) -> shapes.PlanView:
    """Return what was done with a plan by hand, and whether it can be undone or redone."""
    return plans.plan_view(request.actor, plan)


@router.patch("/plans/{plan}/territories/{territory}", response=StepWritten)
@endpoint("plan.write", noun="plan")
def rename_territory(request: Asked, plan: Code, territory: Code, body: Named, version: IfMatch) -> StepWritten:
    """Give a territory of a draft another name."""
    done = drafts.rename_territory(request.actor, plan, version=version, territory=territory, name=body.name)
    return StepWritten(version=done)


@router.put("/plans/{plan}/territories/{territory}/locked", response=StepWritten)
@endpoint("plan.write", noun="plan")
def lock_territory(request: Asked, plan: Code, territory: Code, body: TerritoryLock, version: IfMatch) -> StepWritten:
    """Lock a territory of a draft, so that nobody moves its customers, or unlock it."""
    done = drafts.lock_territory(request.actor, plan, version=version, territory=territory, locked=body.locked)
    return StepWritten(version=done)


@router.post("/plans/{plan}/territories/{territory}/move-all", response=StepDone)
@endpoint("plan.write", noun="plan")
def move_territory(request: Asked, plan: Code, territory: Code, body: TerritoryMove, version: IfMatch) -> drafts.Moved:
    """Move all customers of a territory of a draft into another."""
    return drafts.move_territory(request.actor, plan, version=version, territory=territory, to=body.to)
