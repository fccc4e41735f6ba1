"""
What was checked goes into the store, in short transactions, each with how far it got.

Whoever goes on after a kill begins where the last transaction ended, so that the end is the same. Only the last one
says that the import is done, and names its batches of facts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from jiuzhou.collect.part import ROW
from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.importing.folders import ROWS, home_of, shelf_of
from jiuzhou.web.collect.writes.importing import facts
from jiuzhou.web.collect.writes.importing.checking import crs_of
from jiuzhou.web.collect.writes.importing.customers import (
    Ground,
    customers_to_write,
    ground_of,
    link_owners,
    link_parents,
    write_owners,
)
from jiuzhou.web.collect.writes.importing.merging import Outcome, keep_images
from jiuzhou.web.collect.writes.loading.customers import parents
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import Import, Organisation
from jiuzhou.web.store.pace import Pace
from jiuzhou.web.store.search import get_ready

CHUNK = 250
UNDO_DAYS = 30
STEPS = ("owners", "teams", "customers", "parents")
"""What is written row by row, in this order; undone in the other."""

Advance = Callable[[str, int, int], None]
Prepare = Callable[[Ground, pa.Table], Callable[[], Outcome]]
"""Works out what rows come to, before the transaction in which the result writes them."""


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt at writing an import; ``hold`` raises where another attempt has taken over."""

    actor: Actor
    row: Import
    advance: Advance
    hold: Callable[[], None]


def apply_import(
    actor: Actor,
    number: int,
    *,
    advance: Advance = lambda step, done, total: None,
    hold: Callable[[], None] = lambda: None,
) -> Mapping[str, Any]:
    """
    Write what was checked, or what of it is not written yet; return the counts.

    Raises
    ------
    RefusedError
        If nothing was checked since the import was last changed.
    """
    row = Import.unscoped.get(pk=number, organisation=actor.organisation_id)
    if row.state == "imported":
        return dict(row.counts)
    if row.state != "checked":
        raise RefusedError("importing.check_first")
    work = Work(actor, row, advance, hold)
    now = _begun(work)
    _facts(work)
    if "owners" in row.quality["tables"]:
        _in_chunks(work, "owners", "owners", lambda ground, table: partial(write_owners, ground, table), now)
        _in_chunks(work, "teams", "owners", lambda ground, table: partial(link_owners, ground, table), now)
    if "customers" in row.quality["tables"]:
        _in_chunks(work, "customers", "customers", customers_to_write, now)
        _in_chunks(
            work, "parents", "customers", lambda ground, table: partial(link_parents, ground, parents(table)), now
        )
    fault("import.rows_written")
    while not _finish(work, now):
        _facts(work)
    fault("import.applied")
    return dict(Import.unscoped.get(pk=number).counts)


def images_of(row: Import, step: str) -> list[Path]:
    """Return the files of what rows of ``step`` were before, in the order in which they were written."""
    return sorted((home_of(row) / "before").glob(f"{step}-*.parquet"))


def _begun(work: Work) -> datetime:
    # The moment from which on the store knows it is the same for all attempts.
    told = work.row.progress.get("now")
    now = parse_datetime(told) if told else None
    if now is None:
        now = timezone.now()
        with transaction.atomic():
            work.hold()
            _note(work, now=now.isoformat())
    return now


def _facts(work: Work) -> None:
    row, done = work.row, dict(work.row.progress.get("facts", {}))
    for table, quality in row.quality["tables"].items():
        if table in ROWS or table in done or not quality["kept"]:
            continue

        def told(rows: int, table: str = table, total: int = quality["kept"]) -> None:
            work.advance(table, rows, total)

        done[table] = facts.ready(row, table, shelf_of(row) / f"{table}.parquet", told)
        fault("import.fact_file")
        with transaction.atomic():
            work.hold()
            _note(work, facts=dict(done))


