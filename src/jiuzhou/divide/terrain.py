"""How a division made elsewhere lies on the ground: whether its territories hang together, and how far they reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from jiuzhou.divide.borders import borders
from jiuzhou.divide.policy import DividePolicy
from jiuzhou.divide.roster import Roster, read_roster
from jiuzhou.divide.sphere import km_between, to_vectors
from jiuzhou.divide.units import Units, gather
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.scores import Scores
from jiuzhou.optimise.compiled import Ints
from jiuzhou.optimise.connect import cut_off


@dataclass(frozen=True, slots=True)
class Terrain:
    """
    A division on the ground, by the definitions of a plan's own figures.

    Attributes
    ----------
    detached
        By territory, units outside its heaviest piece; only territories that have some.
    mean_distance_km
        Great-circle km to the centre, weighted by the first activity; ``None`` where no unit has a centre.
    """

    detached: Mapping[str, int]
    mean_distance_km: float | None


def terrain_of(
    book: Book,
    scores: Scores,
    held: Mapping[str, str],
    centres: Mapping[str, tuple[float, float]],
    *,
    policy: DividePolicy,
) -> Terrain:
    """
    Return how a division lies.

    Parameters
    ----------
    held
        Territory of each customer that has one, by ids. An area whose customers lie in several counts for the heaviest.
    centres
        Longitude and latitude in degrees, WGS-84, of the territories that have a centre.
    """
    roster = read_roster(book, scores, policy)
    units = gather(roster, {}, leading=tuple({*roster.owner} - {""}), by_region=policy.unit == "region")
    if len(units) == 0:
        return Terrain({}, None)
    codes = sorted(set(held.values()))
    label = _labels(roster, units, held, codes)
    return Terrain(_detached(units, label, codes, policy), _mean_km(units, label, codes, centres))


def _labels(roster: Roster, units: Units, held: Mapping[str, str], codes: list[str]) -> Ints:
    # One more territory than there are, the last one, is that of nobody.
    place = {code: k for k, code in enumerate(codes)}
    inside = np.zeros((len(units), len(codes) + 1))
    for row, unit in enumerate(units.of_customer.tolist()):
        if unit >= 0:
            inside[unit, place.get(held.get(roster.ids[row], ""), len(codes))] += roster.activity[row, 0] + 1e-9
    return np.asarray(inside.argmax(axis=1), dtype=np.int64)


def _detached(units: Units, label: Ints, codes: list[str], policy: DividePolicy) -> dict[str, int]:
    free = np.flatnonzero([not owner for owner in units.locked_to])
    if len(free) == 0:
        return {}
    graph = borders(units, free, by_region=policy.unit == "region")
    loose = cut_off(label[free], units.weight[free], graph.start, graph.neighbours)
    count = np.bincount(label[free][loose], minlength=len(codes) + 1)
    return {code: int(n) for code, n in zip(codes, count, strict=False) if n}


def _mean_km(units: Units, label: Ints, codes: list[str], centres: Mapping[str, tuple[float, float]]) -> float | None:
    spots = np.array([centres.get(code, (np.nan, np.nan)) for code in [*codes, ""]], dtype=np.float64)
    km = km_between(units.vectors, to_vectors(np.nan_to_num(spots)))[np.arange(len(units)), label]
    known = np.isfinite(spots[label, 0])
    return float(np.average(km[known], weights=units.weight[known])) if known.any() else None
