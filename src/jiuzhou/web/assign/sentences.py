"""Rules as sentences: conditions and strategies in words, for people who write no rules themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from jiuzhou.adapters.texts import catalogue
from jiuzhou.assign.rule_set import Argument, Call, OnEmpty, Rule, RuleSet
from jiuzhou.assign.strategies.registry import named_call
from jiuzhou.assign.wording import filter_name
from jiuzhou.geo.divisions import divisions
from jiuzhou.kernel.message import Message, Param, named, say
from jiuzhou.rules import Condition
from jiuzhou.rules.tree import (
    All,
    AnyOf,
    Compare,
    Constant,
    DaysSince,
    Field,
    Flag,
    Holds,
    Literal,
    Matches,
    Not,
    Null,
    OneOf,
    Operand,
    Within,
    YesNo,
)

_OPERATORS = {
    "==": "assigning.is",
    "!=": "assigning.is_not",
    "<": "assigning.below",
    "<=": "assigning.at_most",
    ">": "assigning.above",
    ">=": "assigning.at_least",
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_MATCHES = {
    "startsWith": "assigning.starts_with",
    "endsWith": "assigning.ends_with",
    "contains": "assigning.contains",
}
_PLACES = ("province", "city", "region_code")


def rule_sentence(rule: Rule, rules: RuleSet) -> Message:
    """Return what ``rule`` does, as one sentence: whom it is about, who gets them, and what if nobody can."""
    does = [strategy_words(call, rules) for call in rule.then]
    if not does:
        return say("assigning.rule_alone", when=condition_words(rule.when), then=_when_empty(rule, rules))
    parts: dict[str, Param] = {"when": condition_words(rule.when), "then": joined(does, "assigning.then")}
    if rule.then[-1].strategy == "pool":
        return say("assigning.rule_to_pool", **parts)
    return say("assigning.rule_does", **parts, otherwise=_when_empty(rule, rules))


def condition_words(condition: Condition) -> Message:
    """Return a condition in words."""
    match condition:
        case All():
            return joined([_part(part, AnyOf) for part in condition.parts], "assigning.and")
        case AnyOf():
            return joined([_part(part, All) for part in condition.parts], "assigning.or")
        case Not(part=Flag(field=field)):
            return say("assigning.flag_not", field=field_words(field.name))
        case Not():
            return say("assigning.not", part=condition_words(condition.part))
        case Compare():
            return _compared(condition)
        case OneOf():
            values = tuple(_literal(condition.item, value) for value in condition.values)
            return say("assigning.one_of", field=_operand(condition.item), values=values)
        case Holds():
            return say("assigning.holds", field=field_words(condition.field.name), value=_operand(condition.value))
        case Matches():
            text = _literal(condition.field, condition.text)
            return say(_MATCHES[condition.how], field=field_words(condition.field.name), text=text)
        case Within():
            codes = tuple(_place_words(str(getattr(code, "value", ""))) for code in condition.codes)
            return say("assigning.within", places=codes)
        case Flag():
            return say("assigning.flag", field=field_words(condition.field.name))
        case Constant():
            return say("assigning.always" if condition.value else "assigning.never")


def strategy_words(call: Call, rules: RuleSet) -> Message:
    """Return what one strategy asks or does, in words."""
    name, argument = call.strategy, call.argument
    if name == "pool":
        pool = rules.pool(argument if isinstance(argument, str) else "")
        return say("assigning.do_pool", pool=pool.title if pool else say("assign.public_pool"))
    if name == "prefer":
        items = argument if isinstance(argument, tuple) else (argument,)
        wished = tuple(say(f"assign.stage_{filter_name(*named_call(item))}") for item in items)
        return say("assigning.do_prefer", criteria=wished)
    code = f"assigning.do_{filter_name(name, argument)}"
    if name == "least_loaded":
        code = f"assigning.do_least_loaded_{argument or 'hours'}"
    if code not in catalogue("en"):
        return _plain(name if argument is None else f"{name}: {argument}")
    values = _values(argument)
    return say(f"{code}_of", values=values) if values and f"{code}_of" in catalogue("en") else say(code)


def field_words(name: str) -> Message:
    """Return what a field is called; its own name where it is the company's own column."""
    code = f"assigning.field_{name}"
    return say(code) if code in catalogue("en") else _plain(name)


def joined(parts: Sequence[Message], code: str) -> Message:
    """Return several messages as one, joined two by two with ``code``, which takes ``left`` and ``right``."""
    return reduce(lambda left, right: say(code, left=left, right=right), parts)


def _part(part: Condition, brackets: type[All] | type[AnyOf]) -> Message:
    words = condition_words(part)
    return say("assigning.brackets", part=words) if isinstance(part, brackets) else words


def _compared(condition: Compare) -> Message:
    left, op, right = condition.left, condition.op, condition.right
    if not isinstance(left, Field | DaysSince):
        left, op, right = right, _TURNED[op], left
    if isinstance(right, Null):
        return say("assigning.is_unknown" if op == "==" else "assigning.is_known", field=_operand(left))
    if isinstance(right, YesNo) and isinstance(left, Field):
        holds = right.value == (op == "==")
        return say("assigning.flag" if holds else "assigning.flag_not", field=field_words(left.name))
    if isinstance(right, Field | DaysSince):
        return say(_OPERATORS[op], field=_operand(left), value=_operand(right))
    return say(_OPERATORS[op], field=_operand(left), value=_literal(left, right))


def _operand(operand: Operand) -> Message:
    if isinstance(operand, Field):
        return field_words(operand.name)
    if isinstance(operand, DaysSince):
        return say("assigning.days_since", field=field_words(operand.field.name))
    return _literal(None, operand)


def _literal(about: Operand | None, literal: Literal) -> Message:
    if isinstance(literal, Null):
        return say("assigning.unknown")
    value = literal.value
    if isinstance(about, Field) and about.name in _PLACES and isinstance(value, str):
        return _place_words(value)
    return _plain(f"{value:g}" if isinstance(value, float) else str(value))


def _place_words(code: str) -> Message:
    found = divisions().get(code.ljust(6, "0")[:6])
    return named({"zh": found.name}, code) if found else _plain(code)


def _values(argument: Argument) -> tuple[Param, ...]:
    if isinstance(argument, Mapping):
        return tuple(say("assigning.pair", key=key, value=str(value)) for key, value in argument.items())
    items = argument if isinstance(argument, tuple) else (() if argument is None else (argument,))
    return tuple(_known(str(item)) for item in items)


def _known(value: str) -> Message:
    code = f"assigning.value_{value}"
    return say(code) if code in catalogue("en") else _plain(value.partition(":")[2] or value)


def _plain(text: str) -> Message:
    return named({}, text)


def _when_empty(rule: Rule, rules: RuleSet) -> Message:
    if rule.on_empty is OnEmpty.POOL:
        pool = rules.pool(rule.pool)
        return say("assigning.empty_pool", pool=pool.title if pool else say("assign.public_pool"))
    return say(f"assigning.empty_{rule.on_empty.value}")
