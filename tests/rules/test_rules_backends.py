"""The three ways to evaluate a condition agree on every record, nulls included."""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa
import pytest

from jiuzhou.rules import Program, check_types, holds, parse, rows, to_ibis, to_text
from jiuzhou.rules.program import as_numbers

from .author import KIND, SCHEMA, TODAY, Author


@pytest.fixture(scope="module")
def written() -> tuple[list[Any], pa.Table]:
    author = Author(7)
    conditions = [parse(author.condition(3)) for _ in range(160)]
    table = pa.table({name: author.column(name, 100) for name in KIND})
    return conditions, table


def test_python_ibis_and_the_plain_reading_agree_on_every_condition_and_record(
    written: tuple[list[Any], pa.Table],
) -> None:
    conditions, table = written
    for condition in conditions:
        check_types(condition, SCHEMA)

    backend = ibis.duckdb.connect()
    source = backend.create_table("records", table.append_column("row", pa.array(range(table.num_rows))))
    asked = {f"c{place}": to_ibis(condition, source, today=TODAY) for place, condition in enumerate(conditions)}
    answered = backend.to_pyarrow(source.select("row", **asked).order_by("row"))

    yes = sum(sum(answered[f"c{place}"].to_pylist()) for place in range(len(conditions)))
    assert 0.2 < yes / (len(conditions) * table.num_rows) < 0.8
    columns = {name: table[name] for name in KIND}
    for place, condition in enumerate(conditions):
        by_ibis = answered[f"c{place}"].to_pylist()
        program = Program([condition])
        by_python = [found == 0 for found in program.firsts(rows(columns, program.fields), today=TODAY)]
        assert by_ibis == by_python, to_text(condition)

    plain = pa.table({name: as_numbers(column) for name, column in columns.items()}).to_pylist()
    for place, condition in enumerate(conditions):
        expected = answered[f"c{place}"].to_pylist()
        assert [holds(condition, row, today=TODAY) for row in plain] == expected, to_text(condition)


def test_no_ibis_condition_is_ever_null(written: tuple[list[Any], pa.Table]) -> None:
    conditions, _ = written
    nothing = pa.table({name: pa.nulls(1, kind) for name, kind in KIND.items()})
    backend = ibis.duckdb.connect()
    source = backend.create_table("nothing", nothing)
    answered = backend.to_pyarrow(
        source.select(**{f"c{place}": to_ibis(item, source, today=TODAY) for place, item in enumerate(conditions)})
    )
    assert all(column.null_count == 0 for column in answered.columns)


def test_every_condition_comes_back_from_its_text(written: tuple[list[Any], pa.Table]) -> None:
    for condition in written[0]:
        assert parse(to_text(condition)) == condition
