"""``jiuzhou assign``, ``jiuzhou explain`` and ``jiuzhou rules check``: who gets whom, and why."""

from __future__ import annotations

import json
from pathlib import Path

import click

from jiuzhou.adapters.texts import LANGS
from jiuzhou.cli.files import decisions_in, policy_of, rules_beside
from jiuzhou.cli.inputs import Inputs
from jiuzhou.cli.words import Speaker, Word, Words, common, option, written
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import Message, message_from, say

_PATH = click.Path(path_type=Path)
REFUSED = 3


@click.command(cls=Word, help="cli.assign")
@click.argument("book", type=_PATH)
@option("--rules", type=_PATH, help="cli.option_rules")
@option("--plan", type=_PATH, help="cli.option_plan")
@option("--out", type=_PATH, required=True, help="cli.option_out")
@option("--policy", type=_PATH, help="cli.option_policy")
@common
def assign(
    book: Path,
    rules: Path | None,
    plan: Path | None,
    out: Path,
    policy: Path | None,
    *,
    seed: int,
    as_json: bool,
    lang: str | None,
) -> None:
    """Decide every customer's owner."""
    from jiuzhou.adapters.folders import staged
    from jiuzhou.adapters.plans import read_plan
    from jiuzhou.adapters.policies import read_rules, rules_text
    from jiuzhou.adapters.results import write_decisions

    speaker = Speaker.of(lang, as_json)
    rule_set = read_rules(rules or rules_beside(policy or policy_of(book)))
    chosen = read_plan(plan) if plan else None
    with Inputs.read(book, policy, speaker, out=out, seed=seed) as inputs:
        assignment = inputs.assignment(rule_set, chosen)
    with staged(out) as folder:
        write_decisions(assignment.decisions, folder)
        (folder / "rules.yaml").write_text(rules_text(rule_set), "utf-8")
    outcomes = assignment.decisions["outcome"].value_counts().to_pylist()
    counts = {entry["values"]: entry["counts"] for entry in sorted(outcomes, key=lambda entry: entry["values"])}
    sentences = [say("cli.outcome", outcome=say(f"cli.outcome_{name}"), count=count) for name, count in counts.items()]
    speaker.end({**counts, "out": str(out.resolve())}, *sentences, written(out))


@click.command(cls=Word, help="cli.explain")
@click.argument("folder", metavar="DIR", type=_PATH)
@click.argument("customer_id")
@common
def explain(folder: Path, customer_id: str, *, seed: int, as_json: bool, lang: str | None) -> None:
    """Say in words why a customer has its owner."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from jiuzhou.cli.trace import step_messages

    file = decisions_in(folder)
    found = pq.read_table(file, filters=pc.field("customer_id") == customer_id).to_pylist()
    if not found:
        raise _unknown(customer_id, file)
    decision = {**found[0], "params": json.loads(found[0]["params"]), "trace": json.loads(found[0]["trace"])}
    reason = message_from(found[0]["code"], found[0]["params"])
    Speaker.of(lang, as_json).end(decision, reason, *step_messages(decision["trace"], _titles(file.parent)))


def _titles(folder: Path) -> dict[str, Message]:
    from jiuzhou.adapters.policies import read_rules

    kept = folder / "rules.yaml"
    if not kept.is_file():
        return {}
    rules = read_rules(kept)
    return {rule.id: rule.title for rule in rules.every}


def _unknown(customer_id: str, file: Path) -> InputError:
    """A customer without a decision may have been rejected, and its row says why."""
    from pyarrow import csv

    rejects = file.parent / "rejects" / "customers.csv"
    if rejects.is_file():
        for row in csv.read_csv(rejects).to_pylist():
            if customer_id in map(str, row.values()):
                reason = f"{row['reason']} {row['suggestion']}"
                return InputError("cli.rejected_customer", customer=customer_id, row=row["row"], reason=reason)
    return InputError("cli.no_such_customer", customer=customer_id, file=str(file))


@click.group(cls=Words, help="cli.rules")
@option("--lang", type=click.Choice(LANGS), expose_value=False, help="cli.option_lang")
def rules() -> None:
    """Work on rule files."""


@rules.command(cls=Word, name="check", help="cli.rules_check")
@click.argument("file", type=_PATH)
@option("--book", type=_PATH, help="cli.option_book")
@common
def check(file: Path, book: Path | None, *, seed: int, as_json: bool, lang: str | None) -> int:
    """Find what is wrong with a rule file before it is used."""
    from jiuzhou import assign as stage
    from jiuzhou.adapters.books import read_book
    from jiuzhou.adapters.policies import read_rules
    from jiuzhou.kernel.book import Book

    rule_set = read_rules(file)
    findings = stage.check(rule_set, stage.fields(read_book(book) if book else Book()))
    sentences = [finding.message for finding in findings] or [say("cli.rules_fine", rules=len(rule_set.rules))]
    found = [{"level": one.level, "rule": one.rule, "message": one.message.to_json()} for one in findings]
    Speaker.of(lang, as_json).end({"findings": found}, *sentences)
    return REFUSED if any(finding.level == "error" for finding in findings) else 0
