"""
Regions of one's own from a GeoJSON file: any country, any level, from continents to grid cells.

Codes, names and parents are found under their usual names; shapes are mended where a ring crosses itself; neighbours
are derived from shared borders. Everything else that is wrong is refused, and the sentence names the feature.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import ArrayLike, NDArray

from jiuzhou.geo.adjacency import Pairs, sorted_pairs
from jiuzhou.geo.coordinates import to_wgs84
from jiuzhou.kernel.errors import InputError

CODE_NAMES = ("region_code", "code", "adcode", "区划代码", "行政区划代码", "代码", "编码", "编号", "gb", "iso_a2", "id")
NAME_NAMES = ("name", "名称", "名字", "全称", "fullname", "full_name", "name_zh", "name_en", "区划名称")
PARENT_NAMES = ("parent_code", "parent", "parent_id", "上级代码", "上级编码", "上级", "所属上级", "pid")
LEVEL_NAMES = ("level_name", "level", "层级", "层级名称", "级别", "类型")
"""Names of properties, in any case; the first of them that a feature has a value for counts."""

_GEOGRAPHIC = ("CRS84", "4326", "4490", "4979")
_PROJECTED_FROM = 400.0
_TOUCH = 1e-5
"""Degrees, about a metre: borders this close are one border."""
_SHORTEST = 10 * _TOUCH
"""A shared border shorter than this is a corner."""


@dataclass(frozen=True, slots=True)
class OwnRegions:
    """
    Regions read from a file.

    Attributes
    ----------
    table
        Table ``regions`` of a Book: ``region_code, name, parent_code, geometry`` (GeoJSON text, WGS-84),
        ``neighbours`` (codes of regions of the same level that share a border), in the order of the codes.
    mended
        Codes of the regions whose shape was not valid and was mended.
    levels
        What each region of ``table`` says its level is called; empty where it says nothing.
    """

    table: pa.Table
    mended: tuple[str, ...]
    levels: tuple[str, ...] = ()


def read_own_regions(content: str | bytes | Mapping[str, Any], *, crs: str = "wgs84") -> OwnRegions:
    """
    Return the regions of a GeoJSON FeatureCollection.

    Parameters
    ----------
    content
        The file's text, or what it says as Python values.
    crs
        Coordinate system of the file: ``wgs84``, ``gcj02`` or ``bd09``; the shapes returned are in WGS-84.

    Raises
    ------
    InputError
        ``geo.regions_not_geojson``, ``geo.regions_empty``, ``geo.regions_projected``, ``geo.region_without_code``,
        ``geo.region_code_twice``, ``geo.region_without_shape``, ``geo.region_out_of_range``, ``geo.region_swapped``,
        ``geo.unknown_crs``.
    """
    features = _features(content)
    codes = _codes(features)
    names = [_property(feature, NAME_NAMES) or code for feature, code in zip(features, codes, strict=True)]
    parents = [_property(feature, PARENT_NAMES) for feature in features]
    given = [_shape(feature, place, code) for place, (feature, code) in enumerate(zip(features, codes, strict=True), 1)]
    moved = shapely.transform(
        np.array(given), lambda points: np.column_stack(to_wgs84(points[:, 0], points[:, 1], crs))
    )
    broken = ~shapely.is_valid(moved)
    moved[broken] = [_mended(shape) for shape in moved[broken]]
    for place in np.flatnonzero(shapely.area(moved) == 0).tolist():
        raise InputError("geo.region_without_shape", number=place + 1, region=codes[place])
    order = np.argsort(codes)
    pairs = shared_borders(moved, _depths(codes, parents))
    beside: list[list[str]] = [[] for _ in codes]
    for i, j in pairs.tolist():
        beside[i].append(codes[j])
        beside[j].append(codes[i])
    table = pa.table(
        {
            "region_code": pa.array(codes, pa.string()),
            "name": pa.array(names, pa.string()),
            "parent_code": pa.array(parents, pa.string()),
            "geometry": pa.array(shapely.to_geojson(moved).tolist(), pa.string()),
            "neighbours": pa.array([sorted(near) for near in beside], pa.list_(pa.string())),
        }
    )
    levels = [_property(feature, LEVEL_NAMES) or "" for feature in features]
    return OwnRegions(
        table.take(pa.array(order)),
        tuple(sorted(np.array(codes)[broken].tolist())),
        tuple(levels[place] for place in order.tolist()),
    )


def regions_at(lon: ArrayLike, lat: ArrayLike, regions: pa.Table) -> list[str | None]:
    """
    Return the code of the region around each point, or None.

    Parameters
    ----------
    lon, lat
        Degrees, WGS-84, shape ``(n,)``; NaN gives None.
    regions
        Columns ``region_code`` and ``geometry`` as ``read_own_regions`` gives them; rows without a geometry have no
        points. Where regions lie in each other the smallest has the point, on a border the one of the lower code.
    """
    return Shapes(regions).at(lon, lat)


class Shapes:
    """
    Regions made ready to be asked for many points.

    Parameters
    ----------
    regions
        As ``regions_at`` takes them.

    Raises
    ------
    InputError
        ``geo.region_without_shape``, if a geometry is no GeoJSON.
    """

    def __init__(self, regions: pa.Table) -> None:
        drawn = regions.filter(regions["geometry"].is_valid())
        self._codes = drawn["region_code"].to_pylist()
        shapes = _drawn(drawn["geometry"].to_pylist(), self._codes)
        self._tree = shapely.STRtree(shapes)
        self._rank = np.empty(len(self._codes), dtype=np.int64)
        order = np.lexsort((np.array(self._codes, dtype=np.str_), np.round(shapely.area(shapes), 9)))
        self._rank[order] = np.arange(len(self._codes))

    def at(self, lon: ArrayLike, lat: ArrayLike) -> list[str | None]:
        """Return the code of the region around each point, as ``regions_at`` does."""
        points = np.column_stack([np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)])
        known = np.flatnonzero(np.isfinite(points).all(axis=1))
        found: list[str | None] = [None] * len(points)
        spot, region = self._tree.query(shapely.points(points[known]), predicate="intersects")
        for at in np.argsort(-self._rank[region], kind="stable").tolist():  # the smallest is written last
            found[int(known[spot[at]])] = self._codes[region[at]]
        return found


def _drawn(texts: Sequence[str], codes: Sequence[str]) -> NDArray[np.object_]:
    shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    for place in np.flatnonzero(shapely.is_missing(shapes)).tolist():
        raise InputError("geo.region_without_shape", number=place + 1, region=codes[place])
    return np.asarray(shapes, dtype=object)


def shared_borders(shapes: NDArray[np.object_], level: Sequence[int] | NDArray[np.int64]) -> Pairs:
    """
    Return the pairs of ``shapes`` of one level that share more of their border than a corner.

    Borders less than about a metre apart count as shared, for files cut region by region.

    Parameters
    ----------
    shapes
        Polygons in degrees, shape ``(n,)``.
    level
        Only shapes of the same level are compared, shape ``(n,)``.
    """
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_TOUCH)
    levels = np.asarray(level)
    keep = (first < second) & (levels[first] == levels[second])
    first, second = first[keep], second[keep]
    edges = shapely.boundary(shapes)
    reach = shapely.buffer(shapes, _TOUCH)
    length = shapely.length(shapely.intersection(edges[first], reach[second]))
    crossing = shapely.length(shapely.intersection(edges[second], reach[first]))
    shared = np.maximum(length, crossing) > _SHORTEST
    return sorted_pairs(np.column_stack([first[shared], second[shared]]))


def _features(content: str | bytes | Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: Any = content
    if isinstance(content, str | bytes):
        try:
            found = json.loads(content)
        except (ValueError, RecursionError) as reason:
            raise InputError("geo.regions_not_geojson") from reason
    if not isinstance(found, Mapping) or found.get("type") not in ("FeatureCollection", "Feature"):
        raise InputError("geo.regions_not_geojson")
    _refuse_projection(found)
    features = [found] if found["type"] == "Feature" else found.get("features")
    if not isinstance(features, list) or not all(isinstance(feature, Mapping) for feature in features):
        raise InputError("geo.regions_not_geojson")
    if not features:
        raise InputError("geo.regions_empty")
    return features


def _refuse_projection(found: Mapping[str, Any]) -> None:
    system = found.get("crs")
    named = str(system.get("properties", {}).get("name", "")) if isinstance(system, Mapping) else ""
    if named and not named.upper().endswith(_GEOGRAPHIC):
        raise InputError("geo.regions_projected", crs=named)


def _codes(features: Sequence[Mapping[str, Any]]) -> list[str]:
    codes: dict[str, int] = {}
    for number, feature in enumerate(features, 1):
        code = _property(feature, CODE_NAMES) or _text(feature.get("id"))
        if code is None:
            raise InputError("geo.region_without_code", number=number, known=CODE_NAMES[:4])
        if code in codes:
            raise InputError("geo.region_code_twice", region=code, first=codes[code], number=number)
        codes[code] = number
    return list(codes)


def _property(feature: Mapping[str, Any], names: Sequence[str]) -> str | None:
    properties = feature.get("properties")
    given = {str(name).casefold(): value for name, value in (properties or {}).items()}
    for name in names:
        value = given.get(name)
        if isinstance(value, Mapping):  # a parent is sometimes given as an object of its own
            value = _property({"properties": value}, CODE_NAMES)
        text = _text(value)
        if text is not None:
            return text
    return None


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, bool | list | Mapping):
        return None
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    return str(whole).strip() or None


def _shape(feature: Mapping[str, Any], number: int, code: str) -> Any:
    shape = feature.get("geometry")
    if not isinstance(shape, Mapping) or shape.get("type") not in ("Polygon", "MultiPolygon"):
        raise InputError("geo.region_without_shape", number=number, region=code)
    try:
        drawn = shapely.force_2d(shapely.geometry.shape(shape))
    except (ValueError, TypeError, IndexError, AttributeError, shapely.errors.ShapelyError) as reason:
        raise InputError("geo.region_without_shape", number=number, region=code) from reason
    points = shapely.get_coordinates(drawn)
    if not len(points):
        raise InputError("geo.region_without_shape", number=number, region=code)
    _check_range(points, number, code)
    return drawn


def _check_range(points: NDArray[np.float64], number: int, code: str) -> None:
    size = np.abs(points).max(axis=0) if np.isfinite(points).all() else np.array([np.inf, np.inf])
    if size[0] <= 180 and size[1] <= 90:
        return
    if np.isfinite(size).all() and size.max() > _PROJECTED_FROM:
        raise InputError("geo.regions_projected", crs=f"{points[0, 0]:.0f}, {points[0, 1]:.0f}")
    if size[0] <= 90 and size[1] <= 180:
        raise InputError("geo.region_swapped", number=number, region=code)
    raise InputError("geo.region_out_of_range", number=number, region=code)


def _mended(shape: Any) -> Any:
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    areas = [part for part in shapely.get_parts(mended) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(areas) if areas else shapely.Polygon()


def _depths(codes: Sequence[str], parents: Sequence[str | None]) -> list[int]:
    above = dict(zip(codes, parents, strict=True))
    depths = []
    for code in codes:
        at, seen = above[code], {code}
        while at in above and at not in seen:
            seen.add(at)
            at = above[at]
        depths.append(len(seen))
    return depths
