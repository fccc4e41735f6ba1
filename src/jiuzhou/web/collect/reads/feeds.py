"""Sources of data as people see them: where they lie, when they are looked at, what came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import OuterRef, QuerySet, Subquery

from jiuzhou.kernel.message import Message, message_of
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.feeds import QUERY_ENDING, home_of_feeds, is_place, where
from jiuzhou.web.jobs.states import WAITING_OR_RUNNING
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Feed, FeedArrival, Organisation


@dataclass(frozen=True, slots=True)
class FeedView:
    """
    One source.

    Attributes
    ----------
    where
        Its folder or file within the data folder.
    state
        ``active``, ``paused``, ``busy`` while it is looked at, ``waiting`` while a file of it waits for a person.
    run
        The run that looks at it, while there is one.
    said
        What the last look came to; ``None`` before the first.
    waiting_import
        The import that waits for a person.
    last_import, last_import_at
        The last import that came in through it.
    """

    id: int
    name: str
    kind: str
    place: str
    where: str
    table: str
    most_rejected: float
    lenient: bool
    active: bool
    every_minutes: int | None
    at_time: time | None
    next_at: datetime
    looked_at: datetime | None
    state: str
    run: int | None
    said: Message | None
    waiting_import: int | None
    last_import: int | None
    last_import_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class ArrivalLine:
    """One file that came in, or was not taken, with the import that it became and how many rows that brought."""

    id: int
    name: str
    bytes: int
    state: str
    reason: Message | None
    upload: int | None
    read: int | None
    rejected: int | None
    added: int | None
    updated: int | None
    at: datetime
    ended_at: datetime | None


def feeds(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[FeedView]:
    """Return the sources of the organisation by name."""
    actor.must("import.run")
    rows = _standing(actor)
    return page_of(rows, _view, order=("name", "id"), cursor=cursor, size=size)


def one_feed(actor: Actor, number: int) -> FeedView:
    """
    Return one source.

    Raises
    ------
    NotFoundError
        If there is none, or it was removed.
    """
    actor.must("import.run")
    row = _standing(actor).filter(pk=number).first()
    if row is None:
        raise NotFoundError
    return _view(row)


def arrivals(actor: Actor, number: int, *, cursor: str | None = None, size: int = 30) -> Page[ArrivalLine]:
    """
    Return what came in through a source, the latest first.

    Raises
    ------
    NotFoundError
        If there is no such source.
    """
    actor.must("import.run")
    feed = one_visible(actor, Feed, pk=number, removed_at=None)
    rows = visible_to(actor, FeedArrival).filter(feed=feed).select_related("upload")
    return page_of(rows, _line, order=("-at", "-id"), cursor=cursor, size=size)


def queries(actor: Actor) -> tuple[str, ...]:
    """Return the names of the queries that the operator put there for the organisation."""
    actor.must("import.run")
    slug = Organisation.objects.values_list("slug", flat=True).get(pk=actor.organisation_id)
    found = home_of_feeds(slug).glob(f"*{QUERY_ENDING}")
    return tuple(sorted(name for path in found if is_place(name := path.name.removesuffix(QUERY_ENDING))))


def _standing(actor: Actor) -> QuerySet[Feed]:
    came = visible_to(actor, FeedArrival).filter(feed=OuterRef("pk"))
    brought = came.filter(state="done").exclude(upload=None).order_by("-at", "-pk")
    rows = visible_to(actor, Feed).filter(removed_at=None).select_related("organisation", "run")
    return rows.annotate(
        waits_for=Subquery(came.filter(state="waiting").values("upload")[:1]),
        last_upload=Subquery(brought.values("upload")[:1]),
        last_at=Subquery(brought.values("ended_at")[:1]),
    )


def _view(row: Feed) -> FeedView:
    busy = row.run is not None and row.run.state in WAITING_OR_RUNNING
    waits = row.waits_for  # type: ignore[attr-defined]
    return FeedView(
        id=row.pk,
        name=row.name,
        kind=row.kind,
        place=row.place,
        where=where(row.organisation.slug, row.kind, row.place),
        table=row.table,
        most_rejected=row.most_rejected,
        lenient=row.lenient,
        active=row.active,
        every_minutes=row.every_minutes,
        at_time=row.at_time,
        next_at=row.next_at,
        looked_at=row.looked_at,
        state="busy" if busy else "waiting" if waits else "active" if row.active else "paused",
        run=row.run_id if busy else None,
        said=message_of(row.said) if row.said else None,
        waiting_import=waits,
        last_import=row.last_upload,  # type: ignore[attr-defined]
        last_import_at=row.last_at,  # type: ignore[attr-defined]
        version=row.version,
    )


def _line(row: FeedArrival) -> ArrivalLine:
    counts = row.upload.counts if row.upload is not None else {}
    return ArrivalLine(
        id=row.pk,
        name=row.name,
        bytes=row.bytes,
        state=row.state,
        reason=message_of(row.reason) if row.reason else None,
        upload=row.upload_id,
        read=counts.get("read"),
        rejected=counts.get("rejected"),
        added=counts.get("added"),
        updated=counts.get("updated"),
        at=row.at,
        ended_at=row.ended_at,
    )
