"""The stage: customers and reps in, one plan with its proof and its reasons out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from jiuzhou.divide.borders import borders
from jiuzhou.divide.fit import Fit, Frame, Layout, fit
from jiuzhou.divide.free import improve, match, medoids, place_centres, shares_of
from jiuzhou.divide.outcome import Outcome, outcome_of
from jiuzhou.divide.policy import DividePolicy
from jiuzhou.divide.problem import Problem
from jiuzhou.divide.record import plan_of
from jiuzhou.divide.reps import Reps, read_reps
from jiuzhou.divide.roster import Roster, read_roster
from jiuzhou.divide.sphere import Floats
from jiuzhou.divide.units import gather
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import say
from jiuzhou.kernel.plan import Plan
from jiuzhou.kernel.scores import Scores
from jiuzhou.kernel.violation import Violation
from jiuzhou.optimise.compiled import Ints

_DEARER = 6  # at most so many dearer handovers are tried when a limit on their share is broken


_MOST_PAIRS = 20_000_000  # every unit is weighed against every territory; beyond this hours and memory run away


def solve(
    book: Book,
    scores: Scores,
    *,
    policy: DividePolicy | None = None,
    seed: int,
    today: date,
    parent: Plan | None = None,
) -> Plan:
    """
    Return a plan: every customer with a place in one territory, balanced, in one piece, near its centre.

    The objective is Σ first activity × great-circle km to the centre, plus handovers. Around given homes the plan
    carries a proven lower bound (the Lagrangian dual of the transport problem in which units may be split and
    territories need not hang together). Limits that cannot be kept come back as violations with what to do.

    Parameters
    ----------
    seed
        Of the solver's choices; the same book, scores, policy, seed and day give the same plan, byte for byte.
    today
        The day on which reps must be active.
    parent
        The plan this one changes; its territory ids are kept and the moves are counted from it.

    Raises
    ------
    RefusedError
        If there is nothing to divide, nobody to lead a territory, or fewer units than territories.
    PolicyError
        If the policy balances a measure the Book does not have.
    """
    policy = policy or DividePolicy()
    if "owners" not in book:
        raise RefusedError("divide.no_owners")
    roster = read_roster(book, scores, policy)
    reps, noted = read_reps(book, today)
    if policy.centres == "owners":
        outcome, more = _around_homes(roster, reps, policy, seed=seed, parent=parent)
    else:
        outcome, more = _free(roster, reps, policy, seed=seed, parent=parent)
    noted = (*noted, *more, *_left_out(outcome))
    return plan_of(outcome, book, seed=seed, today=today, parent=parent, noted=noted)


def _around_homes(
    roster: Roster, reps: Reps, policy: DividePolicy, *, seed: int, parent: Plan | None
) -> tuple[Outcome, list[Violation]]:
    housed = reps.only(np.flatnonzero(reps.housed))
    homeless = sorted(set(reps.ids) - set(housed.ids))
    if len(housed) == 0:
        raise RefusedError("divide.no_rep_home" if homeless else "divide.no_rep", n=len(homeless))
    problem = _problem(roster, housed, policy)
    _check(problem, len(housed))
    layout = Layout(housed.homes, housed.ids, housed.shares)
    found = _within_handovers(problem, layout, seed=seed)
    noted = [Violation("no_home", owner, 0.0, say("divide.no_home", owner=owner)) for owner in homeless]
    return outcome_of(problem, layout, found.label, _bound(problem, layout), parent=parent), noted


def _free(
    roster: Roster, reps: Reps, policy: DividePolicy, *, seed: int, parent: Plan | None
) -> tuple[Outcome, list[Violation]]:
    count = policy.territories or len(reps)
    if count == 0:
        raise RefusedError("divide.no_count")
    problem = _problem(roster, reps, policy)
    _check(problem, count)
    centres, label = place_centres(problem, count, seed=seed)
    owners = match(problem, label, count)
    idle = sorted(set(reps.ids) - set(owners))
    begin: tuple[Ints, ...] = (label,)
    if idle:  # their locked customers cannot be divided, so the units change
        rows = np.array([reps.ids.index(owner) for owner in reps.ids if owner in owners], dtype=np.int64)
        problem = _problem(roster, reps.only(rows), policy)
        _check(problem, count)
        begin = ()
    layout = Layout(centres, owners, shares_of(reps, owners))
    layout, found = _recentred(problem, layout, seed=seed, begin=begin)
    noted = [
        Violation("rep_without_territory", owner, 0.0, say("divide.rep_without_territory", owner=owner))
        for owner in idle
    ]
    return outcome_of(problem, layout, found.label, _bound(problem, layout), parent=parent), noted


def _recentred(problem: Problem, layout: Layout, *, seed: int, begin: tuple[Ints, ...]) -> tuple[Layout, Fit]:
    found = _within_handovers(problem, layout, seed=seed, begin=begin)
    for _ in range(1 + problem.policy.effort // 2):
        moved = Layout(medoids(problem, found.label, layout.centres), layout.owners, layout.shares)
        again = improve(problem, moved, found.label, seed=seed)
        if again.standing.key >= found.standing.key:
            break
        layout, found = moved, again
    return layout, found


def _within_handovers(problem: Problem, layout: Layout, *, seed: int, begin: tuple[Ints, ...] = ()) -> Fit:
    """Return the best division; while too many customers change owner, handovers count double and more."""
    policy = problem.policy
    found = fit(problem, layout, seed=seed, handover_km=policy.handover_km, begin=begin)
    if policy.max_handover is None:
        return found
    kept = problem.leaving(layout.owners).argmin(axis=1).astype(np.int64)
    price = max(policy.handover_km, 5.0)
    best, least = found, _share(problem, layout, found)
    for _ in range(_DEARER):
        if least <= policy.max_handover:
            break
        price *= 2
        found = fit(problem, layout, seed=seed, handover_km=price, begin=(best.label, kept))
        share = _share(problem, layout, found)
        if share < least:
            best, least = found, share
    return best


def _share(problem: Problem, layout: Layout, found: Fit) -> float:
    outcome = outcome_of(problem, layout, found.label, 0.0, parent=None)
    owned = sum(bool(owner) for owner in problem.roster.owner)
    return float(outcome.handed_over.sum()) / max(owned, 1)


def _bound(problem: Problem, layout: Layout) -> float:
    return Frame(problem, layout, handover_km=problem.policy.handover_km).bound()[0]


def _problem(roster: Roster, reps: Reps, policy: DividePolicy) -> Problem:
    homes: Mapping[str, Floats] = {
        owner: home for owner, home, known in zip(reps.ids, reps.homes, reps.housed, strict=True) if known
    }
    units = gather(roster, homes, leading=reps.ids, by_region=policy.unit == "region")
    loose = np.flatnonzero([not owner for owner in units.locked_to])
    return Problem(policy, roster, units, reps, borders(units, loose, by_region=policy.unit == "region"))


def _check(problem: Problem, count: int) -> None:
    units, keys = len(problem.units), problem.keys
    if units == 0:
        raise RefusedError("divide.nothing_to_divide", customers=len(problem.roster.ids))
    if units < count:
        around_homes = problem.policy.centres == "owners"
        raise RefusedError(
            "divide.more_reps" if around_homes else "divide.too_few_units", territories=count, units=units
        )
    if units * count > _MOST_PAIRS:
        raise RefusedError("divide.too_large", territories=count, units=units, most=_MOST_PAIRS // count)
    if problem.totals[0] <= 0:
        raise RefusedError("divide.activity_is_zero", activity=keys[0])


def _left_out(outcome: Outcome) -> list[Violation]:
    roster, units = outcome.problem.roster, outcome.problem.units
    out = np.flatnonzero(units.of_customer < 0)
    held = [
        row
        for row in out
        if roster.locked[row] and roster.owner[row] and roster.owner[row] not in outcome.layout.owners
    ]
    lost = sorted(set(out.tolist()) - set(held))
    found = []
    for owner in sorted({roster.owner[row] for row in held}):
        n = sum(roster.owner[row] == owner for row in held)
        message = say("divide.locked_to_nobody", owner=owner, n=n)
        found.append(Violation("locked_to_nobody", owner, float(n), message))
    if lost:
        first = tuple(roster.ids[row] for row in lost[:5])
        message = say("divide.no_place", n=len(lost), first=first)
        found.append(Violation("no_place", roster.ids[lost[0]], float(len(lost)), message))
    return found
