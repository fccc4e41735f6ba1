"""
Facts read from the Parquet files of the manifest, by DuckDB.

Each thread has its own connection: one core, bounded memory, no network, and no file outside the folder of facts.
Rows lie by customer, so that one customer's are a few pages of each file.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings

from jiuzhou.web.store.models import FactBatch

MEMORY = "256MB"
FOLDER = "facts"
_threads = threading.local()

Files = Mapping[str, Sequence[str]]
"""Paths of the files in force, by table."""


def files_of(organisation: int) -> Files:
    """Return the files in force of an organisation; a file that is missing on the disk is left out."""
    rows = FactBatch.unscoped.filter(organisation=organisation, retired_at=None).order_by("pk")
    found: dict[str, list[str]] = defaultdict(list)
    for table, path in rows.values_list("table", "path"):
        if (full := home_path(path)).is_file():
            found[table].append(str(full))
    return dict(found)


def home_path(path: str) -> Path:
    """Return where a file of the manifest lies."""
    return Path(settings.HOME) / path


def ask(sql: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a query of this package; values, paths among them, come in as ``params`` only."""
    rows: list[tuple[Any, ...]] = _connection().execute(sql, dict(params)).fetchall()
    return rows


def _connection() -> duckdb.DuckDBPyConnection:
    folder = str(Path(settings.HOME) / FOLDER)
    held: tuple[str, duckdb.DuckDBPyConnection] | None = getattr(_threads, "held", None)
    if held is None or held[0] != folder:
        if held is not None:
            held[1].close()
        connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "threads": 1,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        connection.execute("SET allowed_directories = $folders", {"folders": [folder]})
        connection.execute("SET enable_external_access = false")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET parquet_metadata_cache = true")
        _threads.held = (folder, connection)
        return connection
    return held[1]
