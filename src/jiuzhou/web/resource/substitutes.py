"""Who could stand in for somebody: free at that time, with the same skills, from the same team, with hours left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from jiuzhou.web.resource.shapes import Candidate, PersonLine

_SHOWN = 3


def substitutes(
    person: PersonLine, others: Iterable[PersonLine], *, starts_at: datetime, ends_at: datetime
) -> tuple[Candidate, ...]:
    """
    Return at most three people who could stand in for ``person`` in ``[starts_at, ends_at)``, the best first.

    Whoever is away then, has left, or has no capacity is left out. The order is: of the same team, with more of the
    person's skills, with more hours left, and by code.
    """
    wanted = set(person.skills)
    found = [
        Candidate(
            code=other.code,
            name=other.name,
            same_team=bool(person.team) and other.team == person.team,
            shared=len(wanted & set(other.skills)),
            of=len(wanted),
            free_hours=float(round(other.load.free)),
        )
        for other in others
        if other.code != person.code
        and other.load.capacity
        and (other.active_to is None or other.active_to >= ends_at.date())
        and not any(away.starts_at < ends_at and starts_at < away.ends_at for away in other.absences)
    ]
    ranked = sorted(found, key=lambda one: (not one.same_team, -one.shared, -one.free_hours, one.code))
    return tuple(ranked[:_SHOWN])
