"""One condition on one record, read straight from the tree: slow, plain, and able to say why not."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from jiuzhou.rules.region import is_within
from jiuzhou.rules.text import to_text
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
    conjuncts,
)

Value: TypeAlias = str | float | bool | date | Sequence[str] | None
Row: TypeAlias = Mapping[str, Value]

_ORDERED: Mapping[str, Callable[..., bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MATCHES: Mapping[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": operator.contains,
}


def holds(condition: Condition, row: Row, *, today: date) -> bool:
    """
    Return whether the checked ``condition`` holds for ``row``.

    A comparison with a null (or a number that is none, NaN) is false, ``!=`` is the opposite of ``==``, and ``!`` turns
    what it stands before; nothing is ever unknown.

    Parameters
    ----------
    row
        Value of each field: numbers as ``float``, days as ``date``, lists as sequences; absent fields are null.
    today
        The day ``daysSince`` counts to.
    """
    match condition:
        case All():
            return all(holds(part, row, today=today) for part in condition.parts)
        case AnyOf():
            return any(holds(part, row, today=today) for part in condition.parts)
        case Not():
            return not holds(condition.part, row, today=today)
        case Constant():
            return condition.value
        case Flag():
            return row.get(condition.field.name) is True
        case Compare():
            return _compare(condition, row, today)
        case OneOf():
            found = _value(condition.item, row, today)
            return found is not None and found in [_value(value, row, today) for value in condition.values]
        case Holds():
            listed = row.get(condition.field.name)
            return isinstance(listed, Sequence) and _value(condition.value, row, today) in listed
        case Matches():
            text, wanted = row.get(condition.field.name), _value(condition.text, row, today)
            return isinstance(text, str) and isinstance(wanted, str) and _MATCHES[condition.how](text, wanted)
    region = row.get(condition.field.name)
    return isinstance(region, str) and is_within(
        region, [code.value for code in condition.codes if isinstance(code, Text)]
    )


def explain(condition: Condition, row: Row, *, today: date) -> str | None:
    """Return the text of the first part of ``condition`` that fails for ``row``, or ``None`` where it holds."""
    for part in conjuncts(condition):
        if not holds(part, row, today=today):
            return to_text(part)
    return None


def _compare(leaf: Compare, row: Row, today: date) -> bool:
    left, right = _value(leaf.left, row, today), _value(leaf.right, row, today)
    if isinstance(leaf.left, Null) or isinstance(leaf.right, Null):
        return ((left is None) and (right is None)) == (leaf.op == "==")
    missing = left is None or right is None
    if leaf.op in ("==", "!="):
        return (not missing and left == right) == (leaf.op == "==")
    return not missing and _ORDERED[leaf.op](left, right)


def _value(operand: Operand, row: Row, today: date) -> Value:
    match operand:
        case Field():
            found = row.get(operand.name)
            return None if isinstance(found, float) and found != found else found
        case DaysSince():
            day = row.get(operand.field.name)
            return float((today - day).days) if isinstance(day, date) else None
        case Null():
            return None
    return operand.value
