"""Endpoints of the audit chain."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Query, Router

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.ledger import trail
from jiuzhou.web.paging import Page
from jiuzhou.web.rest.schemas import Cursor, Limit, Listing, Moment, Shape

router = Router()

Word = Annotated[str, Query("", max_length=120)]


class Act(Shape):
    """One act: who, from where, what, on what, before and after."""

    sequence: int
    at: Moment
    who: str
    origin: str
    verb: str
    noun: str
    key: str
    before: dict[str, Any]
    after: dict[str, Any]
    note: str


@router.get("/audit", response=Listing[Act])
@endpoint("audit.read")
def list_acts(
    request: Asked,
    *,
    limit: Limit = 50,
    cursor: Cursor = None,
    verb: Word = "",
    noun: Word = "",
    key: Word = "",
    since: Moment | None = None,
    until: Moment | None = None,
) -> Page[trail.Act]:
    """Return what was done in the company, the latest first."""
    wanted = trail.Wanted(verb=verb, noun=noun, key=key, since=since, until=until)
    return trail.list_acts(request.actor.organisation_id, wanted, cursor=cursor, size=limit)
