"""A rule set read without a single customer: what cannot work, and what can never happen."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from jiuzhou.assign.rule_set import Call, OnEmpty, Rule, RuleSet
from jiuzhou.assign.strategies.registry import STRATEGIES
from jiuzhou.assign.strategies.scene import Role
from jiuzhou.kernel.errors import RuleError
from jiuzhou.kernel.message import Message, Param, say
from jiuzhou.rules import Schema, check_types, implies, is_always, is_never

_LAST_ROLES = (Role.PICKER, Role.POOL)


@dataclass(frozen=True, slots=True)
class Finding:
    """
    Something wrong in a rule set.

    Attributes
    ----------
    level
        ``error``: it cannot be used; ``warning``: it works, and hardly as meant.
    rule
        Id of the rule; empty for the whole set.
    message
        Its code names the kind of finding.
    """

    level: Literal["error", "warning"]
    rule: str
    message: Message


def check(rule_set: RuleSet, schema: Schema) -> tuple[Finding, ...]:
    """
    Return everything that can be found wrong with ``rule_set``, in the order of its rules.

    Errors are unknown fields, types that do not fit, unknown strategies, wrong arguments, strategies in an order that
    means nothing, ids used twice, unknown pools and a missing fallback. Warnings are rules that never hold, and rules
    that an earlier one provably always precedes.

    Parameters
    ----------
    schema
        The fields a rule may name: ``fields(book)``.
    """
    found: list[Finding] = []
    seen: set[str] = set()
    for number, rule in enumerate(rule_set.rules):
        if rule.id in seen:
            found.append(_error(rule, "assign.find_duplicate"))
        seen.add(rule.id)
        types = _type_error(rule, schema)
        found += [types] if types else []
        found += _strategies(rule)
        found += _pools(rule, rule_set)
        if not types:
            found += _reach(rule, rule_set.rules[:number])
    return (*found, *_fallback(rule_set))


def refuse_faulty(rule_set: RuleSet, schema: Schema) -> None:
    """
    Raise the first error that ``check`` finds.

    Raises
    ------
    RuleError
        If there is one.
    """
    for finding in check(rule_set, schema):
        if finding.level == "error":
            raise RuleError(finding.message.code, **finding.message.params)


def _type_error(rule: Rule, schema: Schema) -> Finding | None:
    try:
        check_types(rule.when, schema, rule=rule.id)
    except RuleError as error:
        return Finding("error", rule.id, error.message)
    return None


def _strategies(rule: Rule) -> Iterator[Finding]:
    ranked = 0
    for number, call in enumerate(rule.then):
        strategy = STRATEGIES.get(call.strategy)
        if strategy is None:
            near = difflib.get_close_matches(call.strategy, STRATEGIES, 1)
            hint = say("rules.hint_near", near=near[0]) if near else ""
            yield _error(rule, "assign.find_strategy", strategy=call.strategy, known=tuple(STRATEGIES), hint=hint)
            continue
        if not strategy.accepts(call.argument):
            yield _error(rule, "assign.find_argument", strategy=call.strategy, argument=_said(call))
        if strategy.role is Role.FILTER and ranked:
            yield _error(rule, "assign.find_order", strategy=call.strategy)
        if strategy.role in _LAST_ROLES and number < len(rule.then) - 1:
            yield _error(rule, "assign.find_not_last", strategy=call.strategy)
        ranked += strategy.role is Role.SCORER


def _pools(rule: Rule, rule_set: RuleSet) -> Iterator[Finding]:
    named = [rule.pool] if rule.pool else []
    named += [call.argument for call in rule.then if call.strategy == "pool" and isinstance(call.argument, str)]
    for pool in named:
        if rule_set.pool(pool) is None:
            known = tuple(item.id for item in rule_set.pools)
            yield _error(rule, "assign.find_pool", pool=pool, known=known)


def _reach(rule: Rule, earlier: Sequence[Rule]) -> Iterator[Finding]:
    if is_never(rule.when):
        yield _warning(rule, "assign.find_never")
        return
    for other in earlier:
        if other.on_empty in (OnEmpty.NEXT, OnEmpty.RELAX) and not _always_finds(other):
            continue  # it may find nobody and hand on, so what stands behind it has a use
        if is_always(other.when):
            yield _warning(rule, "assign.find_unreachable", earlier=other.id)
            return
        if implies(rule.when, other.when):
            yield _warning(rule, "assign.find_shadowed", earlier=other.id)
            return


def _always_finds(rule: Rule) -> bool:
    return bool(rule.then) and rule.then[0].strategy == "pool"


def _fallback(rule_set: RuleSet) -> Iterator[Finding]:
    rule = rule_set.fallback
    if rule is None:
        yield Finding("error", "", say("assign.find_no_fallback", source=rule_set.source))
        return
    if rule.id in {other.id for other in rule_set.rules}:
        yield _error(rule, "assign.find_duplicate")
    if rule.on_empty in (OnEmpty.NEXT, OnEmpty.RELAX):
        yield _error(rule, "assign.find_fallback_next", on_empty=rule.on_empty.value)
    yield from _strategies(rule)
    yield from _pools(rule, rule_set)


def _error(rule: Rule, code: str, **params: Param) -> Finding:
    return Finding("error", rule.id, say(code, rule=rule.id, **params))


def _warning(rule: Rule, code: str, **params: Param) -> Finding:
    return Finding("warning", rule.id, say(code, rule=rule.id, **params))


def _said(call: Call) -> str:
    return "" if call.argument is None else str(call.argument)
