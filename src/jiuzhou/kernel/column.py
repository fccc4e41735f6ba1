"""The kinds a column of the Book may have, and the tables made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from jiuzhou.kernel.moments import MOMENT

MONEY = pa.decimal128(18, 4)
"""How amounts are stored."""


class Kind(StrEnum):
    """What a column holds, and so how it is read and stored."""

    TEXT = "text"
    LIST = "list"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    YES_NO = "yes_no"
    DAY = "day"
    MOMENT = "moment"


ARROW: Mapping[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.LIST: pa.list_(pa.string()),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.MONEY: MONEY,
    Kind.YES_NO: pa.bool_(),
    Kind.DAY: pa.date32(),
    Kind.MOMENT: MOMENT,
}


@dataclass(frozen=True, slots=True)
class Column:
    """
    One known column.

    Attributes
    ----------
    required
        A row without it is rejected; a table without it is refused.
    low, high
        Closed range of numbers, money and integers; ``None`` where open.
    choices
        The only texts allowed; empty where free.
    refers_to
        ``table.column`` whose values it must be among, where that table is given; empty where free.
    """

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    refers_to: str = ""

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type it is stored in."""
        return ARROW[self.kind]


@dataclass(frozen=True, slots=True)
class TableSpec:
    """
    One table of the Book: its columns in order and the columns whose values together name a row.

    ``key`` is empty where rows have no name of their own (interactions, surveys).
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """Return the known column ``name``, or ``None`` for an extra attribute."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def arrow(self) -> pa.Schema:
        """The Arrow schema of the known columns."""
        return pa.schema([pa.field(column.name, column.arrow) for column in self.columns])
