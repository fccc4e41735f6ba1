"""Long work on plans: publishing, coming into force on the day, a new division by the solver."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import system_of
from jiuzhou.web.divide.jobs.solving import solve
from jiuzhou.web.divide.writes import telling
from jiuzhou.web.divide.writes.publishing import publish_plan
from jiuzhou.web.jobs.context import RunContext
from jiuzhou.web.store.models import Organisation, Plan

__all__ = ["publish", "publish_due", "solve"]


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


def publish_due() -> int:
    """
    Start the publication of every approved plan whose day has come where its company is; return how many.

    Of several the earliest comes first, and the others are overtaken by it. Each is started once, however often this is
    called: a publication that failed is tried again by a person.
    """
    started = 0
    latest = Q(base=F("organisation__plan_in_force")) | Q(base=None, organisation__plan_in_force=None)
    waiting = Plan.unscoped.filter(latest, state="approved", effective_on__isnull=False)
    for organisation in Organisation.objects.filter(plan_settling=None, pk__in=waiting.values("organisation")):
        actor = system_of(organisation)
        today = timezone.localtime(timezone.now(), telling.zone_of(actor)).date()
        due = waiting.filter(organisation=organisation, effective_on__lte=today)
        plan = due.order_by("effective_on", "approved_at", "pk").first()
        if plan is not None:
            telling.start_publication(actor, plan)
            started += 1
    return started
