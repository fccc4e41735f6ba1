"""What is wrong with the rows of one table: every problem counted, the most serious one told for each row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.parse import as_text, plain
from jiuzhou.collect.raw import BrokenRow, RawTable
from jiuzhou.kernel.message import Json, Message, say

REJECT_COLUMNS = pa.schema(
    [("row", pa.int64()), ("column", pa.string()), ("code", pa.string()), ("params", pa.string())]
)
"""What a table of rejects adds to the source's own columns; ``params`` is the JSON object of the reason's message."""

RAGGED = "collect.ragged_row"
_SHOWN = 80
_NOT_YET = -1


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One kind of problem in one column.

    Attributes
    ----------
    column
        The source's own heading; empty where no column is to blame.
    code
        Code of the reason.
    rows
        Positions in the table, ascending.
    params
        The reason's parameters; an array holds one for each of ``rows``.
    told
        In their place, the parameters of each of ``rows`` as a JSON object.
    """

    column: str
    code: str
    rows: np.ndarray
    params: Mapping[str, Json | pa.Array]
    told: tuple[str, ...] = ()

    def texts(self, which: np.ndarray) -> list[str]:
        """Return the parameters of ``rows[which]`` as JSON objects."""
        if self.told:
            return [self.told[place] for place in which.tolist()]
        fixed = {name: value for name, value in self.params.items() if not isinstance(value, pa.Array)}
        each = {name: value.take(pa.array(which)) for name, value in self.params.items() if isinstance(value, pa.Array)}
        if not each:
            return [_json(fixed)] * len(which)
        rows = zip(*(values.to_pylist() for values in each.values()), strict=True)
        return [_json({**fixed, **dict(zip(each, row, strict=True))}) for row in rows]


class Findings:
    """
    The problems of one table, added from the most serious to the least.

    Parameters
    ----------
    count
        Rows of the table.
    """

    def __init__(self, count: int) -> None:
        self.found: list[Finding] = []
        self._first = np.full(count, _NOT_YET, dtype=np.int64)

    def add(self, column: str, code: str, wrong: np.ndarray, **params: Json | pa.Array) -> None:
        """Add a problem of the rows where ``wrong`` holds; array parameters have a value for every row of the table."""
        rows = np.flatnonzero(wrong)
        if not len(rows):
            return
        place = pa.array(rows)
        given = {name: value.take(place) if isinstance(value, pa.Array) else value for name, value in params.items()}
        open_rows = rows[self._first[rows] == _NOT_YET]
        self._first[open_rows] = len(self.found)
        self.found.append(Finding(column, code, rows, given))

    def add_told(self, column: str, code: str, rows: np.ndarray, told: Sequence[str]) -> None:
        """Add a problem of the rows at these places, ascending, each with its parameters as a JSON object."""
        self._first[rows[self._first[rows] == _NOT_YET]] = len(self.found)
        self.found.append(Finding(column, code, rows, {}, tuple(told)))

    @property
    def rejected(self) -> np.ndarray:
        """Which rows have any problem, shape ``(n,)``."""
        return np.asarray(self._first != _NOT_YET)

    def counts(self) -> dict[str, int]:
        """Return how often each problem was found, the most frequent first; a row may count under several."""
        total: Counter[str] = Counter()
        for finding in self.found:
            total[finding.code] += len(finding.rows)
        return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))

    def blamed(self) -> list[tuple[Finding, np.ndarray]]:
        """Return each finding with the places in its ``rows`` whose most serious problem it is."""
        pairs = [
            (finding, np.flatnonzero(self._first[finding.rows] == index)) for index, finding in enumerate(self.found)
        ]
        return [(finding, which) for finding, which in pairs if len(which)]


def shown(texts: pa.Array) -> pa.Array:
    """Return cell texts short enough to stand in a sentence."""
    return pc.utf8_slice_codeunits(texts, 0, _SHOWN)


def reject_table(raw: RawTable, rows: np.ndarray, findings: Findings) -> pa.Table:
    """
    Return the rejected rows: the source's columns as text, then ``row, column, code, params``, by row.

    Parameters
    ----------
    raw
        The source without its blank rows.
    rows
        Number in the file of each of its rows.
    """
    blamed = findings.blamed()
    position = _joined([finding.rows[which] for finding, which in blamed])
    added = _told(rows[position], blamed)
    names = source_names(raw.table.column_names)
    taken = raw.table.take(pa.array(position))
    columns = {new: as_text(plain(taken[old])) for old, new in zip(raw.table.column_names, names, strict=True)}
    whole = pa.table(columns | {name: added[name] for name in REJECT_COLUMNS.names})
    if raw.broken:
        whole = pa.concat_tables([whole, _broken_table(names, raw.broken)])
    return whole.sort_by("row")


def doubt_table(rows: np.ndarray, findings: Findings) -> pa.Table:
    """
    Return every problem of rows that are kept all the same: ``row, column, code, params``, by row.

    Parameters
    ----------
    rows
        Number in the file of each of the block's rows.
    """
    kept = [(finding, np.arange(len(finding.rows))) for finding in findings.found]
    return _told(rows[_joined([finding.rows for finding in findings.found])], kept).sort_by("row")


def _told(rows: np.ndarray, findings: list[tuple[Finding, np.ndarray]]) -> pa.Table:
    return pa.table(
        {
            "row": pa.array(rows, pa.int64()),
            "column": pa.array([f.column for f, which in findings for _ in which], pa.string()),
            "code": pa.array([f.code for f, which in findings for _ in which], pa.string()),
            "params": pa.array([text for f, which in findings for text in f.texts(which)], pa.string()),
        }
    )


def source_names(names: list[str]) -> list[str]:
    """Return the source's headings as a reject table has them: one that is called as ours is marked as the source's."""
    return [f"{name} (source)" if name in REJECT_COLUMNS.names else name for name in names]


def reason_of(code: str, params: str) -> Message:
    """Return the reason that a row of a reject table holds as code and JSON."""
    return say(code, **json.loads(params))


def _broken_table(names: list[str], broken: tuple[BrokenRow, ...]) -> pa.Table:
    cells = [[*row.cells[: len(names)], *[None] * (len(names) - len(row.cells))] for row in broken]
    columns = {name: pa.array([row[place] for row in cells], pa.string()) for place, name in enumerate(names)}
    params = [
        _json({"found": len(row.cells), "expected": len(names), "rest": "|".join(row.cells[len(names) :])})
        for row in broken
    ]
    added = {
        "row": pa.array([row.row for row in broken], pa.int64()),
        "column": pa.array([""] * len(broken), pa.string()),
        "code": pa.array([RAGGED] * len(broken), pa.string()),
        "params": pa.array(params, pa.string()),
    }
    return pa.table(columns | added)


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _json(params: Mapping[str, Json]) -> str:
    return json.dumps(params, ensure_ascii=False)
