"""
One file that came in through a source, along the very path of a person's import: looked at, checked, written.

It waits for a person where what its columns mean is not sure, or where too many of its rows are rejected. Whoever goes
on after a kill begins where the last one ended: each step is written down by the import itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from jiuzhou.adapters.exports import write_csv
from jiuzhou.adapters.texts import Lang, render
from jiuzhou.kernel.errors import BookError, InputError, JiuzhouError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.uploads import incoming
from jiuzhou.web.collect.feeds import DONE, FAILED, TRIES, home_of_feeds
from jiuzhou.web.collect.reads.importing.error_files import write_error_file
from jiuzhou.web.collect.reads.importing.folders import shelf_checked
from jiuzhou.web.collect.reads.importing.naming import table_name
from jiuzhou.web.collect.reads.importing.proposing import shape_of
from jiuzhou.web.collect.writes.feeds.folders import Folder, opened
from jiuzhou.web.collect.writes.feeds.queries import fetch
from jiuzhou.web.collect.writes.importing import applying, checking, mapping
from jiuzhou.web.collect.writes.importing.files import Upload, take_in
from jiuzhou.web.collect.writes.importing.looking import look
from jiuzhou.web.collect.writes.renewing import follow
from jiuzhou.web.inbox.writes import notify, people_with
from jiuzhou.web.jobs.context import RunContext
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import InvalidError
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import Feed, FeedArrival, Import, SavedMapping


class _WaitsError(Exception):
    def __init__(self, reason: Message) -> None:
        super().__init__(reason.code)
        self.reason = reason


def under_way(feed: Feed) -> FeedArrival | None:
    """Return what of a source is under way, or waits for a person."""
    return FeedArrival.unscoped.filter(feed=feed, state__in=("taken", "waiting")).select_related("upload").first()


def settle(feed: Feed, arrival: FeedArrival) -> bool:
    """Put away a file that waited for a person, once that person is done with its import; return whether it is."""
    row = arrival.upload
    if row is not None and row.state not in ("imported", "undone", "cancelled"):
        return False
    _end(feed, arrival, "failed" if row is None or row.state == "cancelled" else "done", say("feeds.by_a_person"))
    return True


def fetched(context: RunContext, feed: Feed, path: Path) -> FeedArrival | None:
    """
    Return what the query of a source finds as arrived; ``None`` where it finds what it found the last time.

    Raises
    ------
    BookError, InputError
        If the query cannot be run.
    """
    name = f"{feed.place}.csv"
    target = incoming() / f"{token_hex(12)}.upload"
    try:
        fetch(path, feed.table, target)
        digest = _digest(target)
        if _stands(feed, digest):
            return None
        arrival = FeedArrival(organisation_id=feed.organisation_id, feed=feed, name=name, at=timezone.now())
        _bring(context, feed, arrival, Upload(name, target), digest)
    finally:
        target.unlink(missing_ok=True)
    return arrival


def take(context: RunContext, feed: Feed, arrival: FeedArrival) -> str:
    """Import one file that has arrived, or go on with it; return the state in which that ends."""
    FeedArrival.unscoped.filter(pk=arrival.pk).update(tries=F("tries") + 1)
    try:
        if arrival.tries >= TRIES:
            raise InputError("feeds.gave_up", tries=TRIES)
        if arrival.upload is None and not _brought(context, feed, arrival):
            return _end(feed, arrival, "unchanged", say("feeds.same_content"))
        counts = _imported(context, feed, arrival)
    except _WaitsError as wait:
        return _wait(feed, arrival, wait.reason)
    except JiuzhouError as error:
        return _end(feed, arrival, "failed", error.message)
    fault("feed.imported")
    same = not (counts["added"] or counts["updated"])
    return _end(feed, arrival, "unchanged" if same else "done", say("feeds.nothing_new") if same else None)


def _brought(context: RunContext, feed: Feed, arrival: FeedArrival) -> bool:
    """Make an import of a claimed file; return ``False`` where the last one of this source said the very same."""
    if not arrival.mark:
        raise InputError("feeds.gone")
    target = incoming() / f"{token_hex(12)}.upload"
    try:
        with opened(_home(feed)) as folder:
            folder.copy(arrival.mark, target)
        digest = _digest(target)
        if _stands(feed, digest):
            FeedArrival.unscoped.filter(pk=arrival.pk).update(sha256=digest)
            return False
        _bring(context, feed, arrival, Upload(arrival.name, target), digest)
    finally:
        target.unlink(missing_ok=True)
    return True


def _bring(context: RunContext, feed: Feed, arrival: FeedArrival, upload: Upload, digest: str) -> None:
    folder, files = take_in([upload])
    choices = {"0": {"table": feed.table}} if feed.table else {}
    with transaction.atomic():
        row = Import.unscoped.create(
            organisation_id=feed.organisation_id,
            folder=folder,
            feed=feed,
            files=files,
            choices=choices,
            made_at=timezone.now(),
            run_id=context.run_id,
        )
        arrival.upload, arrival.sha256, arrival.bytes = row, digest, files[0]["bytes"]
        arrival.save()
        after = {"files": 1, "bytes": arrival.bytes, "feed": feed.pk}
        record(context.actor.origin, "import.upload", "import", str(row.pk), after=after)
    fault("feed.brought")


def _imported(context: RunContext, feed: Feed, arrival: FeedArrival) -> Mapping[str, Any]:
    assert arrival.upload is not None
    number = arrival.upload.pk

    def hold() -> None:
        context.checkpoint({})

    Import.unscoped.filter(pk=number).update(run=context.run_id)
    row = Import.unscoped.get(pk=number)
    if row.state in ("uploaded", "failed"):
        look(row, hold=hold)
        fault("feed.looked")
        row = Import.unscoped.get(pk=number)
    if row.state == "looked":
        _settle_choices(feed, row)
        _check(context, row, hold)
        row = Import.unscoped.get(pk=number)
    if row.state == "checked" and not row.progress:
        _judge(feed, row)
    if row.state not in ("checked", "imported"):
        raise InputError("feeds.is_over")

    def told(step: str, done: int, total: int) -> None:
        context.advance(done, total, say("feeds.is_writing", file=arrival.name))

    counts = applying.apply_import(context.actor, number, advance=told, hold=hold)
    follow(context.actor, Import.unscoped.get(pk=number))
    return counts


def _settle_choices(feed: Feed, row: Import) -> None:
    choices = {key: {**choice, "lenient": feed.lenient} for key, choice in row.choices.items()}
    Import.unscoped.filter(pk=row.pk, state="looked").update(choices=choices)
    row.choices = choices
    try:
        mapping.check(row, choices)
    except InvalidError as error:
        raise _WaitsError(next(iter(error.fields.values()))) from None
    for part in row.found:
        choice = choices.get(part["key"], {})
        if choice.get("table") and not _is_known(row, part, choice) and "likely" in part["trust"].values():
            unsure = next(heading for heading, trust in part["trust"].items() if trust == "likely")
            raise _WaitsError(say("feeds.unsure_column", heading=unsure))


def _is_known(row: Import, part: Mapping[str, Any], choice: Mapping[str, Any]) -> bool:
    kept = SavedMapping.unscoped.filter(organisation=row.organisation_id, shape=shape_of(part["headings"]))
    return kept.filter(table=choice["table"]).exists()


def _check(context: RunContext, row: Import, hold: Any) -> None:
    def told(table: str, rows: int, share: float) -> None:
        total = round(rows / share) if share > 0 else None
        context.advance(rows, total, say("importing.is_checking", table=table_name(table)))

    try:
        checking.check_import(row, advance=told, hold=hold)
    except BookError as error:
        raise _WaitsError(error.message) from error


def _judge(feed: Feed, row: Import) -> None:
    read, rejected = int(row.counts["read"]), int(row.counts["rejected"])
    if not int(row.counts["kept"]):
        raise _WaitsError(say("importing.nothing_good"))
    if rejected > feed.most_rejected * read:
        raise _WaitsError(say("feeds.many_rejected", rejected=rejected, read=read, most=feed.most_rejected))


def _stands(feed: Feed, digest: str) -> bool:
    """Whether the last file of the source said the very same, came in, and still stands."""
    came = FeedArrival.unscoped.filter(feed=feed, state__in=("done", "unchanged", "failed")).order_by("-at", "-pk")
    last = came.exclude(sha256="").first()
    if last is None or last.sha256 != digest:
        return False
    imported = came.filter(sha256=digest).exclude(upload=None).select_related("upload").first()
    row = imported.upload if imported is not None else None
    return (
        row is not None and row.state == "imported" and row.applied_at is not None and row.applied_at > feed.changed_at
    )


def _wait(feed: Feed, arrival: FeedArrival, reason: Message) -> str:
    assert arrival.upload is not None
    with transaction.atomic():
        FeedArrival.unscoped.filter(pk=arrival.pk).update(state="waiting", reason=reason.to_json())
    link = reverse("customers:imported", args=[arrival.upload.pk])
    _tell(feed, arrival, say("feeds.notice_waits", feed=feed.name, file=arrival.name, reason=reason), link)
    return "waiting"


def _end(feed: Feed, arrival: FeedArrival, state: str, reason: Message | None) -> str:
    where = FAILED if state == "failed" else DONE
    if arrival.mark:
        with opened(_home(feed)) as folder:
            folder.put_away(arrival.mark, where)
            fault("feed.put_away")
            _write_errors(feed, arrival, folder, where, reason)
    with transaction.atomic():
        FeedArrival.unscoped.filter(pk=arrival.pk).update(
            state=state, reason=reason.to_json() if reason else {}, ended_at=timezone.now()
        )
    if state == "failed" and reason is not None:
        link = reverse("customers:feed", args=[feed.pk])
        _tell(feed, arrival, say("feeds.notice_failed", feed=feed.name, file=arrival.name, reason=reason), link)
    return state


def _write_errors(feed: Feed, arrival: FeedArrival, folder: Folder, where: str, reason: Message | None) -> None:
    lang: Lang = "en" if feed.organisation.language == "en" else "zh"
    row = Import.unscoped.filter(pk=arrival.upload.pk).first() if arrival.upload is not None else None
    rejected = _rejected(row) if row is not None else {}
    target = incoming() / f"{token_hex(12)}.upload"
    try:
        for table, path in rejected.items():
            if row is not None and path.is_file():
                write_error_file(path, target, number=row.pk, lang=lang)
                ending = ".errors.csv" if len(rejected) == 1 else f".{table}.errors.csv"
                folder.write_beside(arrival.mark, where, ending, target.read_bytes())
        if where == FAILED and not rejected and reason is not None:
            import pyarrow as pa

            write_csv(pa.table({render(say("feeds.reason"), lang): [render(reason, lang)]}), target)
            folder.write_beside(arrival.mark, where, ".errors.csv", target.read_bytes())
    finally:
        target.unlink(missing_ok=True)


def _rejected(row: Import) -> dict[str, Path]:
    shelf, tables = shelf_checked(row), row.quality.get("tables", {})
    return {table: shelf / f"{table}.rejects.parquet" for table, one in tables.items() if one["rejected"]}


def _tell(feed: Feed, arrival: FeedArrival, message: Message, link: str) -> None:
    able = people_with(feed.organisation_id, "import.run")
    people = {feed.by_id} if feed.by_id in able else able
    notify(feed.organisation_id, people, "import", message, link=link, key=f"feed:{arrival.pk}:{message.code}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _home(feed: Feed) -> Path:
    return home_of_feeds(feed.organisation.slug) / feed.place
