"""Sources of data: added, changed, let rest, looked at now or when it is time, and removed."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from jiuzhou.collect.aliases import table_of
from jiuzhou.kernel.errors import InputError, JiuzhouError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor, system_of
from jiuzhou.web.collect.feeds import (
    KEPT,
    KINDS,
    MOST_FEEDS,
    NAME,
    QUERY_ENDING,
    FeedDraft,
    home_of_feeds,
    is_place,
)
from jiuzhou.web.collect.reads.importing.proposing import OFFERED
from jiuzhou.web.collect.writes.feeds.folders import make_folder, opened
from jiuzhou.web.collect.writes.importing.steps import must_import
from jiuzhou.web.jobs.queue import start
from jiuzhou.web.jobs.schedules import LEAST_MINUTES, MOST_MINUTES, next_time
from jiuzhou.web.jobs.states import WAITING_OR_RUNNING
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError, InvalidError, StaleError
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import Feed, FeedArrival, Organisation

_TOLD = ("name", "kind", "place", "table", "most_rejected", "lenient", "every_minutes", "active")
_OPEN = ("paused", *WAITING_OR_RUNNING)


def add_feed(actor: Actor, draft: FeedDraft) -> int:
    """
    Add a source, make its folder, and return its number.

    Raises
    ------
    ForbiddenError
        If the actor may not import.
    InvalidError
        If a field makes no sense.
    ConflictError
        If there is a source of that name, or at that place.
    """
    must_import(actor)
    draft = replace(draft, name=draft.name.strip(), place=draft.place.strip())
    slug = Organisation.objects.values_list("slug", flat=True).get(pk=actor.organisation_id)
    _must_make_sense(draft, _wrong_place(draft, slug))
    if visible_to(actor, Feed).filter(removed_at=None).count() >= MOST_FEEDS:
        raise InputError("feeds.too_many", most=MOST_FEEDS)
    if draft.kind == "folder":
        make_folder(home_of_feeds(slug) / draft.place)
    table = draft.table or (table_of(draft.place) or "" if draft.kind == "query" else "")
    now = timezone.now()
    fields = {**asdict(draft), "table": table, "made_at": now, "changed_at": now}
    try:
        with transaction.atomic():
            row = Feed.unscoped.create(
                organisation_id=actor.organisation_id, by_id=actor.user_id, next_at=_first(draft, actor, now), **fields
            )
            record(actor.origin, "feed.add", "feed", str(row.pk), after=_told(row))
    except IntegrityError:
        raise ConflictError("feeds.there_already") from None
    return int(row.pk)


def change_feed(actor: Actor, number: int, draft: FeedDraft, *, version: int, active: bool | None = None) -> int:
    """
    Change a source, but for its kind and its place, and return the new version.

    Parameters
    ----------
    active
        Whether it is looked at from now on; ``None`` leaves that as it is.

    Raises
    ------
    NotFoundError, InvalidError, ConflictError
        As ``add_feed``.
    StaleError
        If it was changed since ``version``.
    """
    must_import(actor)
    row = _standing(actor, number)
    draft = replace(draft, name=draft.name.strip(), kind=row.kind, place=row.place)
    _must_make_sense(draft, {})
    now = timezone.now()
    fields: dict[str, Any] = {**asdict(draft), "active": row.active if active is None else active, "changed_at": now}
    timed = (row.every_minutes, row.at_time) != (draft.every_minutes, draft.at_time)
    if timed or (fields["active"] and not row.active):
        fields["next_at"] = _first(draft, actor, now)
    before = _told(row)
    try:
        with transaction.atomic():
            same = Feed.unscoped.filter(pk=row.pk, version=version, removed_at=None)
            if not same.update(version=F("version") + 1, **fields):
                raise StaleError(row.version, {})
            after = _told(Feed.unscoped.get(pk=row.pk))
            record(actor.origin, "feed.change", "feed", str(number), before=before, after=after)
    except IntegrityError:
        raise ConflictError("feeds.there_already") from None
    return version + 1


def remove_feed(actor: Actor, number: int, *, version: int) -> None:
    """
    Remove a source; its files stay where they lie, and what was imported stays as it is.

    Raises
    ------
    NotFoundError
        If there is none.
    ConflictError
        If it is being looked at.
    StaleError
        If it was changed since ``version``.
    """
    must_import(actor)
    row = _standing(actor, number)
    if row.run is not None and row.run.state in WAITING_OR_RUNNING:
        raise ConflictError("feeds.busy")
    with transaction.atomic():
        same = Feed.unscoped.filter(pk=row.pk, version=version, removed_at=None)
        if not same.update(removed_at=timezone.now(), active=False, version=F("version") + 1):
            raise StaleError(row.version, {})
        record(actor.origin, "feed.remove", "feed", str(number), before=_told(row))


def look_now(actor: Actor, number: int) -> int:
    """
    Begin to look at a source without waiting for its time; return the run that does, or the one under way.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    must_import(actor)
    row = _standing(actor, number)
    if row.run is not None and row.run.state in _OPEN:
        return int(row.run.pk)
    with transaction.atomic():
        run = _start(actor, row, None)
    if run is None:
        return look_now(actor, number)
    return run


