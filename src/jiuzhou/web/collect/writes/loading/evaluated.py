"""A Book with its scores, and what a division of it balances: all that measuring the present needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jiuzhou.cycle import Cycle, Policy
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.plan import Activity
from jiuzhou.kernel.scores import Scores


@dataclass(frozen=True, slots=True)
class Evaluated:
    """
    A Book with its scores.

    Attributes
    ----------
    activities
        What its divisions balance.
    seed
        That the pass was made with.
    """

    book: Book
    scores: Scores
    policy: Policy
    activities: tuple[Activity, ...]
    today: date
    seed: int

    @classmethod
    def of(cls, cycle: Cycle) -> Evaluated:
        """Return what ``cycle`` found of its Book."""
        return cls(cycle.book, cycle.scores, cycle.policy, cycle.plan.activities, cycle.today, cycle.seed)
