"""What a command on one stage needs of the stages before it: read where given, computed where not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from jiuzhou import assign, divide, evaluate, monitor, resource, serve
from jiuzhou.adapters.books import check_day, read_book
from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.adapters.folders import keep_apart
from jiuzhou.adapters.policies import read_policy, read_rules
from jiuzhou.assign import Assignment, RuleSet
from jiuzhou.cli.files import decisions_in, policy_of
from jiuzhou.cli.words import Speaker
from jiuzhou.cycle import Policy
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.decision import DECISIONS
from jiuzhou.kernel.plan import Plan
from jiuzhou.kernel.scores import Scores
from jiuzhou.monitor import Watch
from jiuzhou.resource import Resources
from jiuzhou.serve import Advice


@dataclass(frozen=True, slots=True)
class Inputs:
    """A Book, the policy, the engine, and who is told how far it got."""

    book: Book
    policy: Policy
    engine: Any
    speaker: Speaker
    seed: int = 7

    @staticmethod
    @contextmanager
    def read(
        book: Path,
        policy: Path | None,
        speaker: Speaker,
        *,
        out: Path,
        seed: int = 7,
        on: AbstractContextManager[Any] | None = None,
    ) -> Iterator[Inputs]:
        """
        Yield the inputs of a command on the Book in a folder, whose own policy holds where none is given.

        Parameters
        ----------
        on
            The engine that evaluates, opened first, so that one that does not answer is told at once; ``None`` is
            DuckDB.
        """
        keep_apart(book, out)
        given = policy or policy_of(book)
        chosen = read_policy(given) if given else Policy()
        with on or duckdb_engine() as engine:
            speaker.progress("collect")
            clean = read_book(book)
            check_day(clean)
            yield Inputs(clean, chosen, engine, speaker, seed)

    @property
    def today(self) -> date:
        """The day the Book describes."""
        return self.book.as_of

    def scores(self, as_of: date | None = None) -> Scores:
        """Return the scores as of a day."""
        self.speaker.progress("evaluate")
        return evaluate.score(self.book, policy=self.policy.evaluate, as_of=as_of or self.today, engine=self.engine)

    def plan(self, scores: Scores) -> Plan:
        """Return the plan that the policy asks for."""
        self.speaker.progress("divide")
        return divide.solve(self.book, scores, policy=self.policy.divide, seed=self.seed, today=self.today)

    def resources(self, plan: Plan) -> Resources:
        """Return what the territories of ``plan`` need."""
        scores = self.scores()
        self.speaker.progress("resource")
        return resource.size(self.book, plan, scores, policy=self.policy.resource, today=self.today)

    def assignment(self, rules: RuleSet, plan: Plan | None, scores: Scores | None = None) -> Assignment:
        """Return who gets each customer, under ``plan`` or the plan that the policy asks for."""
        known = scores or self.scores()
        chosen = plan or self.plan(known)
        self.speaker.progress("assign")
        return assign.decide(self.book, chosen, known, rules=rules, policy=self.policy.assign, now=self.book.now)

    def advice(self, decisions: Path | None) -> Advice:
        """Return what each customer needs, from its owner in ``decisions`` or, without them, by the standard rules."""
        scores = self.scores()
        owned = self.decisions(decisions, None, scores)
        self.speaker.progress("serve")
        return serve.advise(self.book, scores, owned, policy=self.policy.serve, today=self.today)

    def watch(self, plan: Plan, baseline: Plan | None, decisions: Path | None) -> Watch:
        """Return how ``plan`` stands against what happened."""
        scores = self.scores()
        targets = resource.size(self.book, plan, scores, policy=self.policy.resource, today=self.today).targets
        owned = self.decisions(decisions, plan, scores)
        self.speaker.progress("monitor")
        return monitor.watch(
            self.book,
            plan,
            scores,
            owned,
            targets=targets,
            policy=self.policy.monitor,
            today=self.today,
            baseline=baseline,
        )

    def decisions(self, given: Path | None, plan: Plan | None, scores: Scores) -> pa.Table:
        """Return the decisions in a file or folder; without one, those of the standard rules under ``plan``."""
        if given is None:
            return self.assignment(read_rules(None), plan, scores).decisions
        return pq.read_table(decisions_in(given), columns=DECISIONS.names).cast(DECISIONS)
