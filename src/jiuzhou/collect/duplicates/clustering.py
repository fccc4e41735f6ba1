"""From pairs to groups of records of one customer, where two that cannot be one never meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from jiuzhou.collect.companies.spelling import tells_apart
from jiuzhou.kernel.arrays import Floats, Ints, Mask, floats, integers

PAIRS = pa.schema(
    [("left", pa.int64()), ("right", pa.int64()), ("weight", pa.float64()), ("probability", pa.float64())]
)
"""Two rows of the marks, left the smaller; ``weight`` is the binary logarithm of the odds that they are one."""

_UNDECIDED_BITS = 4.0
"""A record that could belong to two customers belongs to neither, unless one is 16 times as likely as the other."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """
    Which records are one customer.

    Attributes
    ----------
    groups
        Rows of the marks, each group ascending, in the order of their first; only groups of two and more.
    verdict
        For each pair given, shape ``(n,)``: ``merge``, both in one group; ``review``, a person should decide;
        ``apart``, they cannot be one.
    """

    groups: tuple[tuple[int, ...], ...]
    verdict: tuple[str, ...]


def clusters(pairs: pa.Table, marks: pa.Table, *, certain: float) -> Clusters:
    """
    Return the groups that the pairs make.

    Two records with different valid credit codes are never one customer, nor are a branch and its head, nor names
    that differ in the letters that tell neighbours apart (第一, 第二). Where a chain of pairs would join such records,
    the likeliest pairs are taken first and what then contradicts is left for review; a record that fits two customers
    about equally is left for review altogether.

    Parameters
    ----------
    pairs
        Schema ``PAIRS``.
    certain
        Probability from which a pair is merged without being asked, 0 to 1.
    """
    left, right = (integers(pairs[name], missing=-1) for name in ("left", "right"))
    weight, probability = floats(pairs["weight"]), floats(pairs["probability"])
    apart = _contradicts(marks, left, right)
    wanted = (probability >= certain) & ~apart
    label = _labels(left[wanted], right[wanted], marks.num_rows)
    identity = {name: integers(marks[name], missing=-1) for name in ("organisation", "branch")}
    tangled = _tangled(label, _members(left[wanted], right[wanted], marks.num_rows), identity)
    chosen = np.flatnonzero(wanted)
    knotty = tangled[label[left[chosen]]]
    kept = np.concatenate([chosen[~knotty], _untangled(chosen[knotty], left, right, weight, identity)])
    final = _labels(left[kept], right[kept], marks.num_rows)
    together = (final[left] == final[right]) & ~apart
    verdict = np.where(apart, "apart", np.where(together, "merge", "review"))
    return Clusters(_groups(final, _members(left[kept], right[kept], marks.num_rows)), tuple(verdict.tolist()))


def _contradicts(marks: pa.Table, left: Ints, right: Ints) -> Mask:
    apart = np.zeros(len(left), dtype=bool)
    for name in ("organisation", "branch"):
        values = integers(marks[name], missing=-1)
        one, other = values[left], values[right]
        apart |= (one >= 0) & (other >= 0) & (one != other)
    core, organisation = (integers(marks[name], missing=-1) for name in ("core", "organisation"))
    proved = (organisation[left] == organisation[right]) & (organisation[left] >= 0)
    unlike = np.flatnonzero((core[left] != core[right]) & ~apart & ~proved)
    letters = marks["letters"].combine_chunks()
    ones, others = (letters.take(pa.array(rows[unlike])).to_pylist() for rows in (left, right))
    apart[unlike] = [tells_apart(one or "", other or "") for one, other in zip(ones, others, strict=True)]
    return apart


def _labels(left: Ints, right: Ints, count: int) -> Ints:
    """Return for each row the smallest row that pairs lead to; rows without a pair stay by themselves."""
    label = np.arange(count, dtype=np.int64)
    while True:
        least = np.minimum(label[left], label[right])
        if (label[left] == least).all() and (label[right] == least).all():
            return label
        for rows in (left, right):
            np.minimum.at(label, label[rows], least)
        label = label[label]


def _members(left: Ints, right: Ints, count: int) -> Ints:
    present = np.zeros(count, dtype=bool)
    present[left] = present[right] = True
    return np.flatnonzero(present)


def _tangled(label: Ints, members: Ints, identity: Mapping[str, Ints]) -> Mask:
    """Return by label whether two different identities stand in the component."""
    tangled = np.zeros(len(label), dtype=bool)
    for values in identity.values():
        known = members[values[members] >= 0]
        base = int(values.max(initial=0)) + 1
        pairs = np.sort(label[known] * base + values[known])
        component = pairs // base
        several = (component[1:] == component[:-1]) & (pairs[1:] != pairs[:-1])
        tangled[component[1:][several]] = True
    return tangled


def _untangled(edges: Ints, left: Ints, right: Ints, weight: Floats, identity: Mapping[str, Ints]) -> Ints:
    undecided = _undecided(edges, left, right, weight, identity["organisation"])
    order = edges[np.lexsort((right[edges], left[edges], -weight[edges]))]
    above: dict[int, int] = {}
    known: dict[int, dict[str, int]] = {}
    kept: list[int] = []

    def root(row: int) -> int:
        while above.setdefault(row, row) != row:
            above[row] = above[above[row]]
            row = above[row]
        if row not in known:
            known[row] = {name: int(values[row]) for name, values in identity.items() if values[row] >= 0}
        return row

    for edge in order.tolist():
        if int(left[edge]) in undecided or int(right[edge]) in undecided:
            continue
        one, other = root(int(left[edge])), root(int(right[edge]))
        if any(known[one].get(name, value) != value for name, value in known[other].items()):
            continue
        kept.append(edge)
        if one != other:
            above[other] = one
            known[one] |= known[other]
    return np.array(kept, dtype=np.int64)


def _undecided(edges: Ints, left: Ints, right: Ints, weight: Floats, organisation: Ints) -> set[int]:
    best: dict[int, dict[int, float]] = defaultdict(dict)
    for edge in edges.tolist():
        for row, other in ((int(left[edge]), int(right[edge])), (int(right[edge]), int(left[edge]))):
            owner = int(organisation[other])
            if organisation[row] < 0 <= owner:
                best[row][owner] = max(best[row].get(owner, -np.inf), float(weight[edge]))
    return {row for row, found in best.items() if _is_close(found.values())}


def _is_close(weights: Iterable[float]) -> bool:
    ranked = sorted(weights, reverse=True)
    return len(ranked) > 1 and ranked[0] - ranked[1] < _UNDECIDED_BITS


def _groups(label: Ints, members: Ints) -> tuple[tuple[int, ...], ...]:
    order = members[np.argsort(label[members], kind="stable")]
    bounds = [0, *(np.flatnonzero(np.diff(label[order])) + 1).tolist(), len(order)]
    rows = order.tolist()
    return tuple(tuple(rows[start:end]) for start, end in pairwise(bounds) if end - start > 1)
