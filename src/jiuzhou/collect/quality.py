"""How good the tables were: figures a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.message import Json, Message
from jiuzhou.kernel.moments import local_days

_NEWEST: Mapping[str, tuple[str, ...]] = {
    "customers": ("created_at",),
    "orders": ("ordered_at",),
    "payments": ("paid_at",),
    "deals": ("opened_at",),
    "interactions": ("at",),
    "surveys": ("at",),
    "stock": ("at",),
    "market": ("at",),
    "competitors": ("at",),
    "ownership": ("valid_from",),
    "absences": ("starts_at",),
}


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
    """

    as_of: date | None
    tables: Mapping[str, TableQuality]
    notes: tuple[Message, ...] = ()

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
        }


def completeness_of(table: pa.Table) -> dict[str, float]:
    """Return the share of rows that have a value, by column; 1 where there are no rows."""
    count = table.num_rows
    return {name: 1 - table[name].null_count / count if count else 1.0 for name in table.column_names}


def age_of(name: str, table: pa.Table, as_of: date | None, zone: str) -> tuple[int | None, int]:
    """Return the days from the newest record to ``as_of``, and how many records lie after it."""
    column = next((item for item in _NEWEST.get(name, ()) if item in table.column_names), None)
    if column is None or as_of is None:
        return None, 0
    values = table[column]
    days = local_days(values, zone) if pa.types.is_timestamp(values.type) else values
    newest: date | None = pc.max(days).as_py()
    later = pc.sum(pc.greater(days, pa.scalar(as_of, pa.date32()))).as_py() or 0
    return (None if newest is None else (as_of - newest).days), later
