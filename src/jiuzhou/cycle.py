"""
One pass of the loop, from a company's tables to owners, actions and alerts. Start reading here.

    collect ─► evaluate ─► divide ─► resource ─► assign ─► serve ─► monitor ─┐
       ▲                                                                     │
       └─────────────────────────────────────────────────────────────────────┘

The stages do not know each other: each takes values and returns values, and this page hands them on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from jiuzhou import assign, collect, divide, evaluate, monitor, resource, serve
from jiuzhou.assign import Assignment, AssignPolicy, RuleSet
from jiuzhou.collect import Collected, RawTable
from jiuzhou.divide import DividePolicy
from jiuzhou.evaluate import EvaluatePolicy
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.plan import Plan
from jiuzhou.kernel.scores import Scores
from jiuzhou.monitor import MonitorPolicy, Watch
from jiuzhou.resource import ResourcePolicy, Resources
from jiuzhou.serve import Advice, ServePolicy

WORDS = ("collect", "evaluate", "divide", "resource", "assign", "serve", "monitor")


@dataclass(frozen=True, slots=True)
class Policy:
    """The company's choices, one part for each stage; ``policy.toml`` as a value, saved with every result."""

    evaluate: EvaluatePolicy = field(default_factory=EvaluatePolicy)
    divide: DividePolicy = field(default_factory=DividePolicy)
    resource: ResourcePolicy = field(default_factory=ResourcePolicy)
    assign: AssignPolicy = field(default_factory=AssignPolicy)
    serve: ServePolicy = field(default_factory=ServePolicy)
    monitor: MonitorPolicy = field(default_factory=MonitorPolicy)

    def __post_init__(self) -> None:
        # Service level and payment term are written once, under [serve]; the other parts count by the same ones.
        for name, settings in _AS_SERVED.items():
            part = getattr(self, name)
            missing = {item: getattr(self.serve, item) for item in settings if getattr(part, item) is None}
            object.__setattr__(self, name, replace(part, **missing))


_AS_SERVED: Mapping[str, tuple[str, ...]] = {
    "evaluate": ("payment_term_days",),
    "resource": ("visits_per_year",),
    "monitor": ("visits_per_year", "payment_term_days"),
}


@dataclass(frozen=True, slots=True)
class Cycle:
    """Everything one pass found, with what it was made from."""

    policy: Policy
    rules: RuleSet
    seed: int
    today: date
    collected: Collected
    scores: Scores
    plan: Plan
    resources: Resources
    assignment: Assignment
    advice: Advice
    watch: Watch

    @property
    def book(self) -> Book:
        """The clean tables."""
        return self.collected.book


def run_cycle(
    sources: Mapping[str, RawTable],
    settings: BookSettings,
    *,
    rules: RuleSet,
    engine: Any,
    policy: Policy | None = None,
    seed: int = 7,
    announce: Callable[[str], None] = lambda word: None,
) -> Cycle:
    """
    Return what one pass of the loop finds in a company's tables.

    Parameters
    ----------
    sources
        The tables as they came, by name.
    rules
        Who gets which customer.
    engine
        The Ibis backend that evaluates.
    announce
        Called with each stage's word before the stage runs.

    Raises
    ------
    InputError
        If the tables are no Book, or policy or rules make no sense for it.
    RefusedError
        If there is nothing to divide or nobody to assign to.
    """
    policy = policy or Policy()

    announce("collect")
    collected = collect.read(sources, settings)
    book = collected.usable()
    today = book.as_of

    announce("evaluate")
    scores = evaluate.score(book, policy=policy.evaluate, as_of=today, engine=engine)

    announce("divide")
    plan = divide.solve(book, scores, policy=policy.divide, seed=seed, today=today)

    announce("resource")
    resources = resource.size(book, plan, scores, policy=policy.resource, today=today)

    announce("assign")
    assignment = assign.decide(book, plan, scores, rules=rules, policy=policy.assign, now=book.now)

    announce("serve")
    advice = serve.advise(book, scores, assignment.decisions, policy=policy.serve, today=today)

    announce("monitor")
    watch = monitor.watch(
        book, plan, scores, assignment.decisions, targets=resources.targets, policy=policy.monitor, today=today
    )
    return Cycle(policy, rules, seed, today, collected, scores, plan, resources, assignment, advice, watch)
