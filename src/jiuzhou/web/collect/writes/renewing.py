"""Scores follow the data: whoever changes many customers at once asks for them here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone

from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.adapters.policies import policy_of_text
from jiuzhou.cycle import Policy
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.writes.loading.renewing import renew_scores
from jiuzhou.web.collect.writes.quality import measure_after
from jiuzhou.web.jobs.context import RunContext
from jiuzhou.web.jobs.kinds import kind_title
from jiuzhou.web.jobs.queue import start
from jiuzhou.web.store.models import Import, PolicyVersion, Run

KIND = "scores.renew"


def ask_to_renew(actor: Actor) -> None:
    """Let the customers be scored anew as soon as there is time; one run that waits serves all who ask meanwhile."""
    if not Run.unscoped.filter(organisation=actor.organisation_id, kind=KIND, state="queued").exists():
        start(actor, KIND, {}, title=kind_title(KIND))


def follow(actor: Actor, row: Import) -> None:
    """Let scores and quality follow the data that an import, or taking it back, has changed."""
    ask_to_renew(actor)
    measure_after(row)


def renew(context: RunContext) -> Mapping[str, Any]:
    """Score the customers as they are today; a run that is stopped begins anew."""
    actor = context.actor

    def announce(part: str, done: int, total: int) -> None:
        context.advance(done, total, say(f"loading.renewing_{part}"))
        context.checkpoint({})

    with duckdb_engine() as engine:
        scored = renew_scores(actor, _policy(actor), engine=engine, now=timezone.now(), announce=announce)
    start(actor, "scores.settle", {}, title=kind_title("scores.settle"), key=f"renewed:{context.run_id}")
    return {"message": say("loading.renewed", customers=scored).to_json(), "link": reverse("customers:index")}


def _policy(actor: Actor) -> Policy:
    # Whoever imports need not be allowed to read the policy for it to hold.
    row = PolicyVersion.unscoped.filter(organisation=actor.organisation_id, state="published").order_by("number").last()
    return policy_of_text(row.text, "policy.toml") if row else Policy()
