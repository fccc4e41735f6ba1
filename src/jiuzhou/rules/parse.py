"""From the text of a condition to its tree, with the place and the remedy of every mistake."""

from __future__ import annotations

import difflib
import math
import re
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from jiuzhou.kernel.errors import RuleError
from jiuzhou.kernel.message import Message, Param, say
from jiuzhou.rules.tree import (
    All,
    AnyOf,
    Compare,
    Condition,
    Constant,
    DaysSince,
    Field,
    Flag,
    Holds,
    Literal,
    Matches,
    Not,
    Null,
    Number,
    OneOf,
    Operand,
    Text,
    Within,
    YesNo,
)

MAX_DEPTH = 64
MAX_LENGTH = 100_000
CALLS = ("within", "daysSince")
METHODS = ("startsWith", "endsWith", "contains")

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
_HINTS = {
    "=": "rules.hint_equals",
    "&": "rules.hint_and",
    "and": "rules.hint_and",
    "AND": "rules.hint_and",
    "|": "rules.hint_or",
    "or": "rules.hint_or",
    "OR": "rules.hint_or",
    "not": "rules.hint_not",
    "NOT": "rules.hint_not",
    **dict.fromkeys("“”‘’「」", "rules.hint_quotes"),
    **dict.fromkeys("（），！＝＜＞＆｜", "rules.hint_halfwidth"),
}


def parse(text: str, *, rule: str = "") -> Condition:
    """
    Return the tree of the condition ``text``.

    Parameters
    ----------
    text
        A condition such as ``tier in ["A", "B"] && !(province == "440000")``, at most 100,000 characters, brackets and
        ``!`` nested at most 64 deep.
    rule
        Id of the rule it belongs to, named in errors.

    Raises
    ------
    RuleError
        If it does not parse; ``column`` counts characters from 1. Fields and types are checked by ``check_types``.
    """
    if len(text) > MAX_LENGTH:
        raise RuleError("rules.too_long", rule=rule, length=len(text), limit=MAX_LENGTH)
    try:
        tree: Condition = _parser().parse(text)
    except UnexpectedInput as unexpected:
        raise _unexpected(unexpected, text, rule) from None
    except _Fault as fault:
        raise RuleError(fault.code, rule=rule, column=fault.at + 1, **fault.params) from None
    return tree


class _Fault(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, code: str, at: int, **params: Param) -> None:
        super().__init__(code)
        self.code, self.at, self.params = code, at, params


def _unexpected(unexpected: UnexpectedInput, text: str, rule: str) -> RuleError:
    if isinstance(unexpected, UnexpectedToken) and unexpected.token.type == "$END":
        return RuleError("rules.ends_early", rule=rule, column=len(text) + 1)
    at = unexpected.pos_in_stream or 0
    found = text[at] if isinstance(unexpected, UnexpectedCharacters) else str(unexpected.token)
    if found in "\"'" and text.count(found, at) == 1:
        return RuleError("rules.open_text", rule=rule, column=at + 1)
    hint: Message | str = say(_HINTS[found]) if found in _HINTS else ""
    if isinstance(unexpected, UnexpectedToken) and unexpected.token.type == "COMPARE" and _negates(text, at):
        hint = say("rules.hint_bracket")
    return RuleError("rules.unexpected", rule=rule, column=at + 1, found=found, hint=hint)


def _negates(text: str, at: int) -> bool:
    return re.search(r"!\s*\w+\s*$", text[:at]) is not None


