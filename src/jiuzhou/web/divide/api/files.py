"""Endpoints of a plan as files: given out as text, and taken in as a draft."""

from __future__ import annotations

from ninja import Router, Status

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.divide.reads.exchange import PlanTexts
from jiuzhou.web.divide.schemas import NewPlanFiles, PlanFiles, PlanMade
from jiuzhou.web.divide.writes.exporting import export_texts
from jiuzhou.web.divide.writes.importing import import_plan as take_in
from jiuzhou.web.rest.schemas import Code

router = Router()


@router.get("/plans/{plan}/files", response=PlanFiles)
@endpoint("plan.read", noun="plan")
def export_plan(request: Asked, plan: Code) -> PlanTexts:
    """Return a plan as the two files that another installation, or the command line, reads."""
    return export_texts(request.actor, plan)


@router.post("/plans/import", response={201: PlanMade})
@endpoint("plan.write")
def import_plan(request: Asked, body: NewPlanFiles) -> Status[PlanMade]:
    """Take a plan in from its two files, as a draft."""
    given = {"plan": body.plan.encode(), "units": body.units.encode()}
    return Status(201, PlanMade(code=take_in(request.actor, name=body.name, **given)))
