"""Gives a plan out as files; that it left the house is written down first."""

from __future__ import annotations

from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.reads.exchange import PlanTexts, plan_archive, plan_texts
from jiuzhou.web.divide.reads.plans import find_plan
from jiuzhou.web.ledger.audit import record


def export_plan(actor: Actor, code: str) -> bytes:
    """Return the ZIP archive of a plan, as far as ``actor`` may see it."""
    _note(actor, code)
    return plan_archive(actor, code)


def export_texts(actor: Actor, code: str) -> PlanTexts:
    """Return the files of a plan as texts, as far as ``actor`` may see it."""
    _note(actor, code)
    return plan_texts(actor, code)


def _note(actor: Actor, code: str) -> None:
    record(actor.origin, "plan.export", "plan", find_plan(actor, code).code)
