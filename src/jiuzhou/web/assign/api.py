"""Endpoints of assignment: why a customer is whose, decisions, and the rules that made them."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Query, Router
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.assign.reads import decisions, reasons, rules
from jiuzhou.web.paging import Page
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.rest.schemas import Code, Cursor, Day, Filters, Id, Limit, Listing, Moment, Said, SaidMaybe, Shape

router = Router()

Word = Annotated[str, Field(max_length=120)]


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


class RuleInPlace(Shape):
    """One rule in its place, from 1; 0 for the fallback."""

    place: int
    id: str
    title: Said
    sentence: Said
    note: SaidMaybe
    condition: str
    matched: int | None
    share: float | None


class RulesVersion(Shape):
    """A version of the rules."""

    number: int
    state: str
    note: str
    by: str
    at: Moment | None
    published_by: str
    published_at: Moment | None


class RulesText(Shape):
    """One version of the rules with its text; ``version`` is null for the standard rules."""

    version: RulesVersion | None
    rules_version: str
    rules: list[RuleInPlace]
    text: str
    ran_at: Moment | None
    decided: int
    others: int
    in_force: bool


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


@router.get("/rules", response=RulesText)
@endpoint("rules.read")
def read_rules(request: Asked) -> rules.RulesView:
    """Return the rules in force, in the order in which they are tried."""
    return rules.in_force(request.actor)


@router.get("/rules/versions", response=Listing[RulesVersion])
@endpoint("rules.read")
def list_rules_versions(request: Asked, cursor: Cursor = None) -> Page[rules.Version]:
    """Return the versions of the rules, the latest first."""
    return rules.list_versions(request.actor, cursor=cursor)


@router.get("/rules/versions/{number}", response=RulesText)
@endpoint("rules.read", noun="rules")
def read_rules_version(request: Asked, number: Id) -> rules.RulesView:
    """Return one version of the rules."""
    return rules.read_version(request.actor, number)