class _Builder(Transformer[Token, Any]):  # type: ignore[misc]
    """Builds from the leaves up; a condition travels with the depth of its nesting, so nothing here recurses."""

    def start(self, parts: list[Any]) -> Condition:
        condition: Condition = parts[0][0]
        return condition

    def either(self, parts: list[Any]) -> tuple[Condition, int]:
        return _joined(parts, AnyOf)

    def every(self, parts: list[Any]) -> tuple[Condition, int]:
        return _joined(parts, All)

    def negation(self, parts: list[Any]) -> tuple[Condition, int]:
        condition, depth = _condition(parts[0])
        return Not(condition, condition.at), _deeper(depth, condition.at)

    def group(self, parts: list[Any]) -> tuple[Condition, int]:
        condition, depth = parts[0]
        return condition, _deeper(depth, condition.at)

    def flag(self, parts: list[Token]) -> tuple[Condition, int]:
        field = self.field(parts)
        return Flag(field, field.at), 0

    def constant(self, parts: list[Token]) -> tuple[Condition, int]:
        return Constant(parts[0] == "true", _at(parts[0])), 0

    def compare(self, parts: list[Any]) -> tuple[Condition, int]:
        left, op, right = parts
        return Compare(str(op), _operand(left), _operand(right), left.at), 0

    def one_of(self, parts: list[Any]) -> tuple[Condition, int]:
        item = _operand(parts[0])
        return OneOf(item, parts[1], item.at), 0

    def holds(self, parts: list[Any]) -> tuple[Condition, int]:
        value = _operand(parts[0])
        return Holds(value, self.field(parts[1:]), value.at), 0

    def field(self, parts: list[Token]) -> Field:
        return Field(str(parts[0]), _at(parts[0]))

    def literals(self, parts: list[Literal]) -> tuple[Literal, ...]:
        return tuple(parts)

    def codes(self, parts: list[Any]) -> tuple[Literal, ...]:
        found: tuple[Literal, ...] = parts[0]
        return found

    def literal(self, parts: list[Token]) -> Literal:
        return _literal(parts[0])

    def call(self, parts: list[Any]) -> Any:
        name, *arguments = parts
        return _call(str(name), arguments, _at(name))

    def method(self, parts: list[Any]) -> tuple[Condition, int]:
        name, how, *arguments = parts
        if how not in METHODS:
            raise _Fault("rules.unknown_method", _at(how), name=str(how), **_known(str(how), METHODS))
        if len(arguments) != 1:
            raise _Fault("rules.method_arguments", _at(how), name=str(how))
        return Matches(str(how), self.field([name]), arguments[0], _at(name)), 0


def _call(name: str, arguments: list[Any], at: int) -> Any:
    match name, arguments:
        case "daysSince", [Field() as field]:
            return DaysSince(field, at)
        case "within", [Field() as field, tuple() as codes]:
            return Within(field, codes, at), 0
        case "within", [Field() as field, Text() as first, *rest]:
            return Within(field, (first, *rest), at), 0
        case (("daysSince" | "within"), _):
            raise _Fault(f"rules.arguments_{name.lower()}", at)
    raise _Fault("rules.unknown_call", at, name=name, **_known(name, CALLS))


def _operand(operand: Any) -> Operand:
    if isinstance(operand, tuple):  # a call that is a condition of its own
        raise _Fault("rules.condition_compared", operand[0].at)
    found: Operand = operand
    return found


def _joined(parts: list[Any], kind: type[All] | type[AnyOf]) -> tuple[Condition, int]:
    found = [_condition(part) for part in parts]
    if len(found) == 1:
        return found[0]
    flat: list[Condition] = []
    for condition, _ in found:
        flat.extend(condition.parts if isinstance(condition, kind) else (condition,))
    return kind(tuple(flat), flat[0].at), max(depth for _, depth in found)


def _condition(part: Any) -> tuple[Condition, int]:
    if not isinstance(part, tuple):  # daysSince(…) standing alone
        raise _Fault("rules.no_condition", part.at)
    found: tuple[Condition, int] = part
    return found


def _deeper(depth: int, at: int) -> int:
    if depth >= MAX_DEPTH:
        raise _Fault("rules.too_deep", at, limit=MAX_DEPTH)
    return depth + 1


def _literal(token: Token) -> Literal:
    at = _at(token)
    if token.type == "YES_NO":
        return YesNo(token == "true", at)
    if token.type == "NULL":
        return Null(at)
    if token.type == "NUMBER":
        value = float(token)
        if not math.isfinite(value):
            raise _Fault("rules.number_too_large", at)
        return Number(value, at)
    return Text(_unescaped(str(token)[1:-1], at), at)


def _unescaped(body: str, at: int) -> str:
    def character(found: re.Match[str]) -> str:
        code = found.group(1)
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in _ESCAPES:
            raise _Fault("rules.bad_escape", at + 1 + found.start(), found=f"\\{code}")
        return _ESCAPES[code]

    value = _ESCAPE.sub(character, body)
    if _FORBIDDEN.search(value):
        raise _Fault("rules.bad_text", at)
    return value


def _known(name: str, known: tuple[str, ...]) -> dict[str, Param]:
    near = difflib.get_close_matches(name, known, 1)
    return {"known": known, "hint": say("rules.hint_near", near=near[0]) if near else ""}


def _at(token: Token) -> int:
    return int(token.start_pos or 0)


@cache
def _parser() -> Lark:
    grammar = (files("jiuzhou.rules") / "grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=_Builder(), maybe_placeholders=False)
