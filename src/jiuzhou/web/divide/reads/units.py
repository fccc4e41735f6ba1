"""The customers of a territory of a plan, and what moving some of them would do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from jiuzhou.geo.divisions import divisions
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.figures import activities_of, deviation_of, moved
from jiuzhou.web.divide.reads import measures
from jiuzhou.web.divide.reads.plans import find_plan
from jiuzhou.web.divide.reads.territories import leaves
from jiuzhou.web.divide.shapes import UNASSIGNED, Preview, UnitRow
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import PlanTerritory, PlanUnit

ORDERS = {
    "name": ("customer__sort_key", "id"),
    "-value": ("-weight", "id"),
    "value": ("weight", "id"),
    "-revenue": ("-sales", "id"),
    "revenue": ("sales", "id"),
}
ONLY = ("moved", "key", "locked")


def list_units(
    actor: Actor,
    code: str,
    territory: str,
    *,
    measure: str,
    only: str = "",
    search: str = "",
    order: str = "name",
    cursor: str | None = None,
    size: int = 100,
) -> Page[UnitRow]:
    """
    Return the customers that the plan ``code`` puts into one territory, as far as ``actor`` may see them.

    Parameters
    ----------
    territory
        Its code, or ``UNASSIGNED`` for those in none.
    measure
        Key of the measure whose value each row shows.
    only
        One of ``ONLY``, or empty for all.
    """
    rows = units_of(actor, code, territory, only=only, search=search)
    rows = rows.select_related("customer", "owner", "previous_owner", "customer__scores")
    rows = rows.annotate(weight=measures.weight(measure, "customer__"), sales=measures.weight("revenue", "customer__"))
    return page_of(rows, _row, order=ORDERS.get(order, ORDERS["name"]), cursor=cursor, size=size)


def units_of(actor: Actor, code: str, territory: str, *, only: str = "", search: str = "") -> QuerySet[PlanUnit]:
    """Return the rows behind ``list_units``."""
    rows = visible_to(actor, PlanUnit).filter(plan=find_plan(actor, code))
    if territory == UNASSIGNED:
        rows = rows.filter(territory__isnull=True)
    else:
        # As a set of keys: a join would be planned before the customers are narrowed down.
        here = visible_to(actor, PlanTerritory).filter(plan__code=code, code=territory)
        rows = rows.filter(territory__in=here.values("pk"))
    if only == "moved":
        rows = rows.filter(Q(previous_owner__isnull=True, owner__isnull=False) | ~Q(owner=F("previous_owner")))
    elif only == "key":
        rows = rows.filter(customer__key_account=True)
    elif only == "locked":
        rows = rows.filter(locked=True)
    if search:
        rows = rows.filter(Q(customer__name__icontains=search) | Q(customer__code__iexact=search))
    return rows


def codes_of(actor: Actor, code: str, territory: str, *, only: str = "", search: str = "", most: int) -> list[str]:
    """Return the codes of the customers behind ``list_units``, at most ``most``."""
    rows = units_of(actor, code, territory, only=only, search=search)
    return list(rows.order_by("customer_id").values_list("customer__code", flat=True)[:most])


def preview_move(actor: Actor, code: str, customers: Sequence[str], to: str) -> tuple[Preview, ...]:
    """Return what moving some customers into the territory ``to`` (empty: into none) would do to each territory."""
    plan = find_plan(actor, code)
    territories = list(visible_to(actor, PlanTerritory).filter(plan=plan).order_by("code"))
    activities = activities_of(plan.activities, [one.measures for one in leaves(territories)])
    keys, main = [one.key for one in activities], activities[0]
    chosen = visible_to(actor, PlanUnit).filter(plan=plan, customer__code__in=customers)
    chosen = chosen.exclude(locked=True).exclude(territory__locked=True)
    by_key = {one.pk: one for one in territories}
    target = next((one for one in territories if one.code == to), None)
    if to and target is None:
        raise NotFoundError
    after: dict[int, tuple[dict[str, float], int]] = {}
    for row in chosen.values("territory").annotate(n=Count("pk"), **measures.sums(keys)):
        change, number = measures.read_sums(row, keys), row["n"]
        for key, sign in ((row["territory"], -1), (target.pk if target else None, 1)):
            if key in by_key and not (target and row["territory"] == target.pk):
                before, customers_now = after.get(key, (dict(by_key[key].measures), by_key[key].customers))
                after[key] = (moved(before, change, sign), customers_now + sign * number)
    return tuple(_preview(by_key[key], *found, main.key, main.tolerance) for key, found in sorted(after.items()))


def _preview(territory: PlanTerritory, after: dict[str, float], customers: int, key: str, band: float) -> Preview:
    return Preview(
        name=territory.name,
        colour=territory.colour,
        band=band,
        customers_before=territory.customers,
        customers_after=customers,
        deviation_before=deviation_of(territory.measures, territory.targets).get(key, 0.0),
        deviation_after=deviation_of(after, territory.targets).get(key, 0.0),
    )


def _row(unit: Any) -> UnitRow:
    customer = unit.customer
    scores = getattr(customer, "scores", None)
    return UnitRow(
        code=customer.code,
        name=customer.name or customer.code,
        region=_region(customer.region_code),
        tier=scores.tier if scores else "",
        key_account=customer.key_account,
        value=float(unit.weight),
        revenue=float(unit.sales),
        owner_before=unit.previous_owner.name if unit.previous_owner else "",
        owner_after=unit.owner.name if unit.owner else "",
        changes=unit.owner_id != unit.previous_owner_id,
        locked=unit.locked,
    )


def _region(code: str) -> str:
    division = divisions().get(code) if code else None
    return division.name if division else code
