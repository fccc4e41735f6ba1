"""The tree of territories as publishing changes it: raised, opened, and closed when nobody is left in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from jiuzhou.web.divide.reads.territories import leaves
from jiuzhou.web.store.bulk import update_rows
from jiuzhou.web.store.models import Customer, Plan, PlanTerritory, Territory


def raise_territories(plan: Plan) -> None:
    """
    Give each territory of the plan its node in the tree, making those that are missing.

    A new node is closed until the plan is in force, and nobody answers for it, so that nobody sees it before.
    """
    rows = list(plan.territories.order_by("code"))
    tree = {node.code: node for node in Territory.unscoped.filter(organisation=plan.organisation_id)}
    now = timezone.now()
    with transaction.atomic():
        for row in _parents_first(rows):
            node = tree.get(row.code)
            if node is None:
                node = tree[row.code] = Territory.unscoped.create(
                    organisation_id=plan.organisation_id,
                    code=row.code,
                    name=row.name,
                    level=row.level,
                    parent=_parent(row, tree),
                    colour=row.colour,
                    valid_from=now,
                    valid_to=now,
                )
            row.standing = node
        update_rows(PlanTerritory, [row.pk for row in rows], {"standing_id": [row.standing_id for row in rows]})


def open_territories(plan: Plan, now: datetime) -> None:
    """Make the nodes of the plan's territories what the plan says: name, owner, place, open. Part of the swap."""
    rows = list(plan.territories.select_related("standing").order_by("code"))
    tree = {node.code: node for node in Territory.unscoped.filter(organisation=plan.organisation_id)}
    holding = {row.pk for row in leaves(rows)}
    open_ones = [row for row in rows if row.standing_id and row.pk in holding]
    columns: dict[str, list[Any]] = {
        "name": [row.name for row in open_ones],
        "owner_id": [row.owner_id for row in open_ones],
        "parent_id": [_parent_id(row, tree) for row in open_ones],
        "level": [row.level for row in open_ones],
        "lat": [row.lat for row in open_ones],
        "lon": [row.lon for row in open_ones],
        "colour": [row.colour for row in open_ones],
        "valid_to": [None] * len(open_ones),
    }
    keys = [row.standing_id for row in open_ones]
    standing = Territory.unscoped.filter(pk__in=[row.standing_id for row in rows])
    standing.filter(valid_to=F("valid_from")).update(valid_from=now)
    update_rows(Territory, keys, columns, raise_version=True)
    standing.filter(valid_to__isnull=False).update(valid_to=None)


def close_emptied(plan: Plan, now: datetime) -> None:
    """End the territories of the former plan that this one has no more, where no customer and no child is left."""
    if plan.base_id is None:
        return
    former = PlanTerritory.unscoped.filter(plan=plan.base_id, standing__isnull=False).values("standing")
    present = PlanTerritory.unscoped.filter(plan=plan.pk, standing__isnull=False).values("standing")
    held = Customer.unscoped.filter(territory=OuterRef("pk"), deleted_at__isnull=True)
    children = Territory.unscoped.filter(parent=OuterRef("pk"), valid_to__isnull=True)
    Territory.unscoped.filter(
        ~Q(pk__in=present), ~Exists(held), ~Exists(children), pk__in=former, valid_to__isnull=True
    ).update(valid_to=now, version=F("version") + 1)


def _parents_first(rows: list[PlanTerritory]) -> list[PlanTerritory]:
    by_code = {row.code: row for row in rows}

    def depth(row: PlanTerritory) -> int:
        seen = {row.code}
        while row.parent_code in by_code and row.parent_code not in seen:
            seen.add(row.parent_code)
            row = by_code[row.parent_code]
        return len(seen)

    return sorted(rows, key=lambda row: (depth(row), row.code))


def _parent(row: PlanTerritory, tree: dict[str, Territory]) -> Territory | None:
    found = tree.get(row.parent_code)
    if found is not None and found.code != row.code:
        return found
    roots = [node for node in tree.values() if node.parent_id is None]
    return roots[0] if len(roots) == 1 and roots[0].code != row.code else None


def _parent_id(row: PlanTerritory, tree: dict[str, Territory]) -> int | None:
    # A parent that the tree does not know leaves the node where it hangs; below itself it is never hung.
    found, node = tree.get(row.parent_code), tree.get(row.code)
    if found is None or node is None:
        return node.parent_id if node else None
    above: Territory | None = found
    by_key = {one.pk: one for one in tree.values()}
    while above is not None:
        if above.pk == node.pk:
            return node.parent_id
        above = by_key.get(above.parent_id) if above.parent_id else None
    return found.pk
