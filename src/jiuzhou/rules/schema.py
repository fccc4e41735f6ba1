"""The types of the rule language, and which column has which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

import pyarrow as pa
import pyarrow.types as kinds


class Type(StrEnum):
    """What a field holds, as the rule language sees it."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"
    LIST = "list"
    """A list of texts."""
    DAY = "day"
    """A calendar day in the company's zone; compared through ``daysSince``."""


Schema: TypeAlias = Mapping[str, Type]


def type_of(kind: pa.DataType) -> Type | None:
    """Return the type of a column stored as ``kind``, or ``None`` for one the language cannot read."""
    if kinds.is_string(kind) or kinds.is_large_string(kind):
        return Type.TEXT
    if kinds.is_boolean(kind):
        return Type.YES_NO
    if kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind):
        return Type.NUMBER
    if kinds.is_date(kind) or kinds.is_timestamp(kind):
        return Type.DAY
    if (kinds.is_list(kind) or kinds.is_large_list(kind)) and kinds.is_string(kind.value_type):
        return Type.LIST
    return None
