"""What people call the tables and columns of a Book; one without a name yet goes by its own."""

from __future__ import annotations

from jiuzhou.adapters.texts import catalogue
from jiuzhou.kernel.message import Message, named, say


def table_name(table: str) -> Message:
    """Return what people call a table."""
    return _name("table", table)


def column_name(column: str) -> Message:
    """Return what people call a column."""
    return _name("column", column)


def _name(kind: str, word: str) -> Message:
    code = f"importing.{kind}_{word}"
    return say(code) if code in catalogue("en") else named({}, word)
