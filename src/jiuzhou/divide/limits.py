"""Limits a division does not keep, each with what to do about it."""

from __future__ import annotations

import numpy as np

from jiuzhou.divide.outcome import Outcome
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.violation import Violation

BREAKING = ("out_of_band", "detached", "empty_territory", "handover_limit")
"""Codes of the limits without which a plan is not feasible; the others are about what could not take part."""


def broken_limits(outcome: Outcome, names: tuple[str, ...]) -> tuple[Violation, ...]:
    """Return a violation for each limit ``outcome`` breaks, territories by id."""
    found: list[Violation] = []
    for k in sorted(range(len(outcome.ids)), key=lambda k: outcome.ids[k]):
        found += _territory(outcome, k, names[k])
    return (*found, *_handovers(outcome))


def _territory(outcome: Outcome, k: int, name: str) -> list[Violation]:
    where, found = outcome.ids[k], []
    if not (outcome.label == k).any():
        found.append(Violation("empty_territory", where, 1.0, say("divide.empty_territory", name=name)))
    for b, key in enumerate(outcome.problem.keys):
        amount = float(outcome.outside[k, b])
        if amount > 0:
            found.append(Violation("out_of_band", where, amount, _out_of_band(outcome, k, b, name, key)))
    loose = int((outcome.detached & (outcome.label == k)).sum())
    if outcome.problem.policy.contiguous and loose:
        message = say("divide.detached", name=name, n=loose)
        found.append(Violation("detached", where, float(loose), message))
    return found


def _out_of_band(outcome: Outcome, k: int, b: int, name: str, key: str) -> Message:
    problem, tolerance = outcome.problem, float(outcome.problem.tolerance[b])
    target = float(outcome.targets[k, b])
    inside = outcome.label == k
    measure = problem.units.activity[:, b]
    locked = inside & (problem.locks(outcome.layout.owners) >= 0)
    facts = {
        "name": name,
        "activity": say(f"divide.activity_{key}") if key in _NAMED else key,
        "value": float(outcome.values[k, b]),
        "target": target,
        "deviation": float(outcome.deviation[k, b]),
        "tolerance": tolerance,
    }
    held = float(measure[locked].sum())
    if held > target * (1 + tolerance):
        return say("divide.out_of_band_locked", held=held, **facts)
    heaviest = int(np.argmax(np.where(inside, measure, -1.0)))
    if inside.any() and measure[heaviest] > 2 * tolerance * target:
        unit, weight = problem.units.ids[heaviest], float(measure[heaviest])
        return say("divide.out_of_band_heavy", unit=unit, weight=weight, share=weight / target, **facts)
    return say("divide.out_of_band", **facts)


_NAMED = ("workload", "potential", "revenue", "customers")


def _handovers(outcome: Outcome) -> list[Violation]:
    limit, roster = outcome.problem.policy.max_handover, outcome.problem.roster
    owned = sum(bool(owner) for owner in roster.owner)
    if limit is None or not owned:
        return []
    leading = set(outcome.layout.owners)
    moved = np.flatnonzero(outcome.handed_over)
    forced = sum(roster.owner[row] not in leading for row in moved)
    share = len(moved) / owned
    if share <= limit + 1e-12:
        return []
    message = say("divide.handover_limit", n=len(moved), share=share, limit=limit, forced=forced)
    return [Violation("handover_limit", "max_handover", share - limit, message)]
