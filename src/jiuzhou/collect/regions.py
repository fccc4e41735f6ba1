"""How well the customers of each province, foreign country or region of one's own are known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.areas import OwnAreas
from jiuzhou.geo.codes import PROVINCE_DIGITS
from jiuzhou.kernel.arrays import EPOCH, Mask, integers
from jiuzhou.kernel.message import Json
from jiuzhou.kernel.moments import local_days

ESSENTIAL = ("name", "phone", "address", "tax_id", "industry", "region_code", "lat", "annual_revenue", "owner_id")
"""What a sales force needs to know of a customer; of a region, only those that the source has are counted."""

_NOWHERE = ""
_NEVER = -(1 << 30)


@dataclass(frozen=True, slots=True)
class RegionQuality:
    """
    The figures of the customers of one province, country or highest region of one's own.

    Attributes
    ----------
    region_code
        Adcode of the province, ISO 3166-1 code of a foreign country, or code of the region of one's own; empty for the
        customers of whom none is known.
    completeness
        Share of the ``ESSENTIAL`` cells that have a value, 0 to 1.
    located
        Share of customers with coordinates, 0 to 1.
    freshness_days
        Days from the newest customer to the day the Book describes; ``None`` where nothing tells it.
    """

    region_code: str
    customers: int
    completeness: float
    located: float
    freshness_days: int | None

    def to_json(self) -> dict[str, Json]:
        """Return the figures as ``quality.json`` keeps them."""
        return {
            "region_code": self.region_code,
            "customers": self.customers,
            "completeness": round(self.completeness, 6),
            "located": round(self.located, 6),
            "freshness_days": self.freshness_days,
        }


class RegionFigures:
    """
    Figures by province, country or region of one's own, added up block by block.

    Parameters
    ----------
    zone
        IANA name of the zone in which days are counted.
    areas
        The company's own regions, where it has any.
    """

    def __init__(self, zone: str, areas: OwnAreas | None = None) -> None:
        self._zone, self._areas = zone, areas
        self._rows: Counter[str] = Counter()
        self._filled: Mapping[str, Counter[str]] = defaultdict(Counter)
        self._newest: dict[str, int] = {}
        self._columns: tuple[str, ...] = ()

    def add(self, customers: pa.Table) -> None:
        """Count a block of kept customers."""
        self._columns = tuple(name for name in ESSENTIAL if name in customers.column_names)
        names, place = _tops(customers, self._areas)
        self._rows.update(_sums(names, place, np.ones(len(place), dtype=bool)))
        for name in self._columns:
            self._filled[name].update(_sums(names, place, _valid(customers[name])))
        if "created_at" in customers.column_names:
            days = integers(local_days(customers["created_at"], self._zone), missing=_NEVER)
            newest = np.full(len(names), _NEVER, dtype=np.int64)
            np.maximum.at(newest, place, days)
            for name, day in zip(names, newest.tolist(), strict=True):
                self._newest[name] = max(day, self._newest.get(name, _NEVER))

    def found(self, as_of: date | None) -> tuple[RegionQuality, ...]:
        """Return the figures of each province, the one with most customers first."""
        ranked = sorted(+self._rows, key=lambda name: (-self._rows[name], name))
        return tuple(self._of(name, as_of) for name in ranked)

    def _of(self, name: str, as_of: date | None) -> RegionQuality:
        rows, cells = self._rows[name], self._rows[name] * len(self._columns)
        filled = sum(self._filled[column][name] for column in self._columns)
        newest = self._newest.get(name, _NEVER)
        known = as_of is not None and newest != _NEVER
        return RegionQuality(
            region_code=name,
            customers=rows,
            completeness=filled / cells if cells else 1.0,
            located=self._filled["lat"][name] / rows if "lat" in self._filled else 0.0,
            freshness_days=(as_of - EPOCH - timedelta(days=newest)).days if as_of and known else None,
        )


def top_region(code: str) -> str:
    """Return the province of a Chinese code, the country of a foreign one (``DE-BY`` is in ``DE``), else ``code``."""
    if code.isdigit() and code[:2] in PROVINCE_DIGITS:
        return f"{code[:2]}0000"
    country = code.partition("-")[0]
    return country if len(country) == 2 and country.isascii() and country.isupper() else code


def _tops(customers: pa.Table, areas: OwnAreas | None) -> tuple[list[str], np.ndarray]:
    if "region_code" not in customers.column_names:
        return [_NOWHERE], np.zeros(customers.num_rows, dtype=np.int64)
    encoded = pc.fill_null(customers["region_code"], _NOWHERE).combine_chunks().dictionary_encode()
    own = [areas.top(code) if areas else None for code in encoded.dictionary.to_pylist()]
    tops = [mine or top_region(code) for mine, code in zip(own, encoded.dictionary.to_pylist(), strict=True)]
    names = sorted(set(tops))
    place = {name: number for number, name in enumerate(names)}
    at = np.array([place[top] for top in tops], dtype=np.int64)
    return names, at[encoded.indices.to_numpy(zero_copy_only=False)]


def _sums(names: list[str], place: np.ndarray, which: Mask) -> dict[str, int]:
    counts = np.bincount(place[which], minlength=len(names))
    return dict(zip(names, counts.tolist(), strict=True))


def _valid(column: pa.ChunkedArray) -> Mask:
    return np.array(column.is_valid().to_numpy(), dtype=bool)
