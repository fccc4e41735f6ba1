"""Rules back into what a ``rules.yaml`` says, so that every result can keep the rules it was made by."""

from __future__ import annotations

from collections.abc import Mapping

from jiuzhou.assign.rule_set import Argument, Call, Pool, Rule, RuleSet
from jiuzhou.kernel.message import Json
from jiuzhou.rules import to_text


def plain_rules(rules: RuleSet) -> dict[str, Json]:
    """Return the mapping from which ``read_rules`` reads the same rules, fallback and pools."""
    stated, _, _ = rules.version.removeprefix("v").partition("-")
    written: dict[str, Json] = {"version": int(stated) if stated.isdigit() else stated}
    written["rules"] = [_rule(rule) for rule in rules.rules]
    if rules.fallback is not None:
        written["fallback"] = {name: value for name, value in _rule(rules.fallback).items() if name != "when"}
    if rules.pools:
        written["pools"] = [_pool(pool) for pool in rules.pools]
    return written


def _rule(rule: Rule) -> dict[str, Json]:
    written: dict[str, Json] = {"id": rule.id}
    for name, words in (("name", rule.names), ("note", rule.notes)):
        if words:
            written[name] = _words(words)
    written |= {"when": to_text(rule.when), "then": [_call(call) for call in rule.then]}
    written["on_empty"] = rule.on_empty.value
    return written | ({"pool": rule.pool} if rule.pool else {})


def _pool(pool: Pool) -> dict[str, Json]:
    return {"id": pool.id, **({"name": _words(pool.names)} if pool.names else {})}


def _call(call: Call) -> Json:
    return call.strategy if call.argument is None else {call.strategy: _argument(call.argument)}


def _argument(argument: Argument) -> Json:
    if isinstance(argument, Mapping):
        return {name: _argument(value) for name, value in argument.items()}
    return [_argument(value) for value in argument] if isinstance(argument, tuple) else argument


def _words(words: Mapping[str, str]) -> Json:
    return words[""] if "" in words else dict(words)
