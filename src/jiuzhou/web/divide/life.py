"""The life of a plan: which step leads from which states to which, and who may take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

EDITABLE = ("draft", "returned")
"""States in which a plan may be changed; in all others it is read-only."""

ROLL_BACK_DAYS = 30
"""Days after its end within which a plan's division can be brought back by one click."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a plan's life: the states it may be taken in, the state it leads to, and the verb it takes."""

    states: tuple[str, ...]
    to: str
    verb: str


STEPS: Mapping[str, Step] = {
    "submit": Step(EDITABLE, "review", "plan.submit"),
    "withdraw": Step(("review",), "draft", "plan.submit"),
    "approve": Step(("review",), "approved", "plan.approve"),
    "return": Step(("review", "approved"), "returned", "plan.approve"),
    "publish": Step(("approved",), "active", "plan.publish"),
    "archive": Step(("draft", "returned", "approved"), "archived", "plan.write"),
    "restore": Step(("archived",), "draft", "plan.write"),
}
"""The one table of transitions. An active plan ends only when another takes its place."""


class Asking(Protocol):
    """Who asks: an actor."""

    @property
    def user_id(self) -> int | None:
        """The person, or nobody for the system."""

    def may(self, verb: str) -> bool:
        """Return whether the person may do ``verb``."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides which steps are open: the plan's state, who submitted it, and when it was in force."""

    state: str
    submitted_by: int | None = None
    activated_at: datetime | None = None
    archived_at: datetime | None = None


def open_steps(standing: Standing, asking: Asking, *, now: datetime) -> frozenset[str]:
    """
    Return what ``asking`` may do now: steps of ``STEPS``, and ``edit``, ``remark``, ``fork``, ``roll_back``.

    Who submitted a plan never approves it. A plan that was once in force is not taken up again itself: ``restore`` and
    ``roll_back`` make a new one of its division, so that what was in force when stays on record.
    """
    if standing.state == "archived" and standing.archived_at is None:
        return frozenset()  # still being written: nobody works on half a plan
    found = {
        name
        for name, step in STEPS.items()
        if standing.state in step.states and asking.may(step.verb) and _fits(name, standing, asking)
    }
    if standing.state in EDITABLE and asking.may("plan.write"):
        found.add("edit")
    if standing.state == "review" and asking.may("plan.review"):
        found.add("remark")
    if asking.may("plan.write"):
        found.add("fork")
    if _recently_in_force(standing, now) and asking.may("plan.submit"):
        found.add("roll_back")
    return frozenset(found)


def _fits(name: str, standing: Standing, asking: Asking) -> bool:
    if name in ("approve", "return"):
        return asking.user_id is None or asking.user_id != standing.submitted_by
    if name == "restore":
        return standing.activated_at is None
    return True


def _recently_in_force(standing: Standing, now: datetime) -> bool:
    if standing.state != "archived" or standing.activated_at is None or standing.archived_at is None:
        return False
    return now - standing.archived_at <= timedelta(days=ROLL_BACK_DAYS)
