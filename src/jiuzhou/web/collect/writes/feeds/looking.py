"""One look at a source: what has arrived is taken, one file after the other, and the source says what came of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.collect.feeds import (
    MOST_A_LOOK,
    QUERY_ENDING,
    QUIET_SECONDS,
    home_of_feeds,
)
from jiuzhou.web.collect.writes.feeds import taking
from jiuzhou.web.collect.writes.feeds.folders import Folder, Found, opened
from jiuzhou.web.jobs.context import RunContext
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import Feed, FeedArrival

_MARK = re.compile("[0-9a-f]{8}")
_MOST_SEEN, _MOST_REFUSED = 1000, 200


def look_at_feed(context: RunContext) -> Mapping[str, Any]:
    """Take what has arrived at the source ``arguments["feed"]``; a later attempt goes on where this one is stopped."""
    actor = context.actor
    actor.must("import.run")
    rows = visible_to(actor, Feed).select_related("organisation").filter(removed_at=None)
    feed = rows.filter(pk=int(context.arguments["feed"])).first()
    if feed is None:
        return {"message": say("feeds.is_removed").to_json()}
    try:
        said = _looked(context, feed)
    except JiuzhouError as error:
        _note(feed, error.message)
        raise
    _note(feed, said)
    return {"message": said.to_json(), "link": reverse("customers:feed", args=[feed.pk])}


def _looked(context: RunContext, feed: Feed) -> Message:
    before = taking.under_way(feed)
    if before is not None and before.state == "waiting" and not taking.settle(feed, before):
        return say("feeds.said_waiting", file=before.name)
    ends: Counter[str] = Counter()
    if feed.kind == "folder":
        _refuse(feed)
    for number in range(MOST_A_LOOK):
        context.leave_if_stopped()
        arrival = taking.under_way(feed) or (
            _next(feed) if feed.kind == "folder" else _query_once(context, feed, number)
        )
        if arrival is None:
            break
        ends[taking.take(context, feed, arrival)] += 1
        if ends["waiting"]:
            break
    return _said(feed, ends)


def _said(feed: Feed, ends: Counter[str]) -> Message:
    if ends["waiting"]:
        return say("feeds.said_waits", done=ends["done"] + ends["unchanged"])
    if ends.total():
        return say("feeds.said_taken", done=ends["done"], unchanged=ends["unchanged"], failed=ends["failed"])
    if feed.kind == "folder" and feed.seen:
        return say("feeds.said_arriving", files=len(feed.seen))
    return say("feeds.said_nothing")


def _refuse(feed: Feed) -> None:
    """Tell once of each thing in the folder that is not taken; it stays where it lies."""
    with opened(_path(feed)) as folder:
        refused = [one for one in folder.found() if one.refused is not None and _is_quiet(feed, one)]
    told = set(
        FeedArrival.unscoped.filter(feed=feed, state="refused", name__in=[_shown(one) for one in refused]).values_list(
            "name", "look"
        )
    )
    now = timezone.now()
    new = [one for one in refused if (_shown(one), one.look) not in told][:_MOST_REFUSED]
    FeedArrival.unscoped.bulk_create(
        FeedArrival(
            organisation_id=feed.organisation_id,
            feed=feed,
            name=_shown(one),
            look=one.look,
            bytes=one.bytes,
            state="refused",
            reason=one.refused.to_json() if one.refused else {},
            at=now,
            ended_at=now,
        )
        for one in new
    )


def _next(feed: Feed) -> FeedArrival | None:
    """Return the next file as taken; what is still being written is remembered for the next look."""
    with opened(_path(feed)) as folder:
        left = _left_over(feed, folder)
        if left is not None:
            return left
        good = [one for one in folder.found() if one.refused is None]
        for one in good:
            mark = token_hex(4)
            if _is_quiet(feed, one) and folder.claim(one, mark):
                fault("feed.claimed")
                return _arrived(feed, one.name, one.bytes, mark)
    moving = {one.name: one.look for one in good if not _is_quiet(feed, one)}
    feed.seen = dict(list(moving.items())[:_MOST_SEEN])
    return None


def _left_over(feed: Feed, folder: Folder) -> FeedArrival | None:
    # Who was killed between the claim and its row leaves a file that nobody knows of.
    claimed = {mark: name for mark, name in folder.claimed().items() if _MARK.fullmatch(mark)}
    known = FeedArrival.unscoped.filter(feed=feed, mark__in=list(claimed)).values_list("mark", flat=True)
    for mark in sorted(set(claimed) - set(known)):
        return _arrived(feed, claimed[mark], 0, mark)
    return None


def _is_quiet(feed: Feed, found: Found) -> bool:
    now = timezone.now()
    looked = feed.looked_at
    same = feed.seen.get(found.name) == found.look
    if same and looked is not None and now - looked >= timedelta(seconds=QUIET_SECONDS):
        return True
    return now.timestamp() - found.changed >= QUIET_SECONDS


def _query_once(context: RunContext, feed: Feed, number: int) -> FeedArrival | None:
    if number:
        return None
    path = home_of_feeds(feed.organisation.slug) / f"{feed.place}{QUERY_ENDING}"
    return taking.fetched(context, feed, path)


def _arrived(feed: Feed, name: str, size: int, mark: str) -> FeedArrival:
    with transaction.atomic():
        return FeedArrival.unscoped.create(
            organisation_id=feed.organisation_id, feed=feed, name=name[:255], bytes=size, mark=mark, at=timezone.now()
        )


def _shown(found: Found) -> str:
    return "".join(sign for sign in found.name if sign.isprintable())[:255] or "?"


def _path(feed: Feed) -> Path:
    return home_of_feeds(feed.organisation.slug) / feed.place


def _note(feed: Feed, said: Message) -> None:
    Feed.unscoped.filter(pk=feed.pk).update(seen=feed.seen, looked_at=timezone.now(), said=said.to_json())
