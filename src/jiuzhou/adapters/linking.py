"""Pairs of customers that may be one, found by Splink on DuckDB."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.duplicates import PAIRS, Comparison, Level, LinkModel
from jiuzhou.kernel.errors import InputError

_BYTES_OF_A_LETTER = 3
"""DuckDB counts bytes, and a Chinese character has three of them in UTF-8."""


def find_pairs(
    marks: pa.Table,
    model: LinkModel,
    *,
    memory_limit: str = "2GB",
    threads: int = 2,
    temp_folder: str | Path | None = None,
) -> pa.Table:
    """
    Return the pairs whose probability is at least ``model.least``, schema ``PAIRS``, sorted by left and right.

    Parameters
    ----------
    marks
        As ``collect.duplicates.marks`` returns them.
    memory_limit
        Memory DuckDB may use before it spills into ``temp_folder``.
    threads
        At least 1; results do not depend on it.

    Raises
    ------
    InputError
        If Splink is not installed.
    """
    if marks.num_rows < 2:
        return PAIRS.empty_table()
    try:
        import splink
        import splink.blocking_rule_library
    except ImportError:
        raise InputError("adapters.no_splink") from None

    with _connection(memory_limit, threads, temp_folder) as connection:
        engine = splink.DuckDBAPI(connection)
        connection.register("given", marks.filter(_has_a_key(marks, model)))
        connection.sql("CREATE TABLE marks AS SELECT * FROM given")
        linker = splink.Linker(engine.register("marks"), _settings(model), log_level=None, validate_settings=False)
        found = linker.inference.predict(threshold_match_probability=model.least, warning_mode="never")
        query = f"SELECT row_l, row_r, match_weight, match_probability FROM {found.physical_name}"
        pairs = connection.sql(query).to_arrow_table().rename_columns(PAIRS.names).cast(PAIRS)
    return pairs.sort_by([("left", "ascending"), ("right", "ascending")])


def _settings(model: LinkModel) -> dict[str, Any]:
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "row",
        "probability_two_random_records_match": model.prior,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": f"l.{key} = r.{key}", "sql_dialect": "duckdb"} for key in model.keys
        ],
        "comparisons": [_comparison(item) for item in model.comparisons],
    }


def _has_a_key(marks: pa.Table, model: LinkModel) -> pa.ChunkedArray:
    return reduce(pc.or_, (pc.is_valid(marks[key]) for key in model.keys))


def _comparison(item: Comparison) -> dict[str, Any]:
    unknown = f"{item.known}_l IS NULL OR {item.known}_r IS NULL"
    levels: list[dict[str, Any]] = [
        {"sql_condition": unknown, "label_for_charts": "unknown", "is_null_level": True},
    ]
    levels += [
        {
            "sql_condition": _condition(level),
            "label_for_charts": level.name,
            "m_probability": level.m,
            "u_probability": level.u,
        }
        for level in item.levels
    ]
    return {"output_column_name": item.name, "comparison_levels": levels}


def _condition(level: Level) -> str:
    conditions = [f"{level.equal}_l = {level.equal}_r"] if level.equal else []
    if level.near:
        conditions.append(f"levenshtein(letters_l, letters_r) <= {_BYTES_OF_A_LETTER}")
    if level.ends:
        conditions.append("(suffix(letters_l, letters_r) OR suffix(letters_r, letters_l))")
    return " AND ".join(conditions) or "ELSE"


@contextmanager
def _connection(memory_limit: str, threads: int, temp_folder: str | Path | None) -> Iterator[Any]:
    import duckdb

    with tempfile.TemporaryDirectory(prefix="jiuzhou-linking-", dir=temp_folder) as spill:
        connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory_limit,
                "threads": threads,
                "temp_directory": spill,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "preserve_insertion_order": False,
            },
        )
        try:
            yield connection
        finally:
            connection.close()
