"""Which engine a person asked for."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from jiuzhou.adapters.engines.duck import duckdb_engine
from jiuzhou.adapters.engines.spark import spark_engine
from jiuzhou.kernel.errors import InputError


def engine_of(name: str = "duckdb", remote: str | None = None) -> AbstractContextManager[Any]:
    """
    Return the engine called ``duckdb`` or ``spark``, to be opened with ``with``.

    Parameters
    ----------
    remote
        Where Spark listens, such as ``sc://host:15002``.

    Raises
    ------
    InputError
        If Spark is asked for without an address, or an address is given for DuckDB.
    """
    if name == "spark":
        if not remote:
            raise InputError("adapters.spark_where")
        return spark_engine(remote)
    if remote:
        raise InputError("adapters.remote_without_spark", remote=remote)
    return duckdb_engine()
