"""Endpoints of reassigning by hand: who could have a customer, and giving it to one of them."""

from __future__ import annotations

from typing import Annotated

from ninja import Router
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.assign.reads import owners
from jiuzhou.web.assign.writes.reassign import (
    LONGEST_REASON,
    MOST_AT_ONCE,
    Reassigned,
    RowResult,
    reassign,
    reassign_each,
)
from jiuzhou.web.rest.schemas import Body, Code, IfMatch, Moment, SaidMaybe, Shape

router = Router()

Reason = Annotated[str, Field(min_length=1, max_length=LONGEST_REASON, pattern=r"\S")]
To = Annotated[str, Field(max_length=64, description="An owner's code; empty for the public pool.")]
Seen = Annotated[int, Field(ge=0, le=999_999_999)]


class OwnerToReceive(Shape):
    """Somebody who could have the customer; ``load`` is the share of the capacity that is taken, null if unknown."""

    code: str
    name: str
    kind: str
    load: float | None
    away: bool


class CustomerToReassign(Shape):
    """A customer, who has it, from when somebody else will, and who could have it: the least loaded first."""

    customer_code: str
    customer_name: str
    version: int
    owner: str
    territory: str
    due_at: Moment | None
    owners: list[OwnerToReceive]


class Reassignment(Body):
    """To whom a customer goes, why, and from when: now where nothing is said."""

    to: To
    reason: Reason
    from_when: Moment | None = None


class CustomerReassigned(Shape):
    """What became of it; ``due_at`` is null where it is so now, and ``version`` is the customer's."""

    customer_code: str
    owner_code: str
    version: int
    decision_id: int | None
    due_at: Moment | None


class Reassignments(Body):
    """Several customers, each with the version of it that was read, for one owner."""

    customers: Annotated[dict[Code, Seen], Field(min_length=1, max_length=MOST_AT_ONCE)]
    to: To
    reason: Reason


class ReassignmentResult(Shape):
    """What became of one customer of several: either ``done`` or ``problem`` is there."""

    customer_code: str
    done: CustomerReassigned | None
    problem: SaidMaybe


@router.get("/customers/{customer}/receivers", response=CustomerToReassign)
@endpoint("customer.reassign", noun="customer")
def read_receivers(request: Asked, customer: Code) -> owners.Receiving:
    """Return who could have a customer."""
    return owners.receiving(request.actor, customer)


@router.post("/customers/{customer}/reassign", response=CustomerReassigned)
@endpoint("customer.reassign", noun="customer")
def reassign_customer(request: Asked, customer: Code, body: Reassignment, version: IfMatch) -> Reassigned:
    """Give a customer to another owner, or put it into the public pool."""
    return reassign(request.actor, customer, body.to, version=version, reason=body.reason, from_when=body.from_when)


@router.post("/reassignments", response=list[ReassignmentResult])
@endpoint("customer.reassign")
def reassign_customers(request: Asked, body: Reassignments) -> tuple[RowResult, ...]:
    """Give several customers to one owner, each by itself, and return what became of each."""
    return reassign_each(request.actor, tuple(body.customers.items()), body.to, reason=body.reason)
