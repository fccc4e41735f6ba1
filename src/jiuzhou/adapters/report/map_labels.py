"""Names on a crowded map: each beside its territory, none over another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from jiuzhou.adapters.report.blocks import Label

Point = tuple[float, float]
Box = tuple[float, float, float, float]

_HEIGHT, _EM = 14.0, 12.0
_RINGS = (0.0, 16.0, 28.0, 42.0, 58.0, 76.0)
_TURNS = 12
_TIED_FROM = 15.0
"""A label further from its place than this is tied to it by a line."""


def place_labels(wanted: Sequence[tuple[str, str, Point]], *, size: tuple[float, float]) -> tuple[Label | None, ...]:
    """
    Return where each label stands, in the order given, which is that of their importance.

    A label takes the free spot nearest to its place on rings around it; where there is none for the long text, the
    short one is tried. Greedy placement with candidate positions (Christensen, Marks and Shieber 1995).

    Parameters
    ----------
    wanted
        Long text, short text, and the place, in units of the drawing.
    size
        Width and height of the drawing.
    """
    taken: list[Box] = [(x - 5, y - 5, x + 5, y + 5) for _, _, (x, y) in wanted]
    labels: list[Label | None] = []
    for index, (long, short, place) in enumerate(wanted):
        others = [*taken[:index], *taken[index + 1 :]]
        free = ((text, spot) for text in (long, short) for spot in _spots(place) if _fits(text, spot, others, size))
        found = next(free, None)
        if found is None:
            labels.append(None)
            continue
        taken.append(_box(*found))
        labels.append(Label(*found, _tie(place, *found)))
    return tuple(labels)


def _spots(place: Point) -> Iterator[Point]:
    for ring in _RINGS:
        for turn in range(_TURNS if ring else 1):
            angle = 2 * math.pi * turn / _TURNS
            # Text is wider than high: rings are ellipses.
            yield round(place[0] + 1.4 * ring * math.cos(angle), 1), round(place[1] - ring * math.sin(angle), 1)


def _box(text: str, at: Point) -> Box:
    half = sum(_EM if ord(letter) > 0x2E80 else 0.6 * _EM for letter in text) / 2 + 2
    return at[0] - half, at[1] - _HEIGHT / 2, at[0] + half, at[1] + _HEIGHT / 2


def _tie(place: Point, text: str, at: Point) -> tuple[Point, Point] | None:
    if math.dist(place, at) <= _TIED_FROM:
        return None
    left, top, right, bottom = _box(text, at)
    across, down = abs(place[0] - at[0]), abs(place[1] - at[1])
    # The line ends at the edge of the text.
    part = min((right - left) / 2 / max(across, 1e-9), (bottom - top) / 2 / max(down, 1e-9), 1.0)
    return place, (round(at[0] + (place[0] - at[0]) * part, 1), round(at[1] + (place[1] - at[1]) * part, 1))


def _fits(text: str, at: Point, taken: Sequence[Box], size: tuple[float, float]) -> bool:
    left, top, right, bottom = _box(text, at)
    inside = left >= 0 and top >= 0 and right <= size[0] and bottom <= size[1]
    return inside and all(
        right <= other[0] or left >= other[2] or bottom <= other[1] or top >= other[3] for other in taken
    )
