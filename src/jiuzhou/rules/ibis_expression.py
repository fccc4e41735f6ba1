"""From a checked tree to an Ibis expression, for whole tables on any engine; never null, so ``NOT`` loses no row."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from functools import reduce
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    import ibis.expr.types as ir

_ORDERED: Mapping[str, Callable[..., Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MATCHES = {"startsWith": "startswith", "endsWith": "endswith", "contains": "contains"}


def to_ibis(condition: Condition, table: ir.Table, *, today: date) -> ir.BooleanValue:
    """
    Return ``condition`` as a column of ``table``: true or false, never null.

    Parameters
    ----------
    condition
        A condition that has passed ``check_types``.
    table
        Table with the condition's fields; days as dates in the company's zone.
    today
        The day ``daysSince`` counts to.
    """
    import ibis

    match condition:
        case All():
            return reduce(operator.and_, (to_ibis(part, table, today=today) for part in condition.parts))
        case AnyOf():
            return reduce(operator.or_, (to_ibis(part, table, today=today) for part in condition.parts))
        case Not():
            return ~to_ibis(condition.part, table, today=today)
        case Constant():
            return ibis.literal(condition.value)
        case Compare():
            return _compare(condition, table, today)
    return _leaf(condition, table, today).fill_null(False)


def _leaf(leaf: Condition, table: ir.Table, today: date) -> Any:
    match leaf:
        case Flag():
            return table[leaf.field.name]
        case OneOf():
            return _operand(leaf.item, table, today).isin([_operand(value, table, today) for value in leaf.values])
        case Holds():
            return table[leaf.field.name].contains(_operand(leaf.value, table, today))
        case Matches():
            return getattr(table[leaf.field.name], _MATCHES[leaf.how])(_operand(leaf.text, table, today))
        case All() | AnyOf() | Not() | Constant() | Compare():
            raise TypeError(leaf)
    region = table[leaf.field.name]
    digits, dashed = region_prefixes(code.value for code in leaf.codes if isinstance(code, Text))
    tests = [region.startswith(prefix) for prefix in digits]
    tests += [(region + "-").startswith(prefix) for prefix in dashed]
    return reduce(operator.or_, tests)


def _compare(leaf: Compare, table: ir.Table, today: date) -> Any:
    if isinstance(leaf.left, Null) or isinstance(leaf.right, Null):
        asked = _operand(leaf.right if isinstance(leaf.left, Null) else leaf.left, table, today)
        return asked.isnull() if leaf.op == "==" else asked.notnull()
    left, right = _operand(leaf.left, table, today), _operand(leaf.right, table, today)
    if leaf.op in _ORDERED:
        return _ORDERED[leaf.op](left, right).fill_null(False)
    same = (left == right).fill_null(False)
    return same if leaf.op == "==" else ~same


def _operand(operand: Operand, table: ir.Table, today: date) -> Any:
    import ibis

    match operand:
        case Field():
            return _number(table[operand.name])
        case DaysSince():
            return ibis.literal(today).delta(table[operand.field.name], unit="day").cast("float64")
        case Null():
            return ibis.null()
    return ibis.literal(operand.value)


def _number(column: Any) -> Any:
    # Every number is a float64, as in the Python back end, and one that is none (NaN) is a null.
    if not column.type().is_numeric():
        return column
    number = column.cast("float64")
    return number.isnan().ifelse(None, number) if column.type().is_floating() else number
