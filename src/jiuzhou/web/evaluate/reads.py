"""The scorecard of one customer, and for each dimension how its figure was reckoned."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.facts import ask, files_of
from jiuzhou.web.store.models import Customer, CustomerScore, PeerScale
from jiuzhou.web.store.policy import policy_in_force

DIMENSIONS = ("value", "satisfaction", "loyalty", "needs", "risk")
_MEASURED = {"value": "clv", "satisfaction": "csat", "loyalty": "loyalty", "risk": "churn_risk"}
_PARTS = {
    "clv": "clv",
    "frequency": "frequency",
    "loyalty": "loyalty",
    "potential": "potential",
    "profit": "profit",
    "recency": "-recency_days",
    "revenue": "revenue_12m",
}
"""Parts of the score and the column of ``customers_scored`` each is ranked by; ``-`` where less is better."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a figure lies among at least twenty peers: the share of them below it, and who they are."""

    percentile: float
    customers: int
    tier: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """
    One dimension of the scorecard.

    Attributes
    ----------
    bar
        0 to 100: the figure itself where it has a scale, else its percentile among peers; ``None`` for no data.
    standing
        ``None`` where there is no figure or there are too few peers.
    """

    name: str
    text: Message | None
    bar: float | None
    standing: Standing | None
    aside: Message | None = None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The scores of one customer; ``known`` of the five dimensions have data."""

    tier: str
    score: float | None
    standing: Standing | None
    dimensions: tuple[Dimension, ...]
    known: int
    as_of: date
    industry: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: its input, its rank among all customers (0 to 1), its weight, and what it adds."""

    name: str
    value: Any
    rank: float | None
    weight: float
    points: float | None


@dataclass(frozen=True, slots=True)
class Input:
    """One figure that a dimension is made of; ``kind`` says how it is written."""

    name: str
    value: Any
    kind: str


@dataclass(frozen=True, slots=True)
class Calculation:
    """
    How a dimension's figures were reckoned.

    Attributes
    ----------
    customer
        The customer's name.
    formula
        Definitions of the metrics, with their versions.
    parts
        Of the score alone: its parts, whose points add up to it.
    missing
        Names of inputs that are not known.
    """

    name: str
    customer: str
    inputs: tuple[Input, ...]
    formula: tuple[tuple[Message, int | None], ...]
    parts: tuple[Part, ...]
    score: float | None
    missing: tuple[str, ...]
    as_of: date
    policy: int | None


def scorecard(actor: Actor, code: str) -> Scorecard:
    """
    Return the scorecard of the customer of ``code``.

    Raises
    ------
    NotFoundError
        If there is no such customer, or none for this actor.
    """
    actor.must("customer.read")
    scores = _scores(actor, code)
    customer = scores.customer
    scales = _scales(actor, customer.industry, scores.tier)
    dimensions = tuple(_dimension(name, scores, customer, scales) for name in DIMENSIONS)
    return Scorecard(
        tier=scores.tier,
        score=scores.score,
        standing=_standing(scales, "score", scores.score),
        dimensions=dimensions,
        known=sum(dimension.text is not None for dimension in dimensions),
        as_of=scores.as_of,
        industry=customer.industry,
    )


def calculation(actor: Actor, code: str, name: str) -> Calculation:
    """
    Return how the figures of one dimension, or ``score``, were reckoned.

    Raises
    ------
    NotFoundError
        If there is no such customer or dimension, or none for this actor.
    """
    actor.must("customer.read")
    if name not in _SHOWN:
        raise NotFoundError
    scores = _scores(actor, code)
    inputs = tuple(Input(column, getattr(scores, column), kind) for column, kind in _SHOWN[name])
    if name == "needs":
        inputs = (Input("needs", len(scores.customer.needs) or None, "count"),)
    weights, number = weights_in_force(actor)
    parts = _parts(actor, code, weights) if name == "score" else ()
    return Calculation(
        name=name,
        customer=scores.customer.name,
        inputs=inputs,
        formula=tuple(
            (say(f"evaluate.metric_{column}"), scores.versions.get(column)) for column in _DEFINED.get(name, ())
        )
        or ((say("customers.formula_needs"), None),),
        parts=parts,
        score=score_of(parts),
        missing=tuple(item.name for item in inputs if item.value in (None, ""))
        + tuple(part.name for part in parts if part.rank is None),
        as_of=scores.as_of,
        policy=number,
    )


def score_of(parts: Sequence[Part]) -> float | None:
    """Return the score that ``parts`` make: the mean of the known ranks by weight, times 100."""
    known = [part for part in sorted(parts, key=lambda part: part.name) if part.rank is not None]
    weight = sum(part.weight for part in known)
    if not weight:
        return None
    return round(sum(float(part.rank or 0) * part.weight for part in known) / weight * 100, 4)


def weights_in_force(actor: Actor) -> tuple[Mapping[str, float], int | None]:
    """Return the weights of the score's parts and the number of the policy they are from, for everybody to see."""
    given, number = policy_in_force(actor.organisation_id)
    weights = given.get("evaluate", {}).get("weights")
    if weights is None:
        from jiuzhou.evaluate.policy import EvaluatePolicy

        weights = EvaluatePolicy().weights
    return {name: float(weight) for name, weight in weights.items() if weight > 0 and name in _PARTS}, number


