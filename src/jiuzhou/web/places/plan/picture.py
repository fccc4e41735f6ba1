"""The map of a plan as SVG paths: prefectures where there are map files, else a square for each province."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, radians
from typing import Any

import numpy as np
import shapely

from jiuzhou.geo.divisions import divisions
from jiuzhou.geo.prefectures import prefectures
from jiuzhou.geo.provinces import PROVINCES
from jiuzhou.web.divide.shapes import Area, TerritoryRow

_SIMPLER = 0.05
"""Degrees by which borders may be simplified; about a pixel at the size of a page."""

_SCALE = 24.0
"""Units of the drawing for one degree of latitude."""

_FLAT = cos(radians(34))
_TOP, _LEFT = 54.0, 73.0
_TILE = 40.0


@dataclass(frozen=True, slots=True)
class Patch:
    """One area as drawn; ``key`` ties it to its territory's row."""

    path: str
    area: str
    key: str
    territory: str
    owner: str
    colour: int
    customers: int
    mixed: bool
    share: float


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a territory, at a place where no other name stands."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing: its frame, the land around, the areas of the plan, and names; sizes in units of the frame."""

    frame: str
    size: float
    ground: str
    patches: tuple[Patch, ...]
    labels: tuple[Label, ...]
    tiles: bool

    @property
    def text_size(self) -> str:
        """The height of a name, so that it reads the same however far the frame is zoomed in."""
        return f"{self.size / 60:.2f}"

    @property
    def halo(self) -> str:
        """The width of the halo of a name."""
        return f"{self.size / 240:.2f}"


def picture_of(areas: Sequence[Area], territories: Sequence[TerritoryRow]) -> Picture | None:
    """Return the drawing of ``areas``; ``None`` where none of them can be drawn."""
    shapes, tiles = _shapes(), prefectures() is None
    drawn = [area for area in areas if area.code in shapes]
    if not drawn:
        return None
    frame = _frame([shapes[area.code].box for area in drawn])
    patches = tuple(_patch(area, shapes[area.code]) for area in drawn)
    ground = "" if tiles else " ".join(shape.path for shape in shapes.values() if _touches(shape.box, frame))
    size = max(frame[2] - frame[0], frame[3] - frame[1])
    labels = _labels(drawn, shapes, territories, size)
    left, top, right, bottom = frame
    box = f"{left:.1f} {top:.1f} {right - left:.1f} {bottom - top:.1f}"
    return Picture(box, size, ground, patches, labels, tiles)


@dataclass(frozen=True, slots=True)
class _Shape:
    path: str
    box: tuple[float, float, float, float]
    centre: tuple[float, float]


@cache
def _shapes() -> Mapping[str, _Shape]:
    areas = prefectures()
    if areas is None:
        return {province.code: _square(province.tile) for province in PROVINCES}
    simpler = shapely.coverage_simplify(areas.polygons, _SIMPLER)
    found = {}
    for code, polygon, (lon, lat) in zip(areas.codes, simpler, areas.points.tolist(), strict=True):
        lines = [ring for part in shapely.get_parts(polygon) for ring in _rings(part)]
        points = np.vstack(lines)
        box = (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())
        found[code] = _Shape(" ".join(_path(line) for line in lines), box, _at(lon, lat))
    return found


def _rings(polygon: Any) -> list[np.ndarray]:
    rings = [polygon.exterior, *polygon.interiors]
    found = []
    for ring in rings:
        lonlat = np.asarray(ring.coords)[:, :2]
        found.append(np.column_stack([(lonlat[:, 0] - _LEFT) * _FLAT * _SCALE, (_TOP - lonlat[:, 1]) * _SCALE]))
    return found


def _path(points: np.ndarray) -> str:
    # Relative whole numbers are a third of the length of absolute ones.
    rounded = np.rint(points[:-1]).astype(int)
    steps = np.diff(rounded, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    way = " ".join(f"{x},{y}" for x, y in steps.tolist())
    return f"M{rounded[0, 0]},{rounded[0, 1]}l{way}z" if way else ""


def _square(tile: tuple[int, int]) -> _Shape:
    left, top = tile[0] * _TILE, tile[1] * _TILE
    right, bottom = left + _TILE - 3, top + _TILE - 3
    path = f"M{left:.0f},{top:.0f} {right:.0f},{top:.0f} {right:.0f},{bottom:.0f} {left:.0f},{bottom:.0f}Z"
    return _Shape(path, (left, top, right, bottom), ((left + right) / 2, (top + bottom) / 2))


def _at(lon: float, lat: float) -> tuple[float, float]:
    return (lon - _LEFT) * _FLAT * _SCALE, (_TOP - lat) * _SCALE


def _frame(boxes: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    found = np.array(boxes)
    left, top = found[:, :2].min(axis=0)
    right, bottom = found[:, 2:].max(axis=0)
    room = 0.03 * max(right - left, bottom - top, 20.0)
    return float(left - room), float(top - room), float(right + room), float(bottom + room)


def _touches(box: tuple[float, float, float, float], frame: tuple[float, float, float, float]) -> bool:
    return box[0] < frame[2] and box[2] > frame[0] and box[1] < frame[3] and box[3] > frame[1]


def _patch(area: Area, shape: _Shape) -> Patch:
    division = divisions().get(area.code)
    name = division.name if division else area.code
    return Patch(
        path=shape.path,
        area=name,
        key=area.territory,
        territory=area.name,
        owner=area.owner,
        colour=area.colour,
        customers=area.customers,
        mixed=area.share < _MIXED,
        share=area.share,
    )


_MIXED = 0.7
"""Below this share of the chief territory an area is hatched: others have much of it."""


def _labels(
    areas: Sequence[Area], shapes: Mapping[str, _Shape], territories: Sequence[TerritoryRow], size: float
) -> tuple[Label, ...]:
    """Return names that do not run into each other; those of territories with more customers come first."""
    weight: dict[str, float] = {}
    where: dict[str, tuple[float, float, float]] = {}
    for area in areas:
        x, y = shapes[area.code].centre
        amount = area.customers * area.share
        weight[area.territory] = weight.get(area.territory, 0.0) + amount
        if amount > where.get(area.territory, (0.0, 0.0, 0.0))[2]:
            where[area.territory] = (x, y, amount)
    names = {row.code: row.name for row in territories}
    placed: list[tuple[float, float, float, float]] = []
    found = []
    for code in sorted(where, key=lambda one: (-weight[one], one)):
        text = names.get(code, "")
        x, y, _ = where[code]
        half = sum(1.0 if ord(letter) > 255 else 0.56 for letter in text) * size / 120 + size / 240
        box = (x - half, y - size / 90, x + half, y + size / 90)
        if text and not any(_touches(box, other) for other in placed):
            placed.append(box)
            found.append(Label(round(x, 1), round(y, 1), text))
    return tuple(found)
