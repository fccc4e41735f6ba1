"""Figures of quality, as pages and endpoints are given them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jiuzhou.kernel.message import Json

FIELDS = (
    *("name", "phone", "email", "address", "tax_id", "region", "place", "industry", "size", "revenue"),
    *("channel", "needs", "since"),
)
"""What completeness is counted of: gaps of ``reads.wanted``."""

COLUMNS: Mapping[str, str] = {
    "region": "region_code",
    "place": "lat",
    "size": "size_band",
    "revenue": "annual_revenue",
    "since": "created_at",
}
"""Columns of the Book where the gap is called otherwise."""


@dataclass(frozen=True, slots=True)
class Count:
    """
    Figures of some customers.

    Attributes
    ----------
    missing
        Customers without a value, by field of ``FIELDS``.
    doubts
        Customers by doubt, of ``doubts.INVALID`` and ``INCONSISTENT``.
    located
        Customers by how exactly their place is known.
    invalid, inconsistent
        Customers with at least one doubt of either kind.
    newest
        The day of the newest customer.
    """

    customers: int
    missing: Mapping[str, int]
    doubts: Mapping[str, int]
    located: Mapping[str, int]
    invalid: int
    inconsistent: int
    numbered: int
    newest: date | None

    def completeness(self, used: frozenset[str]) -> float:
        """Return the share of cells of ``used`` fields that have a value, 0 to 1; 1 where there are none."""
        cells = self.customers * len(used)
        return 1 - sum(self.missing[name] for name in used) / cells if cells else 1.0

    @property
    def validity(self) -> float:
        """The share of customers whose every value has the form that it should have, 0 to 1."""
        return 1 - self.invalid / self.customers if self.customers else 1.0

    @property
    def consistency(self) -> float:
        """The share of customers whose values fit others, 0 to 1."""
        return 1 - self.inconsistent / self.customers if self.customers else 1.0

    @property
    def placed(self) -> float:
        """The share of customers of whom at least a district or city is known as a place, 0 to 1."""
        return 1 - self.located["none"] / self.customers if self.customers else 1.0


@dataclass(frozen=True, slots=True)
class Region:
    """
    The customers of a province or city, a foreign country or a region of one's own.

    Attributes
    ----------
    deviation
        Their completeness against that of all, as a share.
    name
        How a region of one's own is called; empty for every other.
    """

    code: str
    count: Count
    completeness: float
    deviation: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Customers:
    """
    The customers in sight.

    Attributes
    ----------
    used
        Fields that at least one of them has: only these are counted in ``completeness``.
    twice
        Customers whose tax number or telephone another one in sight has, by doubt.
    uniqueness
        Of the customers with a tax number, the share whose number is theirs alone, 0 to 1.
    regions
        By province, or by city of the province that was asked for; the worst first.
    counted_at
        When they were counted, if something may have changed since.
    """

    all: Count
    used: frozenset[str]
    completeness: float
    uniqueness: float
    freshness_days: int | None
    twice: Mapping[str, int]
    regions: tuple[Region, ...]
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class TableLine:
    """One of the other tables, as it was last measured."""

    name: str
    rows: int
    completeness: float
    columns: Mapping[str, float]
    validity: float
    uniqueness: float | None
    freshness_days: int | None
    consistency: float
    later: int
    orphans: int


@dataclass(frozen=True, slots=True)
class Checked:
    """How accurate a field was in a sample, with the 95 % interval; ``share`` is right among checked."""

    field: str
    checked: int
    right: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What the latest closed sample said."""

    sample: int
    at: datetime
    fields: tuple[Checked, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Rows of an import that could not be taken and were not mended yet, and what was doubtful about kept ones."""

    id: int
    files: str
    made_at: datetime
    rejected: Mapping[str, int]
    doubts: int


@dataclass(frozen=True, slots=True)
class Point:
    """The figures of one day."""

    day: date
    completeness: float
    validity: float
    uniqueness: float
    consistency: float


@dataclass(frozen=True, slots=True)
class Standing:
    """
    How good the standing data are.

    Attributes
    ----------
    tables, measured_at, trend
        The other tables, and the days before; only for those who see everything.
    """

    day: date
    customers: Customers
    tables: tuple[TableLine, ...]
    measured_at: datetime | None
    trend: tuple[Point, ...]
    waiting: tuple[Waiting, ...]
    accuracy: Accuracy | None


def table_json(figures: Mapping[str, Any]) -> dict[str, Json]:
    """Return the figures of a table in the form of ``quality.json``, with nothing left out that it has there."""
    rows = int(figures["rows"])
    return {
        "file": "",
        "read": rows,
        "kept": rows,
        "rejected": 0,
        "blank": 0,
        "rejected_by": {},
        "problems": {},
        "completeness": {name: round(share, 6) for name, share in figures["completeness"].items()},
        "validity": round(figures["validity"], 6),
        "uniqueness": None if figures["uniqueness"] is None else round(figures["uniqueness"], 6),
        "freshness_days": figures["freshness_days"],
        "later": figures["later"],
        "nulled": {},
        "own_columns": [],
        "doubts": dict(figures["doubts"]),
        "consistency": round(figures["consistency"], 6),
    }