_SHOWN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "score": (),
    "value": (
        *(("clv", "money"), ("clv_low", "money"), ("clv_high", "money"), ("revenue_12m", "money")),
        *(("profit", "money"), ("potential", "money"), ("expected_90d", "number")),
    ),
    "satisfaction": (("csat", "percent"), ("nps_group", "nps")),
    "loyalty": (("loyalty", "number"), ("frequency", "count"), ("recency_days", "count")),
    "needs": (),
    "risk": (("churn_risk", "percent"), ("p_alive", "percent"), ("recency_days", "count"), ("frequency", "count")),
}
_DEFINED = {
    "score": ("score", "tier"),
    "value": ("clv", "revenue_12m", "profit", "potential"),
    "satisfaction": ("csat", "nps_group"),
    "loyalty": ("loyalty",),
    "risk": ("churn_risk", "p_alive"),
}


def _scores(actor: Actor, code: str) -> CustomerScore:
    rows = visible_to(actor, CustomerScore).filter(customer__code=code, customer__deleted_at__isnull=True)
    row = rows.select_related("customer").first()
    if row is not None:
        return row
    customer = one_visible(actor, Customer, code=code)
    return CustomerScore(customer=customer, as_of=customer.organisation.as_of or date(1970, 1, 1))


def _scales(actor: Actor, industry: str, tier: str) -> Mapping[tuple[str, str], PeerScale]:
    rows = visible_to(actor, PeerScale).filter(industry=industry, tier__in=("", tier)) if industry else ()
    return {(row.metric, row.tier): row for row in rows}


def _standing(
    scales: Mapping[tuple[str, str], PeerScale], metric: str, value: float | Decimal | None
) -> Standing | None:
    if value is None:
        return None
    # Peers of the same tier say more; of a whole industry where they are too few.
    row = next((row for (name, tier), row in sorted(scales.items(), reverse=True) if name == metric), None)
    if row is None or len(row.scale) < 2:
        return None
    low, high = bisect_left(row.scale, float(value)), bisect_right(row.scale, float(value))
    share = (low + max(high - 1, low)) / 2 / (len(row.scale) - 1)
    return Standing(min(1.0, max(0.0, share)), row.customers, row.tier)


def _dimension(
    name: str, scores: CustomerScore, customer: Customer, scales: Mapping[tuple[str, str], PeerScale]
) -> Dimension:
    if name == "needs":
        needs = tuple(customer.needs)
        text = say("customers.needs_known", n=len(needs), needs=needs) if needs else None
        return Dimension(name, text, None, None)
    value = getattr(scores, _MEASURED[name])
    standing = _standing(scales, _MEASURED[name], value)
    if value is None:
        return Dimension(name, None, None, None)
    aside = None
    if name == "value":
        bar = standing.percentile * 100 if standing else None
        aside = say("customers.revenue_year", amount=scores.revenue_12m) if scores.revenue_12m is not None else None
    else:
        bar = float(value) if name == "loyalty" else float(value) * 100
    if name == "satisfaction" and scores.nps_group:
        aside = say(f"customers.nps_{scores.nps_group}")
    if name == "risk" and scores.recency_days is not None:
        aside = say("customers.last_order_days", n=scores.recency_days)
    return Dimension(name, say(f"customers.figure_{name}", value=value), bar, standing, aside)


def _parts(actor: Actor, code: str, weights: Mapping[str, float]) -> tuple[Part, ...]:
    ranks = _ranks(actor, code, sorted(weights))
    known = sum(weights[name] for name, (_, rank) in ranks.items() if rank is not None)
    return tuple(
        Part(name, value, rank, weights[name], None if rank is None else rank * weights[name] / known * 100)
        for name, (value, rank) in ranks.items()
    )


def _ranks(actor: Actor, code: str, names: Sequence[str]) -> Mapping[str, tuple[Any, float | None]]:
    files = files_of(actor.organisation_id).get("customers_scored")
    nothing: dict[str, tuple[Any, float | None]] = dict.fromkeys(names, (None, None))
    if not files or not names:
        return nothing
    columns = [(_PARTS[name].removeprefix("-"), "<" if _PARTS[name][0] != "-" else ">") for name in names]
    asked = ", ".join(
        f"any_value(own.{column}), count(*) FILTER (every.{column} {sign} own.{column}), "
        f"count(*) FILTER (every.{column} {sign}= own.{column}), count(every.{column})"
        for column, sign in columns
    )
    one = "(SELECT * FROM read_parquet($files) WHERE customer_id = $customer)"
    (row,) = ask(f"SELECT {asked} FROM read_parquet($files) every, {one} own", {"files": list(files), "customer": code})
    return {name: _rank(*row[place * 4 : place * 4 + 4]) for place, name in enumerate(names)}


def _rank(value: Any, below: int, up_to: int, known: int) -> tuple[Any, float | None]:
    # The middle of the places that equal customers share, as evaluation ranks them.
    return (None, None) if value is None else (value, round((below / known + up_to / known) / 2, 12))
