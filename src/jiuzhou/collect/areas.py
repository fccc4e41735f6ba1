"""The company's own regions, as far as they say where customers lie: by a code, by a name, around a point."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.geo.codes import plain_code, province_of
from jiuzhou.geo.divisions import divisions
from jiuzhou.geo.own_regions import Shapes
from jiuzhou.kernel.arrays import Floats

_COLUMNS = ("region_code", "name", "parent_code", "geometry", "valid_to")


class OwnAreas:
    """
    The regions of a Book that are not just divisions of China by their codes.

    Parameters
    ----------
    regions
        Table ``regions``; rows that have ended are left out, and so are divisions without a shape. Of several rows with
        one code the first counts.
    """

    def __init__(self, regions: pa.Table) -> None:
        missing = {
            name: pa.nulls(regions.num_rows, pa.string()) for name in _COLUMNS if name not in regions.column_names
        }
        for name, nothing in missing.items():
            regions = regions.append_column(name, nothing)
        known = pa.array(sorted(divisions().by_code), pa.string())
        drawn = regions["geometry"].is_valid()
        own = pc.or_(drawn, pc.invert(pc.is_in(regions["region_code"], value_set=known)))
        regions = regions.filter(pc.and_(own, regions["valid_to"].is_null()))
        first = {code: row for row, code in reversed(list(enumerate(regions["region_code"].to_pylist())))}
        self._table = regions.take(pa.array(sorted(first.values()), pa.int64()))
        codes, names = (self._table[name].to_pylist() for name in ("region_code", "name"))
        often = Counter(names)
        self._codes = frozenset(codes)
        self._by_name = {name: code for name, code in zip(names, codes, strict=True) if name and often[name] == 1}
        self._parents = dict(zip(codes, self._table["parent_code"].to_pylist(), strict=True))

    def __len__(self) -> int:
        return len(self._parents)

    def stated(self, text: str | None) -> str | None:
        """Return the code of the own region that goes by ``text``, its code or a name of its alone, or ``None``."""
        said = (text or "").strip()
        return said if said in self._codes else self._by_name.get(said)

    def around(self, lon: Floats, lat: Floats) -> list[str | None]:
        """Return the code of the smallest own region around each point (degrees, WGS-84); ``None`` for NaN."""
        return self._shapes.at(lon, lat)

    def is_within(self, code: str, region: str) -> bool:
        """Return whether the own region ``code`` is a part of ``region``, by stated parents or the digits of codes."""
        return region in self._above(code)

    def top(self, code: str) -> str | None:
        """Return the highest own region around ``code``, or the province above that; ``None`` if it is not own."""
        if code not in self._codes:
            return None
        at, seen = code, {code}
        above: str | None = self._parents.get(at)
        while above is not None and above in self._codes and above not in seen:
            seen.add(above)
            at, above = above, self._parents.get(above)
        return (province_of(above) if above else None) or at

    @cached_property
    def _shapes(self) -> Shapes:
        return Shapes(self._table)

    def _above(self, code: str) -> set[str]:
        found: set[str] = set()
        at: str | None = code
        while at is not None and at not in found:
            found.add(at)
            division = plain_code(at)
            if division is not None and division in divisions().by_code:
                found |= {division, *(above.code for above in divisions().ancestors(division))}
            at = self._parents.get(at)
        return found - {code}
