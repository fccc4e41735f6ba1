"""
Colours of territories: twelve, dealt so that neighbours are easy to tell apart, also by the colour-blind.

More hues could not be told apart; the territory's name identifies, its colour only separates. A territory keeps its
colour for life.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import cos, hypot, radians

COLOURS = 12
_APART = (
    (0, 15, 34, 40, 21, 17, 35, 15, 42, 19, 32, 29),
    (15, 0, 33, 35, 13, 19, 40, 29, 53, 45, 49, 38),
    (34, 33, 0, 13, 20, 11, 12, 32, 35, 51, 47, 26),
    (40, 35, 13, 0, 21, 21, 24, 44, 48, 65, 64, 36),
    (21, 13, 20, 21, 0, 12, 30, 31, 48, 54, 55, 32),
    (17, 19, 11, 21, 12, 0, 20, 24, 37, 45, 42, 22),
    (35, 40, 12, 24, 30, 20, 0, 33, 20, 46, 35, 13),
    (15, 29, 32, 44, 31, 24, 33, 0, 30, 16, 21, 17),
    (42, 53, 35, 48, 48, 37, 20, 30, 0, 33, 20, 13),
    (19, 45, 51, 65, 54, 45, 46, 16, 33, 0, 14, 24),
    (32, 49, 47, 64, 55, 42, 35, 21, 20, 14, 0, 18),
    (29, 38, 26, 36, 32, 22, 13, 17, 13, 24, 18, 0),
)
"""CIEDE2000 between each two colours of the palette, the least of normal, protan and deutan sight."""

_NEAREST = 6


def dealt(neighbours: Mapping[str, frozenset[str]], kept: Mapping[str, int] | None = None) -> dict[str, int]:
    """
    Return a colour, 0 to 11, for each territory, as far from its neighbours' as can be (DSATUR).

    Parameters
    ----------
    neighbours
        For each territory those beside it.
    kept
        Colours that some have already; these stay.
    """
    found = {code: colour for code, colour in (kept or {}).items() if code in neighbours}
    used = [list(found.values()).count(colour) for colour in range(COLOURS)]
    open_ones = sorted(set(neighbours) - set(found))
    while open_ones:
        code = min(open_ones, key=lambda one: (-_seen(one, neighbours, found), -len(neighbours[one]), one))
        open_ones.remove(code)
        near = [found[other] for other in neighbours[code] if other in found]
        further = {found[two] for one in neighbours[code] for two in neighbours.get(one, ()) if two in found}
        found[code] = max(
            range(COLOURS),
            key=lambda colour: (
                min((_APART[colour][other] for other in near), default=99) - (4 if colour in further else 0),
                -used[colour],
                -colour,
            ),
        )
        used[found[code]] += 1
    return found


def beside_each_other(places: Mapping[str, tuple[float, float]]) -> dict[str, frozenset[str]]:
    """
    Return for each territory the few whose centres are nearest, both ways.

    Parameters
    ----------
    places
        Longitude and latitude of each centre, in degrees.
    """
    near: dict[str, set[str]] = {code: set() for code in places}
    for code, here in places.items():
        others = sorted((code2 for code2 in places if code2 != code), key=lambda one: (_far(here, places[one]), one))
        for other in others[:_NEAREST]:
            near[code].add(other)
            near[other].add(code)
    return {code: frozenset(others) for code, others in near.items()}


def least_apart(colours: Sequence[int]) -> int:
    """Return how far apart the two most similar of ``colours`` are; 0 where two are the same."""
    pairs = [(one, two) for place, one in enumerate(colours) for two in colours[place + 1 :]]
    return min((_APART[one][two] for one, two in pairs), default=99)


def _seen(code: str, neighbours: Mapping[str, frozenset[str]], found: Mapping[str, int]) -> int:
    return len({found[other] for other in neighbours[code] if other in found})


def _far(one: tuple[float, float], two: tuple[float, float]) -> float:
    return hypot((one[0] - two[0]) * cos(radians((one[1] + two[1]) / 2)), one[1] - two[1])
