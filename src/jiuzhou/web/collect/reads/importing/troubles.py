"""The rows that could not be taken, by what is wrong with them: a few kinds that one act each may mend."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

MOST = 400
"""Kinds of trouble that are kept; the rest is in the error file."""
REPEATED, SWAPPED = "collect.duplicate_key", "collect.swapped_place"
IN_PLACES = (SWAPPED, "collect.no_place")
"""Troubles of coordinates that are mended in all rows alike: exchanged, or emptied."""
_WHOLE = frozenset((REPEATED, *IN_PLACES, "collect.ragged_row", "collect.half_place"))
"""Troubles whose cell says something else in each row, and that are mended in the same way nevertheless."""


def troubles_of(table: str, rejects: Path) -> list[dict[str, Any]]:
    """
    Return the kinds of trouble of one table, the most frequent first.

    Each is ``table, column, code, params, value, near, count, row``: ``row`` is the first such row, ``value`` what its
    cell says where the reason names it, ``near`` what it may have meant.
    """
    if not rejects.is_file():
        return []
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for column, code, params, count, row in _grouped(rejects):
        told = json.loads(params)
        value = None if code in _WHOLE else told.get("value")
        key = (column, code, "" if value is None else str(value))
        held = found.get(key)
        if held is None:
            near = told.get("near")
            found[key] = {
                "table": table,
                "column": column,
                "code": code,
                "params": told,
                "value": None if value is None else str(value),
                "near": str(near) if near else "",
                "count": count,
                "row": row,
            }
        else:
            held["count"] += count
            if row < held["row"]:
                held |= {"row": row, "params": told}
    return sorted(found.values(), key=lambda item: (-item["count"], item["row"]))[:MOST]


def _grouped(rejects: Path) -> Iterator[tuple[str, str, str, int, int]]:
    total: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], int] = {}
    file = pq.ParquetFile(rejects)
    for batch in file.iter_batches(batch_size=65_536, columns=["column", "code", "params", "row"]):
        rows = pa.table(batch).group_by(["column", "code", "params"]).aggregate([("row", "count"), ("row", "min")])
        for column, code, params, count, row in zip(
            *(rows[name].to_pylist() for name in ("column", "code", "params", "row_count", "row_min")), strict=True
        ):
            key = (column or "", code, params)
            total[key] += count
            first[key] = min(row, first.get(key, row))
    for key, count in total.items():
        yield (*key, count, first[key])


def rows_with(rejects: Path, *, start: int, most: int) -> pa.Table:
    """Return a stretch of the rejected rows as collect wrote them."""
    table = pq.read_table(rejects) if rejects.is_file() else pa.table({"row": pa.array([], pa.int64())})
    return table.slice(start, most)


def count_of(rejects: Path, code: str) -> int:
    """Return how many rows were rejected for ``code``."""
    if not rejects.is_file():
        return 0
    codes = pq.read_table(rejects, columns=["code"])["code"]
    return int(pc.sum(pc.equal(codes, code)).as_py() or 0)
