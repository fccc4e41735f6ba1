"""Where the demo company sells: five sales regions, the cities in them, and points scattered around a city."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from jiuzhou.demo.streams import Topic, stream
from jiuzhou.geo.cities import CITIES, City
from jiuzhou.kernel.arrays import Floats, Ints

INDUSTRIES = ("医疗", "制造", "食品", "零售", "教育", "金融", "建筑", "信息技术")
KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class SalesRegion:
    """
    One of the company's own regions.

    Attributes
    ----------
    provinces
        First two digits of the adcodes that lie in it.
    reach
        How many customers the company has there against others of the same population.
    growth
        Growth of the rate at which a customer orders, a year.
    industries
        Weight of each of ``INDUSTRIES`` there.
    """

    code: str
    name: str
    provinces: tuple[str, ...]
    reach: float
    growth: float
    industries: tuple[float, ...]


REGIONS = (
    SalesRegion("east", "华东", ("31", "32", "33", "34", "37"), 1.45, 0.10, (20, 28, 12, 10, 9, 6, 6, 9)),
    SalesRegion("south", "华南", ("35", "44", "45", "46"), 1.35, 0.18, (17, 27, 11, 12, 7, 6, 7, 13)),
    SalesRegion(
        "north", "华北", ("11", "12", "13", "14", "15", "21", "22", "23"), 0.95, -0.06, (24, 20, 11, 8, 13, 9, 8, 7)
    ),
    SalesRegion("central", "华中", ("36", "41", "42", "43"), 0.9, 0.07, (22, 22, 17, 9, 13, 4, 9, 4)),
    SalesRegion(
        "west",
        "西部",
        ("50", "51", "52", "53", "54", "61", "62", "63", "64", "65"),
        0.75,
        0.24,
        (24, 15, 15, 9, 13, 4, 14, 6),
    ),
)
"""In the order in which their teams are numbered."""

NORTH_JIANGSU = ("320300", "320700", "320800", "320900", "321300")
"""苏北."""


@dataclass(frozen=True, slots=True)
class Places:
    """
    The cities of the five regions as arrays; all have shape ``(n_cities,)`` where nothing else is said.

    Attributes
    ----------
    region
        Position in ``REGIONS``.
    share
        Part of the customers, summing to 1.
    industry
        Cumulative shares of ``INDUSTRIES``, shape ``(n_cities, 8)``.
    satellites
        Longitude and latitude of four county towns of each city, shape ``(n_cities, 4, 2)``. They lie on the way to
        its nearest cities, and so on land.
    """

    cities: tuple[City, ...]
    region: Ints
    lon: Floats
    lat: Floats
    population: Floats
    share: Floats
    industry: Floats
    satellites: Floats

    @property
    def code(self) -> Ints:
        """The adcodes as numbers."""
        return np.array([int(city.code) for city in self.cities], dtype=np.int64)


@cache
def region_of(code: str) -> int | None:
    """Return the position in ``REGIONS`` of the region of ``code``; ``None`` where the company sells nothing."""
    return next((i for i, region in enumerate(REGIONS) if code[:2] in region.provinces), None)


def places_of(seed: int) -> Places:
    """Return the cities in which the company of ``seed`` sells, by adcode."""
    found = ((city, region_of(city.code)) for city in sorted(CITIES, key=lambda city: city.code))
    placed = [(city, region) for city, region in found if region is not None]
    cities = tuple(city for city, _ in placed)
    region = np.array([index for _, index in placed], dtype=np.int64)
    lon, lat = np.array([city.lon for city in cities]), np.array([city.lat for city in cities])
    population = np.array([city.population for city in cities], dtype=np.float64)
    rng = stream(seed, Topic.CITIES)
    reach = np.array([part.reach for part in REGIONS])[region] * rng.lognormal(0, 0.25, len(cities))
    share = population**0.85 * reach
    mix = np.array([part.industries for part in REGIONS], dtype=np.float64)[region]
    mix *= rng.gamma(8.0, 1 / 8.0, mix.shape)
    large = population > 1_200
    for name in ("金融", "信息技术"):
        mix[large, INDUSTRIES.index(name)] *= 1.8
    mix = np.cumsum(mix, axis=1)
    return Places(
        *(cities, region, lon, lat, population, share / share.sum()),
        industry=mix / mix[:, -1:],
        satellites=_satellites(lon, lat),
    )


def scatter(places: Places, city: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """
    Return longitude and latitude of a point for each customer of ``city``, shape ``(n,)`` each.

    Seven in ten lie in town, two in the suburbs (both normal around the centre; larger cities sprawl more) and one in
    a county town.
    """
    where = rng.random(len(city))
    sprawl_km = 1.2 + 0.16 * np.sqrt(places.population[city])
    spread_km = np.where(where < 0.7, sprawl_km, np.where(where < 0.9, 2.2 * sprawl_km, 2.0))
    town = places.satellites[city, rng.integers(0, 4, len(city))]
    county = where >= 0.9
    lon = np.where(county, town[:, 0], places.lon[city])
    lat = np.where(county, town[:, 1], places.lat[city])
    shift = np.clip(rng.standard_normal((len(city), 2)), -2.5, 2.5) * spread_km[:, None] / KM_PER_DEGREE
    return lon + shift[:, 0] / np.cos(np.radians(lat)), lat + shift[:, 1]


def draw(cumulative: Floats, uniforms: Floats) -> Ints:
    """Return the position in ``cumulative`` (rising to 1) that each uniform number falls on, shape ``(n,)``."""
    found = np.searchsorted(cumulative, uniforms, side="right").astype(np.int64)
    drawn: Ints = np.minimum(found, len(cumulative) - 1)
    return drawn


def draw_by_row(cumulative: Floats, row: Ints, uniforms: Floats) -> Ints:
    """
    Return a draw for each of ``row`` from that row's own distribution.

    Parameters
    ----------
    cumulative
        Shape ``(n_rows, n_words)``, each row rising to 1.
    """
    # Shifting row r by r makes one rising sequence of all rows, searched at once.
    words = cumulative.shape[1]
    stacked = (cumulative + np.arange(len(cumulative))[:, None]).ravel()
    found = np.searchsorted(stacked, uniforms + row, side="right") - row * words
    drawn: Ints = np.clip(found, 0, words - 1).astype(np.int64)
    return drawn


def distance_km(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats) -> Floats:
    """Return distances on a locally flat Earth; good to one per cent within China's regions."""
    east = (to_lon - lon) * np.cos(np.radians((lat + to_lat) / 2))
    away: Floats = np.hypot(east, to_lat - lat) * KM_PER_DEGREE
    return away


def _satellites(lon: Floats, lat: Floats) -> Floats:
    away = distance_km(lon[:, None], lat[:, None], lon[None], lat[None])
    np.fill_diagonal(away, np.inf)
    nearest = np.argsort(away, axis=1, kind="stable")[:, :4]
    rows = np.arange(len(lon))[:, None]
    part = np.minimum(0.35, 45.0 / away[rows, nearest])
    towns = np.empty((len(lon), 4, 2))
    for axis, centre in enumerate((lon, lat)):
        towns[:, :, axis] = centre[:, None] + part * (centre[nearest] - centre[:, None])
    return towns
