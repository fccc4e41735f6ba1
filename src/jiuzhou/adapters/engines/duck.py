"""DuckDB in this process: the engine where nothing else is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend


@contextmanager
def duckdb_engine(
    *, memory_limit: str = "2GB", threads: int = 2, temp_folder: str | Path | None = None
) -> Iterator[Backend]:
    """
    Yield an in-process DuckDB as an Ibis backend, closed on leaving.

    Parameters
    ----------
    memory_limit
        Memory it may use before it spills, such as ``"2GB"``.
    threads
        At least 1; results do not depend on it.
    temp_folder
        Where it spills; ``None`` leaves the choice to DuckDB.
    """
    import ibis

    # Extensions come from the network, which evaluation neither needs nor may count on.
    settings: dict[str, object] = {
        "memory_limit": memory_limit,
        "threads": threads,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if temp_folder is not None:
        settings["temp_directory"] = str(temp_folder)
    engine = ibis.duckdb.connect(**settings)
    try:
        yield engine
    finally:
        engine.disconnect()
