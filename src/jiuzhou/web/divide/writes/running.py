"""Starts the long work on plans."""

from __future__ import annotations

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.writes import telling
from jiuzhou.web.divide.writes.life import checked_name
from jiuzhou.web.divide.writes.steps import plan_for
from jiuzhou.web.jobs.queue import start


def start_publishing(actor: Actor, code: str, *, version: int) -> int:
    """Queue the publication of an approved plan; return the run's id."""
    return telling.start_publication(actor, plan_for(actor, code, "publish", version))


def start_solving(actor: Actor, *, name: str, seed: int = 7) -> int:
    """Queue a search for a new division of today's customers; return the run's id."""
    name = checked_name(name)
    arguments = {"name": name, "seed": seed}
    return start(actor, "plan.solve", arguments, title=say("plan.job_solve", name=name)).pk
