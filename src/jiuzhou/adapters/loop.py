"""The loop over a folder or a Book: read, run one pass, hand back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from jiuzhou.adapters.books import check_day, rejected_before
from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.adapters.policies import read_policy, read_rules
from jiuzhou.adapters.sources.places import read_sources
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
    as_of: date | None = None,
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
    as_of
        The day the Book describes, instead of what it says itself.
    announce
        Called with each stage's word before the stage runs.

    Raises
    ------
    InputError
        If the folder is no Book, policy or rules make no sense, or the Book's last order lies in the future.
    """
    chosen = policy if isinstance(policy, Policy) or policy is None else read_policy(policy)
    rule_set = rules if isinstance(rules, RuleSet) else read_rules(rules)
    if isinstance(book, Book):
        settings = book.settings
        sources = {name: RawTable(name, table, 1) for name, table in book.tables.items()}
    else:
        settings, sources = read_sources(Path(book))
    settings = replace(settings, as_of=as_of) if as_of else settings
    with duckdb_engine() as engine:
        done = run_pass(sources, settings, rules=rule_set, engine=engine, policy=chosen, seed=seed, announce=announce)
    check_day(done.book)
    return done if isinstance(book, Book) else _with_earlier_rejects(done, Path(book))


def _with_earlier_rejects(done: Cycle, folder: Path) -> Cycle:
    # A Book that collect wrote has only sound rows: what it left out then must not be forgotten now.
    noted = rejected_before(folder)
    if noted is None:
        return done
    collected = done.collected
    quality = replace(collected.quality, notes=(noted, *collected.quality.notes))
    return replace(done, collected=replace(collected, quality=quality))
