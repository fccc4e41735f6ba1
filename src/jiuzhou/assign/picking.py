"""The last step of a rule: one of the candidates, by their load or by turns, with the runner-up and its figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jiuzhou.assign.ledger import Ledger
from jiuzhou.assign.roster import members
from jiuzhou.assign.rule_set import Call
from jiuzhou.assign.turns import Rotation
from jiuzhou.kernel.message import Message, say


@dataclass(frozen=True, slots=True)
class Pick:
    """
    Who was picked.

    Attributes
    ----------
    by
        The picker: ``round_robin``, ``least_loaded:hours``, ….
    figure, runner_up_figure
        What decided between them: free hours, customers or share of the load; ``None`` for turns.
    otherwise
        From the two names to what would have made the runner-up win.
    """

    by: str
    position: int
    figure: float | None
    runner_up: int | None
    runner_up_figure: float | None
    why: Message
    otherwise: Callable[[str, str], Message]


def pick(call: Call, owners: int, ledger: Ledger, rotation: Rotation, *, group: str) -> Pick:
    """
    Return the one of ``owners`` that the picker ``call`` takes.

    Among equally loaded owners whoever was given a customer longest ago comes first, then the lower id; so nobody is
    favoured for having joined early.

    Parameters
    ----------
    owners
        Candidates as a set, at least one, each with room.
    group
        Whose turns ``round_robin`` counts.
    """
    if call.strategy == "round_robin":
        return _by_turns(owners, ledger, rotation, group)
    return _by_load(str(call.argument or "hours"), owners, ledger)


def _by_turns(owners: int, ledger: Ledger, rotation: Rotation, group: str) -> Pick:
    first, second = rotation.next_two(group, owners, ledger)
    rotation.take(group, first)
    why = say("assign.why_turn", count=owners.bit_count())
    return Pick(
        by="round_robin",
        position=first,
        figure=None,
        runner_up=second,
        runner_up_figure=None,
        why=why,
        otherwise=lambda winner, runner_up: say("assign.otherwise_turn", owner=runner_up),
    )


def _by_load(measure: str, owners: int, ledger: Ledger) -> Pick:
    figure_of = _MEASURES[measure](ledger)
    sign = -1.0 if measure == "hours" else 1.0
    ranked = sorted(
        (sign * figure_of(position), ledger.customers[position], ledger.order[position], position)
        for position in members(owners)
    )
    first = ranked[0][-1]
    second = ranked[1][-1] if len(ranked) > 1 else None
    figure, other = figure_of(first), None if second is None else figure_of(second)
    return Pick(
        by=f"least_loaded:{measure}",
        position=first,
        figure=round(figure, 4),
        runner_up=second,
        runner_up_figure=None if other is None else round(other, 4),
        why=say(f"assign.why_{measure}", count=len(ranked), figure=round(figure, 4)),
        otherwise=lambda winner, runner_up: say(
            f"assign.otherwise_{measure}",
            owner=winner,
            runner_up=runner_up,
            gap=round(abs(figure - (other or 0.0)), 4),
        ),
    )


_MEASURES: dict[str, Callable[[Ledger], Callable[[int], float]]] = {
    "hours": lambda ledger: ledger.free_hours,
    "customers": lambda ledger: lambda position: float(ledger.customers[position]),
    "share": lambda ledger: ledger.share,
}
