"""Gives a plan out as files; that it left the house is written down first."""

from __future__ import annotations

from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.reads.exchange import plan_archive
from jiuzhou.web.divide.reads.plans import find_plan
from jiuzhou.web.ledger.audit import record


def export_plan(actor: Actor, code: str) -> bytes:
    """Return the ZIP archive of a plan, as far as ``actor`` may see it."""
    plan = find_plan(actor, code)
    record(actor.origin, "plan.export", "plan", plan.code)
    return plan_archive(actor, code)
