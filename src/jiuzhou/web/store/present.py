"""
Who has a customer at present, also in the seconds in which a published plan is still being written down.

Publishing flips one row (``Organisation.plan_in_force`` and ``plan_settling``); the moves are then written in short
transactions. Until a customer's move is written its present owner is the plan's, unless somebody changed the customer
by hand after the plan was made ready (``customer_version``), and then that change stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import BigIntegerField, Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from jiuzhou.web.store.models import Customer, Owner, PlanUnit, Territory


def unwritten(settling: int) -> QuerySet[PlanUnit]:
    """Return the units of the plan ``settling`` whose moves hold but are not written yet."""
    return PlanUnit.unscoped.filter(
        plan_id=settling, moved=True, settled=False, customer_version=F("customer__version"), customer__locked=False
    )


def held_by(owner_ids: Collection[int], territory_ids: Collection[int], *, settling: int | None) -> Q:
    """Return the condition under which a customer is at present with one of the owners or in one of the territories."""
    written = Q(owner__in=owner_ids) | Q(territory__in=territory_ids)
    if settling is None:
        return written
    units = unwritten(settling)
    arriving = units.filter(Q(owner__in=owner_ids) | Q(territory__standing__in=territory_ids))
    return (written & ~Exists(units.filter(customer=OuterRef("pk")))) | Q(pk__in=arriving.values("customer"))


def with_present_owner(customers: QuerySet[Customer], *, settling: int | None) -> QuerySet[Customer]:
    """Return ``customers`` with ``owner_now`` and ``territory_now``, the ids of who and where they are at present."""
    if settling is None:
        return customers.annotate(owner_now=F("owner"), territory_now=F("territory"))
    unit = unwritten(settling).filter(customer=OuterRef("pk"))
    return customers.annotate(
        owner_now=Case(
            When(Exists(unit), then=Subquery(unit.values("owner")[:1])),
            default=F("owner"),
            output_field=BigIntegerField(),
        ),
        territory_now=Case(
            When(Exists(unit), then=Subquery(unit.values("territory__standing")[:1])),
            default=F("territory"),
            output_field=BigIntegerField(),
        ),
    )


def called(model: type[Owner] | type[Territory], keys: Iterable[int | None]) -> dict[int, tuple[str, str]]:
    """Return name and code of owners or territories by key, for rows that name them and are seen by who asks."""
    rows = model.unscoped.filter(pk__in={key for key in keys if key is not None})
    return {key: (name, code) for key, name, code in rows.values_list("pk", "name", "code")}
