"""Whether the point of a row lies where the row says: swapped and zero coordinates, points elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from jiuzhou.geo.codes import prefecture_of
from jiuzhou.geo.coordinates import to_wgs84
from jiuzhou.geo.divisions import divisions
from jiuzhou.geo.place import prefectures_at
from jiuzhou.geo.prefectures import prefectures
from jiuzhou.kernel.message import Json

DOUBT_COLUMNS = pa.schema(
    [("row", pa.int64()), ("column", pa.string()), ("code", pa.string()), ("params", pa.string())]
)
"""What is told of a doubt; ``params`` is the JSON object of its message."""

NEAR_DEGREES = 0.03
"""
A point this close to the area it should lie in lies in it: the borders of the map files are simplified.

That is more than the drift between the coordinate systems, so a wrong system cannot be told from a point.
"""

_MOVED_SYSTEMS = ("gcj02", "bd09")
_CHINA_WEST_EAST, _CHINA_SOUTH_NORTH = (73.0, 136.0), (3.0, 54.0)
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.int64]
"""Codes of prefecture-level areas as numbers, 0 for none."""
Systems = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Doubts:
    """Doubts of one kind: their column, their code, the rows and the parameters of each."""

    column: str
    code: str
    rows: NDArray[np.int64]
    params: Sequence[Mapping[str, Json]]

    def where(self, keep: Mask) -> Doubts:
        """Return those of rows for which ``keep`` holds."""
        which = keep[self.rows]
        params = [one for one, kept in zip(self.params, which.tolist(), strict=True) if kept]
        return Doubts(self.column, self.code, self.rows[which], params)


@dataclass(frozen=True, slots=True)
class Points:
    """
    What the points of a table say.

    Attributes
    ----------
    table
        The table without coordinates 0/0.
    placed
        Which rows have a point, shape ``(n,)``.
    prefecture
        Code of the prefecture-level area around each point in China, null elsewhere, shape ``(n,)``.
    emptied
        How many points were 0/0.
    lon, lat
        Degrees, WGS-84, shape ``(n,)``; NaN without a point, or where the coordinates seem to be swapped.
    """

    table: pa.Table
    placed: Mask
    prefecture: pa.Array
    doubts: pa.Table
    emptied: int
    lon: Floats
    lat: Floats


def check_points(table: pa.Table, region: pa.Array, *, crs: str, home: Mask) -> Points:
    """
    Return where the points lie and which of them contradict ``region``.

    Parameters
    ----------
    region
        Region code of each row, null where unknown, shape ``(n,)``.
    crs
        Coordinate system of rows that name none.
    home
        Which rows are in China; others are left alone.
    """
    rows = table.num_rows
    if not {"lat", "lon"} <= set(table.column_names):
        nowhere = np.full(rows, np.nan)
        return Points(table, np.zeros(rows, dtype=bool), pa.nulls(rows, pa.string()), merged([]), 0, nowhere, nowhere)
    lon, lat = _degrees(table["lon"]), _degrees(table["lat"])
    zero = (lon == 0) & (lat == 0)
    table = _emptied(table, zero) if zero.any() else table
    lon[zero], lat[zero] = np.nan, np.nan
    systems = _systems(table, crs)
    expected = _prefectures_of(region)
    x, y = _wgs84(lon, lat, systems)
    around = _around(np.where(home, x, np.nan), np.where(home, y, np.nan))
    there = np.isfinite(lon) & np.isfinite(lat)
    wrong = home & there & (expected > 0) & (around != expected)
    wrong[wrong] = ~is_near(x[wrong], y[wrong], expected[wrong])
    turned = home & there & (expected == 0) & (around == 0) & _in_china(lat, lon)
    found = [Doubts("lat", "collect.point_zero", np.flatnonzero(zero), [{}] * int(zero.sum()))]
    swapped = turned | _swapped(lon, lat, systems, expected, wrong)
    found.append(_doubts("collect.point_swapped", swapped, lon, lat, expected, around))
    found.append(_doubts("collect.point_elsewhere", wrong & ~swapped, lon, lat, expected, around))
    prefecture = pc.cast(pa.array(around, mask=(around == 0) | swapped), pa.string())
    x[swapped], y[swapped] = np.nan, np.nan
    return Points(table, there, prefecture, merged(found), int(zero.sum()), x, y)


def merged(found: Sequence[Doubts | pa.Table]) -> pa.Table:
    """Return doubts of many kinds as one table by row."""
    tables = [one if isinstance(one, pa.Table) else doubts_of(one) for one in found]
    return pa.concat_tables([DOUBT_COLUMNS.empty_table(), *tables]).sort_by(
        [("row", "ascending"), ("code", "ascending")]
    )


def doubts_of(found: Doubts) -> pa.Table:
    """Return the doubts of one kind as a table."""
    number = len(found.rows)
    params = [json.dumps(one, ensure_ascii=False, sort_keys=True) for one in found.params]
    columns = [pa.array(found.rows, pa.int64()), [found.column] * number, [found.code] * number, params]
    return pa.Table.from_arrays(
        [pa.array(c, f.type) for c, f in zip(columns, DOUBT_COLUMNS, strict=True)], schema=DOUBT_COLUMNS
    )


def name_of(code: str) -> str:
    """Return the names of a division from the province down, or the code where the tree does not have it."""
    return "".join(divisions().path(code)) or code


def is_near(lon: Floats, lat: Floats, expected: Codes) -> Mask:
    """Return which points lie in the prefecture expected of them, or so close to its border that they are believed."""
    areas = prefectures()
    near = np.zeros(len(lon), dtype=bool)
    if areas is None:  # by the nearest city alone nothing is contradicted
        return np.ones(len(lon), dtype=bool)
    spots = shapely.points(lon, lat)
    for code in sorted(set(expected.tolist())):
        polygon = areas.polygon(str(code))
        rows = expected == code
        near[rows] = True if polygon is None else shapely.dwithin(spots[rows], polygon, NEAR_DEGREES)
    return near


def _degrees(column: pa.ChunkedArray) -> Floats:
    return np.array(pc.fill_null(pc.cast(column, pa.float64()), np.nan).to_numpy(), dtype=np.float64)


def _emptied(table: pa.Table, rows: Mask) -> pa.Table:
    for name in ("lat", "lon"):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(at), pc.if_else(pa.array(rows), None, table[name]))
    return table


def _systems(table: pa.Table, crs: str) -> Systems:
    if "crs" not in table.column_names:
        return np.full(table.num_rows, crs)
    return np.array(pc.fill_null(pc.cast(table["crs"], pa.string()), crs).to_pylist(), dtype=np.str_)


def _wgs84(lon: Floats, lat: Floats, systems: Systems) -> tuple[Floats, Floats]:
    x, y = lon.copy(), lat.copy()
    for system in _MOVED_SYSTEMS:
        rows = systems == system
        if rows.any():
            x[rows], y[rows] = to_wgs84(lon[rows], lat[rows], system)
    return x, y


def _around(lon: Floats, lat: Floats) -> Codes:
    return np.array([int(code or 0) for code in prefectures_at(lon, lat)], dtype=np.int64)


def _prefectures_of(region: pa.Array) -> Codes:
    whole = region.combine_chunks() if isinstance(region, pa.ChunkedArray) else region
    encoded = whole.dictionary_encode()
    codes = np.array([*(int(prefecture_of(code) or 0) for code in encoded.dictionary.to_pylist()), 0], dtype=np.int64)
    return np.asarray(codes[pc.fill_null(encoded.indices, len(codes) - 1).to_numpy()])


def _in_china(lon: Floats, lat: Floats) -> Mask:
    west, east = _CHINA_WEST_EAST
    south, north = _CHINA_SOUTH_NORTH
    return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def _swapped(lon: Floats, lat: Floats, systems: Systems, expected: Codes, wrong: Mask) -> Mask:
    swapped = wrong & _in_china(lat, lon)
    rows = np.flatnonzero(swapped)
    x, y = _wgs84(lat[rows], lon[rows], systems[rows])
    swapped[rows] = is_near(x, y, expected[rows])
    return swapped


def _doubts(code: str, rows: Mask, lon: Floats, lat: Floats, expected: Codes, around: Codes) -> Doubts:
    at = np.flatnonzero(rows)
    params: list[Mapping[str, Json]] = [
        {
            "point": f"{lon[row]:.5f}, {lat[row]:.5f}",
            "region": name_of(str(expected[row])) if expected[row] else "—",
            "around": name_of(str(around[row])) if around[row] else "—",
        }
        for row in at.tolist()
    ]
    return Doubts("lat", code, at, params)
