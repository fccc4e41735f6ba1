"""Endpoints of markets and competitors: what is stated of them, where, when and from what source."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Query, Router, Status
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.collect.market import CompetitorDraft, MarketDraft
from jiuzhou.web.collect.reads import market
from jiuzhou.web.collect.reads.situation import Situation, situations
from jiuzhou.web.collect.writes.market import (
    MOST_PRICE,
    NAME,
    SOURCE,
    STRENGTH,
    TEXT,
    state_competitor,
    state_market,
    withdraw_competitor,
    withdraw_market,
)
from jiuzhou.web.paging import Page
from jiuzhou.web.rest.schemas import Body, Cursor, Day, Filters, Id, IfMatch, Limit, Listing, Said, Shape

router = Router()

Kind = Literal["size", "competition", "growth", "population", "gdp", "culture", "law"]
Place = Annotated[str, Field(max_length=40, description="Adcode, ISO 3166-1 or 3166-2 code, or a division's name.")]
Source = Annotated[str, Field(min_length=1, max_length=SOURCE, pattern=r"\S")]


class MarketStatement(Shape):
    """A figure or a note of a market; ``withdrawn_at`` is when another version took its place."""

    id: int
    place: str
    kind: Kind
    value: float | None
    text: str
    at: date
    source: str
    by: str
    recorded_at: datetime
    version: int
    stale: bool
    withdrawn_at: datetime | None


class CompetitorStatement(Shape):
    """What a competitor offers; ``place`` is empty where it holds everywhere."""

    id: int
    name: str
    place: str
    product: str
    price: Decimal | None
    share: float | None
    strength: str
    at: date
    source: str
    by: str
    recorded_at: datetime
    version: int
    stale: bool
    withdrawn_at: datetime | None


class SituationRival(Shape):
    """What was last stated of a competitor in a place."""

    name: str
    share: float | None
    strength: str
    at: date


class MarketSituation(Shape):
    """
    The market of one place; ``sales`` and ``share`` are one's own, of the year before the last scoring.

    ``opportunities`` and ``threats`` follow from stated bounds of growth, competition and shares.
    """

    place: str
    size: float | None
    growth: float | None
    competition: float | None
    sales: Decimal | None
    share: float | None
    rivals: list[SituationRival]
    opportunities: list[Said]
    threats: list[Said]


class NewMarketStatement(Body):
    """One thing to be stated of a market: ``value`` of what is measured, ``text`` of culture and law."""

    place: Annotated[Place, Field(min_length=1)]
    kind: Kind
    at: Day
    source: Source
    value: float | None = None
    text: Annotated[str, Field(max_length=TEXT)] = ""


class NewCompetitorStatement(Body):
    """One thing to be stated of a competitor."""

    name: Annotated[str, Field(min_length=1, max_length=NAME, pattern=r"\S")]
    at: Day
    source: Source
    place: Place = ""
    product: Annotated[str, Field(max_length=NAME)] = ""
    price: Annotated[float, Field(ge=0, le=MOST_PRICE)] | None = None
    share: Annotated[float, Field(ge=0, le=1)] | None = None
    strength: Annotated[str, Field(max_length=STRENGTH)] = ""


class MarketFilters(Filters):
    """Where, of what kind, whether only what has grown old, whether earlier days too."""

    place: Annotated[str, Field(max_length=12)] = ""
    kind: Kind | Literal[""] = ""
    stale: bool = False
    all_days: bool = False


class CompetitorFilters(Filters):
    """Where, of whom, whether only what has grown old, whether earlier days too."""

    place: Annotated[str, Field(max_length=12)] = ""
    name: Annotated[str, Field(max_length=NAME)] = ""
    stale: bool = False
    all_days: bool = False


@router.get("/market", response=Listing[MarketStatement])
@endpoint("market.read")
def list_market(
    request: Asked, filters: Annotated[MarketFilters, Query()], limit: Limit = 50, cursor: Cursor = None
) -> Page[market.MarketLine]:
    """Return what is stated of markets, place by place; the latest of each kind unless all days are asked for."""
    sought = market.Sought(filters.place, filters.kind, "", filters.stale, filters.all_days)
    return market.list_market(request.actor, sought, cursor=cursor, size=limit)


@router.post("/market", response={201: MarketStatement})
@endpoint("market.write")
def create_market_statement(request: Asked, body: NewMarketStatement) -> Status[market.MarketLine]:
    """State a figure or a note of a place and a day; what stood before stays as an earlier version."""
    given: dict[str, Any] = body.model_dump()
    fact = state_market(request.actor, MarketDraft(**given))
    return Status(201, market.read_market(request.actor, fact).line)


@router.get("/market/{fact}", response=MarketStatement)
@endpoint("market.read", noun="fact")
def read_market_statement(request: Asked, fact: Id) -> market.MarketLine:
    """Return one statement."""
    return market.read_market(request.actor, fact).line


@router.delete("/market/{fact}", response={204: None})
@endpoint("market.write", noun="fact")
def withdraw_market_statement(request: Asked, fact: Id, version: IfMatch) -> Status[None]:
    """Take a statement back."""
    withdraw_market(request.actor, fact, version=version)
    return Status(204, None)


@router.get("/market-situations", response=list[MarketSituation])
@endpoint("market.read")
def list_situations(request: Asked) -> tuple[Situation, ...]:
    """Return how one stands against competitors in every place of which a market or a competitor is stated."""
    return situations(request.actor)


@router.get("/competitors", response=Listing[CompetitorStatement])
@endpoint("market.read")
def list_competitors(
    request: Asked, filters: Annotated[CompetitorFilters, Query()], limit: Limit = 50, cursor: Cursor = None
) -> Page[market.CompetitorLine]:
    """Return what is stated of competitors, name by name; the latest of each unless all days are asked for."""
    sought = market.Sought(filters.place, "", filters.name, filters.stale, filters.all_days)
    return market.list_competitors(request.actor, sought, cursor=cursor, size=limit)


@router.post("/competitors", response={201: CompetitorStatement})
@endpoint("market.write")
def create_competitor_statement(request: Asked, body: NewCompetitorStatement) -> Status[market.CompetitorLine]:
    """State what a competitor offers on a day; what stood before stays as an earlier version."""
    given: dict[str, Any] = body.model_dump()
    fact = state_competitor(request.actor, CompetitorDraft(**given))
    return Status(201, market.read_competitor(request.actor, fact).line)


@router.get("/competitors/{rival}", response=CompetitorStatement)
@endpoint("market.read", noun="rival")
def read_competitor_statement(request: Asked, rival: Id) -> market.CompetitorLine:
    """Return one statement on a competitor."""
    return market.read_competitor(request.actor, rival).line


@router.delete("/competitors/{rival}", response={204: None})
@endpoint("market.write", noun="rival")
def withdraw_competitor_statement(request: Asked, rival: Id, version: IfMatch) -> Status[None]:
    """Take a statement on a competitor back."""
    withdraw_competitor(request.actor, rival, version=version)
    return Status(204, None)
