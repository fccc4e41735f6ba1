"""The tile map of the provinces: a square for each, in classes of colour."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from jiuzhou.adapters.texts import Lang
from jiuzhou.geo.provinces import PROVINCES, Province
from jiuzhou.web.places import drawing
from jiuzhou.web.places.shapes import Tile

Ramp = Literal["diverging", "sequential"]
_CLASSES = 7
_MIDDLE = 4


@dataclass(frozen=True, slots=True)
class Square:
    """One province as drawn: ``level`` from 1 to 7, or 0 for no data."""

    province: Province
    tile: Tile | None
    level: int
    name: str

    @property
    def column(self) -> int:
        """The column of the grid, from 1."""
        return self.province.tile[0] + 1

    @property
    def row(self) -> int:
        """The row of the grid, from 1."""
        return self.province.tile[1] + 1


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the legend: its class, its bounds (``None`` is open) and how many provinces are in it."""

    level: int
    low: float | None
    high: float | None
    number: int


@dataclass(frozen=True, slots=True)
class TileMap:
    """All squares and the legend."""

    squares: tuple[Square, ...]
    steps: tuple[Step, ...]
    without: int


def tile_map(tiles: Iterable[Tile], lang: Lang, *, ramp: Ramp = "sequential", band: float = 0.05) -> TileMap:
    """
    Return the map of ``tiles``; a province without one has no data.

    ``diverging`` classes are cut at multiples of ``band`` around zero, ``sequential`` ones hold about equally many.
    """
    given = {tile.code[:2]: tile for tile in tiles}
    known = [float(tile.value) for tile in given.values() if tile.value is not None]
    bounds = drawing.band_bounds(band) if ramp == "diverging" else drawing.quantile_bounds(known, _CLASSES - 2)
    squares = tuple(_square(province, given.get(province.code[:2]), bounds, ramp, lang) for province in PROVINCES)
    levels = [square.level for square in squares]
    steps = tuple(
        Step(level, low, high, levels.count(level))
        for level, low, high in zip(_levels(len(bounds) + 1, ramp), (None, *bounds), (*bounds, None), strict=True)
    )
    return TileMap(squares, steps, levels.count(0))


def _square(province: Province, tile: Tile | None, bounds: Sequence[float], ramp: Ramp, lang: Lang) -> Square:
    name = province.name_en if lang == "en" else province.name
    if tile is None or tile.value is None:
        return Square(province, tile, 0, name)
    within = bisect_left if ramp == "diverging" and tile.value > 0 else bisect_right
    return Square(province, tile, _levels(len(bounds) + 1, ramp)[within(bounds, tile.value)], name)


def _levels(number: int, ramp: Ramp) -> tuple[int, ...]:
    if ramp == "diverging":
        return tuple(range(1, _CLASSES + 1))
    if number == 1:
        return (_MIDDLE,)
    return tuple(1 + round(place * (_CLASSES - 1) / (number - 1)) for place in range(number))
