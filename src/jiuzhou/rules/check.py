"""Types of a condition: every field known, every comparison between things of one type."""

from __future__ import annotations

import difflib
from typing import TypeAlias

from jiuzhou.kernel.errors import RuleError
from jiuzhou.kernel.message import Message, Param, say
from jiuzhou.rules.schema import Schema, Type
from jiuzhou.rules.text import operand_text
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
    OneOf,
    Operand,
    Text,
    YesNo,
)

_Fault: TypeAlias = tuple[str, int, dict[str, Param]]


def check_types(condition: Condition, schema: Schema, *, rule: str = "") -> None:
    """
    Raise the first mistake of ``condition`` against ``schema``, from left to right.

    Parameters
    ----------
    schema
        Type of every field a rule may name.
    rule
        Id of the rule, named in the error.

    Raises
    ------
    RuleError
        If a field is unknown (with the nearest known one) or two types do not fit; ``column`` counts from 1.
    """
    match condition:
        case All() | AnyOf():
            for part in condition.parts:
                check_types(part, schema, rule=rule)
            return
        case Not():
            check_types(condition.part, schema, rule=rule)
            return
    fault = _fault(condition, schema)
    if fault:
        code, at, params = fault
        raise RuleError(code, rule=rule, column=at + 1, **params)


def _fault(leaf: Condition, schema: Schema) -> _Fault | None:
    match leaf:
        case Compare():
            return _compare(leaf, schema)
        case OneOf():
            return _one_of(leaf, schema)
        case Holds():
            return _holds(leaf, schema)
        case Matches():
            return _is(leaf.field, Type.TEXT, schema) or _text(leaf.text)
        case Flag():
            return _is(leaf.field, Type.YES_NO, schema)
        case Constant() | All() | AnyOf() | Not():
            return None
    return _is(leaf.field, Type.TEXT, schema) or next(filter(None, (_code(code) for code in leaf.codes)), None)


def _compare(leaf: Compare, schema: Schema) -> _Fault | None:
    left, right = leaf.left, leaf.right
    if not isinstance(left, Field | DaysSince) and not isinstance(right, Field | DaysSince):
        return "rules.no_field", leaf.at, {}
    fault = _operand(left, schema) or _operand(right, schema)
    if fault:
        return fault
    if isinstance(left, Null) or isinstance(right, Null):
        return None if leaf.op in ("==", "!=") else ("rules.null_order", leaf.at, {"op": leaf.op})
    types = (_type(left, schema), _type(right, schema))
    if types[0] is not types[1]:
        return _mismatch(left, right, types)
    return _comparable(leaf, types[0])


def _comparable(leaf: Compare, shared: Type) -> _Fault | None:
    ordered = leaf.op not in ("==", "!=")
    if shared is Type.DAY:
        return "rules.day_compared", leaf.at, {}
    if shared is Type.LIST:
        return "rules.list_compared", leaf.at, {}
    if shared is Type.YES_NO and ordered:
        return "rules.not_ordered", leaf.at, {"op": leaf.op}
    return None


def _mismatch(left: Operand, right: Operand, types: tuple[Type, Type]) -> _Fault:
    if Type.DAY in types:
        return "rules.day_compared", left.at, {}
    if Type.LIST in types:
        return "rules.list_compared", left.at, {}
    turned = not isinstance(left, Field | DaysSince)
    named, other = (right, left) if turned else (left, right)
    own, its = (types[1], types[0]) if turned else types
    return "rules.type_mismatch", other.at, {"field": _name(named), "type": type_said(own), "other": type_said(its)}


def _one_of(leaf: OneOf, schema: Schema) -> _Fault | None:
    if not isinstance(leaf.item, Field | DaysSince):
        return "rules.no_field", leaf.at, {}
    fault = _operand(leaf.item, schema)
    if fault:
        return fault
    kind = _type(leaf.item, schema)
    if kind is Type.DAY:
        return "rules.day_compared", leaf.at, {}
    if kind not in (Type.TEXT, Type.NUMBER):
        return "rules.list_compared" if kind is Type.LIST else "rules.no_list_of_yes_no", leaf.at, {}
    return next(filter(None, (_literal(value, kind, leaf.item) for value in leaf.values)), None)


def _holds(leaf: Holds, schema: Schema) -> _Fault | None:
    if leaf.field.name in schema and schema[leaf.field.name] is Type.TEXT:
        return "rules.text_is_no_list", leaf.field.at, {"field": leaf.field.name}
    no_text: _Fault | None = None if isinstance(leaf.value, Text) else ("rules.no_literal", leaf.at, {})
    return _is(leaf.field, Type.LIST, schema) or no_text


def _operand(operand: Operand, schema: Schema) -> _Fault | None:
    if isinstance(operand, Field):
        return _unknown(operand, schema)
    return _is(operand.field, Type.DAY, schema) if isinstance(operand, DaysSince) else None


def _is(field: Field, wanted: Type, schema: Schema) -> _Fault | None:
    fault = _unknown(field, schema)
    if fault or schema[field.name] is wanted:
        return fault
    found = schema[field.name]
    return "rules.wrong_type", field.at, {"field": field.name, "type": type_said(found), "wanted": type_said(wanted)}


def _unknown(field: Field, schema: Schema) -> _Fault | None:
    if field.name in schema:
        return None
    near = difflib.get_close_matches(field.name, sorted(schema), 1)
    hint = say("rules.hint_near", near=near[0]) if near else say("rules.hint_quoted", text=field.name)
    return "rules.unknown_field", field.at, {"field": field.name, "hint": hint}


def _literal(value: Literal, wanted: Type, asked: Operand) -> _Fault | None:
    if isinstance(value, Null):
        return "rules.null_in_list", value.at, {}
    found = _type(value, {})
    if found is wanted:
        return None
    return (
        "rules.type_mismatch",
        value.at,
        {"field": _name(asked), "type": type_said(wanted), "other": type_said(found)},
    )


def _text(value: Literal) -> _Fault | None:
    return None if isinstance(value, Text) else ("rules.text_wanted", value.at, {})


def _name(operand: Operand) -> str:
    return operand.name if isinstance(operand, Field) else operand_text(operand)


def _code(code: Literal) -> _Fault | None:
    if isinstance(code, Text) and not code.value:
        return "rules.empty_code", code.at, {}
    return _text(code)


def _type(operand: Operand, schema: Schema) -> Type:
    match operand:
        case Field():
            return schema[operand.name]
        case Text():
            return Type.TEXT
        case YesNo():
            return Type.YES_NO
    return Type.NUMBER


def type_said(kind: Type) -> Message:
    """Return the name of a type for people."""
    return say(f"rules.type_{kind}")
