"""Scorers: leave the candidates who fit best, however many are level."""

from __future__ import annotations

from math import asin, cos, inf, radians, sin, sqrt

from jiuzhou.assign.roster import members
from jiuzhou.assign.rule_set import Argument
from jiuzhou.assign.strategies.scene import Nearest, Scene
from jiuzhou.geo.distance import EARTH_RADIUS_KM


def nearest(scene: Scene, argument: Argument) -> Nearest:
    """
    Return what leaves the owners nearest to the customer, in whole kilometres along the great circle.

    Owners or customers without a place leave the candidates as they are, unless others have one.
    """
    places = [None if place is None else _radians(*place) for place in scene.roster.places]
    customers = [
        None if lon is None or lat is None else _radians(lon, lat)
        for lon, lat in zip(scene.records.values("lon"), scene.records.values("lat"), strict=True)
    ]

    def best(row: int, owners: int) -> tuple[int, float]:
        here = customers[row]
        if here is None:
            return owners, inf
        shortest, found = inf, owners
        for position in members(owners):
            there = places[position]
            distance = inf if there is None else float(round(_distance_km(here, there)))
            if distance < shortest:
                shortest, found = distance, 1 << position
            elif distance == shortest and distance < inf:
                found |= 1 << position
        return found, shortest

    return best


def _radians(lon: float, lat: float) -> tuple[float, float]:
    return radians(lon), radians(lat)


def _distance_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    half_lon, half_lat = (there[0] - here[0]) / 2, (there[1] - here[1]) / 2
    chord = sin(half_lat) ** 2 + cos(here[1]) * cos(there[1]) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))
