"""The loop over a folder or a Book: read, run one pass, hand back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.adapters.policies import read_policy, read_rules
from jiuzhou.adapters.tables import read_sources
from jiuzhou.assign import RuleSet
from jiuzhou.collect import RawTable
from jiuzhou.cycle import Cycle, Policy
from jiuzhou.cycle import run_cycle as run_pass
from jiuzhou.kernel.book import Book


def run_cycle(
    book: Book | Path | str,
    *,
    policy: Policy | Path | str | None = None,
    rules: RuleSet | Path | str | None = None,
    seed: int = 7,
    announce: Callable[[str], None] = lambda word: None,
) -> Cycle:
    """
    Return what one pass of the loop finds in a Book.

    Parameters
    ----------
    book
        A Book, or the folder that holds its tables.
    policy, rules
        Values, or the files that write them. Without a policy every stage keeps its defaults; without rules each
        customer goes to its territory's owner.
    announce
        Called with each stage's word before the stage runs.

    Raises
    ------
    InputError
        If the folder is no Book, or policy or rules make no sense.
    """
    chosen = policy if isinstance(policy, Policy) or policy is None else read_policy(policy)
    rule_set = rules if isinstance(rules, RuleSet) else read_rules(rules)
    if isinstance(book, Book):
        settings = book.settings
        sources = {name: RawTable(name, table, 1) for name, table in book.tables.items()}
    else:
        settings, sources = read_sources(Path(book))
    with duckdb_engine() as engine:
        return run_pass(sources, settings, rules=rule_set, engine=engine, policy=chosen, seed=seed, announce=announce)
