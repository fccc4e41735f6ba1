"""What the parts under ``templates/parts`` are given: small values that a page fills from its reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from jiuzhou.kernel.message import Message

Text: TypeAlias = "Message | str"
"""A message, a code of the catalogue, or a text that is shown as it is."""

Kind = Literal[
    "text",
    "count",
    "number",
    "money",
    "percent",
    "signed",
    "points",
    "change",
    "hours",
    "day",
    "moment",
    "ago",
    "person",
    "badge",
    "deviation",
    "share",
    "part",
]
Tone = Literal["", "accent", "ok", "warn", "danger", "over", "under"]

NUMERIC: frozenset[str] = frozenset(("count", "number", "money", "percent", "signed", "points", "change", "hours"))
"""Kinds that stand at the right edge of their column."""


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column of ``parts/table.html``.

    Attributes
    ----------
    name
        Attribute (or key) of a row; dots go deeper.
    title
        Heading.
    kind
        How the value is written; ``part`` includes the template named ``part`` with ``row`` and ``value``.
    unit
        Unit of every value, beside the heading.
    sort
        Value of ``?sort=`` that orders by this column; empty for a column that does not sort.
    link
        Attribute of the row that holds the address the value leads to.
    note
        What the heading's ⓘ says.
    part
        Template of a cell of kind ``part``.
    narrow
        Whether the column is left out on a telephone.
    wrap
        Whether sentences in it go on in a second line.
    """

    name: str
    title: Text
    kind: Kind = "text"
    unit: Text = ""
    sort: str = ""
    link: str = ""
    note: Text = ""
    part: str = ""
    narrow: bool = False
    wrap: bool = False

    @property
    def numeric(self) -> bool:
        """Whether the values stand at the right edge."""
        return self.kind in NUMERIC


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads somewhere: a tab, a segment, a crumb, an entry of a menu."""

    text: Text
    url: str
    active: bool = False
    count: int | None = None
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in force: what it is about, its value, and the address without it."""

    label: Text
    value: Text
    url: str


@dataclass(frozen=True, slots=True)
class Badge:
    """A short word in a tone."""

    text: Text
    tone: Tone = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far a value lies from its target, as a share of it, with the band that counts as on target."""

    share: float | None
    band: float = 0.05
    tip: Text = ""


@dataclass(frozen=True, slots=True)
class Rank:
    """One line of ``parts/ranked.html``; ``share`` is the length of its bar, from 0 to 1."""

    label: Text
    value: float | None
    share: float
    url: str = ""
    key: str = ""
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of ``parts/timeline.html``."""

    at: datetime
    kind: Text
    text: Text
    tone: Tone = ""
    url: str = ""
    more: Text = ""
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of ``parts/notices.html``: what needs a person, why, and the one thing to do."""

    text: Text
    note: Text = ""
    tone: Tone = "warn"
    url: str = ""
    action: Text = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value."""

    label: Text
    value: Any
    kind: Kind = "text"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What one field was and what it becomes."""

    label: Text
    before: Any
    after: Any
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Score:
    """One dimension of a scorecard: its value in words, a score from 0 to 100, and where it lies among its peers."""

    label: Text
    text: Text
    score: float | None
    percentile: float | None = None
    note: Text = ""
    url: str = ""
    aside: Text = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """
    One province of ``parts/tilemap.html``.

    Attributes
    ----------
    value
        What the class is found from; ``None`` is hatched.
    text
        What the tile shows under its name; empty writes ``value`` in the map's kind.
    """

    code: str
    value: float | None
    url: str = ""
    text: Text = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A run in the tray; ``progress`` from 0 to 1, or ``None`` while it is not known."""

    title: Text
    state: str
    progress: float | None = None
    done: int | None = None
    total: int | None = None
    seconds_left: float | None = None
    url: str = ""
    cancel_url: str = ""
    note: Text = ""


Rows: TypeAlias = Sequence[Any]
