"""A restored data folder, looked at before it takes its place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from jiuzhou.kernel.errors import RefusedError

if TYPE_CHECKING:
    from jiuzhou.cli.archive import Chain


def verify_home(stage: Path, vendor: str) -> Chain:
    """
    Return whether the audit chains of the unpacked folder hold; ``unknown`` without their key.

    Raises
    ------
    RefusedError
        If the database is damaged or a chain is broken, or the backup is another database's.
    """
    from jiuzhou.cli.home import open_home

    keyed = bool(os.environ.get("JIUZHOU_AUDIT_KEY")) or (stage / "audit.key").is_file()
    named = os.environ.get("DATABASE_URL", "")
    if (vendor == "postgresql") != bool(named):
        raise RefusedError("backup.other_database", vendor=vendor)
    before = set(stage.iterdir())
    open_home(stage)
    from django.db import connections

    try:
        _verify(stage, vendor, keyed=keyed)
    finally:
        connections.close_all()
    # Keys that were made only so that the program could start must not pass for the company's own.
    for made in set(stage.iterdir()) - before:
        if made.suffix == ".key":
            made.unlink()
    return "holds" if keyed else "unknown"


def _verify(stage: Path, vendor: str, *, keyed: bool) -> None:
    from jiuzhou.cli.dumping import load_postgres
    from jiuzhou.web.store.soundness import drop_everything, is_whole

    if vendor == "postgresql":
        load_postgres(stage / "database.dump")
        (stage / "database.dump").unlink()
    elif not is_whole():
        raise RefusedError("backup.not_whole")
    try:
        _follow_chains(keyed=keyed)
    except BaseException:
        if vendor == "postgresql":
            drop_everything()  # it was empty a moment ago
        raise


def _follow_chains(*, keyed: bool) -> None:
    from jiuzhou.web.checks import broken_chain

    broken = broken_chain() if keyed else None
    if broken is not None:
        organisation, number = broken
        raise RefusedError("backup.broken_chain", organisation=organisation, number=number)
