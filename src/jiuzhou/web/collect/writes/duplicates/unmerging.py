"""A merge undone: the record comes back as it was, with everything that went over."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.writes.duplicates.merging import HELD, plain
from jiuzhou.web.collect.writes.duplicates.moving import move_back
from jiuzhou.web.collect.writes.duplicates.telling import tell_parted
from jiuzhou.web.collect.writes.editing import must_hold
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError
from jiuzhou.web.store.models import Customer, DuplicatePair, Merge
from jiuzhou.web.store.search import index_customers
from jiuzhou.web.store.settling import settle


def unmerge(actor: Actor, merge: int) -> str:
    """
    Return the code of the record that is there again.

    What somebody changed on the survivor since the merge stays as it is. The two are kept apart from then on.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the actor does not see the merge, or may not change the customer, or gives one to another owner and may not
        reassign.
    ConflictError
        If it is undone already.
    RefusedError
        If a later merge must be undone first, or one of the two was erased.
    """
    actor.must("duplicate.write")
    row = one_visible(actor, Merge, pk=merge)
    _refuse_later(actor, row)
    must_hold(actor, visible_to(actor, Customer).get(pk=row.survivor_id))
    now = timezone.now()
    with transaction.atomic():
        keys = [row.survivor_id, row.merged_id]
        settle(actor.organisation_id, keys)
        both = {one.pk: one for one in Customer.unscoped.select_for_update().filter(pk__in=keys).order_by("pk")}
        if not Merge.unscoped.filter(pk=row.pk, undone_at=None).update(undone_at=now, undone_by=actor.user_id):
            raise ConflictError("duplicates.undone_already")
        row.refresh_from_db()
        _refuse_later(actor, row)
        survivor, other = both[row.survivor_id], both[row.merged_id]
        if survivor.erased_at is not None or other.erased_at is not None:
            raise RefusedError("duplicates.erased_since", customer=other.code)
        if row.row["owner_id"] not in (None, survivor.owner_id):
            actor.must("customer.reassign")
        _put_back(row, survivor, other)
        Merge.unscoped.filter(pk=row.pk).update(before={}, after={}, moved={}, row={}, standing=survivor)
        _lead_back(other)
        pairs = DuplicatePair.unscoped.filter(Q(left__in=keys), Q(right__in=keys))
        pairs.update(state="apart", by=actor.user_id, at=now, version=F("version") + 1)
        index_customers(keys)
        after = {"survivor": survivor.code, "owner": Customer.unscoped.get(pk=other.pk).owner_id is not None}
        record(actor.origin, "customer.unmerge", "customer", other.code, after=after)
        record(actor.origin, "customer.unmerge", "customer", survivor.code, after={"merged": other.code})
        other.refresh_from_db()
        tell_parted(actor, survivor, other, now=now)
    return other.code


def _refuse_later(actor: Actor, row: Merge) -> None:
    both = (row.survivor_id, row.merged_id)
    later = Merge.unscoped.filter(organisation=actor.organisation_id, pk__gt=row.pk, undone_at=None)
    first = later.filter(Q(survivor__in=both) | Q(merged__in=both)).order_by("-pk").select_related("merged", "survivor")
    if (blocking := first.first()) is not None:
        raise RefusedError(
            "duplicates.later_first", merged=blocking.merged.code, survivor=blocking.survivor.code, at=blocking.at
        )


def _put_back(row: Merge, survivor: Customer, other: Customer) -> None:
    move_back(row.moved, other, survivor)
    ours = [name for name, value in row.after.items() if plain(getattr(survivor, name)) == value]
    restored: dict[str, Any] = {name: _column(name, row.before[name]) for name in ours}
    Customer.unscoped.filter(pk=survivor.pk).update(**restored, version=F("version") + 1)
    held = {name: row.row[name] for name in HELD}
    Customer.unscoped.filter(pk=other.pk).update(**held, merged_into=None, deleted_at=None, version=F("version") + 1)


def _column(name: str, kept: Any) -> Any:
    field = next(field for field in Customer._meta.concrete_fields if field.attname == name)
    return kept if kept is None else field.to_python(kept)


def _lead_back(other: Customer) -> None:
    # What had been merged into the record before leads to it again, through however many steps.
    below: set[int] = set()
    fresh = {other.pk}
    while fresh:
        into = Customer.unscoped.filter(merged_into__in=fresh).exclude(pk__in=below)
        fresh = set(into.values_list("pk", flat=True))
        below |= fresh
    Merge.unscoped.filter(merged__in=below, undone_at=None).update(standing=other)
