"""Exports of customers: written into the ledger, long ones by a job, each file for the person who asked alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.jobs.queue import start
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Run

KIND = "customers.export"
FOLDER = "exports"
KEPT = timedelta(days=7)


def start_export(actor: Actor, query: str, *, workbook: bool = False) -> int:
    """Return the run that writes the list of ``query``, an address's query, into a file."""
    given = {"query": query, "workbook": workbook}
    return int(start(actor, KIND, given, title=say("customers.export_title")).pk)


def record_export(actor: Actor, *, rows: int, filters: Mapping[str, Any], chosen: bool = False) -> None:
    """Write into the ledger that the actor took so many rows of customers out."""
    with transaction.atomic():
        record(
            actor.origin, "customer.export", "customer", "", after={"rows": rows, "filters": filters, "chosen": chosen}
        )


def exported_file(actor: Actor, run: int) -> Path:
    """
    Return the file that a run of the actor's own wrote.

    Raises
    ------
    NotFoundError
        If there is no such file, or it is another person's.
    """
    row = one_visible(actor, Run, pk=run, kind=KIND, by=actor.user_id, state="succeeded")
    path = file_of(row.pk, workbook=bool(row.arguments.get("workbook")))
    if not path.is_file():
        raise NotFoundError
    return path


def file_of(run: int, *, workbook: bool = False) -> Path:
    """Return where a run writes its file."""
    return Path(settings.HOME) / FOLDER / f"customers-{run}.{'xlsx' if workbook else 'csv'}"


def forget_files(now: datetime) -> int:
    """Delete the files of exports that were written a week ago, and return how many: they are full of people."""
    past = (now - KEPT).timestamp()
    old = [path for path in (Path(settings.HOME) / FOLDER).glob("customers-*") if path.stat().st_mtime < past]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
