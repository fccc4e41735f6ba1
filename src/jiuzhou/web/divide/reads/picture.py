"""The map of a plan: which territory has most of the customers of each area."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count

from jiuzhou.geo.prefectures import prefectures
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.reads.plans import find_plan
from jiuzhou.web.divide.reads.territories import colours_of, leaves
from jiuzhou.web.divide.shapes import Area
from jiuzhou.web.store.models import Customer, PlanTerritory, PlanUnit, Territory
from jiuzhou.web.store.present import with_present_owner


def areas_of(actor: Actor, code: str) -> tuple[Area, ...]:
    """
    Return the areas in which the plan ``code`` has customers that ``actor`` may see.

    Prefectures where there are map files, else provinces; an area belongs to the territory that has most of its
    customers, the first by code where several have as many.
    """
    plan = find_plan(actor, code)
    territories = {one.pk: one for one in plan.territories.select_related("owner").order_by("code")}
    colours = colours_of(leaves(list(territories.values())))
    units = visible_to(actor, PlanUnit).filter(plan=plan, territory__isnull=False).exclude(customer__region_code="")
    rows = units.values_list("customer__region_code", "territory").annotate(n=Count("pk"))
    return _areas(rows, territories, colours)


def present_areas(actor: Actor) -> tuple[Area, ...]:
    """Return the areas in which there are customers that ``actor`` may see, by the territories they are in today."""
    customers = with_present_owner(visible_to(actor, Customer).exclude(region_code=""), settling=actor.settling)
    names: Any = ("region_code", "territory_now")  # the second one is not a field of the model
    rows = list(customers.values_list(*names).annotate(n=Count("pk")))
    nodes = visible_to(actor, Territory).filter(pk__in={row[1] for row in rows}).select_related("owner")
    territories = {node.pk: node for node in nodes}
    return _areas(rows, territories, {node.code: node.colour for node in territories.values()})


def _areas(
    rows: Iterable[tuple[str, int | None, int]],
    territories: Mapping[int, PlanTerritory] | Mapping[int, Territory],
    colours: Mapping[str, int],
) -> tuple[Area, ...]:
    held: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for region, territory, number in rows:
        if (area := area_code(region)) and territory is not None and territory in territories:
            held[area][territory] += number
    found = []
    for area in sorted(held):
        chief = min(held[area], key=lambda key: (-held[area][key], territories[key].code))
        node, whole = territories[chief], sum(held[area].values())
        found.append(
            Area(
                code=area,
                territory=node.code,
                name=node.name,
                owner=node.owner.name if node.owner else "",
                colour=colours.get(node.code, 0),
                customers=whole,
                share=held[area][chief] / whole,
            )
        )
    return tuple(found)


def area_code(region: str) -> str:
    """Return the code of the area of the map in which ``region`` lies; empty where there is none."""
    areas = prefectures()
    if areas is None:
        return f"{region[:2]}0000" if len(region) >= 2 and region[:2].isdigit() else ""
    row = areas.find(region)
    return "" if row is None else areas.codes[row]
