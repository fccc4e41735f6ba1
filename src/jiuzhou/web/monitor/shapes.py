"""What the reads of monitoring return: frozen values, no rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from jiuzhou.kernel.message import Message
from jiuzhou.web.monitor.tree import Node, Tree

Good = Literal["up", "down", ""]


@dataclass(frozen=True, slots=True)
class Scope:
    """
    What a page is about, as its address says it.

    Attributes
    ----------
    territory
        Code of a node of the tree; empty for all that the actor may see.
    region
        Adcode of a province, six digits; empty for all.
    period
        As in the Book (``2026``, ``2026-Q2``, ``2026-06``); empty for the running year.
    """

    territory: str = ""
    region: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One figure, with what it is compared to.

    Attributes
    ----------
    code
        The metric, a key of ``figures.METRICS`` or of ``customers.MEASURES``.
    period
        The period it is of; empty where it is of the last twelve months.
    known, of
        In how many of how many territories it is known.
    before_period
        The period of ``before``; empty where that is the same period a year earlier.
    """

    code: str
    value: float | None
    period: str
    before: float | None = None
    before_period: str = ""
    series: tuple[float | None, ...] = ()
    known: int = 0
    of: int = 0
    version: int = 1
    complete: bool = True

    @property
    def partial(self) -> bool:
        """Whether some territory does not have it."""
        return self.known < self.of


@dataclass(frozen=True, slots=True)
class TerritoryLine:
    """One territory beside the others."""

    node: Node
    customers: int
    value: float | None
    before: float | None
    deviation: float | None
    series: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ProvinceLine:
    """One province: how many of the actor's customers lie there, and the figure chosen for the map."""

    code: str
    customers: int
    value: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    """Months, the figure in each, and the same a year earlier."""

    months: tuple[str, ...] = ()
    values: tuple[float | None, ...] = ()
    before: tuple[float | None, ...] = ()

    @property
    def drawn(self) -> bool:
        """Whether there is a line to draw."""
        return sum(value is not None for value in self.values) > 1


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert as a list shows it; ``cause`` and ``action`` are rendered in the reader's language."""

    id: int
    kind: str
    severity: str
    cause: Message
    action: Message
    since: date
    size: float
    value: float | None
    threshold: float | None
    territory: str
    territory_code: str
    owner: str
    owner_code: str
    customer_count: int
    state: str
    snoozed_until: date | None
    handled_by: str
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class AlertPage:
    """One alert with the customers of it that the actor may see: code and name."""

    line: AlertLine
    customers: tuple[tuple[str, str], ...]
    today: date


@dataclass(frozen=True, slots=True)
class Alerts:
    """The alerts of one state, grouped by kind, the most pressing first; and how many there are of each state."""

    groups: tuple[tuple[str, tuple[AlertLine, ...]], ...]
    counts: Mapping[str, int]
    today: date
    as_of: date | None
    scope: tuple[Node, ...] = ()
    tree: Tree | None = None


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the customers' data lack."""

    unplaced: int = 0
    unowned: int = 0


@dataclass(frozen=True, slots=True)
class Leaving:
    """An owner with territories whose time ends, or has ended."""

    code: str
    name: str
    until: date
    territory: str


@dataclass(frozen=True, slots=True)
class Frame:
    """
    What every page of figures is about: where, when, and of which day the data are.

    Attributes
    ----------
    counted_at
        When the customers were counted, if something changed since.
    """

    tree: Tree
    path: tuple[Node, ...]
    region: str
    period: str
    periods: tuple[str, ...]
    running: frozenset[str]
    as_of: date | None
    today: date
    tolerance: float
    customers: int
    counted_at: datetime | None = None

    @property
    def territory(self) -> str:
        """The code of the territory in scope; empty for all."""
        return self.path[-1].code if self.path else ""

    @property
    def children(self) -> tuple[Node, ...]:
        """The nodes just below the scope."""
        return self.tree.children(self.path[-1].id if self.path else None)


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole first page; ``empty`` where there is nothing yet to show."""

    frame: Frame
    figures: tuple[Figure, ...]
    ranked: tuple[TerritoryLine, ...]
    provinces: tuple[ProvinceLine, ...]
    trend: Trend
    alerts: tuple[AlertLine, ...]
    alert_count: int
    leaving: tuple[Leaving, ...]
    gaps: Gaps
    late_actions: int

    @property
    def empty(self) -> bool:
        """Whether no customer and no territory is there for this actor."""
        return not self.frame.customers and not self.frame.tree.nodes


@dataclass(frozen=True, slots=True)
class Indicators:
    """Every figure of a scope and period."""

    frame: Frame
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One figure, territory by territory."""

    frame: Frame
    figure: Figure
    lines: tuple[TerritoryLine, ...]
    trend: Trend


@dataclass(frozen=True, slots=True)
class TerritoryPage:
    """One territory: its figures, its sales over time, its alerts, what lies below it, and its target."""

    frame: Frame
    node: Node
    figures: tuple[Figure, ...]
    trend: Trend
    alerts: tuple[AlertLine, ...]
    below: tuple[TerritoryLine, ...]
    deviation: float | None
    targets: tuple[tuple[str, Decimal], ...]
