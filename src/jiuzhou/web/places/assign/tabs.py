"""The views of the Assign place, of which each person sees those that are theirs."""

from __future__ import annotations

from django.urls import reverse

from jiuzhou.web.accounts.doors import Asked
from jiuzhou.web.assign.reads.decisions import count_appeals
from jiuzhou.web.inbox.reads import counts
from jiuzhou.web.places.shapes import Link


def tabs(request: Asked, active: str) -> list[Link]:
    """Return the tabs of the place for who asks, ``active`` among them marked."""
    actor = request.actor
    found = []
    if actor.may("assign.open") and actor.may("rules.read"):
        found.append(Link("assigning.tab_rules", reverse("assign:index"), active == "rules"))
    found.append(Link("assigning.tab_decisions", reverse("assign:decisions"), active == "decisions"))
    if actor.may("decision.answer"):
        waiting = count_appeals(actor) or None
        found.append(Link("assigning.tab_appeals", reverse("assign:appeals"), active == "appeals", waiting))
    if actor.may("assign.open"):
        waiting = counts(actor).approvals or None
        found.append(Link("assigning.tab_approvals", reverse("assign:approvals"), active == "approvals", waiting))
    return found
