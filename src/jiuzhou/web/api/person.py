"""Endpoints of the person who asks: who one is, and the tokens one has made."""

from __future__ import annotations

from typing import Annotated, Literal

from django.utils import timezone
from ninja import Router, Status
from pydantic import Field

from jiuzhou.web.accounts import tokens
from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.accounts.roles import SCOPES
from jiuzhou.web.rest.marks import secret
from jiuzhou.web.rest.schemas import Body, Id, Moment, Shape

router = Router()

Scope = Literal["read", "customers", "plans", "service", "imports"]
Days = Annotated[int, Field(ge=1, le=tokens.MOST_DAYS)]


class Me(Shape):
    """Who asks, and what they may do."""

    name: str
    email: str
    organisation: str
    language: str
    zone: str
    currency: str
    roles: list[str]
    verbs: list[str]


class Token(Shape):
    """A token; its text is shown once, when it is made."""

    id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: Moment
    expires_at: Moment
    last_used_at: Moment | None
    alive: bool


class TokenText(Shape):
    """The text of a new token, which nobody can be shown again."""

    token: str


class NewToken(Body):
    """A token to be made."""

    name: Annotated[str, Field(max_length=120, pattern=r"\S")]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(SCOPES))]
    days: Days


class NewDays(Body):
    """How long the next token lives."""

    days: Days


@router.get("/me", response=Me)
@endpoint("account.read")
def read_me(request: Asked) -> Me:
    """Return who asks, and what they may do with this session or token."""
    actor = request.actor
    return Me(
        name=actor.name,
        email=actor.email,
        organisation=actor.organisation,
        language=actor.language,
        zone=actor.zone,
        currency=actor.currency,
        roles=sorted(actor.roles),
        verbs=sorted(verb for verb in actor.verbs if actor.may(verb)),
    )


@router.get("/tokens", response=list[Token])
@endpoint("token.write")
def list_tokens(request: Asked) -> tuple[tokens.TokenShape, ...]:
    """Return one's own tokens, the newest first."""
    return tokens.list_tokens(request.actor, now=timezone.now())


@router.post("/tokens", response={201: TokenText})
@secret
@endpoint("token.write")
def create_token(request: Asked, body: NewToken) -> Status[TokenText]:
    """Make a token; its text is in this answer and nowhere else."""
    return Status(201, TokenText(token=tokens.create_token(request.actor, body.name, body.scopes, body.days)))


@router.post("/tokens/{token}/rotate", response={201: TokenText})
@secret
@endpoint("token.write", noun="token")
def rotate_token(request: Asked, token: Id, body: NewDays) -> Status[TokenText]:
    """Make the token that takes the place of this one, which is dead from now on."""
    return Status(201, TokenText(token=tokens.rotate_token(request.actor, token, body.days)))


@router.delete("/tokens/{token}", response={204: None})
@endpoint("token.write", noun="token")
def revoke_token(request: Asked, token: Id) -> Status[None]:
    """End a token."""
    tokens.revoke_token(request.actor, token)
    return Status(204, None)
