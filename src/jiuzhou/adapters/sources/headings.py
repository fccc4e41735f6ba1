"""Which of the first rows of a table holds its headings, below a title or over two rows with merged cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from jiuzhou.collect.aliases import column_of, folded, table_of

LOOK_FOR_HEADING = 10

Rows: TypeAlias = Sequence[Sequence[str]]
Merged: TypeAlias = Sequence[tuple[int, int, int, int]]
"""Rectangles of merged cells: top, left, bottom and right, counted from 0, all included."""

_NEUTRAL = frozenset(
    folded(word)
    for word in (
        *("信息", "资料", "基本信息", "基础信息", "基本资料", "主要信息", "业务信息", "其他", "其他信息", "明细"),
        *("general", "basic", "basics", "basic data", "details", "information", "other"),
    )
)
"""Words above a group of headings that add nothing to them."""


def heading_at(rows: Rows, table: str) -> int | None:
    """
    Return which row, from 0, holds the headings: the first with anything in it, or one below a title that names more
    columns of ``table``; ``None`` where all are blank.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    first = next((index for index, count in enumerate(filled) if count), None)
    if first is None:
        return None
    best = max(range(first, len(rows)), key=lambda index: (known_in(rows[index], table), -index))
    # One word alone may be a value that sounds like a heading, unless there is nothing but a title above.
    is_below_title = all(count < 2 for count in filled[:best])
    return best if known_in(rows[best], table) > 1 or is_below_title else first


def known_in(cells: Sequence[str], table: str) -> int:
    """Return how many of ``cells`` are headings of known columns."""
    return sum(column_of(table, cell) is not None for cell in cells if cell.strip())


def headings_of(rows: Rows, merged: Merged, table: str) -> tuple[list[str], int] | None:
    """
    Return the headings of a sheet and the row, from 0, with which its data begin; ``None`` where all rows are blank.

    A cell that is merged over several columns stands above a group: 联系人 over 姓名 and 电话 makes 联系人 姓名 and
    联系人 电话, unless it is a mere title of the group.
    """
    at = heading_at(rows[:LOOK_FOR_HEADING], table)
    if at is None:
        return None
    for upper in (at, at - 1):
        groups = [(left, right) for top, left, bottom, right in merged if top == bottom == upper and right > left]
        if upper >= 0 and groups and _is_upper(rows, upper, groups):
            return _joined(rows[upper], rows[upper + 1], groups, table), upper + 2
    deepest = max((bottom for top, _, bottom, _ in merged if top == at), default=at)
    return [cell.strip() for cell in rows[at]], min(deepest, at + 1) + 1


def _is_upper(rows: Rows, upper: int, groups: Sequence[tuple[int, int]]) -> bool:
    if upper + 1 >= len(rows) or sum(bool(cell.strip()) for cell in rows[upper]) < 2:
        return False
    below = rows[upper + 1]
    grouped = {column for left, right in groups for column in range(left, min(right, len(below) - 1) + 1)}
    alone = (column for column in range(len(below)) if column not in grouped)
    return all(below[column].strip() for column in grouped) and not any(
        below[column].strip() and rows[upper][column].strip() for column in alone
    )


def _joined(upper: Sequence[str], lower: Sequence[str], groups: Sequence[tuple[int, int]], table: str) -> list[str]:
    names = [above.strip() or below.strip() for above, below in zip(upper, lower, strict=True)]
    for left, right in groups:
        group = upper[left].strip()
        for column in range(left, min(right, len(lower) - 1) + 1):
            name = lower[column].strip()
            both = f"{group} {name}".strip()
            is_title = not group or folded(group) in _NEUTRAL or table_of(group) == table
            names[column] = name if is_title and column_of(table, both) is None else both
    return names
