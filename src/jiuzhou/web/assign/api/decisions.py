"""Endpoints of decisions: why a customer is whose, and appeals against it."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Query, Router, Status
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.assign.reads import decisions, reasons
from jiuzhou.web.assign.writes import appeals
from jiuzhou.web.paging import Page
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.rest.schemas import Body, Code, Cursor, Day, Filters, Id, Limit, Listing, Moment, Said, Shape

router = Router()

Word = Annotated[str, Field(max_length=120)]
Stated = Annotated[str, Field(min_length=1, max_length=appeals.LONGEST, pattern=r"\S")]


class RuleTried(Shape):
    """A rule that was tried: whether it held, and if not, what of it did not."""

    rule: Said
    held: bool
    text: Said


class Narrowing(Shape):
    """One question that narrowed the candidates; names of those who fell out are for managers."""

    text: Said
    before: int
    after: int
    names: list[str]


class CandidateConsidered(Shape):
    """Somebody who was in question; ``count`` people where they are not named."""

    group: Literal["selected", "available", "out"]
    name: str
    reason: Said
    count: int


class AppealMade(Shape):
    """Somebody's request to look at a decision again, and its answer."""

    id: int
    by: str
    at: Moment
    text: str
    state: str
    answer: str
    answered_by: str
    answered_at: Moment | None
    may_answer: bool


class Why(Shape):
    """
    Why a customer is whose: the sentence, what proves it, and what would change it.

    ``id`` is null for a move of a published plan that is not written down yet; ``whole`` says whether the reader sees
    colleagues' load and absence too.
    """

    id: int | None
    customer_code: str
    customer_name: str
    sentence: Said
    outcome: str
    owner: str
    owner_code: str
    territory: str
    rule: str
    rule_title: Said
    by: str
    decided_at: Moment
    rules_version: str
    rules_number: int | None
    plan_code: str
    tried: list[RuleTried]
    stages: list[Narrowing]
    candidates: list[CandidateConsidered]
    changes: list[Said]
    appeals: list[AppealMade]
    whole: bool
    may_appeal: bool
    latest: bool


class DecisionLine(Shape):
    """One decision of the list."""

    id: int
    customer_code: str
    customer_name: str
    outcome: str
    owner: str
    rule_title: Said
    sentence: Said
    decided_at: Moment


class DecisionFilters(Filters):
    """What narrows the list of decisions; days are of the organisation's zone, both included."""

    outcome: Literal["", "assigned", "kept", "pooled", "unassigned"] = ""
    rule: Word = ""
    owner: Word = ""
    since: Day | None = None
    until: Day | None = None
    q: Word = ""


class AppealLine(Shape):
    """An appeal that waits for an answer."""

    id: int
    decision_id: int
    customer_name: str
    by: str
    at: Moment
    text: str
    may_answer: bool


class NewAppeal(Body):
    """Why a decision should be looked at again."""

    text: Stated


class Appealed(Shape):
    """The id of an appeal."""

    id: int


class AppealAnswer(Body):
    """Whether one gives in, and why; the customer is then given to somebody else by a reassignment."""

    accepted: bool
    answer: Stated


class AppealAnswered(Shape):
    """The decision that the appeal was about."""

    decision: int


@router.get("/customers/{customer}/why", response=Why)
@endpoint("decision.read", noun="customer")
def read_why(request: Asked, customer: Code) -> reasons.Why:
    """Return why a customer is whose at present."""
    found = reasons.why(request.actor, customer)
    if found is None:
        raise NotFoundError
    return found


@router.get("/decisions", response=Listing[DecisionLine])
@endpoint("decision.read")
def list_decisions(
    request: Asked, filters: Annotated[DecisionFilters, Query()], limit: Limit = 50, cursor: Cursor = None
) -> Page[decisions.DecisionLine]:
    """Return the decisions about customers one may see, the latest first."""
    wanted = decisions.Wanted(
        outcome=filters.outcome,
        rule=filters.rule,
        owner=filters.owner,
        since=filters.since,
        until=filters.until,
        query=filters.q,
    )
    return decisions.list_decisions(request.actor, wanted, cursor=cursor, size=limit)


@router.get("/decisions/{decision}", response=Why)
@endpoint("decision.read", noun="decision")
def read_decision(request: Asked, decision: Id) -> reasons.Why:
    """Return one decision with what proves it."""
    return reasons.why_decided(request.actor, decision)


@router.post("/decisions/{decision}/appeals", response={201: Appealed})
@endpoint("decision.appeal", noun="decision")
def create_appeal(request: Asked, decision: Id, body: NewAppeal) -> Status[Appealed]:
    """Ask for a decision to be looked at again."""
    return Status(201, Appealed(id=appeals.appeal(request.actor, decision, body.text)))


@router.get("/appeals", response=list[AppealLine])
@endpoint("decision.answer")
def list_appeals(request: Asked) -> tuple[decisions.AppealLine, ...]:
    """Return the appeals that wait for an answer, the oldest first; at most fifty."""
    return decisions.open_appeals(request.actor)


@router.post("/appeals/{appeal}/answer", response=AppealAnswered)
@endpoint("decision.answer", noun="appeal")
def answer_appeal(request: Asked, appeal: Id, body: AppealAnswer) -> AppealAnswered:
    """Answer somebody else's appeal."""
    return AppealAnswered(decision=appeals.answer(request.actor, appeal, body.answer, accepted=body.accepted))
