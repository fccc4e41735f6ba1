"""Who is told of a plan: those who may approve it, whoever submitted it, those whose customers change, programs."""

from __future__ import annotations

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q
from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import Actor, system_of
from jiuzhou.web.inbox import writes as inbox
from jiuzhou.web.jobs.queue import start
from jiuzhou.web.ledger.outbox import tell
from jiuzhou.web.store.models import Organisation, Plan, PlanRemark, PlanUnit, RoleGrant

NOUN = "plan"


def zone_of(actor: Actor) -> ZoneInfo:
    """Return the zone in which the actor's company counts days."""
    return ZoneInfo(actor.zone)


def ask_for_approval(actor: Actor, plan: Plan, *, note: str) -> None:
    """Ask everybody who may approve plans to decide on this one."""
    message = say("plan.asked_to_approve", name=plan.name)
    inbox.ask(actor, NOUN, plan.code, message, verb="plan.approve", link=f"/plan/{plan.code}/review", note=note)


def publish_when_due(actor: Actor, plan: Plan, day: date | None) -> None:
    """Start the publication of an approved plan if its day has come; later days are the scheduler's."""
    if day is not None and day <= timezone.localtime(timezone.now(), zone_of(actor)).date():
        start_publication(system_of(Organisation.objects.get(pk=actor.organisation_id)), plan)


def start_publication(actor: Actor, plan: Plan) -> int:
    """Queue the publication of an approved plan, once for each approval; return the run's id."""
    version = Plan.unscoped.values_list("version", flat=True).get(pk=plan.pk)
    title = say("plan.job_publish", name=plan.name)
    run = start(actor, "plan.publish", {"plan": plan.code}, title=title, key=f"{plan.code}:{version}")
    return run.pk


def remark(actor: Actor, plan: Plan, text: str) -> None:
    """Keep what was said with the plan."""
    PlanRemark.unscoped.create(
        organisation_id=plan.organisation_id,
        plan=plan,
        kind="comment",
        text=text,
        by_id=actor.user_id,
        at=timezone.now(),
    )


def tell_programs(kind: str, plan: Plan) -> None:
    """Tell programs what became of a plan, in the transaction that made it true."""
    tell(plan.organisation_id, kind, {"plan": plan.code})


def tell_concerned(plan: Plan) -> None:
    """Tell everybody who sells how many customers came to them and went from them by the plan."""
    came: Counter[int] = Counter()
    went: Counter[int] = Counter()
    changed = Q(previous_owner__isnull=True) | ~Q(owner=F("previous_owner"))
    units = PlanUnit.unscoped.filter(changed, plan=plan.pk, moved=True, settled=True)
    for row in units.values("previous_owner", "owner").annotate(n=Count("pk")):
        came[row["owner"]] += row["n"]
        if row["previous_owner"]:
            went[row["previous_owner"]] += row["n"]
    now = timezone.now()
    grants = RoleGrant.unscoped.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now), owner__in={*came, *went}, role__in=("rep", "partner_user")
    )
    for user, owner in grants.values_list("user_id", "owner_id"):
        message = say("plan.notice_moved", name=plan.name, gets=came[owner], gives=went[owner])
        inbox.notify(
            plan.organisation_id, [user], NOUN, message, link="/customers/", key=f"plan:{plan.pk}:moved:{owner}"
        )
