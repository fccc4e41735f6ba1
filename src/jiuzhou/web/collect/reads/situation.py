"""How one stands against competitors, place by place: what is stated of each, beside one's own sales there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.store.facts import files_of
from jiuzhou.web.store.models import CompetitorFact, MarketFact, RegionScore

CROWDED, OPEN = 0.7, 0.3
"""Competition from which a market is told to be crowded, and up to which to be open; both 0 to 1."""
GROWS, SMALL = 0.05, 0.10
"""Yearly growth from which a market is told to grow, and one's own share up to which that is an opportunity."""
MOST_PLACES, MOST_RIVALS = 200, 5


@dataclass(frozen=True, slots=True)
class Rival:
    """What was last stated of a competitor in a place."""

    name: str
    share: float | None
    strength: str
    at: date


@dataclass(frozen=True, slots=True)
class Situation:
    """
    The market of one place.

    Attributes
    ----------
    size, growth, competition
        As last stated; ``None`` where nobody did.
    sales, share
        One's own, the year before the last scoring, and of the size; ``None`` for who does not see the whole.
    rivals
        The largest first, those of unknown share last.
    opportunities, threats
        What follows by the rules of this module, in sentences.
    """

    place: str
    size: float | None
    growth: float | None
    competition: float | None
    sales: Decimal | None
    share: float | None
    rivals: tuple[Rival, ...]
    opportunities: tuple[Message, ...]
    threats: tuple[Message, ...]


def situations(actor: Actor) -> tuple[Situation, ...]:
    """Return the situation of every place of which a market or a competitor is stated, by their codes."""
    actor.must("market.read")
    markets = _markets(actor)
    rivals = _rivals(actor)
    places = sorted({*markets, *(place for place in rivals if place)})[:MOST_PLACES]
    scored = visible_to(actor, RegionScore).filter(region_code__in=places)
    sales = dict(scored.order_by("pk").values_list("region_code", "revenue"))
    return tuple(
        _situation(
            place, markets.get(place, {}), sales.get(place), [*rivals.get(place, ()), *_elsewhere(rivals, place)]
        )
        for place in places
    )


def _elsewhere(rivals: dict[str, list[Rival]], place: str) -> list[Rival]:
    """Return the competitors that are stated for everywhere and not for ``place`` itself."""
    here = {rival.name for rival in rivals.get(place, ())}
    return [rival for rival in rivals.get("", ()) if rival.name not in here]


def _markets(actor: Actor) -> dict[str, dict[str, float]]:
    """Return by place what was last said of each kind, in files or by people; of one day people's word holds."""
    rows = visible_to(actor, MarketFact).filter(superseded_at__isnull=True)
    stated = rows.order_by("at", "pk").values_list("place", "kind", "at", "value")
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for place, kind, _, value in sorted([*_markets_of_files(actor), *stated], key=lambda one: one[2]):
        if value is not None:
            found[place][kind] = float(value)
    return dict(found)


def _rivals(actor: Actor) -> dict[str, list[Rival]]:
    rows = visible_to(actor, CompetitorFact).filter(superseded_at__isnull=True)
    stated = rows.order_by("at", "pk").values_list("place", "name", "at", "share", "strength")
    latest: defaultdict[str, dict[str, Rival]] = defaultdict(dict)
    for place, name, at, share, strength in sorted([*_rivals_of_files(actor), *stated], key=lambda one: one[2]):
        before = latest[place].get(name)
        known = share if share is not None else before.share if before else None
        latest[place][name] = Rival(name, known, strength or (before.strength if before else ""), at)
    return {place: list(by_name.values()) for place, by_name in latest.items()}


def _markets_of_files(actor: Actor) -> list[tuple[str, str, date, float | None]]:
    columns = {"size": "market_size", "growth": "growth", "competition": "competition"}
    return [
        (row["region_code"], kind, row["at"], None if row.get(column) is None else float(row[column]))
        for row in _rows_of_files(actor, "market", ["region_code", "at", *columns.values()])
        for kind, column in columns.items()
    ]


def _rivals_of_files(actor: Actor) -> list[tuple[str, str, date, float | None, str]]:
    names = ["region_code", "name", "at", "share", "strength"]
    return [
        (row.get("region_code") or "", row["name"], row["at"], row.get("share"), row.get("strength") or "")
        for row in _rows_of_files(actor, "competitors", names)
        if row.get("at") is not None
    ]


def _rows_of_files(actor: Actor, table: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    for path in files_of(actor.organisation_id).get(table, ()):
        there = set(pq.read_schema(path).names)
        yield from pq.read_table(path, columns=[name for name in columns if name in there]).to_pylist()


def _situation(place: str, market: dict[str, float], sales: Decimal | None, rivals: list[Rival]) -> Situation:
    size, growth, competition = (market.get(name) for name in ("size", "growth", "competition"))
    share = float(sales) / size if sales is not None and size else None
    ranked = sorted(rivals, key=lambda rival: (-(rival.share or 0.0), rival.name))[:MOST_RIVALS]
    return Situation(
        place=place,
        size=size,
        growth=growth,
        competition=competition,
        sales=sales,
        share=share,
        rivals=tuple(ranked),
        opportunities=tuple(_opportunities(growth, competition, share)),
        threats=tuple(_threats(growth, competition, share, ranked)),
    )


def _opportunities(growth: float | None, competition: float | None, share: float | None) -> list[Message]:
    found = []
    if growth is not None and growth >= GROWS and (share is None or share <= SMALL):
        found.append(
            say("market.grows", growth=growth)
            if share is None
            else say("market.grows_past", growth=growth, share=share)
        )
    if competition is not None and competition <= OPEN:
        found.append(say("market.is_open", competition=competition))
    return found


def _threats(
    growth: float | None, competition: float | None, share: float | None, rivals: list[Rival]
) -> list[Message]:
    found = []
    first = rivals[0] if rivals else None
    if first is not None and first.share is not None and share is not None and first.share > share:
        found.append(say("market.is_ahead", name=first.name, theirs=first.share, share=share))
    if competition is not None and competition >= CROWDED:
        found.append(say("market.is_crowded", competition=competition))
    if growth is not None and growth < 0:
        found.append(say("market.shrinks", growth=growth))
    return found
