"""What can be proved of conditions without a record: always true, never true, covered by an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from jiuzhou.rules.region import is_within
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

_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


def is_always(condition: Condition) -> bool:
    """Return whether ``condition`` provably holds for every record; ``False`` where nothing was proved."""
    match condition:
        case Constant():
            return condition.value
        case Not():
            return is_never(condition.part)
        case All():
            return all(map(is_always, condition.parts))
        case AnyOf():
            opposite = any(Not(part) in condition.parts for part in condition.parts)
            return opposite or any(map(is_always, condition.parts))
    return False


def is_never(condition: Condition) -> bool:
    """Return whether ``condition`` provably holds for no record; ``False`` where nothing was proved."""
    match condition:
        case Constant():
            return not condition.value
        case Not():
            return is_always(condition.part)
        case AnyOf():
            return all(map(is_never, condition.parts))
        case All():
            opposite = any(Not(part) in condition.parts for part in condition.parts)
            return opposite or any(map(is_never, condition.parts)) or _contradict(condition.parts)
    return False


def implies(narrow: Condition, wide: Condition) -> bool:
    """
    Return whether every record for which ``narrow`` holds provably makes ``wide`` hold too.

    Sound and simple: ``True`` is a proof, ``False`` only says that none was found.
    """
    if narrow == wide or is_always(wide) or is_never(narrow):
        return True
    if isinstance(wide, All):
        return all(implies(narrow, part) for part in wide.parts)
    if isinstance(narrow, AnyOf):
        return all(implies(part, wide) for part in narrow.parts)
    if isinstance(wide, AnyOf) and any(implies(narrow, part) for part in wide.parts):
        return True
    if isinstance(narrow, All):
        return any(implies(part, wide) for part in narrow.parts)
    if isinstance(narrow, OneOf) and isinstance(wide, AnyOf):
        return all(implies(Compare("==", narrow.item, value), wide) for value in narrow.values)
    if isinstance(narrow, Not) and isinstance(wide, Not):
        return implies(wide.part, narrow.part)
    return _leaf_implies(narrow, wide)


@dataclass(frozen=True, slots=True)
class _Range:
    low: float = -inf
    high: float = inf
    low_open: bool = False
    high_open: bool = False

    def within(self, other: _Range) -> bool:
        above = self.low > other.low or (self.low == other.low and (self.low_open or not other.low_open))
        below = self.high < other.high or (self.high == other.high and (self.high_open or not other.high_open))
        return above and below

    def apart(self, other: _Range) -> bool:
        return _before(self, other) or _before(other, self)


def _before(first: _Range, second: _Range) -> bool:
    return first.high < second.low or (first.high == second.low and (first.high_open or second.low_open))


def _leaf_implies(narrow: Condition, wide: Condition) -> bool:
    if isinstance(wide, Compare) and Null() in (wide.left, wide.right):
        return wide.op == "!=" and _asked(wide) in _needed(narrow)
    if isinstance(narrow, Within) and isinstance(wide, Within) and narrow.field == wide.field:
        wider = _texts(wide.codes)
        return all(is_within(code, wider) for code in _texts(narrow.codes))
    if isinstance(narrow, Matches) and isinstance(wide, Matches) and narrow.field == wide.field:
        return _matches_imply(narrow, wide)
    inner, outer = _values(narrow), _values(wide)
    if inner and outer and inner[0] == outer[0]:
        return inner[1] <= outer[1]
    first, second = _range(narrow), _range(wide)
    return first is not None and second is not None and first[0] == second[0] and first[1].within(second[1])


def _contradict(parts: tuple[Condition, ...]) -> bool:
    for place, part in enumerate(parts):
        for other in parts[place + 1 :]:
            first, second = _values(part), _values(other)
            if first and second and first[0] == second[0] and not first[1] & second[1]:
                return True
            low, high = _range(part), _range(other)
            if low and high and low[0] == high[0] and low[1].apart(high[1]):
                return True
    return False


def _matches_imply(narrow: Matches, wide: Matches) -> bool:
    if not isinstance(narrow.text, Text) or not isinstance(wide.text, Text):
        return False
    inner, outer = narrow.text.value, wide.text.value
    if wide.how == "contains":
        return outer in inner
    if narrow.how != wide.how:
        return False
    return inner.startswith(outer) if wide.how == "startsWith" else inner.endswith(outer)


def _values(condition: Condition) -> tuple[Operand, frozenset[Literal]] | None:
    match condition:
        case Compare(op="==", left=(Field() | DaysSince()) as asked, right=(Text() | Number() | YesNo()) as value):
            return asked, frozenset({value})
        case Compare(op="==", left=(Text() | Number() | YesNo()) as value, right=(Field() | DaysSince()) as asked):
            return asked, frozenset({value})
        case OneOf():
            return condition.item, frozenset(condition.values)
        case Flag():
            return condition.field, frozenset({YesNo(True)})
    return None


def _range(condition: Condition) -> tuple[Operand, _Range] | None:
    match condition:
        case Compare(left=(Field() | DaysSince()) as asked, right=Number(value=value), op=op):
            found = _ranged(op, value)
        case Compare(left=Number(value=value), right=(Field() | DaysSince()) as asked, op=op):
            found = _ranged(_TURNED[op], value)
        case OneOf(item=asked, values=values) if all(isinstance(value, Number) for value in values):
            numbers = [value.value for value in values if isinstance(value, Number)]
            found = _Range(min(numbers), max(numbers))
        case _:
            return None
    return (asked, found) if found else None


def _ranged(op: str, value: float) -> _Range | None:
    match op:
        case "<" | "<=":
            return _Range(high=value, high_open=op == "<")
        case ">" | ">=":
            return _Range(low=value, low_open=op == ">")
        case "==":
            return _Range(value, value)
    return None


def _needed(condition: Condition) -> tuple[Operand, ...]:
    # What is certainly not null where the condition holds.
    match condition:
        case Compare(op="!="):
            return (_asked(condition),) if Null() in (condition.left, condition.right) else ()
        case Compare():
            return () if Null() in (condition.left, condition.right) else (condition.left, condition.right)
        case OneOf():
            return (condition.item,)
        case Holds() | Matches() | Within() | Flag():
            return (condition.field,)
    return ()


def _asked(leaf: Compare) -> Operand:
    return leaf.right if isinstance(leaf.left, Null) else leaf.left


def _texts(codes: tuple[Literal, ...]) -> list[str]:
    return [code.value for code in codes if isinstance(code, Text)]
