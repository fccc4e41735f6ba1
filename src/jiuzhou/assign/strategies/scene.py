"""What a strategy may look at, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from jiuzhou.assign.policy import AssignPolicy
from jiuzhou.assign.records import Records
from jiuzhou.assign.roster import Roster
from jiuzhou.assign.rule_set import Argument


@dataclass(frozen=True, slots=True)
class Scene:
    """
    Everything a strategy may look at.

    Attributes
    ----------
    holder, steward
        For each customer the position of its present owner and of its territory's owner; −1 for nobody.
    hours
        Hours a year of each customer, not negative.
    category
        Category of each product id of the book.
    territory_names
        What people call each territory of the plan, by id.
    language
        The company's own, which every owner speaks.
    zone
        The company's time zone.
    """

    roster: Roster
    records: Records
    policy: AssignPolicy
    holder: tuple[int, ...]
    steward: tuple[int, ...]
    hours: tuple[float, ...]
    category: Mapping[str, str]
    territory_names: Mapping[str, str]
    language: str
    zone: str


class Role(StrEnum):
    """What a strategy does to the candidates."""

    FILTER = "filter"
    """Leaves those who fit."""
    SCORER = "scorer"
    """Leaves those who fit best."""
    PICKER = "picker"
    """Takes one."""
    KEEP = "keep"
    """Takes the present owner if it is among the candidates, else leaves them as they are."""
    POOL = "pool"
    """Puts the customer into a public pool."""


Masks: TypeAlias = list[int]
"""For each customer the owners who fit, as a set."""
Nearest: TypeAlias = "Callable[[int, int], tuple[int, float]]"
"""From a customer and its candidates to those who fit best, with the figure they share."""
Bind: TypeAlias = Callable[[Scene, Argument], Any]


@dataclass(frozen=True, slots=True)
class Strategy:
    """
    One way to choose, as rules name it.

    Attributes
    ----------
    accepts
        Whether it can do something with an argument.
    bind
        From the scene and the argument: ``Masks`` of a filter, ``Nearest`` of a scorer; pickers need none.
    soft
        Whether ``on_empty: relax`` may drop it.
    any_kind
        Whether it brings in teams and partners that fit; otherwise a rule is about reps.
    """

    role: Role
    accepts: Callable[[Argument], bool]
    bind: Bind | None = None
    soft: bool = False
    any_kind: bool = False


def by_value(values: Iterable[Hashable], owners_of: Callable[[Any], int]) -> Masks:
    """Return the owners who fit each customer, looked up once for each distinct value."""
    known: dict[Hashable, int] = {}
    found = []
    for value in values:
        if value not in known:
            known[value] = owners_of(value)
        found.append(known[value])
    return found


def texts(argument: Argument) -> tuple[str, ...]:
    """Return the texts of an argument that is one text or a list of them."""
    if isinstance(argument, str):
        return (argument,)
    return tuple(item for item in argument if isinstance(item, str)) if isinstance(argument, tuple) else ()


def nothing(argument: Argument) -> bool:
    """Accept no argument."""
    return argument is None


def some_texts(argument: Argument) -> bool:
    """Accept a text or a list of texts, at least one."""
    if isinstance(argument, tuple):
        return bool(argument) and all(isinstance(item, str) for item in argument)
    return isinstance(argument, str)


def one_of(*choices: str) -> Callable[[Argument], bool]:
    """Return what accepts nothing, or one of the choices."""
    return lambda argument: argument is None or argument in choices


def nothing_or_text(argument: Argument) -> bool:
    """Accept nothing or one text."""
    return argument is None or isinstance(argument, str)