def start_due_feeds(*, now: datetime | None = None) -> int:
    """Begin to look at every source whose time has come, each once however late it is; return how many."""
    now = now or timezone.now()
    due = Feed.unscoped.filter(active=True, removed_at=None, next_at__lte=now).select_related("organisation", "run")
    return sum(_started(row, now) for row in due.order_by("next_at", "pk"))


def forget_arrived(now: datetime) -> int:
    """Delete the files that were put away long ago, and return how many arrivals those were."""
    rows = FeedArrival.unscoped.filter(cleared_at=None, ended_at__lt=now - KEPT).exclude(mark="")
    gone = 0
    for row in rows.select_related("feed__organisation")[:1000]:
        try:
            with opened(home_of_feeds(row.feed.organisation.slug) / row.feed.place) as folder:
                folder.forget(row.mark)
        except JiuzhouError:
            pass  # the folder is gone, and its files with it
        gone += FeedArrival.unscoped.filter(pk=row.pk, cleared_at=None).update(cleared_at=now)
    return gone


def _started(row: Feed, now: datetime) -> bool:
    if row.run is not None and row.run.state in _OPEN:
        return False
    following = next_time(
        row.next_at, now=now, every_minutes=row.every_minutes, at_time=row.at_time, zone=row.organisation.zone
    )
    with transaction.atomic():
        same = Feed.unscoped.filter(pk=row.pk, next_at=row.next_at, active=True, removed_at=None)
        if not same.update(next_at=following):
            return False
        started = _start(system_of(row.organisation), row, row.next_at)
        fault("feed.started")
    return started is not None


def _start(actor: Actor, row: Feed, due_at: datetime | None) -> int | None:
    """Return the run begun for a source; ``None`` where another was begun meanwhile."""
    key = f"feed:{row.pk}:{due_at.isoformat()}" if due_at else None
    title = say("feeds.run_look", feed=row.name)
    run = start(actor, "feed.look", {"feed": row.pk}, title=title, key=key)
    if Feed.unscoped.filter(pk=row.pk, run=row.run_id).update(run=run):
        return int(run.pk)
    transaction.set_rollback(True)
    return None


def _standing(actor: Actor, number: int) -> Feed:
    return one_visible(actor, Feed, pk=number, removed_at=None)


def _first(draft: FeedDraft, actor: Actor, now: datetime) -> datetime:
    return next_time(now, now=now, every_minutes=draft.every_minutes, at_time=draft.at_time, zone=actor.zone)


def _must_make_sense(draft: FeedDraft, wrong: dict[str, Message]) -> None:
    if not draft.name or len(draft.name) > NAME or not draft.name.isprintable():
        wrong["name"] = say("feeds.bad_feed_name", most=NAME)
    if draft.table and draft.table not in OFFERED:
        wrong["table"] = say("importing.unknown_table", table=draft.table[:60], known=", ".join(OFFERED))
    if not 0 <= draft.most_rejected <= 1:
        wrong["most_rejected"] = say("feeds.share_range")
    if (draft.every_minutes is None) == (draft.at_time is None):
        wrong["every_minutes"] = say("jobs.schedule_without_time")
    elif draft.every_minutes is not None and not LEAST_MINUTES <= draft.every_minutes <= MOST_MINUTES:
        wrong["every_minutes"] = say("jobs.minutes_range", least=LEAST_MINUTES, most=MOST_MINUTES)
    if wrong:
        raise InvalidError(wrong)


def _wrong_place(draft: FeedDraft, slug: str) -> dict[str, Message]:
    if draft.kind not in KINDS:
        return {"kind": say("feeds.unknown_kind", known=", ".join(KINDS))}
    if not is_place(draft.place):
        return {"place": say("feeds.bad_place")}
    if draft.kind == "query":
        if not (home_of_feeds(slug) / f"{draft.place}{QUERY_ENDING}").is_file():
            return {"place": say("feeds.no_query", place=draft.place)}
        if not draft.table and table_of(draft.place) not in OFFERED:
            return {"table": say("feeds.table_missing")}
    return {}


def _told(row: Feed) -> dict[str, Any]:
    at = row.at_time.isoformat() if row.at_time else None
    return {**{name: getattr(row, name) for name in _TOLD}, "at_time": at}
