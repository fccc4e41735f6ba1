"""The rules of one company as a value: in order, with what each does and what happens when nobody is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from jiuzhou.kernel.ids import RuleId
from jiuzhou.kernel.message import Message, named
from jiuzhou.rules import Condition

Argument: TypeAlias = "str | tuple[Argument, ...] | Mapping[str, Argument] | None"


class OnEmpty(StrEnum):
    """What happens when a rule holds and its strategies leave nobody."""

    NEXT = "next"
    """The next rule that holds is tried."""
    RELAX = "relax"
    """Its soft filters are dropped, the last first, until somebody is left; else the next rule is tried."""
    POOL = "pool"
    """The customer goes to the public pool."""
    HOLD = "hold"
    """Nobody gets it for now, and the reason says until when."""
    FAIL = "fail"
    """Nobody gets it; a person must decide."""


@dataclass(frozen=True, slots=True)
class Call:
    """One strategy of a rule with its argument, such as ``skill: product:软件``."""

    strategy: str
    argument: Argument = None


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One rule.

    Attributes
    ----------
    when
        The condition; the fallback's always holds.
    then
        Strategies in order: filters, scorers, at the end one that picks.
    pool
        Pool of ``on_empty: pool``; empty for the first one.
    names, notes
        What people call it, and why it is there, by language; both may lack a language.
    """

    id: RuleId
    when: Condition
    then: tuple[Call, ...]
    on_empty: OnEmpty = OnEmpty.NEXT
    pool: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> Message:
        """The rule's name, in the language of whoever reads it; its id where it has none."""
        return named(self.names, self.id)


@dataclass(frozen=True, slots=True)
class Pool:
    """A public pool 公海 by its id, with its name by language."""

    id: str
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> Message:
        """The pool's name, in the language of whoever reads it; its id where it has none."""
        return named(self.names, self.id)


@dataclass(frozen=True, slots=True)
class Turns:
    """
    What round robins remember from one run to the next.

    Attributes
    ----------
    passes
        For each group and owner how far its turns have advanced; whoever is least far is next.
    away
        Owners who could not take part at the end of the run.
    """

    passes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    away: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """
    The rules in order; the first that holds wins.

    Attributes
    ----------
    version
        The stated version and a hash of the content, so that two rule sets never share one.
    source
        Where they were read from, for messages.
    fallback
        What happens to a customer for whom no rule finds anybody; ``None`` is a fault that ``check`` reports.
    turns
        Where its round robins stand; give an assignment's ``turns`` to the next run, ``replace(rules, turns=…)``.
    """

    version: str
    source: str
    rules: tuple[Rule, ...]
    fallback: Rule | None
    pools: tuple[Pool, ...] = ()
    turns: Turns = field(default_factory=Turns)

    @property
    def every(self) -> tuple[Rule, ...]:
        """The rules in order, the fallback last where there is one."""
        return (*self.rules, self.fallback) if self.fallback else self.rules

    def pool(self, pool_id: str) -> Pool | None:
        """Return the pool of that id, the first one for an empty id, ``None`` where there is none."""
        if not pool_id:
            return self.pools[0] if self.pools else None
        return next((pool for pool in self.pools if pool.id == pool_id), None)
