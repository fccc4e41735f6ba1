"""Endpoints of the rules: read as text and as sentences, checked, submitted; published by a decision in the inbox."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from ninja import Router, Status
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.assign.reads import rules
from jiuzhou.web.assign.scripts import LONGEST
from jiuzhou.web.assign.writes import rules as writes
from jiuzhou.web.paging import Page
from jiuzhou.web.rest.schemas import Body, Cursor, Id, IfMatch, Listing, Moment, Said, SaidMaybe, Shape

router = Router()

Text = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Why = Annotated[str, Field(min_length=1, max_length=writes.LONGEST_NOTE, pattern=r"\S")]


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


class RuleFinding(Shape):
    """Something wrong with a rule, or with the whole set: an ``error`` keeps it from being used."""

    level: str
    rule: str
    message: Said


class RulesChecked(Shape):
    """What a text says as rules; ``problem`` where it says none."""

    problem: SaidMaybe
    rules: list[RuleInPlace]
    findings: list[RuleFinding]


class RulesToCheck(Body):
    """A text of rules, as YAML."""

    text: Text


class NewRules(RulesToCheck):
    """What the rules should say from now on, and why."""

    note: Why


class RulesRestored(Body):
    """Why an older version should hold again."""

    note: Why


class RulesSubmitted(Shape):
    """The number of a version that waits for a second person."""

    number: int


@router.get("/rules", response=RulesText)
@endpoint("rules.read")
def read_rules(request: Asked, response: HttpResponse) -> rules.RulesView:
    """Return the rules in force, in the order in which they are tried; their number is the ``ETag``, 0 at first."""
    view = rules.in_force(request.actor)
    response["ETag"] = f'"{view.version.number if view.version else 0}"'
    return view


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


@router.post("/rules/check", response=RulesChecked)
@endpoint("rules.write")
def check_rules(request: Asked, body: RulesToCheck) -> rules.Checked:
    """Return what a text says as rules and what is wrong with it; nothing is kept."""
    return rules.checked(request.actor, body.text)


@router.post("/rules/versions", response={201: RulesSubmitted})
@endpoint("rules.write")
def submit_rules(request: Asked, body: NewRules, version: IfMatch) -> Status[RulesSubmitted]:
    """Put a new text of the rules in force before a second person, who decides on it in the inbox."""
    made = writes.submit_rules(request.actor, text=body.text, note=body.note, base=version)
    return Status(201, RulesSubmitted(number=made))


@router.post("/rules/versions/{number}/restore", response={201: RulesSubmitted})
@endpoint("rules.write", noun="rules")
def restore_rules(request: Asked, number: Id, body: RulesRestored, version: IfMatch) -> Status[RulesSubmitted]:
    """Put an older version before a second person again, as a new one; ``If-Match`` names the rules in force."""
    return Status(201, RulesSubmitted(number=writes.restore_rules(request.actor, number, note=body.note, base=version)))


@router.post("/rules/versions/{number}/withdraw", response={204: None})
@endpoint("rules.write", noun="rules")
def withdraw_rules(request: Asked, number: Id) -> Status[None]:
    """Take back a version that one submitted and that still waits."""
    writes.withdraw_rules(request.actor, number)
    return Status(204, None)
