"""What was read, what was kept, what was not and why."""

from __future__ import annotations

from collections import Counter
from typing import Any

from jiuzhou.adapters.report.blocks import Column, Figure, Notes, Section, Table
from jiuzhou.adapters.report.rows import label, records, share
from jiuzhou.collect import Collected
from jiuzhou.collect.aliases import COLUMN_ALIASES
from jiuzhou.kernel.message import Message, message_from, named, say

_REASONS, _UNFOLDED = 20, 8
_IN_THE_TABLE = "collect.note_rejected"
"""A note that the table of reasons already says."""


def collect_section(collected: Collected) -> Section:
    """Return the section of collect."""
    totals = collected.quality.totals
    headline = say("report.collect_headline", **totals, share=totals["rejected"] / max(totals["read"], 1))
    told = tuple(note for note in collected.quality.notes if note.code != _IN_THE_TABLE)
    notes = Notes(say("report.notes"), told)
    return Section(
        "collect",
        headline,
        Figure(say("report.collect_figure"), totals["kept"]),
        (_tables(collected), _reasons(collected), *((notes,) if notes.items else ())),
        (say("report.collect_how"), say("report.collect_how_quality")),
    )


def _tables(collected: Collected) -> Table:
    columns = (
        Column(say("report.table")),
        Column(say("report.rows_read"), "count"),
        Column(say("report.rows_kept"), "count"),
        Column(say("report.rows_rejected"), "count"),
        Column(say("report.validity"), "percent"),
        Column(say("report.completeness"), "percent"),
        Column(say("report.uniqueness"), "percent"),
        Column(say("report.freshness"), "count"),
    )
    rows: list[tuple[Any, ...]] = []
    for name, one in collected.quality.tables.items():
        filled = list(one.completeness.values())
        mean = share(sum(filled), len(filled))
        figures = (one.read, one.kept, one.rejected, one.validity, mean, one.uniqueness, _age(one.freshness_days))
        rows.append((label("table", name), *figures))
    rows.sort(key=lambda row: (-row[3], -row[1]))
    return Table(say("report.tables_read"), columns, tuple(rows), half=True, unfolded=_UNFOLDED)


def _reasons(collected: Collected) -> Table:
    columns = (
        Column(say("report.table")),
        Column(say("report.column"), "text"),
        Column(say("report.reason"), "words"),
        Column(say("report.rows"), "count"),
    )
    found: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], str] = {}
    for name, rejects in collected.rejects.items():
        for column, code, params in records(rejects, ("column", "code", "params")):
            found[name, column or "", code] += 1
            first.setdefault((name, column or "", code), params)
    ranked = sorted(found, key=lambda key: (-found[key], key))
    rows = tuple(
        (
            label("table", name),
            _heading(column),
            message_from(code, first[name, column, code]),
            found[name, column, code],
        )
        for name, column, code in ranked[:_REASONS]
    )
    left_out = max(len(ranked) - _REASONS, 0)
    return Table(
        say("report.reject_reasons"), columns, rows, left_out, say("report.no_rejects"), half=True, unfolded=_UNFOLDED
    )


def _age(days: int | None) -> int | None:
    # Leave and contracts lie ahead: they have no age.
    return days if days is None or days >= 0 else None


def _heading(column: str) -> Message | None:
    spoken = {"en": column.replace("_", " "), "zh": COLUMN_ALIASES.get(column, (column,))[0]}
    return named(spoken, column) if column else None
