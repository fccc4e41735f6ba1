"""Tables out of databases: one query, read only, streamed to disk before anything is made of it."""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import SplitResult, quote, unquote, urlsplit

from jiuzhou.adapters.sources.layouts import MAX_COLUMNS, Layout
from jiuzhou.adapters.sources.text_blocks import BLOCK_BYTES, TextTable
from jiuzhou.adapters.toml_files import read_toml
from jiuzhou.collect import Source
from jiuzhou.kernel.errors import BookError

MAX_ROWS = 20_000_000
STATEMENT_SECONDS = 1800

_BATCH = 10_000
_SETTINGS = ("dsn", "query", "password_env")
_SKIPPED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/""", re.DOTALL)
_READS = re.compile(r"\s*\(*\s*(select|with)\b", re.IGNORECASE)

Rows: TypeAlias = Iterable[Sequence[Any]]


def query_source(path: Path, table: str, folder: Path) -> Source:
    """
    Return what the query of a ``<table>.sql.toml`` finds: ``dsn``, ``query`` and perhaps ``password_env`` stand in it.

    Raises
    ------
    BookError
        If the file says something else, or as ``open_query``.
    """
    stated = read_toml(path, BookError)
    for name in (*stated, "dsn", "query"):
        if name not in _SETTINGS or not isinstance(stated.get(name), str):
            raise BookError("adapters.bad_query_file", file=path.name, setting=name)
    variable = stated.get("password_env")
    if variable is not None and variable not in os.environ:
        raise BookError("adapters.no_password", file=path.name, variable=variable)
    password = os.environ[variable] if variable is not None else None
    return open_query(stated["dsn"], stated["query"], table, folder, password=password)


def open_query(dsn: str, query: str, table: str, folder: Path, *, password: str | None = None) -> Source:
    """
    Return the rows that a query finds, every value as text; they are read once, into a file in ``folder``.

    Parameters
    ----------
    dsn
        ``sqlite:///file``, ``duckdb:///file`` or ``postgresql://user@host/database``.
    query
        One ``SELECT`` or ``WITH``; the connection is opened for reading only.
    table
        What the source is called in messages.
    folder
        Has to be there as long as the source is read.
    password
        Instead of one in ``dsn``; neither is ever shown.

    Raises
    ------
    BookError
        If the query is anything else, the database cannot be reached or refuses, a column holds bytes, or there are
        more than 20 million rows.
    """
    address = urlsplit(dsn)
    if address.scheme not in _ENGINES:
        known = ", ".join(f"{name}://" for name in _ENGINES)
        raise BookError("adapters.unknown_dsn", table=table, scheme=address.scheme or "—", known=known)
    _check_reads(query, table)
    place = f"{table} ({address.scheme})"
    database = _Database(address, password, table)
    try:
        with _ENGINES[address.scheme](database, query.strip().rstrip(";")) as (headings, rows):
            return _written(place, headings, rows, folder / f"{len(list(folder.iterdir()))}.query")
    except BookError:
        raise
    except Exception as error:  # each driver has a family of errors of its own
        raise BookError("adapters.query_failed", table=table, reason=database.without_secrets(str(error))) from None


@dataclass(frozen=True, slots=True)
class _Database:
    address: SplitResult
    password: str | None
    table: str

    @property
    def file(self) -> Path:
        """The file of ``sqlite:///file``; a fourth stroke makes its path absolute."""
        file = Path(unquote(self.address.path).removeprefix("/"))
        if not file.is_file():
            raise BookError("adapters.no_such_path", path=str(file))
        return file

    def without_secrets(self, text: str) -> str:
        """Return what a driver says in one line, without any password."""
        stated = self.address.password
        for secret in (self.password, stated, unquote(stated or ""), self.address.query):
            text = text.replace(secret, "***") if secret else text
        return " ".join(text.split())[:300]


def _check_reads(query: str, table: str) -> None:
    # The engines refuse to write by themselves; this says it earlier, and says it well.
    bare = _SKIPPED.sub(" ", query).strip().rstrip(";")
    if ";" in bare or _READS.match(bare) is None:
        raise BookError("adapters.not_one_select", table=table)


def _written(place: str, headings: Sequence[str], rows: Rows, file: Path) -> Source:
    if len(headings) > MAX_COLUMNS:
        raise BookError("adapters.too_many_columns", file=place, count=len(headings), limit=MAX_COLUMNS)
    with file.open("w", encoding="utf-8", newline="") as out:
        write = csv.writer(out).writerow
        for count, row in enumerate(rows, 1):
            if count > MAX_ROWS:
                raise BookError("adapters.too_many_rows", file=place, count=count, limit=MAX_ROWS)
            write([_text(value, place, headings[index]) for index, value in enumerate(row)])
    layout = Layout(",", tuple(headings), 0, 0)
    text = TextTable(place, file, layout, tuple(range(len(headings))), BLOCK_BYTES, is_export=False)
    return text.source({})


def _text(value: Any, place: str, column: str) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes | bytearray | memoryview):
        raise BookError("adapters.unsupported_type", file=place, column=column, type=type(value).__name__)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


@contextmanager
def _sqlite(database: _Database, query: str) -> Iterator[tuple[list[str], Rows]]:
    uri = f"file:{quote(str(database.file.absolute()))}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        connection.execute("PRAGMA query_only = ON")
        connection.set_authorizer(_only_reads)
        cursor = connection.execute(query)
        yield _names(cursor), _batches(cursor)


def _only_reads(action: int, *about: str | None) -> int:
    reads = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
    return sqlite3.SQLITE_OK if action in reads else sqlite3.SQLITE_DENY


@contextmanager
def _duckdb(database: _Database, query: str) -> Iterator[tuple[list[str], Rows]]:
    import duckdb

    limits = {
        "enable_external_access": "false",  # no other file, and nothing from the network
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": "1GB",
        "threads": "2",
    }
    with closing(duckdb.connect(str(database.file), read_only=True, config=limits)) as connection:
        batches = connection.execute(query).to_arrow_reader(_BATCH)
        rows = (row for batch in batches for row in zip(*(column.to_pylist() for column in batch.columns), strict=True))
        yield batches.schema.names, rows


@contextmanager
def _postgresql(database: _Database, query: str) -> Iterator[tuple[list[str], Rows]]:
    if find_spec("psycopg") is None:
        raise BookError("adapters.no_driver", table=database.table, scheme="postgresql", package="psycopg")
    import psycopg
    from psycopg.conninfo import make_conninfo

    options = f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_SECONDS * 1000}"
    address = database.address.geturl()
    if database.password is not None:
        address = make_conninfo(address, password=database.password)
    connection = psycopg.connect(address, options=options, connect_timeout=10)
    with closing(connection):
        connection.read_only = True
        with connection.cursor(name="jiuzhou_reading") as cursor:
            cursor.itersize = _BATCH
            cursor.execute(query)
            yield _names(cursor), cursor


_ENGINES = {"sqlite": _sqlite, "duckdb": _duckdb, "postgresql": _postgresql, "postgres": _postgresql}


def _names(cursor: Any) -> list[str]:
    return [column[0] for column in cursor.description]


def _batches(cursor: Any) -> Iterator[Sequence[Any]]:
    while rows := cursor.fetchmany(_BATCH):
        yield from rows
