"""How good the tables were: figures a person can act on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from jiuzhou.collect.figures import Figures
from jiuzhou.collect.part import Tally
from jiuzhou.collect.regions import RegionQuality
from jiuzhou.collect.scheme import Scheme
from jiuzhou.collect.settling import DUPLICATE
from jiuzhou.kernel.message import Json, Message


@dataclass(frozen=True, slots=True)
class TableQuality:
    """
    The figures of one table.

    Attributes
    ----------
    read, kept, rejected
        Rows; ``read = kept + rejected``. Rows that hold nothing at all are ``blank`` and not read.
    rejected_by
        Rejected rows by the code of their most serious problem.
    problems
        Problems by code; a row may have several.
    completeness
        Share of kept rows that have a value, by column of the source, 0 to 1.
    validity
        Share of read rows whose every cell is of its kind and in range, 0 to 1.
    uniqueness
        Share of otherwise good rows whose key no earlier row has, 0 to 1.
    freshness_days
        Days from the newest record to the day the Book describes; ``None`` where the table has no dates.
    later
        Kept rows dated after the day the Book describes.
    nulled
        Kept rows by column whose optional reference led nowhere and was emptied.
    own_columns
        Columns of the company's own, kept as they are.
    doubts
        What is doubtful about kept rows, by code; a row may have several.
    consistency
        Share of kept rows with nothing doubtful, no date after the day the Book describes and no reference that led
        nowhere, 0 to 1.
    """

    file: str
    read: int
    kept: int
    rejected: int
    blank: int = 0
    rejected_by: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[str, int] = field(default_factory=dict)
    completeness: Mapping[str, float] = field(default_factory=dict)
    validity: float = 1.0
    uniqueness: float = 1.0
    freshness_days: int | None = None
    later: int = 0
    nulled: Mapping[str, int] = field(default_factory=dict)
    own_columns: tuple[str, ...] = ()
    doubts: Mapping[str, int] = field(default_factory=dict)
    consistency: float = 1.0

    def to_json(self) -> dict[str, Json]:
        """Return the figures as ``quality.json`` keeps them."""
        return {
            "file": self.file,
            "read": self.read,
            "kept": self.kept,
            "rejected": self.rejected,
            "blank": self.blank,
            "rejected_by": dict(self.rejected_by),
            "problems": dict(self.problems),
            "completeness": {name: round(share, 6) for name, share in self.completeness.items()},
            "validity": round(self.validity, 6),
            "uniqueness": round(self.uniqueness, 6),
            "freshness_days": self.freshness_days,
            "later": self.later,
            "nulled": dict(self.nulled),
            "own_columns": list(self.own_columns),
            "doubts": dict(self.doubts),
            "consistency": round(self.consistency, 6),
        }


@dataclass(frozen=True, slots=True)
class Quality:
    """
    The figures of every table that was given.

    Attributes
    ----------
    as_of
        The day the Book describes; ``None`` where nothing tells it.
    tables
        By name, in the Book's order.
    notes
        What was left out or emptied, and why, one sentence each.
    regions
        Figures of the customers by province, the one with most of them first.
    """

    as_of: date | None
    tables: Mapping[str, TableQuality]
    notes: tuple[Message, ...] = ()
    regions: tuple[RegionQuality, ...] = ()

    @property
    def totals(self) -> dict[str, int]:
        """Rows of all tables: ``read``, ``kept``, ``rejected``."""
        tables = self.tables.values()
        return {name: sum(getattr(table, name) for table in tables) for name in ("read", "kept", "rejected")}

    def to_json(self) -> dict[str, Json]:
        """Return the figures as ``quality.json`` keeps them."""
        return {
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "tables": {name: table.to_json() for name, table in self.tables.items()},
            "notes": [note.to_json() for note in self.notes],
            "regions": [region.to_json() for region in self.regions],
        }


def quality_of(scheme: Scheme, tally: Tally, figures: Figures, as_of: date | None) -> TableQuality:
    """
    Return the figures of one table.

    Parameters
    ----------
    tally
        That of all its blocks.
    as_of
        The day the Book describes, where one is known.
    """
    read, repeated = tally.kept + tally.rejected, tally.rejected_by.get(DUPLICATE, 0)
    newest, nulled = figures.newest, _nulled(tally)
    later = figures.later_than(as_of) if as_of else 0
    return TableQuality(
        file=scheme.file,
        read=read,
        kept=tally.kept,
        rejected=tally.rejected,
        blank=tally.blank,
        rejected_by=tally.rejected_by,
        problems=tally.problems,
        completeness=figures.completeness,
        validity=1 - tally.invalid / read if read else 1.0,
        uniqueness=tally.kept / (tally.kept + repeated) if repeated else 1.0,
        freshness_days=(as_of - newest).days if as_of and newest else None,
        later=later,
        nulled=nulled,
        own_columns=tuple(scheme.own.values()),
        doubts=tally.doubts,
        consistency=_consistency(tally, later + sum(nulled.values())),
    )


def _consistency(tally: Tally, others: int) -> float:
    # A row with two flaws counts twice: the share is a floor, and exact where flaws are rare.
    return max(1 - (tally.doubted + others) / tally.kept, 0.0) if tally.kept else 1.0


def _nulled(tally: Tally) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for one in tally.changed:
        if one.emptied:
            counts[one.column] += one.count
    return dict(counts)
