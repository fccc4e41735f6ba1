"""Endpoints of the policy: its versions as text, and a new one."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Router, Status
from pydantic import Field

from jiuzhou.web.accounts import policies
from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.paging import Page
from jiuzhou.web.rest.schemas import Body, Cursor, Id, IfMatch, Listing, Moment, Shape

router = Router()


class PolicyInForce(Shape):
    """The text of the policy in force, as TOML; ``version`` is its number, 0 for the defaults."""

    version: int
    text: str


class PolicyVersionLine(Shape):
    """A version of the policy."""

    number: int
    note: str
    by: str
    at: Moment
    published: bool


class TextLine(Shape):
    """One line of a difference: ``same``, ``out`` or ``in``."""

    kind: str
    text: str


class PolicyVersionDetail(Shape):
    """A version with its text, and what it changed against the one before it."""

    version: PolicyVersionLine
    text: str
    before: int | None
    lines: list[TextLine]


class NewPolicy(Body):
    """What the policy should say from now on, and why."""

    text: Annotated[str, Field(min_length=1, max_length=policies.LONGEST)]
    note: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]


class PolicyPublished(Shape):
    """The number of the version that holds from now on."""

    number: int


@router.get("/policy", response=PolicyInForce)
@endpoint("policy.read")
def read_policy(request: Asked) -> dict[str, Any]:
    """Return the policy in force."""
    number, text = policies.text_in_force(request.actor)
    return {"version": number, "text": text}


@router.get("/policy/versions", response=Listing[PolicyVersionLine])
@endpoint("policy.read")
def list_policy_versions(request: Asked, cursor: Cursor = None) -> Page[policies.Version]:
    """Return the versions of the policy, the latest first."""
    return policies.list_policies(request.actor, cursor=cursor)


@router.get("/policy/versions/{number}", response=PolicyVersionDetail)
@endpoint("policy.read", noun="policy")
def read_policy_version(request: Asked, number: Id) -> policies.VersionShape:
    """Return one version of the policy."""
    return policies.read_policy_version(request.actor, number)


@router.post("/policy/versions", response={201: PolicyPublished})
@endpoint("policy.write")
def publish_policy(request: Asked, body: NewPolicy, version: IfMatch) -> Status[PolicyPublished]:
    """Make a text the policy from now on."""
    made = policies.publish_policy(request.actor, text=body.text, note=body.note, base=version)
    return Status(201, PolicyPublished(number=made))
