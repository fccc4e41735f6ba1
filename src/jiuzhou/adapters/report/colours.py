"""One of twelve colours for each territory, never the same for two that touch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

PALETTE = (
    *("#af2057", "#984b16", "#efbc93", "#ead33f", "#8b8c27", "#4da46b"),
    *("#9ae3cb", "#227a7c", "#9acef8", "#1c63b0", "#9973ef", "#cf97b8"),
)
"""The territory palette: told apart by people with normal sight, protanopia and deuteranopia."""

_TO_LMS = np.array([[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]])
_PROTAN = np.array([[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]])
_DEUTAN = np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]])
_OKLAB_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def territory_colours(count: int, pairs: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """
    Return a colour of ``PALETTE`` for each of ``count`` territories, in their order.

    Territories are coloured by saturation (DSATUR, Brélaz 1979): the one that sees most colours next, ties by degree,
    then by place. It takes the colour that lies furthest from its neighbours' under normal, protan and deutan sight
    (Viénot et al. 1999; distance in OKLab, Ottosson 2020), a colour two steps away counting half, and the one used
    least so far among equals.

    Parameters
    ----------
    pairs
        Territories that touch, as places in ``[0, count)``.
    """
    near: list[set[int]] = [set() for _ in range(count)]
    for first, second in pairs:
        if first != second:
            near[first].add(second)
            near[second].add(first)
    apart = distances()
    chosen = [-1] * count
    used = [0] * len(PALETTE)
    for _ in range(count):
        left = [place for place in range(count) if chosen[place] < 0]
        place = min(left, key=lambda at: (-len({chosen[n] for n in near[at]} - {-1}), -len(near[at]), at))
        chosen[place] = _best(place, near, chosen, used, apart)
        used[chosen[place]] += 1
    return tuple(PALETTE[index] for index in chosen)


def distances() -> npt.NDArray[np.float64]:
    """Return the smallest OKLab distance of each two colours over three kinds of sight, shape ``(12, 12)``."""
    channels = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in PALETTE]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    found = []
    for simulate in (np.eye(3), _PROTAN, _DEUTAN):
        seen = linear @ (np.linalg.inv(_TO_LMS) @ simulate @ _TO_LMS).T
        lab = np.cbrt(np.clip(seen, 0, 1) @ _OKLAB_LMS.T) @ _OKLAB.T
        found.append(np.linalg.norm(lab[:, None] - lab[None], axis=2))
    return np.asarray(np.min(found, axis=0))


def _best(place: int, near: list[set[int]], chosen: list[int], used: list[int], apart: npt.NDArray[np.float64]) -> int:
    beside = sorted(chosen[n] for n in near[place] if chosen[n] >= 0)
    further = sorted(chosen[m] for n in near[place] for m in near[n] if m != place and chosen[m] >= 0)

    def rank(colour: int) -> tuple[float, int, int]:
        nearest = min((apart[colour, other] for other in beside), default=1.0)
        second = min((apart[colour, other] for other in further), default=1.0)
        return -round(float(min(nearest, 0.15) + 0.5 * min(second, 0.1)), 6), used[colour], colour

    return min(range(len(PALETTE)), key=rank)
