"""Spark scores as DuckDB does: the same expressions over Spark Connect, here served by pysail."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from jiuzhou.adapters.engines import duckdb_engine, spark_engine
from jiuzhou.cycle import Cycle
from jiuzhou.evaluate import score
from jiuzhou.kernel.errors import InputError, RefusedError
from same_scores import assert_same_scores

SERVER = """
import sys
from pysail.spark import SparkConnectServer
server = SparkConnectServer(ip="127.0.0.1", port=0)
server.start()
print(server.listening_address[1], flush=True)
sys.stdin.read()
"""
WITHOUT_SPARK = """
import sys
sys.modules["pyspark"] = None
from jiuzhou.cli.main import main
main()
"""


@pytest.fixture(scope="module")
def remote() -> Iterator[str]:
    """The address of a Spark of our own, in a process that ends with the tests."""
    command = [sys.executable, "-c", SERVER]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield f"sc://127.0.0.1:{int(server.stdout.readline())}"
        server.stdin.close()
        server.wait(30)


@pytest.fixture(scope="module")
def spark(remote: str) -> Iterator[Any]:
    with spark_engine(remote) as engine:
        yield engine


@pytest.mark.parametrize("days", [0, 100])
def test_a_demo_company_is_scored_on_spark_as_on_duckdb(small_cycle: Cycle, spark: Any, days: int) -> None:
    book = small_cycle.book
    as_of = book.as_of - timedelta(days=days)
    with duckdb_engine() as engine:
        expected = score(book, as_of=as_of, engine=engine)

    assert_same_scores(score(book, as_of=as_of, engine=spark), expected)


def test_decimals_nulls_floats_and_empty_tables_come_back_as_they_went_in(spark: Any) -> None:
    schema = pa.schema([("n", pa.int64()), ("money", pa.decimal128(18, 4)), ("x", pa.float64()), ("day", pa.date32())])
    rows = [{"n": 1, "money": Decimal("0.1000"), "x": 0.1}, {"n": None, "x": math.pi}]
    for table in (pa.Table.from_pylist(rows, schema), schema.empty_table()):
        found = spark.to_pyarrow(ibis.memtable(table).mutate(more=ibis._.x * 0.1))

        assert found.select(schema.names).equals(table)
        assert found["more"].to_pylist() == [x * 0.1 for x in table["x"].to_pylist()]


def test_the_command_scores_on_spark(remote: str, small_demo: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "jiuzhou", "evaluate", str(small_demo), "--out", str(tmp_path / "out"), "--json"]

    done = subprocess.run([*command, "--engine", "spark", "--remote", remote], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["customers"] == 400
    assert (tmp_path / "out" / "customers_scored.parquet").is_file()


def test_an_address_that_does_not_answer_is_told_in_one_sentence() -> None:
    with pytest.raises(RefusedError) as told, spark_engine("sc://127.0.0.1:9/;token=secret", patience_s=0.5):
        pass

    assert told.value.message.params == {"remote": "sc://127.0.0.1:9"}
    assert told.value.code == "adapters.spark_silent"


@pytest.mark.parametrize("remote", ["127.0.0.1:15002", "http://127.0.0.1", "sc://127.0.0.1/path", "sc://host:port"])
def test_what_is_no_address_of_spark_is_told(remote: str) -> None:
    with pytest.raises(InputError) as told, spark_engine(remote, patience_s=0.5):
        pass

    assert told.value.code == "adapters.spark_address"


@pytest.mark.parametrize(
    ("arguments", "ends", "says"),
    [
        (("--engine", "spark"), 2, "--remote sc://"),
        (("--remote", "sc://127.0.0.1:9"), 2, "--engine spark"),
        (("--engine", "spark", "--remote", "sc://127.0.0.1:9"), 3, 'pip install "jiuzhou[spark]"'),
    ],
)
def test_a_command_without_spark_ends_in_one_sentence(
    small_demo: Path, tmp_path: Path, arguments: tuple[str, ...], ends: int, says: str
) -> None:
    command = [sys.executable, "-c", WITHOUT_SPARK, "evaluate", str(small_demo), "--out", str(tmp_path / "out")]

    done = subprocess.run([*command, *arguments, "--lang", "en"], capture_output=True, text=True)

    assert done.returncode == ends
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
