"""A demo company at once: its cycle, its people, and a plan that waits for the planner to put it before others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jiuzhou.adapters.texts import render
from jiuzhou.cycle import Cycle
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.actor import Actor, actor_of
from jiuzhou.web.collect.writes.loading.load import Announce, load_cycle
from jiuzhou.web.collect.writes.loading.people import DOMAIN, Person, add_demo_people
from jiuzhou.web.store.models import Organisation, Plan, User

SLUG = "demo"


@dataclass(frozen=True, slots=True)
class Demo:
    """
    What was made.

    Attributes
    ----------
    planner
        Who is to submit ``plan``, whose version is ``version``, with the reason ``note``; ``None`` for the plan when it
        has left the drafts already.
    """

    people: tuple[Person, ...]
    planner: Actor
    plan: str | None
    version: int
    note: str


def load_demo(
    cycle: Cycle,
    *,
    pass_phrase: str,
    language: str,
    now: datetime,
    announce: Announce = lambda part, done, total: None,
) -> Demo:
    """Return the demo company of ``cycle``: one organisation with one person for each role."""
    settings = cycle.book.settings
    organisation, _ = Organisation.objects.get_or_create(
        slug=SLUG,
        defaults={
            "name": settings.company or SLUG,
            "zone": settings.zone,
            "currency": settings.currency,
            "language": language,
        },
    )
    load_cycle(organisation, cycle, now=now, announce=announce)
    organisation.refresh_from_db()
    people = add_demo_people(organisation, pass_phrase=pass_phrase, language=language, now=now)
    planner = User.objects.select_related("organisation").get(email=f"planner@{DOMAIN}")
    plan = Plan.unscoped.filter(organisation=organisation, code=cycle.plan.id, state="draft").first()
    return Demo(
        people=tuple(people),
        planner=actor_of(planner, now=now, via="command"),
        plan=plan.code if plan else None,
        version=plan.version if plan else 0,
        note=render(_note(cycle), "en" if language == "en" else "zh"),
    )


def _note(cycle: Cycle) -> Message:
    balance: Any = cycle.watch.effect.get("balance") or {}
    activity = next(iter(balance), None)
    if activity is None:
        return say("loading.demo_note_plain")
    return say(
        "loading.demo_note",
        activity=say(f"monitor.activity_{activity}"),
        before=balance[activity]["before"]["largest"],
        after=balance[activity]["after"]["largest"],
        out=balance[activity]["before"]["out_of_band"],
    )
