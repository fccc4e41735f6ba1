"""One customer from one owner to another, or to the pool: the rows that change together, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest

from jiuzhou.kernel.message import Message
from jiuzhou.web.ledger.audit import Origin, record
from jiuzhou.web.ledger.outbox import tell
from jiuzhou.web.problems import StaleError
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import Customer, Decision, Owner, Ownership, Territory
from jiuzhou.web.store.models.ownership import OPEN

POOL = "public"


@dataclass(frozen=True, slots=True)
class Move:
    """
    What is to be written.

    Attributes
    ----------
    owner
        Who gets the customer; ``None`` for the pool.
    reason
        The sentence of the decision.
    key
        Of the decision; a second one with the same key cannot be written.
    valid_from
        From when it holds; not before the present owner's time began.
    """

    owner: Owner | None
    reason: Message
    key: str
    valid_from: datetime
    asked_by: int | None


def write_move(customer: Customer, move: Move, origin: Origin, *, now: datetime) -> Decision:
    """
    Write one move, inside the caller's transaction, for a customer that is settled and as it was just read.

    Raises
    ------
    StaleError
        If somebody else changed the customer since it was read.
    """
    territory = _territory(customer, move.owner)
    decision = Decision.unscoped.create(
        organisation_id=customer.organisation_id,
        key=move.key,
        customer=customer,
        outcome="assigned" if move.owner else "pooled",
        owner=move.owner,
        territory=territory,
        rule="manual",
        code=move.reason.code,
        params=move.reason.plain_params(),
        by_id=move.asked_by,
        decided_at=now,
    )
    fault("reassign.decided")
    _write_customer(customer, move, territory)
    _write_spells(customer, move, decision, now)
    fault("reassign.moved")
    before = {"owner": customer.owner.code if customer.owner else "", "pool": customer.pool}
    after = {"owner": move.owner.code if move.owner else "", "pool": "" if move.owner else POOL}
    record(origin, "customer.reassign", "customer", customer.code, before=before, after=after)
    told = {"customer": customer.code, "from": before["owner"], "to": after["owner"]}
    tell(customer.organisation_id, "customer.reassigned", told)
    return decision


def _write_customer(customer: Customer, move: Move, territory: Territory | None) -> None:
    same = Customer.unscoped.filter(pk=customer.pk, version=customer.version)
    changed = same.update(
        owner=move.owner, territory=territory, pool="" if move.owner else POOL, version=F("version") + 1
    )
    if not changed:
        now = Customer.unscoped.select_related("owner").get(pk=customer.pk)
        raise StaleError(now.version, {"owner": now.owner.name if now.owner else ""})


def _write_spells(customer: Customer, move: Move, decision: Decision, now: datetime) -> None:
    present = Ownership.unscoped.filter(OPEN, customer=customer, role="primary")
    began = present.values_list("valid_from", flat=True).first()
    valid_from = max(move.valid_from, began) if began else move.valid_from
    present.update(valid_to=Greatest(F("valid_from"), Value(valid_from, output_field=DateTimeField())), closed_at=now)
    if move.owner is not None:
        Ownership.unscoped.create(
            organisation_id=customer.organisation_id,
            customer=customer,
            owner=move.owner,
            territory_id=decision.territory_id,
            source="manual",
            valid_from=valid_from,
            recorded_at=now,
            decision=decision,
        )


def _territory(customer: Customer, owner: Owner | None) -> Territory | None:
    # The customer goes into its new owner's territory where that is one; otherwise it stays where it lies, and lists
    # show it as an exception of that territory.
    if owner is None or (customer.territory is not None and customer.territory.owner_id == owner.pk):
        return customer.territory
    own = list(Territory.unscoped.filter(owner=owner, valid_to__isnull=True, children__isnull=True)[:2])
    return own[0] if len(own) == 1 else customer.territory
