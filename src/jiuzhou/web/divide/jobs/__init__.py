"""Long work on plans: publishing, coming into force on the day, a new division by the solver."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.divide.jobs.solving import solve
from jiuzhou.web.divide.writes import telling
from jiuzhou.web.divide.writes.publishing import publish_plan
from jiuzhou.web.jobs.context import RunContext
from jiuzhou.web.store.models import Organisation, Plan

__all__ = ["activate_due", "publish", "solve"]


def publish(context: RunContext) -> dict[str, Any]:
    """Bring the approved plan ``arguments["plan"]`` into force; it can be stopped until the moment of the swap."""

    def advance(done: int, total: int) -> None:
        if done * 2 < total:
            context.advance(done, total, say("plan.job_staging"))
        else:
            context.block.tell(done, total, say("plan.job_settling"))

    code = str(context.arguments["plan"])
    done = publish_plan(context.actor, code, advance=advance)
    message = say("plan.job_published", moved=done.moved, kept=done.kept)
    return {"moved": done.moved, "kept": done.kept, "message": message.to_json(), "link": f"/plan/{code}/"}


def activate_due(context: RunContext) -> dict[str, Any]:
    """Start the publication of every approved plan whose day has come, the earliest first."""
    actor = context.actor
    today = timezone.localtime(timezone.now(), telling.zone_of(actor)).date()
    organisation = Organisation.objects.get(pk=context.organisation_id)
    due = Plan.unscoped.filter(organisation=organisation, state="approved", effective_on__lte=today)
    started = [
        telling.start_publication(actor, plan)
        for plan in due.filter(base=organisation.plan_in_force_id).order_by("effective_on", "approved_at", "pk")
    ]
    return {"started": len(started)}
