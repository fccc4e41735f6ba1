"""Where the rows of a block lie: regions found, and what contradicts itself told."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.aliases import folded
from jiuzhou.collect.area_names import AREA_HEADINGS
from jiuzhou.collect.areas import OwnAreas
from jiuzhou.collect.draft import Draft
from jiuzhou.collect.locating import locate_customers

_PLACED = ("customers", "sites")
_READ = ("address", "region_code", "lat", "lon", "crs", "location_quality", "country")
_WRITTEN = ("region_code", "location_quality", "lat", "lon")


def place(draft: Draft, own: OwnAreas | None = None) -> Mapping[str, int]:
    """
    Fill the regions of customers and sites, put what is doubtful about their places among the doubts, and return how
    many rows were placed in which way; nothing where a table says nothing of places, or was collected before.

    Parameters
    ----------
    own
        The company's own regions, where it has any.
    """
    areas = [name for name in draft.values if any(folded(name) in headings for headings in AREA_HEADINGS)]
    said = [name for name in ("address", "region_code", "lat") if name in draft.values]
    if draft.spec.name not in _PLACED or draft.scheme.settled or not (said or areas):
        return {}
    given = pa.table({name: draft.values[name] for name in (*_READ, *areas) if name in draft.values})
    placed = locate_customers(given, crs=draft.settings.crs, own=own)
    for name in _WRITTEN:
        if name in placed.table.column_names:
            draft.values[name] = placed.table[name].combine_chunks()
    for group in pc.unique(
        pc.binary_join_element_wise(placed.doubts["column"], placed.doubts["code"], "|")
    ).to_pylist():
        column, code = group.split("|")
        rows = placed.doubts.filter(
            pc.and_(pc.equal(placed.doubts["column"], column), pc.equal(placed.doubts["code"], code))
        )
        draft.doubts.add_told(draft.heading(column), code, rows["row"].to_numpy(), rows["params"].to_pylist())
    return {way: count for way, count in placed.counts.items() if way in WAYS and count}


WAYS = ("by_older_code", "by_name", "by_address", "by_point", "nowhere", "points_emptied")
"""In which ways a region was found that was not written as the code in force."""