def _in_chunks(work: Work, step: str, table: str, prepare: Prepare, now: datetime) -> None:
    row = work.row
    done = int(row.progress.get("steps", {}).get(step, 0))
    total = int(row.quality["tables"][table]["kept"])
    if done >= total:
        return
    get_ready()
    ground = ground_of(row, crs_of(row), now)
    pace = Pace(CHUNK)
    for start, rows in _chunks(shelf_of(row) / f"{table}.parquet", done, pace):
        write = prepare(ground, rows)
        with pace.step(), transaction.atomic():
            work.hold()
            outcome = write()
            fault(f"import.{step}_written")
            keep_images(outcome.images, home_of(row) / "before" / f"{step}-{start:09}.parquet")
            _count(work, step, start + rows.num_rows, outcome)
        fault(f"import.{step}")
        work.advance(step, start + rows.num_rows, total)


def _chunks(path: Path, done: int, pace: Pace) -> Iterator[tuple[int, pa.Table]]:
    at = 0
    for batch in pq.ParquetFile(path).iter_batches(batch_size=8192):
        table = pa.table(batch).drop_columns([ROW])
        low = max(0, done - at)
        while low < table.num_rows:
            rows = table.slice(low, min(pace.size, table.num_rows - low))
            yield at + low, rows
            low += rows.num_rows
        at += table.num_rows


def _count(work: Work, step: str, done: int, outcome: Outcome) -> None:
    progress = work.row.progress
    steps = {**progress.get("steps", {}), step: done}
    counts = Counter(progress.get("counts", {}))
    if step in ROWS:
        counts.update(
            {
                f"{step}_added": outcome.added,
                f"{step}_updated": outcome.updated,
                f"{step}_unchanged": outcome.unchanged,
                f"{step}_skipped": outcome.skipped,
                f"{step}_refusals": outcome.held,
            }
        )
    _note(work, steps=steps, counts=dict(counts))


def _note(work: Work, **more: Any) -> None:
    work.row.progress = {**work.row.progress, **more}
    Import.unscoped.filter(pk=work.row.pk).update(progress=work.row.progress)


def _finish(work: Work, now: datetime) -> bool:
    """Say that the import is done, unless facts changed since its own were made ready: those are to be made anew."""
    row, actor = work.row, work.actor
    made: Mapping[str, Mapping[str, Any]] = row.progress.get("facts", {})
    with transaction.atomic():
        work.hold()
        about = Organisation.objects.select_for_update(no_key=True).get(pk=row.organisation_id)
        if moved := facts.moved(row.organisation_id, made):
            _note(work, facts={table: ready for table, ready in made.items() if table not in moved})
            return False
        counts = {**row.counts, **_summed(row.progress.get("counts", {}), made)}
        counts["corrected_in"] = {table: ready["corrected"] for table, ready in made.items() if ready["corrected"]}
        for table, ready in made.items():
            facts.announce(row, table, ready, by=actor.user_id, now=now)
        mine = Import.unscoped.filter(pk=row.pk, state="checked")
        done = mine.update(
            state="imported",
            counts=counts,
            applied_at=now,
            applied_by=actor.user_id,
            undo_until=now + timedelta(days=UNDO_DAYS),
            version=F("version") + 1,
        )
        if not done:
            raise RefusedError("importing.is_over")
        if about.as_of is None:
            Organisation.objects.filter(pk=about.pk).update(as_of=now.astimezone(ZoneInfo(about.zone)).date())
        told = {name: counts[name] for name in ("read", "rejected", "added", "updated", "unchanged")}
        record(actor.origin, "import.apply", "import", str(row.pk), after=told)
    return True


def _summed(counts: Mapping[str, int], made: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    found = {
        name: sum(counts.get(f"{table}_{name}", 0) for table in ROWS)
        for name in ("added", "updated", "unchanged", "skipped", "refusals")
    }
    for ready in made.values():
        found["added"] += ready["new"]["rows"] if ready["new"] else 0
        found["updated"] += ready["corrected"]
        found["unchanged"] += ready["known"] - ready["corrected"]
        found["skipped"] += ready["erased"]
    return found
