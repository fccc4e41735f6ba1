"""Free centres: the solver places them, at units, and then matches reps to the territories."""

from __future__ import annotations

import numpy as np

from jiuzhou.divide.fit import Fit, Layout, fit
from jiuzhou.divide.problem import Problem
from jiuzhou.divide.reps import Reps
from jiuzhou.divide.shape import centres_of, chunks, settle_shapes
from jiuzhou.divide.sphere import Floats, km_between
from jiuzhou.optimise.compiled import Ints
from jiuzhou.optimise.transport import Transport

_GOLDEN = 2.399963
_LEAST_KEEP_KM = 5.0  # in matching, keeping a customer's owner counts at least so many km


def place_centres(problem: Problem, count: int, *, seed: int) -> tuple[Floats, Ints]:
    """
    Return centres of ``count`` equal territories, at units, shape ``(count, 3)``, and the division they came from.

    The best of several starts is taken; starts and the order of moves follow from ``seed``.
    """
    units, weight, effort = problem.units, problem.weight, problem.policy.effort
    shares = np.full(count, 1 / count)
    low, high, _ = problem.bands(shares)
    transport = Transport(np.zeros((len(units), count)), weight, problem.scaled, np.maximum(low, 0), high)
    turns = _GOLDEN * np.arange(1 + effort // 2) + np.random.default_rng(seed).uniform(0, np.pi)
    best: tuple[tuple[float, float], Floats, Ints] | None = None
    for turn in turns:
        part = chunks(units.vectors, weight, count, turn=float(turn))
        anchors = centres_of(units.vectors, weight, part, units.vectors[:count])
        label, _ = settle_shapes(transport, units.vectors, anchors, rounds=20 + 5 * effort, pull=(1.0, 1.0))
        centres = medoids(problem, label, anchors)
        found = _settled(problem, centres, label, seed=seed)
        if best is None or found[0] < best[0]:
            best = found
    assert best is not None
    return best[1], best[2]


def _settled(problem: Problem, centres: Floats, label: Ints, *, seed: int) -> tuple[tuple[float, float], Floats, Ints]:
    count = len(centres)
    key, vacant = (np.inf, np.inf), ("",) * count
    for _ in range(2 + problem.policy.effort // 2):
        found = improve(problem, Layout(centres, vacant, np.full(count, 1 / count)), label, seed=seed)
        better = medoids(problem, found.label, centres)
        if found.standing.key >= key:
            break
        key, label, centres = found.standing.key, found.label, better
    return key, centres, label


def improve(problem: Problem, layout: Layout, label: Ints, *, seed: int) -> Fit:
    """Return the best division around the centres, starting from ``label`` and from prices."""
    return fit(problem, layout, seed=seed, handover_km=problem.policy.handover_km, begin=(label,))


def medoids(problem: Problem, label: Ints, before: Floats) -> Floats:
    """Return the unit of each territory with the least weighted distance to its units; ``before`` where it has none."""
    vectors, weight = problem.units.vectors, problem.weight
    found = before.copy()
    for k in np.unique(label):
        rows = np.flatnonzero(label == k)
        sums = (weight[rows, None] * km_between(vectors[rows], vectors[rows])).sum(axis=0)
        found[k] = vectors[rows[int(sums.argmin())]]
    return found


def match(problem: Problem, label: Ints, count: int) -> tuple[str, ...]:
    """
    Return the owner of each territory, empty where reps are too few.

    The assignment with the least weighted km from homes to units wins, where keeping a unit with its present owner
    counts as the policy's handover and locked units count most.
    """
    from scipy.optimize import linear_sum_assignment

    reps = problem.reps
    if len(reps) == 0:
        return ("",) * count
    price = _from_homes(problem, reps)
    owner_cost = np.zeros((count, len(reps)))
    np.add.at(owner_cost, label, price * problem.weight[:, None])
    rows, columns = linear_sum_assignment(owner_cost)
    owners = [""] * count
    for k, rep in zip(rows.tolist(), columns.tolist(), strict=True):
        owners[k] = reps.ids[rep]
    return tuple(owners)


def _from_homes(problem: Problem, reps: Reps) -> Floats:
    keep = max(problem.policy.handover_km, _LEAST_KEEP_KM)
    price = keep * problem.leaving(reps.ids)
    housed = np.flatnonzero(reps.housed)
    km = km_between(problem.units.vectors, reps.homes[housed])
    price[:, housed] += km
    if len(housed) < len(reps):
        price[:, np.flatnonzero(~reps.housed)] += km.mean() if km.size else 0.0
    locked = problem.locks(reps.ids)
    rows = np.flatnonzero(locked >= 0)
    price[rows] += 1e6
    price[rows, locked[rows]] -= 1e6
    return price


def shares_of(reps: Reps, owners: tuple[str, ...]) -> Floats:
    """Return each territory's part of the work by its owner's capacity; a vacant one counts as the mean owner."""
    capacity = dict(zip(reps.ids, reps.capacity.tolist(), strict=True))
    known = [capacity[owner] for owner in owners if owner]
    usual = float(np.mean(known)) if known else 1.0
    parts = np.array([capacity[owner] if owner else usual for owner in owners], dtype=np.float64)
    return np.asarray(parts / parts.sum())
