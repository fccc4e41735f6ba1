"""From checked trees to Python source: only literals through ``repr`` and numbered variables, never a user's text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jiuzhou.rules.region import region_prefixes
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
    Matches,
    Not,
    Null,
    OneOf,
    Operand,
    Text,
)

_MATCHES: Mapping[str, Callable[[str, str], str]] = {
    "startsWith": "{0} is not None and {0}.startswith({1})".format,
    "endsWith": "{0} is not None and {0}.endswith({1})".format,
    "contains": "{0} is not None and {1} in {0}".format,
}


def to_python(condition: Condition, variables: Mapping[str, str]) -> str:
    """
    Return the Python expression of a checked condition; it uses ``today`` and the variables.

    Parameters
    ----------
    variables
        Variable of each field; numbers are ``float``, days ``date``, lists sequences, and a null is ``None``.
    """
    match condition:
        case All():
            return "(" + " and ".join(to_python(part, variables) for part in condition.parts) + ")"
        case AnyOf():
            return "(" + " or ".join(to_python(part, variables) for part in condition.parts) + ")"
        case Not():
            return f"(not {to_python(condition.part, variables)})"
        case Constant():
            return repr(condition.value)
        case Flag():
            return f"({variables[condition.field.name]} is True)"
        case Compare():
            return _compare(condition, variables)
        case OneOf():
            guard, item = _operand(condition.item, variables)
            values = ", ".join(_operand(value, {})[1] for value in condition.values)
            return f"({guard}{item} in {{{values}}})"
        case Holds():
            name = variables[condition.field.name]
            return f"({name} is not None and {_operand(condition.value, {})[1]} in {name})"
        case Matches():
            text = _operand(condition.text, {})[1]
            return f"({_MATCHES[condition.how](variables[condition.field.name], text)})"
    name = variables[condition.field.name]
    digits, dashed = region_prefixes(code.value for code in condition.codes if isinstance(code, Text))
    tests = [f"{name}.startswith({digits!r})"] if digits else []
    tests += [f"({name} + '-').startswith({dashed!r})"] if dashed else []
    return f"({name} is not None and ({' or '.join(tests)}))"


def _compare(leaf: Compare, variables: Mapping[str, str]) -> str:
    if isinstance(leaf.left, Null) or isinstance(leaf.right, Null):
        return _is_null(leaf, variables)
    (left_guard, left), (right_guard, right) = _operand(leaf.left, variables), _operand(leaf.right, variables)
    if leaf.op in ("<", "<=", ">", ">="):
        guards = left_guard or _not_none(leaf.left, left)
        guards += right_guard or _not_none(leaf.right, right)
        return f"({guards}{left} {leaf.op} {right})"
    both_fields = isinstance(leaf.left, Field) and isinstance(leaf.right, Field)
    guards = left_guard + right_guard + (_not_none(leaf.left, left) if both_fields else "")
    if guards:
        return f"({guards}{left} == {right})" if leaf.op == "==" else f"(not ({guards}{left} == {right}))"
    return f"({left} {leaf.op} {right})"


def _is_null(leaf: Compare, variables: Mapping[str, str]) -> str:
    asked = leaf.right if isinstance(leaf.left, Null) else leaf.left
    field = asked.field if isinstance(asked, DaysSince) else asked
    if not isinstance(field, Field):
        raise TypeError(field)
    name = variables[field.name]
    # A number that is none differs from itself, and nothing else does.
    found = f"({name} is None or {name} != {name})"
    return found if leaf.op == "==" else f"(not {found})"


def _operand(operand: Operand, variables: Mapping[str, str]) -> tuple[str, str]:
    match operand:
        case Field():
            return "", variables[operand.name]
        case DaysSince():
            name = variables[operand.field.name]
            return f"{name} is not None and ", f"(today - {name}).days"
        case Null():
            return "", "None"
    return "", repr(operand.value)


def _not_none(operand: Operand, said: str) -> str:
    return f"{said} is not None and " if isinstance(operand, Field) else ""
