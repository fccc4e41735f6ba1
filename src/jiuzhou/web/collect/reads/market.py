"""What is known of markets and competitors by place, with source and day, and how each statement was corrected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.market import CHINA, KINDS, STALE_DAYS, is_stale
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.store.models import CompetitorFact, MarketFact

Fact = TypeVar("Fact", MarketFact, CompetitorFact)


@dataclass(frozen=True, slots=True)
class Statement:
    """
    What every statement has.

    Attributes
    ----------
    stale
        Whether it is the latest of its kind and so old that it should be looked at again.
    withdrawn_at
        When another version took its place, or it was taken back.
    """

    id: int
    place: str
    at: date
    source: str
    by: str
    recorded_at: datetime
    version: int
    stale: bool
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class MarketLine(Statement):
    """One figure or note of a market."""

    kind: str
    value: float | None
    text: str


@dataclass(frozen=True, slots=True)
class CompetitorLine(Statement):
    """One statement on a competitor."""

    name: str
    product: str
    price: Decimal | None
    share: float | None
    strength: str


@dataclass(frozen=True, slots=True)
class MarketDetail:
    """A statement, its other versions, and what was stated of the same for other days, the latest first."""

    line: MarketLine
    versions: tuple[MarketLine, ...]
    days: tuple[MarketLine, ...]
    current: bool


@dataclass(frozen=True, slots=True)
class CompetitorDetail:
    """The same of a competitor."""

    line: CompetitorLine
    versions: tuple[CompetitorLine, ...]
    days: tuple[CompetitorLine, ...]
    current: bool


@dataclass(frozen=True, slots=True)
class Sought:
    """
    What a list is narrowed to.

    Attributes
    ----------
    place
        A place and all within it.
    all_days
        Whether earlier days are listed beside the latest of each.
    """

    place: str = ""
    kind: str = ""
    name: str = ""
    stale: bool = False
    all_days: bool = False


def list_market(actor: Actor, sought: Sought, *, cursor: str | None = None, size: int = 50) -> Page[MarketLine]:
    """Return one page of what is stated of markets, place by place."""
    actor.must("market.read")
    today, rows = _today(actor), _standing(actor, MarketFact, sought.place)
    rows = rows.filter(kind=sought.kind) if sought.kind else rows
    later = _standing(actor, MarketFact).filter(place=OuterRef("place"), kind=OuterRef("kind"), at__gt=OuterRef("at"))
    if not sought.all_days or sought.stale:
        rows = rows.exclude(Exists(later))
    if sought.stale:
        old = Q(pk__in=())
        for kind in KINDS:
            old |= Q(kind=kind, at__lt=today - timedelta(days=STALE_DAYS[kind]))
        rows = rows.filter(old)
    rows = rows.annotate(followed=Exists(later)).select_related("by")
    order = ("place", "kind", "-at", "id")
    return page_of(rows, lambda row: _market_line(row, today), order=order, cursor=cursor, size=size)


def list_competitors(
    actor: Actor, sought: Sought, *, cursor: str | None = None, size: int = 50
) -> Page[CompetitorLine]:
    """Return one page of what is stated of competitors, name by name."""
    actor.must("market.read")
    today, rows = _today(actor), _standing(actor, CompetitorFact, sought.place)
    rows = rows.filter(name=sought.name) if sought.name else rows
    same = {name: OuterRef(name) for name in ("name", "place", "product")}
    later = _standing(actor, CompetitorFact).filter(**same, at__gt=OuterRef("at"))
    if not sought.all_days or sought.stale:
        rows = rows.exclude(Exists(later))
    if sought.stale:
        rows = rows.filter(at__lt=today - timedelta(days=STALE_DAYS["competitor"]))
    rows = rows.annotate(followed=Exists(later)).select_related("by")
    order = ("name", "place", "product", "-at", "id")
    return page_of(rows, lambda row: _competitor_line(row, today), order=order, cursor=cursor, size=size)


def read_market(actor: Actor, fact: int) -> MarketDetail:
    """
    Return one statement of a market with its history.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    actor.must("market.read")
    row, today = one_visible(actor, MarketFact, pk=fact), _today(actor)
    every = visible_to(actor, MarketFact).filter(place=row.place, kind=row.kind).select_related("by")
    versions = tuple(_market_line(one, today) for one in every.filter(at=row.at).order_by("-version"))
    other = every.filter(superseded_at__isnull=True).exclude(at=row.at).order_by("-at")[:100]
    days = tuple(_market_line(one, today) for one in other)
    line = next(one for one in versions if one.id == row.pk)
    return MarketDetail(line, versions, days, current=row.superseded_at is None)


def read_competitor(actor: Actor, fact: int) -> CompetitorDetail:
    """Return one statement on a competitor with its history; raises as ``read_market`` does."""
    actor.must("market.read")
    row, today = one_visible(actor, CompetitorFact, pk=fact), _today(actor)
    every = visible_to(actor, CompetitorFact).filter(name=row.name, place=row.place, product=row.product)
    every = every.select_related("by")
    versions = tuple(_competitor_line(one, today) for one in every.filter(at=row.at).order_by("-version"))
    other = every.filter(superseded_at__isnull=True).exclude(at=row.at).order_by("-at")[:100]
    days = tuple(_competitor_line(one, today) for one in other)
    line = next(one for one in versions if one.id == row.pk)
    return CompetitorDetail(line, versions, days, current=row.superseded_at is None)


def places_known(actor: Actor) -> tuple[str, ...]:
    """Return the codes of the places of which anything is stated."""
    rows = visible_to(actor, MarketFact).filter(superseded_at__isnull=True).order_by().values_list("place", flat=True)
    others = visible_to(actor, CompetitorFact).filter(superseded_at__isnull=True).exclude(place="").order_by()
    return tuple(sorted(rows.union(others.values_list("place", flat=True))[:2000]))


def _standing(actor: Actor, model: type[Fact], place: str = "") -> QuerySet[Fact]:
    rows = visible_to(actor, model).filter(superseded_at__isnull=True)
    return rows.filter(_within(place)) if place else rows


def _within(place: str) -> Q:
    if place == CHINA:
        return Q(place=CHINA) | Q(place__regex=r"^[0-9]{6}$") | Q(place__startswith=f"{CHINA}-")
    if len(place) == 6 and place.isdigit():
        return Q(place__startswith=place[:2] if place.endswith("0000") else place.removesuffix("00"))
    return Q(place=place) | Q(place__startswith=f"{place}-")


def _market_line(row: MarketFact, today: date) -> MarketLine:
    return MarketLine(
        **_common(row, stale=is_stale(row.kind, row.at, today)),
        kind=row.kind,
        value=row.value,
        text=row.text,
    )


def _competitor_line(row: CompetitorFact, today: date) -> CompetitorLine:
    return CompetitorLine(
        **_common(row, stale=is_stale("competitor", row.at, today)),
        name=row.name,
        product=row.product,
        price=row.price,
        share=row.share,
        strength=row.strength,
    )


def _common(row: MarketFact | CompetitorFact, *, stale: bool) -> dict[str, Any]:
    return {
        "id": row.pk,
        "place": row.place,
        "at": row.at,
        "source": row.source,
        "by": row.by.name if row.by else "",
        "recorded_at": row.recorded_at,
        "version": row.version,
        "stale": stale and row.superseded_at is None and not getattr(row, "followed", False),
        "withdrawn_at": row.superseded_at,
    }


def _today(actor: Actor) -> date:
    return timezone.now().astimezone(ZoneInfo(actor.zone)).date()
