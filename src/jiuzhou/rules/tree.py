"""The conditions of the rule language as values: a tree whose nodes compare by content, not by position."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as data_field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the record; ``at`` is its place in the text, counted from 0, in every node."""

    name: str
    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A literal text."""

    value: str
    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number."""

    value: float
    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class YesNo:
    """A literal ``true`` or ``false``, compared with a field."""

    value: bool
    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Null:
    """The literal ``null``."""

    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class DaysSince:
    """Whole days from the day in a field to today: a number, null where the field is null."""

    field: Field
    at: int = data_field(default=0, compare=False)


Literal: TypeAlias = Text | Number | YesNo | Null
Operand: TypeAlias = Field | DaysSince | Literal


@dataclass(frozen=True, slots=True)
class Compare:
    """
    ``left op right``; ``op`` is one of ``== != < <= > >=``.

    With the literal ``null`` it asks whether the other side is null. Otherwise a null on either side makes it false,
    except that ``!=`` is always the opposite of ``==``.
    """

    op: str
    left: Operand
    right: Operand
    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class OneOf:
    """``item in [a, b]``; false where the item is null."""

    item: Operand
    values: tuple[Literal, ...]
    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Holds:
    """``"x" in list_field``; false where the list is null."""

    value: Operand
    field: Field
    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Matches:
    """``field.how("text")`` where ``how`` is ``startsWith``, ``endsWith`` or ``contains``; false on null."""

    how: str
    field: Field
    text: Literal
    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Within:
    """``within(field, code)``: the region in the field is one of the codes or lies below one; false on null."""

    field: Field
    codes: tuple[Literal, ...]
    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes/no field standing alone; false on null."""

    field: Field
    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Constant:
    """``true`` or ``false`` standing alone."""

    value: bool
    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """``!(part)``."""

    part: Condition
    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class All:
    """``a && b && …``: two or more parts."""

    parts: tuple[Condition, ...]
    at: int = data_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """``a || b || …``: two or more parts."""

    parts: tuple[Condition, ...]
    at: int = data_field(default=0, compare=False)


Leaf: TypeAlias = Compare | OneOf | Holds | Matches | Within | Flag | Constant
Condition: TypeAlias = Leaf | Not | All | AnyOf


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """Return the parts that must all hold; a condition that is no ``&&`` is its own only part."""
    return condition.parts if isinstance(condition, All) else (condition,)


def fields_of(condition: Condition) -> tuple[Field, ...]:
    """Return every mention of a field, from left to right."""
    match condition:
        case Constant():
            return ()
        case All() | AnyOf():
            return tuple(found for part in condition.parts for found in fields_of(part))
        case Not():
            return fields_of(condition.part)
        case Compare():
            return _mentioned(condition.left) + _mentioned(condition.right)
        case OneOf():
            return _mentioned(condition.item)
        case Holds():
            return (*_mentioned(condition.value), condition.field)
        case _:
            return (condition.field,)


def _mentioned(operand: Operand) -> tuple[Field, ...]:
    if isinstance(operand, Field):
        return (operand,)
    return (operand.field,) if isinstance(operand, DaysSince) else ()
