"""What pages and endpoints are told of plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from jiuzhou.kernel.message import Message
from jiuzhou.web.divide.figures import Activity

UNASSIGNED = "-"
"""Stands where a territory's code would, for the customers that have none."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan of the list; figures are shares and counts, ``None`` where they are not known."""

    code: str
    name: str
    state: str
    base: str
    in_force: bool
    effective_on: date | None
    by: str
    at: datetime
    out_of_band: float | None
    deviation: float | None
    handover_customers: float | None
    handover_share: float | None


@dataclass(frozen=True, slots=True)
class PlanHead:
    """
    What a plan is.

    Attributes
    ----------
    steps
        What the reader may do with it now, see ``life.open_steps``.
    overtaken
        Whether another plan came into force since it was begun, so that it cannot be published as it is.
    figures
        Its metrics by key.
    gap
        How far its objective may lie from the best there is, as a share; ``None`` where nothing is proven, or the plan
        was changed by hand since.
    """

    code: str
    name: str
    note: str
    state: str
    version: int
    base: str
    base_name: str
    in_force: bool
    settling: bool
    overtaken: bool
    effective_on: date | None
    created_by: str
    created_at: datetime
    submitted_by: str
    submitted_at: datetime | None
    approved_by: str
    approved_at: datetime | None
    activated_at: datetime | None
    archived_at: datetime | None
    seed: int
    effort: int
    measure: Activity
    activities: tuple[Activity, ...]
    figures: Mapping[str, float]
    gap: float | None
    gap_note: Message | None
    edited: bool
    steps: frozenset[str]

    def may(self, step: str) -> bool:
        """Return whether the reader may take ``step`` now."""
        return step in self.steps

    @property
    def editable(self) -> bool:
        """Whether the reader may change it now."""
        return "edit" in self.steps

    @property
    def deviation(self) -> float | None:
        """The largest deviation of its first measure."""
        return self.figures.get(f"max_deviation_{self.measure.key}")


@dataclass(frozen=True, slots=True)
class TerritoryRow:
    """
    One territory of a plan, by its first measure.

    Attributes
    ----------
    tip
        What to do to bring it into its band, or that it is in it.
    """

    code: str
    name: str
    parent: str
    owner: str
    owner_code: str
    colour: int
    locked: bool
    contiguous: bool
    customers: int
    value: float
    target: float
    deviation: float | None
    band: float
    in_band: bool
    tip: Message
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One rule that the plan keeps or breaks; ``territory`` is where, if it is one."""

    kind: str
    message: Message
    broken: bool
    territory: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said, with the price of giving in where it is an objection."""

    id: int
    kind: str
    text: str
    by: str
    at: datetime
    territory: str
    customer: str
    customer_code: str
    cost: Mapping[str, Any]
    answer: str
    answered_by: str
    accepted: bool | None

    @property
    def open(self) -> bool:
        """Whether nobody has answered."""
        return self.accepted is None


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a draft's history; ``undone`` where a later step led back before it."""

    number: int
    label: Message
    by: str
    at: datetime
    undone: bool


@dataclass(frozen=True, slots=True)
class PlanView:
    """Everything the page of one plan shows beside its map."""

    head: PlanHead
    territories: tuple[TerritoryRow, ...]
    unassigned: int
    checks: tuple[Check, ...]
    remarks: tuple[Remark, ...]
    history: tuple[StepRow, ...]
    can_undo: bool
    can_redo: bool

    @property
    def broken(self) -> tuple[Check, ...]:
        """The rules that are not kept."""
        return tuple(check for check in self.checks if check.broken)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One customer as the plan has it."""

    code: str
    name: str
    region: str
    tier: str
    key_account: bool
    value: float
    revenue: float
    owner_before: str
    owner_after: str
    changes: bool
    locked: bool


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One figure of two divisions; ``verdict`` is ``better``, ``worse``, ``same`` or empty where neither is good."""

    title: Message
    kind: str
    before: float | None
    after: float | None
    change: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class TerritoryChange:
    """One territory in two divisions."""

    code: str
    name: str
    owner_before: str
    owner_after: str
    colour: int
    customers_before: int
    customers_after: int
    value_before: float
    value_after: float
    deviation_before: float | None
    deviation_after: float | None
    came: int
    went: int
    band: float

    @property
    def changed(self) -> bool:
        """Whether anybody came or went, or it got another owner."""
        return bool(self.came or self.went) or self.owner_before != self.owner_after


@dataclass(frozen=True, slots=True)
class PersonChange:
    """
    What two divisions mean for one owner.

    Attributes
    ----------
    load_before, load_after
        By the first measure; as a share of the owner's capacity where ``share`` says so.
    complete
        Whether the reader sees all of the owner's customers, so that the loads are whole.
    """

    code: str
    name: str
    gives: int
    gets: int
    gives_key: int
    gets_key: int
    revenue: float
    load_before: float
    load_after: float
    share: bool
    complete: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """How much goes from whom to whom."""

    source: str
    target: str
    source_territory: str
    target_territory: str
    source_colour: int | None
    target_colour: int | None
    customers: int
    revenue: float
    key_accounts: int


@dataclass(frozen=True, slots=True)
class KeyMove:
    """One key account that changes owner."""

    code: str
    name: str
    source: str
    target: str
    revenue: float


@dataclass(frozen=True, slots=True)
class Difference:
    """
    Two divisions side by side.

    Attributes
    ----------
    before
        The plan on the left; ``None`` is the present: who has whom today.
    whole
        Whether all changes are in it; else only those that touch the reader's own territories.
    """

    before: PlanHead | None
    after: PlanHead
    metrics: tuple[MetricRow, ...]
    territories: tuple[TerritoryChange, ...]
    people: tuple[PersonChange, ...]
    flows: tuple[Flow, ...]
    key_moves: tuple[KeyMove, ...]
    customers: int
    revenue: float
    key_accounts: int
    whole: bool
    measure: Activity = field(default_factory=lambda: Activity("customers"))


@dataclass(frozen=True, slots=True)
class Area:
    """
    One area of the map: the territory that has most of its customers.

    Attributes
    ----------
    share
        Of the area's customers that this territory has; below 1 others reach into it.
    """

    code: str
    territory: str
    name: str
    owner: str
    colour: int
    customers: int
    share: float


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would do to a territory, before it is done."""

    name: str
    colour: int
    band: float
    customers_before: int
    customers_after: int
    deviation_before: float
    deviation_after: float
