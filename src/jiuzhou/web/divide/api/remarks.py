"""Endpoints of what people say of a plan, and of what is answered."""

from __future__ import annotations

from ninja import Router, Status

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.divide.schemas import NewObjection, NewRemark, RemarkAnswered, RemarkNoted
from jiuzhou.web.divide.writes import remarks
from jiuzhou.web.rest.schemas import Code, Id

router = Router()


@router.post("/plans/{plan}/remarks", response={201: RemarkNoted})
@endpoint("plan.review", noun="plan")
def create_remark(request: Asked, plan: Code, body: NewRemark) -> Status[RemarkNoted]:
    """Say something of a plan in review."""
    return Status(
        201, RemarkNoted(id=remarks.add_remark(request.actor, plan, text=body.text, territory=body.territory))
    )


@router.post("/plans/{plan}/objections", response={201: RemarkNoted})
@endpoint("plan.review", noun="plan")
def create_objection(request: Asked, plan: Code, body: NewObjection) -> Status[RemarkNoted]:
    """Object to a customer's change of owner; the price of keeping it is noted with it."""
    made = remarks.object_to(request.actor, plan, customer=body.customer, text=body.text)
    return Status(201, RemarkNoted(id=made))


@router.post("/plans/{plan}/remarks/{remark}/answer", response={204: None})
@endpoint("plan.write", noun="plan")
def answer_remark(request: Asked, plan: Code, remark: Id, body: RemarkAnswered) -> Status[None]:
    """Answer a remark."""
    remarks.answer_remark(request.actor, plan, remark, accepted=body.accepted, answer=body.answer)
    return Status(204, None)
