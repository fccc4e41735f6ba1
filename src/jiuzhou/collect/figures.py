"""Figures of the kept rows of a table, added up block by block."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from jiuzhou.collect.areas import OwnAreas
from jiuzhou.collect.part import ROW
from jiuzhou.collect.regions import RegionFigures
from jiuzhou.kernel.arrays import EPOCH, integers
from jiuzhou.kernel.moments import local_days

DATED = {
    "customers": "created_at",
    "orders": "ordered_at",
    "payments": "paid_at",
    "deals": "opened_at",
    "interactions": "at",
    "surveys": "at",
    "stock": "at",
    "market": "at",
    "competitors": "at",
    "ownership": "valid_from",
    "absences": "starts_at",
}
"""The column that tells when a record of a table is from."""


class Figures:
    """
    Rows, empty cells and days of one table.

    Parameters
    ----------
    table
        Its name.
    zone
        IANA name of the zone in which days are counted.
    areas
        The company's own regions, where it has any.
    """

    def __init__(self, table: str, zone: str, areas: OwnAreas | None = None) -> None:
        self.rows = 0
        self._zone, self._dated = zone, DATED.get(table, "")
        self._nulls: Counter[str] = Counter()
        self._columns: tuple[str, ...] = ()
        self._days: Counter[int] = Counter()
        self.regions = RegionFigures(zone, areas) if table == "customers" else None

    def add(self, kept: pa.Table) -> None:
        """Count a block."""
        self.rows += kept.num_rows
        self._columns = tuple(name for name in kept.column_names if name != ROW)
        if self.regions:
            self.regions.add(kept)
        self._nulls.update({name: kept[name].null_count for name in self._columns})
        if self._dated in self._columns and kept.num_rows:
            values = kept[self._dated].drop_null()
            days = local_days(values, self._zone) if pa.types.is_timestamp(values.type) else values
            numbers = integers(days, missing=0)
            first = int(numbers.min(initial=0))
            counts = np.bincount(numbers - first)
            self._days.update({day + first: int(counts[day]) for day in np.flatnonzero(counts).tolist()})

    @property
    def completeness(self) -> dict[str, float]:
        """Share of rows that have a value, by column; 1 where there are no rows."""
        return {name: 1 - self._nulls[name] / self.rows if self.rows else 1.0 for name in self._columns}

    @property
    def newest(self) -> date | None:
        """The day of the newest record; ``None`` where the table has no dates."""
        return EPOCH + timedelta(days=max(self._days)) if self._days else None

    def day_after_last(self) -> date | None:
        """Return the day after the newest record."""
        return self.newest + timedelta(days=1) if self.newest else None

    def later_than(self, day: date) -> int:
        """Return how many records lie after ``day``."""
        limit = (day - EPOCH).days
        return sum(count for number, count in self._days.items() if number > limit)
