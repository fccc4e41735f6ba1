"""A restored data folder, looked at before it takes its place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from jiuzhou.kernel.errors import RefusedError

if TYPE_CHECKING:
    from jiuzhou.cli.archive import Chain


def verify_home(stage: Path, vendor: str, erased: Path | None = None) -> tuple[Chain, int]:
    """
    Return whether the audit chains of the unpacked folder hold (``unknown`` without their key), and how many people
    were erased from it once more.

    Parameters
    ----------
    erased
        The list of who was erased since the backup was made.

    Raises
    ------
    RefusedError
        If the database is damaged or a chain is broken, the backup is another database's, or the list cannot be
        applied without the key.
    """
    from jiuzhou.cli.home import open_home

    keyed = bool(os.environ.get("JIUZHOU_AUDIT_KEY")) or (stage / "audit.key").is_file()
    named = os.environ.get("DATABASE_URL", "")
    if (vendor == "postgresql") != bool(named):
        raise RefusedError("backup.other_database", vendor=vendor)
    if erased is not None and not keyed:
        raise RefusedError("backup.erased_needs_key", file=str(erased))
    before = set(stage.iterdir())
    open_home(stage)
    from django.db import connections

    try:
        again = _verify(stage, vendor, erased, keyed=keyed)
    finally:
        connections.close_all()
    # Keys that were made only so that the program could start must not pass for the company's own.
    for made in set(stage.iterdir()) - before:
        if made.suffix == ".key":
            made.unlink()
    return "holds" if keyed else "unknown", again


def _verify(stage: Path, vendor: str, erased: Path | None, *, keyed: bool) -> int:
    from jiuzhou.cli.dumping import load_postgres
    from jiuzhou.web.store.soundness import drop_everything, is_whole

    if vendor == "postgresql":
        load_postgres(stage / "database.dump")
        (stage / "database.dump").unlink()
    elif not is_whole():
        raise RefusedError("backup.not_whole")
    try:
        _follow_chains(keyed=keyed)
        return _erase_again(erased) if keyed else 0
    except BaseException:
        if vendor == "postgresql":
            drop_everything()  # it was empty a moment ago
        raise


def _erase_again(erased: Path | None) -> int:
    from jiuzhou.cli.home import migrate
    from jiuzhou.web.store.tombstones import list_file, marks_in

    marks = marks_in(list_file()) | (marks_in(erased) if erased is not None else frozenset())
    if not marks:
        return 0
    # A backup of an earlier version lacks tables that erasing looks into.
    migrate()
    from jiuzhou.web.collect.writes.privacy.again import erase_again

    return erase_again(marks)


def _follow_chains(*, keyed: bool) -> None:
    from jiuzhou.web.checks import broken_chain

    broken = broken_chain() if keyed else None
    if broken is not None:
        organisation, number = broken
        raise RefusedError("backup.broken_chain", organisation=organisation, number=number)
