"""The views of service that a person has."""

from __future__ import annotations

from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.places.shapes import Link
from jiuzhou.web.places.shell import address_of


def tabs_of(actor: Actor, current: str) -> list[Link]:
    """Return the views: one's own work, the team's for whoever answers for others, and what customers are asked."""
    mine = address_of("service:index") + ("" if actor.own_ids else "?all=1")
    tabs = [Link("service.mine" if actor.own_ids else "service.everybody", mine, current == "mine")]
    if len(actor.owner_ids) > 1 or actor.everywhere:
        tabs.append(Link("service.team", address_of("service:team"), current == "team"))
    if actor.may("survey.read"):
        tabs.append(Link("surveys.tab", address_of("service:surveys"), current == "surveys"))
    return tabs if len(tabs) > 1 else []
