"""How the database is set up: what a deployment is judged by."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

FIXED_SQLITE = (3, 51, 3)
"""The first SQLite without the WAL-reset bug, by which two processes can corrupt a database."""


@dataclass(frozen=True, slots=True)
class Soundness:
    """
    The database's own answers. Where a question is the other database's, the answer is ``None``.

    Attributes
    ----------
    keeps_acknowledged
        Whether what was acknowledged survives a power cut.
    writes_immediately
        Whether a transaction takes the write lock at its beginning.
    holds_references
        Whether foreign keys are enforced.
    superuser
        Whether the application's role may do everything.
    """

    vendor: str
    version: str
    keeps_acknowledged: bool
    writes_immediately: bool | None = None
    holds_references: bool | None = None
    old_sqlite: bool | None = None
    superuser: bool | None = None


def soundness() -> Soundness:
    """Return how the database of this process is set up."""
    if connection.vendor == "postgresql":
        return _of_postgresql()
    return Soundness(
        vendor="sqlite",
        version=sqlite3.sqlite_version,
        keeps_acknowledged=_answer("PRAGMA synchronous") in (2, 3),
        writes_immediately=settings.DATABASES["default"].get("OPTIONS", {}).get("transaction_mode") == "IMMEDIATE",
        holds_references=_answer("PRAGMA foreign_keys") == 1,
        old_sqlite=sqlite3.sqlite_version_info < FIXED_SQLITE,
    )


def is_whole() -> bool:
    """Return whether the database file is sound by SQLite's own check; other databases look after themselves."""
    return connection.vendor != "sqlite" or _answer("PRAGMA integrity_check") == "ok"


def copy_database(target: Path) -> None:
    """Write a copy of the SQLite database as it is at this moment into ``target``, while others read and write."""
    name = settings.DATABASES["default"]["NAME"]
    with closing(sqlite3.connect(f"file:{name}?mode=ro", uri=True)) as source, closing(sqlite3.connect(target)) as copy:
        # In one step: a copy in several begins anew whenever somebody writes. In WAL mode nobody waits for it.
        source.backup(copy, pages=-1)


@contextmanager
def one_moment() -> Iterator[str]:
    """
    Hold PostgreSQL still for this process, and yield the snapshot's name.

    What is read in here, and what ``pg_dump`` reads by that name, is of one moment, while others go on writing.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT pg_export_snapshot()")
            (name,) = cursor.fetchone()
        yield str(name)


def drop_everything() -> None:
    """Empty the PostgreSQL of this process of tables and functions; for one that was empty until just now."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)} CASCADE")
        cursor.execute("DROP FUNCTION IF EXISTS customer_search_forget()")


def facts_of(copy: Path | None) -> dict[str, str]:
    """
    Return the fact files that the manifest names, path in the data folder → SHA-256.

    Parameters
    ----------
    copy
        A copy of the SQLite database to read it from, so that files and database are of one moment; ``None`` reads the
        database itself.
    """
    question = "SELECT path, digest FROM store_factbatch WHERE retired_at IS NULL ORDER BY path"
    if copy is not None:
        with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as opened:
            return dict(opened.execute(question).fetchall())
    with connection.cursor() as cursor:
        cursor.execute(question)
        return dict(cursor.fetchall())


def _of_postgresql() -> Soundness:
    return Soundness(
        vendor="postgresql",
        version=str(_answer("SHOW server_version")),
        keeps_acknowledged=_answer("SHOW synchronous_commit") != "off" and _answer("SHOW fsync") == "on",
        superuser=_answer("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is True,
    )


def _answer(question: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
    return row[0] if row else None
