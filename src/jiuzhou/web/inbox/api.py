"""Endpoints of the inbox."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Router, Status
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.inbox import reads, writes
from jiuzhou.web.paging import Page
from jiuzhou.web.rest.schemas import MAX_BULK, Body, Cursor, Id, Limit, Listing, Moment, Said, Shape

router = Router()


class Notice(Shape):
    """Something a person should know."""

    id: int
    kind: str
    message: Said
    link: str
    at: Moment
    unread: bool


class Approval(Shape):
    """A request that a second person decides."""

    id: int
    noun: str
    key: str
    message: Said
    link: str
    note: str
    asked_by: str
    asked_at: Moment
    outcome: str
    decided_by: str
    decided_at: Moment | None
    answer: str
    may_decide: bool


class Waiting(Shape):
    """How much waits."""

    approvals: int
    notices: int


class Seen(Body):
    """Notices that were read; all of them where no ids are given."""

    ids: Annotated[list[Id], Field(max_length=MAX_BULK)] | None = None


class Marked(Shape):
    """How many were marked."""

    marked: int


class Decision(Body):
    """A decision about a request; a refusal says why."""

    outcome: Literal["approved", "refused"]
    answer: Annotated[str, Field(max_length=writes.LONGEST_ANSWER)] = ""


@router.get("/inbox", response=Waiting)
@endpoint("inbox.read")
def read_inbox(request: Asked) -> reads.Counts:
    """Return how much waits for one."""
    return reads.counts(request.actor)


@router.get("/inbox/notices", response=Listing[Notice])
@endpoint("inbox.read")
def list_notices(
    request: Asked, limit: Limit = 50, cursor: Cursor = None, unread: bool = False
) -> Page[reads.NoticeView]:
    """Return one's notices, unread first, then the latest first."""
    return reads.list_notices(request.actor, unread_only=unread, cursor=cursor, size=limit)


@router.post("/inbox/notices/read", response=Marked)
@endpoint("inbox.read")
def read_notices(request: Asked, body: Seen) -> Marked:
    """Mark notices as read."""
    return Marked(marked=writes.mark_read(request.actor, body.ids))


@router.get("/inbox/approvals", response=Listing[Approval])
@endpoint("inbox.read")
def list_approvals(
    request: Asked,
    limit: Limit = 50,
    cursor: Cursor = None,
    box: Literal["waiting", "asked", "decided"] = "waiting",
) -> Page[reads.ApprovalView]:
    """Return requests that wait for one, that one made, or that are decided; the latest first."""
    return reads.list_approvals(request.actor, box, cursor=cursor, size=limit)


@router.post("/inbox/approvals/{approval}/decide", response={204: None})
@endpoint("inbox.read", noun="approval")
def decide_approval(request: Asked, approval: Id, body: Decision) -> Status[None]:
    """Decide a request of somebody else's; what follows from it is done at once."""
    writes.decide(request.actor, approval, body.outcome, body.answer)
    return Status(204, None)
