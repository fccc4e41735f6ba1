"""Endpoints of scores: a customer's scorecard, and how its figures were reckoned."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from ninja import Router

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.evaluate import reads
from jiuzhou.web.rest.schemas import Code, SaidMaybe, Shape

router = Router()


class PeerStanding(Shape):
    """Where a figure lies among at least twenty peers."""

    percentile: float
    customers: int
    tier: str


class ScoreDimension(Shape):
    """One dimension of the scorecard; ``bar`` from 0 to 100, null for no data."""

    name: str
    text: SaidMaybe
    bar: float | None
    standing: PeerStanding | None
    aside: SaidMaybe


class Scorecard(Shape):
    """The scores of a customer; ``known`` of the dimensions have data."""

    tier: str
    score: float | None
    standing: PeerStanding | None
    dimensions: list[ScoreDimension]
    known: int
    as_of: date
    industry: str


class ScoreInput(Shape):
    """One figure that a dimension is made of."""

    name: str
    value: Any
    kind: str


class ScorePart(Shape):
    """One part of the score: its input, its rank among all customers, its weight, and what it adds."""

    name: str
    value: Any
    rank: float | None
    weight: float
    points: float | None


class Calculation(Shape):
    """How the figures of one dimension were reckoned, and what was missing."""

    name: str
    inputs: list[ScoreInput]
    parts: list[ScorePart]
    score: float | None
    missing: list[str]
    as_of: date
    policy: int | None


@router.get("/customers/{customer}/scores", response=Scorecard)
@endpoint("customer.read", noun="customer")
def read_scores(request: Asked, customer: Code) -> reads.Scorecard:
    """Return the scorecard of a customer."""
    return reads.scorecard(request.actor, customer)


@router.get("/customers/{customer}/scores/{dimension}", response=Calculation)
@endpoint("customer.read", noun="customer")
def read_calculation(
    request: Asked,
    customer: Code,
    dimension: Literal["score", "value", "satisfaction", "loyalty", "needs", "risk"],
) -> reads.Calculation:
    """Return how the figures of one dimension, or the score itself, were reckoned."""
    return reads.calculation(request.actor, customer, dimension)
