"""What came of one block: its kept rows, its rejects, and what must be remembered to speak about the whole table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.draft import Draft
from jiuzhou.collect.findings import RAGGED, doubt_table, reject_table
from jiuzhou.collect.raw import Mark

ROW = ""
"""The column of a part that holds each row's number in the file; no column of a source is called so."""

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Changed:
    """
    Kept rows whose reference was changed, for one sentence about them.

    Attributes
    ----------
    column
        The known column that refers.
    code
        Code of the sentence.
    params
        What it says beside the file and the count; of the first such row.
    emptied
        Whether the cells were emptied.
    """

    column: str
    code: str
    count: int
    params: Mapping[str, str]
    emptied: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """
    What must be remembered of a block, or of all blocks of a table together.

    Attributes
    ----------
    mark
        Where the source begins to read the block.
    kept, rejected, blank
        Rows; those read are ``kept + rejected``.
    invalid
        Rows with a problem of their own, before they were compared with others.
    problems
        Problems by code; a row may have several.
    rejected_by
        Rejected rows by the code of their most serious problem.
    first
        The first rejected row of each code: its ``row``, ``column`` and ``params`` as a reject table has them.
    placed
        Rows whose region was found in another way than by its code, by that way.
    doubted
        Kept rows with something doubtful.
    doubts
        What is doubtful, by code; a row may have several.
    changed
        References that were changed.
    """

    mark: Mark | None = None
    kept: int = 0
    rejected: int = 0
    blank: int = 0
    invalid: int = 0
    problems: Mapping[str, int] = field(default_factory=dict)
    rejected_by: Mapping[str, int] = field(default_factory=dict)
    first: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    placed: Mapping[str, int] = field(default_factory=dict)
    doubted: int = 0
    doubts: Mapping[str, int] = field(default_factory=dict)
    changed: tuple[Changed, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """
    What came of one block.

    Attributes
    ----------
    kept
        Rows without a problem of their own, under the Book's names, with their numbers in column ``ROW``.
    rejects
        The others: the source's columns as text, then ``row, column, code, params``, by row.
    doubts
        What is doubtful about kept rows: ``row, column, code, params``, by row.
    """

    kept: pa.Table
    rejects: pa.Table
    doubts: pa.Table
    tally: Tally


def part_of(draft: Draft, invalid: int, placed: Mapping[str, int]) -> Part:
    """
    Return what came of a block.

    Parameters
    ----------
    invalid
        How many of its rows had a problem of their own.
    placed
        How many rows got their region in which way.
    """
    fine = ~draft.findings.rejected
    kept = draft.kept().append_column(ROW, pa.array(draft.rows[fine], pa.int64()))
    rejects = reject_table(draft.raw, draft.rows, draft.findings)
    doubts = doubt_table(draft.rows, draft.doubts)
    doubts = doubts.filter(pc.is_in(doubts["row"], value_set=kept[ROW].combine_chunks()))
    tally = Tally(
        mark=draft.raw.mark,
        kept=kept.num_rows,
        rejected=rejects.num_rows,
        blank=draft.blank,
        invalid=invalid,
        problems=_problems(draft),
        placed=placed,
        doubted=pc.count_distinct(doubts["row"]).as_py(),
        doubts=dict(Counter(doubts["code"].to_pylist())),
        changed=tuple(_changed(draft, fine)),
        **by_code(rejects),
    )
    return Part(kept, rejects, doubts, tally)


def by_code(rejects: pa.Table) -> dict[str, Any]:
    """Return ``rejected_by`` and ``first`` of a table of rejects, as a tally has them."""
    codes = rejects["code"].to_pylist()
    first: dict[str, dict[str, Any]] = {}
    for place, code in enumerate(codes):
        if code not in first:
            first[code] = rejects.select(["row", "column", "params"]).slice(place, 1).to_pylist()[0]
    return {"rejected_by": dict(Counter(codes)), "first": first}


def together(tallies: Sequence[Tally]) -> Tally:
    """Return what is to be remembered of all blocks; the first of each kind is that with the lowest row."""
    first: dict[str, Mapping[str, Any]] = {}
    changed: dict[tuple[str, str], Changed] = {}
    problems: Counter[str] = Counter()
    rejected_by: Counter[str] = Counter()
    doubts: Counter[str] = Counter()
    placed: Counter[str] = Counter()
    for tally in tallies:
        problems.update(tally.problems)
        rejected_by.update(tally.rejected_by)
        doubts.update(tally.doubts)
        placed.update(tally.placed)
        for code, row in tally.first.items():
            if code not in first or row["row"] < first[code]["row"]:
                first[code] = row
        for one in tally.changed:
            known = changed.get((one.column, one.code))
            count = one.count + (known.count if known else 0)
            changed[one.column, one.code] = Changed(
                one.column, one.code, count, (known or one).params, emptied=one.emptied
            )
    return Tally(
        kept=sum(tally.kept for tally in tallies),
        rejected=sum(tally.rejected for tally in tallies),
        blank=sum(tally.blank for tally in tallies),
        invalid=sum(tally.invalid for tally in tallies),
        problems=_ranked(problems),
        rejected_by=_ranked(rejected_by),
        first=first,
        placed=dict(placed),
        doubted=sum(tally.doubted for tally in tallies),
        doubts=_ranked(doubts),
        changed=tuple(changed[key] for key in sorted(changed)),
    )


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted((+counts).items(), key=lambda item: (-item[1], item[0])))


def _problems(draft: Draft) -> Mapping[str, int]:
    broken = {RAGGED: len(draft.raw.broken)} if draft.raw.broken else {}
    return dict(Counter(broken) + Counter(draft.findings.counts()) + Counter(draft.doubts.counts()))


def _changed(draft: Draft, fine: np.ndarray) -> list[Changed]:
    found = []
    for link in draft.links:
        rows = np.flatnonzero(link.rows & fine)
        if len(rows):
            first = int(rows[0])
            told: dict[str, str] = {
                "column": draft.heading(link.column),
                "value": draft.cell(link.column, first)[:_SHOWN],
                "id": str(draft.values[link.column][first].as_py() or ""),
                **link.params,
            }
            emptied = not told["id"]
            found.append(Changed(link.column, link.code, len(rows), told, emptied))
    return found
