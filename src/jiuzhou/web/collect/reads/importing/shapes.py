"""What a page or a program is shown of an import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jiuzhou.kernel.message import Message
from jiuzhou.web.collect.reads.importing import troubles
from jiuzhou.web.jobs.reads import RunView


@dataclass(frozen=True, slots=True)
class File:
    """A file as it came."""

    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Heading:
    """
    One column of a file and what it is taken for.

    Attributes
    ----------
    column
        The known column; empty for one of the company's own.
    trust
        ``sure``, ``likely``, ``said`` by a person, ``area`` for a part of the address that is read together with it,
        or empty for one that nothing is known of.
    """

    heading: str
    samples: tuple[str, ...]
    column: str
    trust: str
    unit: str
    is_money: bool


@dataclass(frozen=True, slots=True)
class Part:
    """
    One file or sheet; ``table`` is empty where it is left out, ``missing`` names required columns it lacks, ``lenient``
    says that a row is kept without a cell that is no good, ``geocode`` that a map service is asked where addresses are.
    """

    key: str
    name: str
    rows: int
    exact: bool
    about: Mapping[str, str]
    table: str
    crs: str
    encoding: str
    lenient: bool
    geocode: bool
    headings: tuple[Heading, ...]
    missing: tuple[str, ...]
    mends: int | None

    @property
    def has_places(self) -> bool:
        """Whether it has coordinates."""
        return any(heading.column == "lat" for heading in self.headings)

    @property
    def has_addresses(self) -> bool:
        """Whether it has addresses of customers, which a map service may be asked about."""
        return self.table == "customers" and any(heading.column == "address" for heading in self.headings)


@dataclass(frozen=True, slots=True)
class Trouble:
    """
    One kind of problem.

    Attributes
    ----------
    value
        What the cells say, where all say the same; ``None`` where each says something else.
    near
        What they may mean.
    replacement
        What a correction that waits to be checked makes of them; ``None`` for none.
    is_kept
        Whether the rows come in nevertheless: something in them is only doubtful.
    """

    table: str
    table_title: Message
    column: str
    code: str
    reason: Message
    suggestion: Message
    value: str | None
    near: str
    count: int
    row: int
    replacement: str | None
    is_kept: bool

    @property
    def swaps(self) -> bool:
        """Whether latitude and longitude seem to have changed places."""
        return self.code == troubles.SWAPPED

    @property
    def is_emptied(self) -> bool:
        """Whether both coordinates are zero, which all such rows had better leave empty."""
        return self.code in troubles.IN_PLACES and not self.swaps

    @property
    def repeats(self) -> bool:
        """Whether the rows are there a second time."""
        return self.code == troubles.REPEATED


@dataclass(frozen=True, slots=True)
class Table:
    """How good one table was."""

    name: str
    title: Message
    file: str
    read: int
    kept: int
    rejected: int
    repeated: int
    own_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportView:
    """
    One import.

    Attributes
    ----------
    good, fixable, blocked, repeated
        Rows that can come in; that one act for all of their kind may mend; that need a look each; that are there twice.
    stale
        Whether something changed since it was checked.
    written
        Whether rows of it are in the store already.
    earlier
        When and by whom exactly these files were imported before.
    """

    id: int
    state: str
    version: int
    by: str
    made_at: datetime
    files: tuple[File, ...]
    parts: tuple[Part, ...]
    corrections: tuple[Mapping[str, Any], ...]
    tables: tuple[Table, ...]
    notes: tuple[Message, ...]
    troubles: tuple[Trouble, ...]
    doubts: tuple[Trouble, ...]
    places: Mapping[str, Any]
    counts: Mapping[str, Any]
    reason: Message | None
    run: RunView | None
    run_kind: str
    mends: int | None
    good: int
    fixable: int
    blocked: int
    repeated: int
    stale: bool
    written: bool
    checked_at: datetime | None
    applied_at: datetime | None
    applied_by: str
    undo_until: datetime | None
    undone_at: datetime | None
    may_undo: bool
    cleared: bool
    earlier: tuple[datetime, str, int] | None

    @property
    def is_open(self) -> bool:
        """Whether something is under way for it."""
        return self.run is not None and self.run.state in ("queued", "running", "paused")

    @property
    def may_change(self) -> bool:
        """Whether mapping and cells may still be changed."""
        return self.state in ("looked", "checked", "failed") and not self.is_open and not self.written

    @property
    def title(self) -> str:
        """The files' names."""
        return "、".join(file.name for file in self.files)


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import in the list."""

    id: int
    state: str
    files: str
    by: str
    made_at: datetime
    tables: tuple[str, ...]
    read: int | None
    rejected: int | None
    added: int | None
    updated: int | None
    may_undo: bool
    undo_until: datetime | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be taken, with its cells by heading."""

    row: int
    column: str
    code: str
    reason: Message
    suggestion: Message
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadRows:
    """Some of a table's bad rows; ``next`` is where those after them begin."""

    items: tuple[BadRow, ...]
    total: int
    next: int | None
