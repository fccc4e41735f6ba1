"""New plans from old ones: a draft on the present division, a fork, a roll-back."""

from __future__ import annotations

import secrets
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.writes import telling
from jiuzhou.web.divide.writes.life import checked_name
from jiuzhou.web.divide.writes.measuring import remeasure
from jiuzhou.web.divide.writes.steps import plan_for
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError
from jiuzhou.web.store.copying import copy_units
from jiuzhou.web.store.models import Organisation, Plan, PlanTerritory


def new_code() -> str:
    """Return a code for a new plan that nobody can guess or has."""
    return f"plan-{secrets.token_hex(5)}"


def fork_plan(actor: Actor, code: str, *, name: str) -> str:
    """
    Make a draft of the division of ``code``, against the plan in force now; return its code.

    Forking the plan in force itself takes everybody where they are at present, also those who were moved by hand.
    """
    source = plan_for(actor, code, "fork")
    organisation = _settled(actor)
    present = source.pk == organisation.plan_in_force_id
    plan = begin_plan(actor, organisation, name=checked_name(name), like=source)
    _fill(plan, source, "present" if present else "plan")
    _open(actor, plan, source, "draft", {})
    return plan.code


def draft_of_present(actor: Actor, *, name: str) -> str:
    """
    Make a draft of the present division; return its code.

    Raises
    ------
    RefusedError
        If no plan is in force yet: there are no territories to begin with.
    """
    actor.must("plan.write")
    plan = visible_to(actor, Plan).filter(pk=actor.plan_in_force or 0).first()
    if plan is None:
        raise RefusedError("plan.none_in_force")
    return fork_plan(actor, plan.code, name=name)


def roll_back_plan(actor: Actor, code: str, *, note: str = "") -> str:
    """
    Put the division of a plan that was in force until lately before a second person again; return the new plan's code.

    Published, it brings every customer back to where that plan had it, save those moved by hand since.
    """
    source = plan_for(actor, code, "roll_back")
    organisation = _settled(actor)
    plan = begin_plan(actor, organisation, name=source.name, like=source)
    _fill(plan, source, "plan")
    now = timezone.now()
    changes: dict[str, Any] = {"submitted_by_id": actor.user_id, "submitted_at": now, "note": note or source.note}
    changes["effective_on"] = timezone.localtime(now, telling.zone_of(actor)).date()
    _open(actor, plan, source, "review", changes)
    return plan.code


def begin_plan(actor: Actor, organisation: Organisation, *, name: str, like: Plan | None = None) -> Plan:
    """Return a new plan that nobody sees until it is opened: what a killed process leaves stays hidden."""
    kept = ("policy_id", "rules_id", "activities", "seed", "effort")
    return Plan.unscoped.create(
        organisation=organisation,
        code=new_code(),
        name=name,
        state="archived",
        base_id=organisation.plan_in_force_id,
        created_by_id=actor.user_id,
        **({field: getattr(like, field) for field in kept} if like else {}),
    )


def open_draft(actor: Actor, plan: Plan, *, verb: str, **told: Any) -> None:
    """Show a plan whose rows are complete as a draft, with its audit entry."""
    with transaction.atomic():
        Plan.unscoped.filter(pk=plan.pk).update(state="draft")
        record(actor.origin, verb, "plan", plan.code, after={"state": "draft", "name": plan.name, **told})


def _settled(actor: Actor) -> Organisation:
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    if organisation.plan_settling_id is not None:
        raise ConflictError("plan.settling")
    return organisation


def _fill(plan: Plan, source: Plan, who: Literal["plan", "present"]) -> None:
    rows = list(source.territories.order_by("code"))
    copied = ("code", "name", "parent_code", "level", "lat", "lon", "contiguous", "colour", "locked")
    same = ("standing_id", "owner_id", "measures", "targets")
    PlanTerritory.unscoped.bulk_create(
        [
            PlanTerritory(
                organisation_id=plan.organisation_id,
                plan=plan,
                **{field: getattr(row, field) for field in (*copied, *same)},
            )
            for row in rows
        ],
        batch_size=500,
    )
    copy_units(plan.organisation_id, source=source.pk, target=plan.pk, who=who)
    remeasure(plan)


def _open(actor: Actor, plan: Plan, source: Plan, state: str, changes: dict[str, Any]) -> None:
    verb = "plan.fork" if state == "draft" else "plan.roll_back"
    with transaction.atomic():
        Plan.unscoped.filter(pk=plan.pk).update(state=state, **changes)
        record(actor.origin, verb, "plan", plan.code, after={"state": state, "source": source.code})
        if state == "review":
            plan.refresh_from_db()
            telling.ask_for_approval(actor, plan, note=plan.note)
