"""What the endpoints of plans say and are told."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from jiuzhou.web.rest.schemas import MAX_BULK, Body, Code, Day, Line, Moment, Said, SaidMaybe, Shape

Name = Annotated[Line, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=4000)]
File = Annotated[str, Field(min_length=1, max_length=4 * 1024 * 1024)]
State = Literal["draft", "review", "returned", "approved", "active", "archived"]


class PlanLine(Shape):
    """A plan of the list; figures are shares and counts, null where they are not known."""

    code: str
    name: str
    state: str
    base: str
    in_force: bool
    effective_on: Day | None
    by: str
    at: Moment
    out_of_band: float | None
    deviation: float | None
    handover_customers: float | None
    handover_share: float | None


class Measure(Shape):
    """What territories are balanced on, and how far from its target still counts as on target."""

    key: str
    unit: str
    tolerance: float
    total: float


class PlanDetail(Shape):
    """A plan; ``steps`` is what the reader may do with it now."""

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
    effective_on: Day | None
    created_by: str
    created_at: Moment
    submitted_by: str
    submitted_at: Moment | None
    approved_by: str
    approved_at: Moment | None
    activated_at: Moment | None
    archived_at: Moment | None
    seed: int
    effort: int
    activities: list[Measure]
    figures: dict[str, float]
    gap: float | None
    gap_note: SaidMaybe
    edited: bool
    steps: Annotated[list[str], BeforeValidator(sorted)]


class PlanTerritoryLine(Shape):
    """A territory of a plan, by the plan's first measure."""

    code: str
    name: str
    parent: str
    owner: str
    owner_code: str
    locked: bool
    contiguous: bool
    customers: int
    value: float
    target: float
    deviation: float | None
    band: float
    in_band: bool
    tip: Said


class PlanCheck(Shape):
    """A rule that a plan keeps or breaks."""

    kind: str
    message: Said
    broken: bool
    territory: str


class RemarkMade(Shape):
    """What somebody said of a plan, with the price of giving in where it is an objection."""

    id: int
    kind: str
    text: str
    by: str
    at: Moment
    territory: str
    customer: str
    customer_code: str
    cost: dict[str, Any]
    answer: str
    answered_by: str
    accepted: bool | None


class PlanContents(Shape):
    """What is in a plan: its territories as far as the reader may see them, its checks, what was said of it."""

    territories: list[PlanTerritoryLine]
    unassigned: int
    checks: list[PlanCheck]
    remarks: list[RemarkMade]


class PlanUnit(Shape):
    """A customer as a plan has it."""

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


class MetricCompared(Shape):
    """A figure of two divisions."""

    title: Said
    kind: str
    before: float | None
    after: float | None
    change: float | None
    verdict: str


class TerritoryCompared(Shape):
    """A territory in two divisions."""

    code: str
    name: str
    owner_before: str
    owner_after: str
    customers_before: int
    customers_after: int
    deviation_before: float | None
    deviation_after: float | None
    came: int
    went: int


class OwnerCompared(Shape):
    """What two divisions mean for one owner."""

    code: str
    name: str
    gives: int
    gets: int
    gives_key: int
    gets_key: int
    revenue: float
    load_before: float
    load_after: float
    complete: bool


class HandoverFlow(Shape):
    """How much goes from whom to whom."""

    source: str
    target: str
    source_territory: str
    target_territory: str
    customers: int
    revenue: float
    key_accounts: int


class PlansCompared(Shape):
    """Two divisions side by side; ``whole`` says whether all changes are in it."""

    metrics: list[MetricCompared]
    territories: list[TerritoryCompared]
    people: list[OwnerCompared]
    flows: list[HandoverFlow]
    customers: int
    revenue: float
    key_accounts: int
    whole: bool


class PlanMade(Shape):
    """The code of a new plan."""

    code: str


class RunStarted(Shape):
    """The id of the run that does the work."""

    run: int


class StepDone(Shape):
    """What a step did: customers moved, those left out because something is locked, and the plan's version now."""

    moved: int
    skipped: int
    version: int


class StepWritten(Shape):
    """The plan's version after a step that moved nobody."""

    version: int


class PlanStep(Shape):
    """One step of a draft's history; ``undone`` where a later one led back before it."""

    number: int
    label: Said
    by: str
    at: Moment
    undone: bool


class PlanSteps(Shape):
    """What was done with a plan by hand, and what can be taken back now."""

    history: list[PlanStep]
    can_undo: bool
    can_redo: bool


class MovePreview(Shape):
    """What a move would do to a territory; deviations by the plan's first measure, beside the band it should keep."""

    name: str
    band: float
    customers_before: int
    customers_after: int
    deviation_before: float
    deviation_after: float


class PlanFiles(Shape):
    """A plan as two files: ``plan.json``, and ``units.csv`` with who has which customer."""

    plan: str
    units: str


class RemarkNoted(Shape):
    """The id of a remark."""

    id: int


class Named(Body):
    """A name."""

    name: Name


class Submission(Body):
    """Why this plan, and from when; ``confirmed`` says that what must be looked at was."""

    note: Text
    effective_on: Day | None = None
    confirmed: bool = False


class PlanApproved(Body):
    """Words that go with an approval, and another day than the submitter's."""

    answer: Text = ""
    effective_on: Day | None = None


class PlanReturned(Body):
    """Why a plan goes back."""

    answer: Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]


class Move(Body):
    """Which customers go where; an empty ``to`` leaves them without a territory."""

    customers: Annotated[list[Code], Field(min_length=1, max_length=MAX_BULK)]
    to: Annotated[str, Field(max_length=64)]


class TerritoryMove(Body):
    """Into which territory."""

    to: Code


class TerritoryLock(Body):
    """Whether a territory is locked."""

    locked: bool


class ToStep(Body):
    """The number of a step; 0 is the draft's beginning."""

    step: Annotated[int, Field(ge=0, le=999_999_999)]


class NewPlanFiles(Body):
    """The texts of ``plan.json`` and ``units.csv``, and what the draft is to be called; else as in the file."""

    plan: File
    units: File
    name: Annotated[Line, Field(max_length=200)] = ""


class NewRemark(Body):
    """What is to be said of a plan, or of one territory of it."""

    text: Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
    territory: Annotated[str, Field(max_length=64)] = ""


class NewObjection(Body):
    """Which customer should stay, and why."""

    customer: Code
    text: Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]


class RemarkAnswered(Body):
    """Whether one gives in, and why not."""

    accepted: bool
    answer: Text = ""
