"""
What a person may learn beyond the rows that are theirs: the one list of such aggregates.

Each is a sum over people, shown only where so many stand behind it that no one of them can be told.

    team_totals     people, hours and customers of the actor's own team, from LEAST_PEOPLE people on

And what goes with a row that one may see:

    who and where   name and code of the owner and the territory of a customer, a decision, a visit that one sees
    plan figures    the stored figures of a plan as a whole (``metrics``, ``activities``, ``violations``), for those
                    who read the plan: who approves it must know them
    plan flows      how many customers, with what revenue, a plan gives to or takes from the actor's own people and
                    territories, and to or from whom; not which, where they are not the actor's

And one question about the whole organisation, asked one company at a time, limited and written down:

    companies held  that a company of a given name or number is there already: its name, in whose hands, and until when
                    it is protected (``collect.reads.company_check``); never a name that may be a person's
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Sum

from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.store.models import Owner

LEAST_PEOPLE = 5


@dataclass(frozen=True, slots=True)
class TeamTotals:
    """A team in all."""

    people: int
    capacity_hours: float
    workload: float
    customers: int


def team_totals(actor: Actor) -> TeamTotals | None:
    """Return the totals of the team of which the actor is one; ``None`` where it has fewer than five people."""
    people = Owner.unscoped.filter(
        organisation=actor.organisation_id,
        kind="rep",
        team__in=Owner.unscoped.filter(pk__in=actor.own_ids, team__isnull=False).values("team"),
    )
    sums = people.aggregate(
        people=Count("pk"),
        capacity=Sum("capacity_hours"),
        workload=Sum("scores__workload"),
        customers=Sum("scores__customers"),
    )
    if sums["people"] < LEAST_PEOPLE:
        return None
    return TeamTotals(
        sums["people"], float(sums["capacity"] or 0), float(sums["workload"] or 0), int(sums["customers"] or 0)
    )
