"""Who got whom, by which rule, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.adapters.report.blocks import Column, Figure, Section, Table, Value
from jiuzhou.adapters.report.rows import label, names, records, share
from jiuzhou.assign import RuleSet
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.decision import Outcome
from jiuzhou.kernel.message import message_from, say

_SAMPLE, _RULES, _REASONS = 20, 15, 8
_UNFOLDED, _UNFOLDED_RULES = 8, 6


def assign_section(book: Book, decisions: pa.Table, rules: RuleSet) -> Section:
    """Return the section of assign; ``decisions`` is table ``DECISIONS``, made by ``rules``."""
    named = _names(rules)
    outcomes = Counter(decisions["outcome"].to_pylist())
    whole = decisions.num_rows
    owned = outcomes[Outcome.ASSIGNED] + outcomes[Outcome.KEPT]
    headline = say(
        "report.assign_headline",
        customers=whole,
        owned=owned,
        share=share(owned, whole) or 0.0,
        pooled=outcomes[Outcome.POOLED],
        unassigned=outcomes[Outcome.UNASSIGNED],
    )
    unassigned = _unassigned(decisions)
    return Section(
        "assign",
        headline,
        Figure(say("report.assign_figure"), share(owned, whole), "percent"),
        (_outcomes(outcomes, whole), _rules(decisions, named), *unassigned, _sample(book, decisions, named)),
        (say("report.assign_how"), say("report.assign_how_sample", count=_SAMPLE)),
    )


def _outcomes(outcomes: Counter[str], whole: int) -> Table:
    columns = (
        Column(say("report.outcome")),
        Column(say("report.customers"), "count"),
        Column(say("report.share_of_customers"), "percent"),
        Column(say("report.meaning"), "words"),
    )
    rows = tuple(
        (label("outcome", one.value), outcomes[one.value], share(outcomes[one.value], whole), label("means", one.value))
        for one in Outcome
    )
    return Table(say("report.outcomes_title"), columns, rows, half=True)


def _names(rules: RuleSet) -> Mapping[str, Value]:
    return {rule.id: rule.title for rule in rules.every}


def _rules(decisions: pa.Table, named: Mapping[str, Value]) -> Table:
    columns = (
        Column(say("report.rule")),
        Column(say("report.customers"), "count"),
        Column(say("report.share_of_customers"), "percent"),
    )
    found = Counter(decisions["rule"].to_pylist())
    ranked = sorted(found, key=lambda rule: (-found[rule], rule or ""))
    rows = tuple(
        (named.get(rule) or label("rule", rule), found[rule], share(found[rule], decisions.num_rows))
        for rule in ranked[:_RULES]
    )
    return Table(
        say("report.rules_title"), columns, rows, max(len(ranked) - _RULES, 0), half=True, unfolded=_UNFOLDED_RULES
    )


def _unassigned(decisions: pa.Table) -> tuple[Table, ...]:
    left = decisions.filter(pc.equal(decisions["outcome"], Outcome.UNASSIGNED.value))
    if not left.num_rows:
        return ()
    columns = (Column(say("report.reason"), "words"), Column(say("report.customers"), "count"))
    found: Counter[str] = Counter()
    first: dict[str, str] = {}
    for code, params in records(left, ("code", "params")):
        found[code] += 1
        first.setdefault(code, params)
    ranked = sorted(found, key=lambda code: (-found[code], code))
    rows = tuple((message_from(code, first[code]), found[code]) for code in ranked[:_REASONS])
    return (Table(say("report.unassigned_title"), columns, rows, max(len(ranked) - _REASONS, 0)),)


def _sample(book: Book, decisions: pa.Table, named: Mapping[str, Value]) -> Table:
    columns = (
        Column(say("report.customer")),
        Column(say("report.outcome")),
        Column(say("report.owner")),
        Column(say("report.rule")),
        Column(say("report.reason"), "words"),
    )
    count = min(_SAMPLE, decisions.num_rows)
    at = [place * decisions.num_rows // count for place in range(count)]
    shown = decisions.sort_by("customer_id").take(pa.array(at, pa.int64()))
    called = names(book, "customers", shown["customer_id"].to_pylist())
    owners = names(book, "owners", shown["owner_id"].to_pylist())
    wanted = ("customer_id", "outcome", "owner_id", "rule", "code", "params")
    rows = tuple(
        (
            called[who],
            label("outcome", outcome),
            owners.get(owner),
            named.get(rule) or label("rule", rule),
            message_from(code, params),
        )
        for who, outcome, owner, rule, code, params in records(shown, wanted)
    )
    return Table(say("report.sample_title"), columns, rows, decisions.num_rows - count, unfolded=_UNFOLDED)
