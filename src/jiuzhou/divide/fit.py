"""Dividing around given centres: a proven bound, several starts, repair, and the best division found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jiuzhou.divide.borders import borders
from jiuzhou.divide.problem import Problem
from jiuzhou.divide.shape import centres_of, chunks, settle_shapes
from jiuzhou.divide.sphere import Floats, km_between
from jiuzhou.optimise.compiled import Ints
from jiuzhou.optimise.connect import lay_out, reattach, seed_empty
from jiuzhou.optimise.rebalance import Standing, rebalance
from jiuzhou.optimise.transport import Transport, maximise

_PULLS = ((1.0, 0.1), (0.4, 0.02), (2.0, 0.4))
_KEEN = (4.0, 0.3, 15.0, 1.0)  # a band that one price of breaches does not reach, another may
_GOLDEN = 2.399963  # radians; turns of the map that never repeat


@dataclass(frozen=True, slots=True)
class Layout:
    """
    The territories before any unit is in them.

    Attributes
    ----------
    centres
        Unit vectors, shape ``(p, 3)``.
    owners
        Owner of each, empty where vacant.
    shares
        Part of the work each should get, shape ``(p,)``, summing to 1.
    """

    centres: Floats
    owners: tuple[str, ...]
    shares: Floats

    def __len__(self) -> int:
        return len(self.owners)


@dataclass(frozen=True, slots=True)
class Fit:
    """
    A division with what it costs and the bound it was held against.

    Attributes
    ----------
    label
        Territory of each unit, shape ``(n,)``.
    standing
        Of the free units, at the costs it was sought with.
    bound
        No division around these centres within the bands costs less, at those costs.
    """

    label: Ints
    standing: Standing
    bound: float


def costs(problem: Problem, layout: Layout, *, handover_km: float) -> Floats:
    """Return km to each centre, plus what a handover counts, for one weight unit of each unit, shape ``(n, p)``."""
    km = km_between(problem.units.vectors, layout.centres)
    return km + handover_km * problem.leaving(layout.owners) if handover_km > 0 else km


def objective(problem: Problem, layout: Layout, label: Ints) -> float:
    """Return Σ weight × (km to the centre + handover), by the policy's price of handovers."""
    km = costs(problem, layout, handover_km=problem.policy.handover_km)
    return float((problem.weight * km[np.arange(len(label)), label]).sum())


class Frame:
    """The free part of a problem around given centres, with the locked units taken off the bands."""

    def __init__(self, problem: Problem, layout: Layout, *, handover_km: float) -> None:
        self.problem, self.layout = problem, layout
        self.locks = problem.locks(layout.owners)
        self.free = np.flatnonzero(self.locks < 0)
        km = costs(problem, layout, handover_km=handover_km)
        held = np.flatnonzero(self.locks >= 0)
        self.graph = problem.graph
        if len(self.free) != problem.graph.size:  # locks wait until owners are matched
            self.graph = borders(problem.units, self.free, by_region=problem.policy.unit == "region")
        self.held_cost = float((problem.weight[held] * km[held, self.locks[held]]).sum())
        self.bands = problem.bands(layout.shares)
        taken = np.zeros_like(self.bands[2])
        np.add.at(taken, self.locks[held], problem.scaled[held])
        self.bands[:2] = np.maximum(self.bands[:2] - taken, 0.0)
        self.transport = Transport(
            km=np.ascontiguousarray(km[self.free]),
            weight=problem.weight[self.free],
            activity=np.ascontiguousarray(problem.scaled[self.free]),
            low=self.bands[0],
            high=self.bands[1],
        )

    def bound(self) -> tuple[float, Ints]:
        """Return the proven bound with the locked units' cost, and each free unit's territory at the best prices."""
        if len(self.free) == 0:
            return self.held_cost, self.free
        prices = maximise(self.transport)
        return prices.bound + self.held_cost, prices.labels

    def repair(self, label: Ints, *, seed: int, keen: float = 1.0) -> tuple[Standing, Ints]:
        """Return ``label`` of the free units brought into one piece each and into the bands, and how good it is."""
        policy = self.problem.policy
        cost = np.ascontiguousarray(self.transport.km * self.transport.weight[:, None])
        parts = (cost, self.transport.weight)
        board = lay_out(parts, self.transport.activity, self.bands, self.graph, label, whole=policy.contiguous)
        if policy.contiguous:
            reattach(board)
        seed_empty(board)
        found = rebalance(board, rounds=8 + 2 * policy.effort, polish=1 + policy.effort // 2, seed=seed, keen=keen)
        return found, board.label

    def starts(self) -> list[Ints]:
        """Return divisions drawn into compact shapes: what prices alone make of homes in one town is a jumble."""
        policy, t = self.problem.policy, self.transport
        vectors = self.problem.units.vectors[self.free]
        found = []
        for turn in range(1 + policy.effort // 2):
            part = chunks(vectors, t.weight, len(self.layout), turn=_GOLDEN * turn)
            anchors = centres_of(vectors, t.weight, part, self.layout.centres)
            anchors = anchors[_pair(t, part, len(self.layout))]
            pull = _PULLS[turn % len(_PULLS)]
            label, _ = settle_shapes(t, vectors, anchors, rounds=20 + 5 * policy.effort, pull=pull)
            found.append(label)
        return found


def fit(problem: Problem, layout: Layout, *, seed: int, handover_km: float, begin: tuple[Ints, ...] = ()) -> Fit:
    """
    Return the best division around the centres of ``layout``.

    Parameters
    ----------
    handover_km
        Price of a handover while searching; at least that of the policy.
    begin
        Divisions to start from, shape ``(n,)`` each; none given: prices and compact shapes make the starts.
    """
    frame = Frame(problem, layout, handover_km=handover_km)
    bound, cheapest = frame.bound()
    if len(frame.free) == 0:
        return Fit(frame.locks, Standing(0, 0.0, 0.0), bound)
    starts = [cheapest, *(label[frame.free] for label in begin)]
    if not begin:
        starts += frame.starts()
    found = [frame.repair(label, seed=seed + turn) for turn, label in enumerate(starts)]
    found.sort(key=lambda item: item[0].key)
    for turn in range(2 * (1 + problem.policy.effort)):
        if found[0][0].broken == 0:
            break
        again = frame.repair(found[turn % len(found)][1], seed=seed + 100 + turn, keen=_KEEN[turn % len(_KEEN)])
        found = sorted([*found, again], key=lambda item: item[0].key)[:2]
    standing, best = found[0]
    label = frame.locks.copy()
    label[frame.free] = best
    return Fit(label, standing, bound)


def _pair(transport: Transport, part: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return the part whose anchor each centre takes, so that the km between units and centres are few."""
    from scipy.optimize import linear_sum_assignment

    away = np.zeros((count, count))
    np.add.at(away, part, transport.km * transport.weight[:, None])
    return np.asarray(linear_sum_assignment(away.T)[1], dtype=np.int64)
