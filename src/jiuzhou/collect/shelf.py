"""Where blocks lie between being checked one by one and being compared with each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from jiuzhou.collect.part import Part, Tally


@dataclass(frozen=True, slots=True)
class Page:
    """
    A block as it goes into the Book.

    Attributes
    ----------
    kept
        Rows under the Book's names.
    rejects
        The source's columns as text, then ``row, column, code, params``, by row.
    doubts
        What is doubtful about kept rows: ``row, column, code, params``, by row.
    """

    kept: pa.Table
    rejects: pa.Table
    doubts: pa.Table


class Shelf(Protocol):
    """A place for the parts of tables; parts are numbered from 0 and never change."""

    def done(self, table: str) -> list[Tally]:
        """Return the tallies of the parts that lie there already, from a reading that was broken off."""

    def put(self, table: str, number: int, part: Part) -> None:
        """Lay down a part."""

    def kept(self, table: str, number: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the kept rows of a part, or some of their columns."""

    def rejects(self, table: str, number: int) -> pa.Table:
        """Return the rejects of a part."""

    def doubts(self, table: str, number: int) -> pa.Table:
        """Return what is doubtful about the kept rows of a part."""

    def finish(self, table: str, pages: Iterable[Page]) -> None:
        """Take the blocks of a table as they go into the Book, in their order; its parts are no longer needed."""


@dataclass(slots=True)
class Memory:
    """
    A shelf in memory, for tables that are there anyway.

    Attributes
    ----------
    tables, rejected, doubtful
        By name, the finished tables, their rejects, and what is doubtful about what was kept.
    """

    tables: dict[str, pa.Table] = field(default_factory=dict)
    rejected: dict[str, pa.Table] = field(default_factory=dict)
    doubtful: dict[str, pa.Table] = field(default_factory=dict)
    _parts: dict[tuple[str, int], Part] = field(default_factory=dict)

    def done(self, table: str) -> list[Tally]:
        """Return no tallies: memory does not outlive a reading."""
        return []

    def put(self, table: str, number: int, part: Part) -> None:
        """Lay down a part."""
        self._parts[table, number] = part

    def kept(self, table: str, number: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the kept rows of a part, or some of their columns."""
        kept = self._parts[table, number].kept
        return kept if columns is None else kept.select(list(columns))

    def rejects(self, table: str, number: int) -> pa.Table:
        """Return the rejects of a part."""
        return self._parts[table, number].rejects

    def doubts(self, table: str, number: int) -> pa.Table:
        """Return what is doubtful about the kept rows of a part."""
        return self._parts[table, number].doubts

    def finish(self, table: str, pages: Iterable[Page]) -> None:
        """Put the blocks of a table together."""
        found = list(pages)
        self.tables[table] = pa.concat_tables([page.kept for page in found])
        self.rejected[table] = pa.concat_tables([page.rejects for page in found])
        self.doubtful[table] = pa.concat_tables([page.doubts for page in found])
        self._parts = {key: part for key, part in self._parts.items() if key[0] != table}
