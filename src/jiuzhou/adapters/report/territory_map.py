"""Where the customers of each territory are: dots over thin borders, or a tile for each province."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.adapters.report.blocks import Dots, Map, Swatch, Tile
from jiuzhou.adapters.report.colours import territory_colours
from jiuzhou.adapters.report.map_lines import Ground, ground_of, touching
from jiuzhou.geo.maps import map_note
from jiuzhou.geo.provinces import PROVINCES
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.plan import Plan

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MOST_DOTS = 6_000
_WIDTH, _MOST_HEIGHT, _LEAST_HEIGHT = 720.0, 640.0, 320.0
_MARGIN = 24.0
_LABEL_HEIGHT, _LABEL_EM = 15.0, 12.0


@dataclass(frozen=True, slots=True)
class View:
    """The part of the world shown: longitude and latitude to drawing units, north up, equirectangular."""

    west: float
    north: float
    per_lon: float
    per_lat: float
    size: tuple[float, float]

    @classmethod
    def over(cls, lonlat: Floats) -> View:
        """Return the view that holds all of ``lonlat``, shape ``(n, 2)``, with a margin."""
        (west, south), (east, north) = lonlat.min(axis=0), lonlat.max(axis=0)
        narrow = max(math.cos(math.radians((south + north) / 2)), 0.1)
        width, height = max((east - west) * narrow, 1e-3), max(north - south, 1e-3)
        scale = min((_WIDTH - 2 * _MARGIN) / width, (_MOST_HEIGHT - 2 * _MARGIN) / height)
        tall = max(height * scale + 2 * _MARGIN, _LEAST_HEIGHT)
        left, top = (_WIDTH - width * scale) / 2, (tall - height * scale) / 2
        return cls(west - left / (scale * narrow), north + top / scale, scale * narrow, scale, (_WIDTH, round(tall, 1)))

    def project(self, lonlat: Floats) -> Floats:
        """Return drawing units, shape ``(n, 2)``."""
        return np.column_stack([(lonlat[:, 0] - self.west) * self.per_lon, (self.north - lonlat[:, 1]) * self.per_lat])

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        width, height = self.size
        return self.west, self.north - height / self.per_lat, self.west + width / self.per_lon, self.north


def draw_map(book: Book, plan: Plan) -> tuple[dict[str, Swatch], Map]:
    """
    Return each territory's colour and number, and the map of its customers.

    Numbers follow the table of the page: the largest deviation of the first activity is 1.
    """
    key = plan.activities[0].key if plan.activities else ""
    ranked = sorted(plan.territories, key=lambda one: (-abs(one.deviation.get(key, 0.0)), one.id))
    number: dict[str, int] = {one.id: place for place, one in enumerate(ranked, start=1)}
    ids: list[str] = sorted(one.id for one in plan.territories)
    held = plan.units.filter(pc.and_(pc.is_valid(plan.units["customer_id"]), pc.is_valid(plan.units["territory_id"])))
    held = held.sort_by([("territory_id", "ascending"), ("customer_id", "ascending")])
    lonlat, label, lost = _places(book, held, ids)
    view = View.over(lonlat) if len(lonlat) else None
    places = view.project(lonlat) if view else np.zeros((0, 2))
    shown = np.unique(np.linspace(0, max(len(places) - 1, 0), min(_MOST_DOTS, len(places))).round().astype(np.int64))
    ground = Ground("", ("",) * len(ids), ())
    if view is not None:
        ground = ground_of(lonlat[shown], label[shown], len(ids), box=view.box, project=view.project)
    colours = territory_colours(len(ids), (*touching(places, label), *ground.pairs))
    swatches = {one: Swatch(colour, number[one]) for one, colour in zip(ids, colours, strict=True)}
    named: dict[str, str] = {one.id: one.name for one in plan.territories}
    if view is None:
        tiles = _tiles(book, held, swatches)
        return swatches, Map((_WIDTH, _MOST_HEIGHT), "", (), tiles, 0, lost, held.num_rows, map_note())
    order = sorted(range(len(ids)), key=lambda k: number[ids[k]])
    labels = _label_places(places, label, [(k, named[ids[k]], number[ids[k]]) for k in order], view.size)
    dots = tuple(
        Dots(
            name=named[ids[k]],
            number=number[ids[k]],
            colour=colours[k],
            area=ground.areas[k],
            path=_path(places[shown][label[shown] == k]),
            label=labels[k][0],
            at=labels[k][1],
        )
        for k in order
    )
    drawing = Map(
        size=view.size,
        ground=ground.borders,
        dots=dots,
        tiles=(),
        shown=len(shown),
        without_place=lost,
        total=held.num_rows,
        note=map_note(),
    )
    return swatches, drawing


def _places(book: Book, held: pa.Table, ids: list[str]) -> tuple[Floats, Ints, int]:
    people = book.table("customers")
    at = pc.index_in(held["customer_id"], value_set=people["customer_id"].combine_chunks())
    lon, lat = (
        np.asarray(pc.fill_null(people[name].take(at), float("nan")).to_numpy(), dtype=np.float64)
        for name in ("lon", "lat")
    )
    label = np.asarray(pc.fill_null(pc.index_in(held["territory_id"], value_set=pa.array(ids)), -1).to_numpy())
    known = np.isfinite(lon) & np.isfinite(lat) & (label >= 0)
    return np.column_stack([lon, lat])[known], label[known].astype(np.int64), int((~known).sum())


def _path(places: Floats) -> str:
    # A line of length 0 with round ends is a dot; half a unit is finer than a dot.
    rounded = np.unique(np.round(places * 2) / 2, axis=0)
    return "".join(f"M{x:g} {y:g}h0" for x, y in rounded.tolist())


def _label_places(
    places: Floats, label: Ints, wanted: list[tuple[int, str, int]], size: tuple[float, float]
) -> dict[int, tuple[str, tuple[float, float] | None]]:
    taken: list[tuple[float, float, float, float]] = []
    found: dict[int, tuple[str, tuple[float, float] | None]] = {}
    count = Counter(label.tolist())
    for k, name, number in sorted(wanted, key=lambda item: (-count[item[0]], item[2])):
        if not count[k]:
            found[k] = ("", None)
            continue
        own = places[label == k]
        x, y = own[np.argmin(((own - np.median(own, axis=0)) ** 2).sum(axis=1))].tolist()  # a customer, not a gap
        for text in (name, str(number)):
            half = _text_width(text) / 2 + 2
            spots = [(x, y + step * _LABEL_HEIGHT) for step in (0, -1, 1, -2, 2)]
            boxes = [(a - half, b - _LABEL_HEIGHT / 2, a + half, b + _LABEL_HEIGHT / 2) for a, b in spots]
            free = [box for box in boxes if _is_free(box, taken, size)]
            if free:
                taken.append(free[0])
                middle = ((free[0][0] + free[0][2]) / 2, (free[0][1] + free[0][3]) / 2)
                found[k] = (text, (round(middle[0], 1), round(middle[1], 1)))
                break
        else:
            found[k] = ("", None)
    return found


def _text_width(text: str) -> float:
    return sum(_LABEL_EM if ord(letter) > 0x2E80 else 0.6 * _LABEL_EM for letter in text)


def _is_free(
    box: tuple[float, float, float, float],
    taken: list[tuple[float, float, float, float]],
    size: tuple[float, float],
) -> bool:
    left, top, right, bottom = box
    inside = left >= 0 and top >= 0 and right <= size[0] and bottom <= size[1]
    return inside and all(
        right <= other[0] or left >= other[2] or bottom <= other[1] or top >= other[3] for other in taken
    )


def _tiles(book: Book, held: pa.Table, swatches: dict[str, Swatch]) -> tuple[Tile, ...]:
    people = book.table("customers")
    at = pc.index_in(held["customer_id"], value_set=people["customer_id"].combine_chunks())
    regions = people["region_code"].take(at).to_pylist()
    inside: dict[str, Counter[str]] = {}
    for code, territory in zip(regions, held["territory_id"].to_pylist(), strict=True):
        if code and territory in swatches:
            inside.setdefault(code[:2] + "0000", Counter())[territory] += 1
    tiles = []
    for province in PROVINCES:
        members = inside.get(province.code, Counter())
        chief = min(members, key=lambda one: (-members[one], one), default="")
        swatch = swatches.get(chief, Swatch("", 0))
        names = (province.name, province.name_en)
        tiles.append(Tile(province.tile, names, sum(members.values()), swatch.colour, swatch.number))
    return tuple(tiles) if inside else ()
