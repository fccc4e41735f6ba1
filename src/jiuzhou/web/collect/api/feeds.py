"""Endpoints of sources of data: folders and queries that are looked at again and again."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any, Literal

from ninja import Router, Status
from pydantic import Field, field_validator

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.collect.feeds import NAME, REJECTED_SHARE, FeedDraft
from jiuzhou.web.collect.reads import feeds
from jiuzhou.web.collect.writes.feeds import setting
from jiuzhou.web.jobs.schedules import LEAST_MINUTES, MOST_MINUTES
from jiuzhou.web.paging import Page
from jiuzhou.web.rest.schemas import Body, Cursor, Id, IfMatch, Limit, Listing, Moment, SaidMaybe, Shape

router = Router()

State = Literal["active", "paused", "busy", "waiting"]
Name = Annotated[str, Field(min_length=1, max_length=NAME, pattern=r"\S")]
Table = Annotated[str, Field(max_length=30, description="Empty where the file tells.")]
Rejected = Annotated[float, Field(ge=0, le=1, description="Share of rows above which a file waits for a person.")]
Minutes = Annotated[int, Field(ge=LEAST_MINUTES, le=MOST_MINUTES)]
Clock = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class FeedDetail(Shape):
    """A source; ``where`` lies within the data folder, ``last_import`` is the last import that came through it."""

    id: int
    name: str
    kind: Literal["folder", "query"]
    place: str
    where: str
    table: str
    most_rejected: float
    lenient: bool
    active: bool
    every_minutes: int | None
    at_time: str | None
    next_at: Moment
    looked_at: Moment | None
    state: State
    run: int | None
    said: SaidMaybe
    waiting_import: int | None
    last_import: int | None
    last_import_at: Moment | None
    version: int

    @field_validator("at_time", mode="before")
    @classmethod
    def _by_the_minute(cls, value: time | None) -> str | None:
        return f"{value:%H:%M}" if value is not None else None


class FeedArrival(Shape):
    """A file that came in or was not taken; figures are null until its import is checked."""

    id: int
    name: str
    bytes: int
    state: Literal["taken", "waiting", "done", "unchanged", "failed", "refused"]
    reason: SaidMaybe
    upload: int | None
    read: int | None
    rejected: int | None
    added: int | None
    updated: int | None
    at: Moment
    ended_at: Moment | None


class FeedChange(Body):
    """How a source is to be from now on; one of ``every_minutes`` and ``at_time`` says when it is looked at."""

    name: Name
    table: Table = ""
    most_rejected: Rejected = REJECTED_SHARE
    lenient: bool = False
    every_minutes: Minutes | None = None
    at_time: Clock | None = None
    active: bool = True


class NewFeed(Body):
    """A source to be: ``place`` names a folder, or a query's file that the operator put there."""

    name: Name
    kind: Literal["folder", "query"]
    place: Annotated[str, Field(min_length=1, max_length=40)]
    table: Table = ""
    most_rejected: Rejected = REJECTED_SHARE
    lenient: bool = False
    every_minutes: Minutes | None = None
    at_time: Clock | None = None


class LookStarted(Shape):
    """The run that looks at the source."""

    run: int


@router.get("/collect/feeds", response=Listing[FeedDetail])
@endpoint("import.run")
def list_feeds(request: Asked, cursor: Cursor = None, limit: Limit = 50) -> Page[feeds.FeedView]:
    """Return the sources of data by name."""
    return feeds.feeds(request.actor, cursor=cursor, size=limit)


@router.post("/collect/feeds", response={201: FeedDetail})
@endpoint("import.run")
def create_feed(request: Asked, body: NewFeed) -> Status[feeds.FeedView]:
    """Add a source and make its folder; its first look is when its time has come."""
    number = setting.add_feed(request.actor, _draft(body.model_dump()))
    return Status(201, feeds.one_feed(request.actor, number))


@router.get("/collect/feeds/{feed}", response=FeedDetail)
@endpoint("import.run", noun="feed")
def read_feed(request: Asked, feed: Id) -> feeds.FeedView:
    """Return one source."""
    return feeds.one_feed(request.actor, feed)


@router.put("/collect/feeds/{feed}", response=FeedDetail)
@endpoint("import.run", noun="feed")
def change_feed(request: Asked, feed: Id, body: FeedChange, version: IfMatch) -> feeds.FeedView:
    """Change a source, or let it rest; its kind and its place stay."""
    given = body.model_dump()
    active = given.pop("active")
    draft = _draft({"kind": "", "place": "", **given})
    setting.change_feed(request.actor, feed, draft, version=version, active=active)
    return feeds.one_feed(request.actor, feed)


@router.delete("/collect/feeds/{feed}", response={204: None})
@endpoint("import.run", noun="feed")
def remove_feed(request: Asked, feed: Id, version: IfMatch) -> Status[None]:
    """Remove a source; its files stay where they lie, and what was imported stays."""
    setting.remove_feed(request.actor, feed, version=version)
    return Status(204, None)


@router.post("/collect/feeds/{feed}/look", response={202: LookStarted})
@endpoint("import.run", noun="feed")
def look_at_feed(request: Asked, feed: Id) -> Status[LookStarted]:
    """Look at a source now, without waiting for its time."""
    return Status(202, LookStarted(run=setting.look_now(request.actor, feed)))


@router.get("/collect/feeds/{feed}/arrivals", response=Listing[FeedArrival])
@endpoint("import.run", noun="feed")
def list_arrivals(request: Asked, feed: Id, cursor: Cursor = None, limit: Limit = 50) -> Page[feeds.ArrivalLine]:
    """Return what came in through a source, the latest first."""
    return feeds.arrivals(request.actor, feed, cursor=cursor, size=limit)


def _draft(given: dict[str, Any]) -> FeedDraft:
    at_time = given["at_time"]
    return FeedDraft(**{**given, "at_time": time.fromisoformat(at_time) if at_time else None})
