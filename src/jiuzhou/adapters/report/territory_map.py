"""Where the customers of each territory are: dots over thin borders, or a tile for each province."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.adapters.report.blocks import Dots, Map, Swatch, Tile
from jiuzhou.adapters.report.colours import territory_colours
from jiuzhou.adapters.report.map_labels import place_labels
from jiuzhou.adapters.report.map_lines import ground_of, touching
from jiuzhou.adapters.report.rows import names
from jiuzhou.geo.maps import map_note
from jiuzhou.geo.provinces import PROVINCES
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.plan import Plan, Territory

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MOST_DOTS = 6_000
_WIDTH, _MOST_HEIGHT, _LEAST_HEIGHT = 500.0, 680.0, 280.0
_MARGIN = 20.0
_EDGE = 0.01
"""Share of customers at each edge that may lie beyond the view where that makes it much smaller."""
_MUCH = 0.85


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
        """Return the view of ``lonlat``, shape ``(n, 2)``, with a margin; a few far-off places may lie beyond it."""
        (west, south), (east, north) = _extent(lonlat)
        narrow = max(math.cos(math.radians((south + north) / 2)), 0.1)
        width, height = max((east - west) * narrow, 1e-3), max(north - south, 1e-3)
        scale = min((_WIDTH - 2 * _MARGIN) / width, (_MOST_HEIGHT - 2 * _MARGIN) / height)
        tall = max(height * scale + 2 * _MARGIN, _LEAST_HEIGHT)
        left, top = (_WIDTH - width * scale) / 2, (tall - height * scale) / 2
        return cls(west - left / (scale * narrow), north + top / scale, scale * narrow, scale, (_WIDTH, round(tall, 1)))

    def project(self, lonlat: Floats) -> Floats:
        """Return drawing units, shape ``(n, 2)``."""
        return np.column_stack([(lonlat[:, 0] - self.west) * self.per_lon, (self.north - lonlat[:, 1]) * self.per_lat])

    def holds(self, places: Floats) -> npt.NDArray[np.bool_]:
        """Return which drawing units lie within the drawing, shape ``(n,)``."""
        return np.asarray(((places >= 0) & (places <= np.array(self.size))).all(axis=1))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        width, height = self.size
        return self.west, self.north - height / self.per_lat, self.west + width / self.per_lon, self.north


def draw_map(book: Book, plan: Plan) -> tuple[dict[str, Swatch], Map]:
    """
    Return each territory's colour and number, and the map of its customers.

    Numbers follow the table of the page: 1 lies furthest above its target of the first activity.
    """
    ids: list[str] = sorted(one.id for one in plan.territories)
    held = plan.units.filter(pc.and_(pc.is_valid(plan.units["customer_id"]), pc.is_valid(plan.units["territory_id"])))
    held = held.sort_by([("territory_id", "ascending"), ("customer_id", "ascending")])
    lonlat, label, lost = _places(book, held, ids)
    view = View.over(lonlat) if len(lonlat) else None
    if view is None:
        swatches = _swatches(plan, dict(zip(ids, territory_colours(len(ids), ()), strict=True)))
        tiles = _tiles(book, held, swatches)
        return swatches, Map((_WIDTH, _MOST_HEIGHT), "", (), tiles, 0, 0, lost, held.num_rows, map_note())
    places = view.project(lonlat)
    inside = np.flatnonzero(view.holds(places))
    shown = inside[np.unique(np.linspace(0, max(len(inside) - 1, 0), min(_MOST_DOTS, len(inside))).round().astype(int))]
    ground = ground_of(lonlat[shown], label[shown], len(ids), box=view.box, project=view.project)
    colours = territory_colours(len(ids), (*touching(places, label), *ground.pairs))
    swatches = _swatches(plan, dict(zip(ids, colours, strict=True)))
    own = {one: places[shown][label[shown] == k] for k, one in enumerate(ids)}
    under = {one: (ground.areas[k], ground.near[k]) for k, one in enumerate(ids)}
    dots = _dots(book, plan, swatches, own, under, size=view.size)
    outside = len(places) - len(inside)
    return swatches, Map(view.size, ground.borders, dots, (), len(shown), outside, lost, held.num_rows, map_note())


def _swatches(plan: Plan, colours: Mapping[str, str]) -> dict[str, Swatch]:
    key = plan.activities[0].key if plan.activities else ""
    ranked = sorted(plan.territories, key=lambda one: (-one.deviation.get(key, 0.0), one.id))
    return {one.id: Swatch(colours[one.id], place) for place, one in enumerate(ranked, start=1)}


def _dots(
    book: Book,
    plan: Plan,
    swatches: Mapping[str, Swatch],
    own: Mapping[str, Floats],
    under: Mapping[str, tuple[str, str]],
    *,
    size: tuple[float, float],
) -> tuple[Dots, ...]:
    ranked = sorted(plan.territories, key=lambda one: swatches[one.id].number)
    owners = names(book, "owners", (one.owner_id for one in ranked))
    by_size = sorted((one for one in ranked if len(own[one.id])), key=lambda one: -len(own[one.id]))
    number = {one.id: str(swatches[one.id].number) for one in ranked}
    wanted = [(f"{number[one.id]} {one.name}", number[one.id], _middle(own[one.id])) for one in by_size]
    labels = dict(zip((one.id for one in by_size), place_labels(wanted, size=size), strict=True))
    return tuple(
        Dots(
            name=one.name,
            number=swatches[one.id].number,
            colour=swatches[one.id].colour,
            area=under[one.id][0],
            near=under[one.id][1],
            path=_path(own[one.id]),
            label=labels.get(one.id),
            hover=_hover(one, swatches[one.id].number, owners.get(one.owner_id or "")),
        )
        for one in ranked
    )


def _hover(territory: Territory, number: int, owner: str | None) -> Message:
    deviation = round(next(iter(territory.deviation.values()), 0.0), 3)
    if owner is None:
        return say("report.map_hover_no_owner", number=number, name=territory.name, deviation=deviation)
    return say("report.map_hover", number=number, name=territory.name, deviation=deviation, owner=owner)


def _middle(own: Floats) -> tuple[float, float]:
    # A customer, not a gap between customers.
    x, y = own[np.argmin(((own - np.median(own, axis=0)) ** 2).sum(axis=1))].round(1).tolist()
    return x, y


def _extent(lonlat: Floats) -> tuple[Floats, Floats]:
    low, high = lonlat.min(axis=0), lonlat.max(axis=0)
    inner, outer = np.quantile(lonlat, [_EDGE, 1 - _EDGE], axis=0)
    slack = (outer - inner) * 0.04
    inner, outer = np.maximum(inner - slack, low), np.minimum(outer + slack, high)
    trim = (outer - inner) < _MUCH * (high - low)
    return np.where(trim, inner, low), np.where(trim, outer, high)


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
