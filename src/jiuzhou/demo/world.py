"""What is the same for every customer of one demo book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jiuzhou.demo.people import Sellers, sellers
from jiuzhou.demo.places import Places, places_of
from jiuzhou.demo.products import Catalogue, catalogue
from jiuzhou.demo.rhythm import Rhythm, rhythm


@dataclass(frozen=True, slots=True)
class World:
    """The company, its country and its calendar, before any customer."""

    customers: int
    seed: int
    as_of: date
    places: Places
    products: Catalogue
    sellers: Sellers
    rhythm: Rhythm


def world_of(*, customers: int, seed: int, as_of: date) -> World:
    """Return the world of a book of ``customers``."""
    places = places_of(seed)
    people = sellers(places, customers=customers, seed=seed, as_of=as_of)
    return World(customers, seed, as_of, places, catalogue(as_of), people, rhythm(as_of))
