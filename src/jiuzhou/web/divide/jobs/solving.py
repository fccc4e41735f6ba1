"""A new division of today's customers: evaluated, divided, kept as a draft."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from jiuzhou import divide, evaluate
from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.adapters.policies import policy_of_text
from jiuzhou.kernel.message import say
from jiuzhou.kernel.plan import Plan as Division
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.policies import text_in_force
from jiuzhou.web.divide.writes.keeping import keep_division
from jiuzhou.web.jobs.context import RunContext
from jiuzhou.web.store.book import book_of
from jiuzhou.web.store.models import Organisation, Plan

_STEPS = 4


def solve(context: RunContext) -> dict[str, Any]:
    """Divide the organisation's customers anew by the policy in force, and keep the result as a draft."""
    earlier = context.state.get("plan")
    if earlier and Plan.unscoped.filter(code=earlier, organisation=context.organisation_id).exists():
        return _told(str(earlier))
    actor = context.actor
    context.advance(0, _STEPS, say("plan.job_reading"))
    organisation = Organisation.objects.get(pk=context.organisation_id)
    division = _divided(context, actor, organisation)
    context.advance(3, _STEPS, say("plan.job_keeping"))
    code = keep_division(actor, division, name=str(context.arguments["name"]))
    context.checkpoint({"plan": code})
    return _told(code)


def _divided(context: RunContext, actor: Actor, organisation: Organisation) -> Division:
    _, text = text_in_force(actor)
    policy = policy_of_text(text, "policy.toml")
    book = book_of(organisation, measures=policy.divide.activities)
    today = organisation.as_of or timezone.localdate()
    context.advance(1, _STEPS, say("plan.job_evaluating"))
    with duckdb_engine() as engine:
        scores = evaluate.score(book, policy=policy.evaluate, as_of=today, engine=engine)
    context.advance(2, _STEPS, say("plan.job_dividing"))
    return divide.solve(book, scores, policy=policy.divide, seed=int(context.arguments["seed"]), today=today)


def _told(code: str) -> dict[str, Any]:
    return {"plan": code, "message": say("plan.job_solved").to_json(), "link": f"/plan/{code}/"}
