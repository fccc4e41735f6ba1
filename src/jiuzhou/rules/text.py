"""From the tree of a condition back to its text."""

from __future__ import annotations

import re

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
    Number,
    OneOf,
    Operand,
    Text,
    YesNo,
)

_SPECIAL = re.compile(r'[\\"\x01-\x1f\x7f]')
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"'}


def to_text(condition: Condition) -> str:
    """Return the text of ``condition``; parsing it gives an equal tree."""
    match condition:
        case AnyOf():
            return " || ".join(_inside(part, AnyOf) for part in condition.parts)
        case All():
            return " && ".join(_inside(part, AnyOf, All) for part in condition.parts)
        case Not():
            part = to_text(condition.part)
            return f"!{part}" if isinstance(condition.part, Not | Flag | Constant | Matches) else f"!({part})"
        case Compare():
            return f"{operand_text(condition.left)} {condition.op} {operand_text(condition.right)}"
        case OneOf():
            return f"{operand_text(condition.item)} in [{', '.join(map(operand_text, condition.values))}]"
        case Holds():
            return f"{operand_text(condition.value)} in {condition.field.name}"
        case Matches():
            return f"{condition.field.name}.{condition.how}({operand_text(condition.text)})"
        case Flag():
            return condition.field.name
        case Constant():
            return "true" if condition.value else "false"
    codes = ", ".join(map(operand_text, condition.codes))
    return f"within({condition.field.name}, {codes if len(condition.codes) == 1 else f'[{codes}]'})"


def operand_text(operand: Operand) -> str:
    """Return the text of one side of a comparison."""
    match operand:
        case Field():
            return operand.name
        case DaysSince():
            return f"daysSince({operand.field.name})"
        case Text():
            return f'"{_SPECIAL.sub(_escaped, operand.value)}"'
        case Number():
            return str(int(operand.value)) if operand.value == int(operand.value) else repr(operand.value)
        case YesNo():
            return "true" if operand.value else "false"
        case Null():
            return "null"


def _inside(part: Condition, *looser: type) -> str:
    return f"({to_text(part)})" if isinstance(part, looser) else to_text(part)


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    return _SHORT.get(character) or f"\\u{ord(character):04x}"
