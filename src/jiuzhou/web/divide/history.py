"""
The history of a draft: what is undone, and to which step undoing leads.

Steps are only ever added; going back adds a step too. What the plan was after any step can therefore always be had
back, also what was undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """One step by its number; ``back_to`` is the step to which it led back, if it did."""

    number: int
    back_to: int | None = None


def undone_by(turns: Sequence[Turn]) -> int | None:
    """Return the step to which undoing leads; 0 is the beginning, ``None`` where nothing can be undone."""
    ways: dict[int, tuple[int, ...]] = {0: ()}
    at = 0
    for turn in turns:
        ways[turn.number] = ways.get(turn.back_to, ()) if turn.back_to is not None else (*ways[at], turn.number)
        at = turn.number
    way = ways[at]
    if not way:
        return None
    return way[-2] if len(way) > 1 else 0


def redone_by(turns: Sequence[Turn]) -> int | None:
    """Return the step to which redoing leads: what the last going back left; ``None`` after any other step."""
    last = turns[-1] if turns else None
    if last is None or last.back_to is None:
        return None
    return turns[-2].number if len(turns) > 1 else None


def turns_of(rows: Sequence[tuple[int, Sequence[Mapping[str, object]]]]) -> tuple[Turn, ...]:
    """Return the steps of stored changes: each a number and what it changed."""
    found = []
    for number, changes in rows:
        back = next((change["to"] for change in changes if change["kind"] == "back"), None)
        found.append(Turn(number, back if isinstance(back, int) else None))
    return tuple(found)
