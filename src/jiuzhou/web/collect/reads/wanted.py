"""What is wanted of a list of customers: tab, words, filters and order, from an address and from nothing else of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Q

from jiuzhou.web.collect.reads.doubts import DOUBTS, LOCATED, located_condition
from jiuzhou.web.store.search import GAPS, RISKS, of_value, region_stem
from jiuzhou.web.store.spelling import Term

TABS = ("all", "mine", "pool")
TIERS = ("A", "B", "C", "D")
BANDS = (*(band for _, band in RISKS), "unknown")
VISIT_DAYS = ("30", "60", "90", "180")
MORE_GAPS = ("name", "email", "tax_id", "region", "revenue", "size", "channel", "owner", "since")
"""What is not known of a customer, beside what the search index knows is not."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "tier": TIERS,
    "value": ("A", "B", "C"),
    "risk": BANDS,
    "key": ("yes",),
    "gap": (*GAPS, *MORE_GAPS),
    "doubt": DOUBTS,
    "located": LOCATED,
    "unvisited": VISIT_DAYS,
}
"""Filters with a few fixed values."""

FREE = ("owner", "territory", "region", "industry", "channel", "need", "product")
"""Filters whose values are the organisation's own."""

FILTERS = (*FREE, *CHOICES)

SORTS: Mapping[str, tuple[str, ...]] = {
    "name": ("sort_key", "id"),
    "-name": ("-sort_key", "-id"),
    "-score": ("-by_score", "customer"),
    "score": ("by_score", "-customer"),
    "-clv": ("-by_clv", "customer"),
    "clv": ("by_clv", "-customer"),
    "-revenue": ("-by_revenue", "customer"),
    "revenue": ("by_revenue", "-customer"),
    "-risk": ("-by_risk", "customer"),
    "risk": ("by_risk", "-customer"),
    "recency": ("by_recency", "customer"),
    "-recency": ("-by_recency", "-customer"),
}
"""Orders of the list, each with an index behind it that is read in the one direction or the other."""

FIRST_SORT = "-score"
LONGEST = 100
_MOST_VALUES = 10
_CITY = 4
_MOST_TAGS = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What is wanted of the list.

    Attributes
    ----------
    filters
        Values by filter, of ``FILTERS``; values of one filter are alternatives.
    """

    tab: str = "all"
    query: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = FIRST_SORT

    @property
    def bare(self) -> bool:
        """Whether nothing narrows the list beside its tab."""
        return not self.query and not self.filters

    @property
    def scores(self) -> bool:
        """Whether the order is that of a score, not of the names."""
        return self.sort.lstrip("-") != "name"

    @property
    def address(self) -> str:
        """The query of an address that wants the same."""
        given = {"tab": self.tab, "q": self.query, "sort": self.sort, **self.filters}
        return urlencode({name: value for name, value in given.items() if value}, doseq=True)


def wanted_of(values: Mapping[str, list[str]]) -> Wanted:
    """Return what an address wants; what is not on the lists above is left out."""
    first = {name: given[0] for name, given in values.items() if given}
    tab, sort = first.get("tab", ""), first.get("sort", "")
    filters = {}
    for name in FILTERS:
        given = [value.strip()[:120] for value in values.get(name, [])[:_MOST_VALUES]]
        allowed = CHOICES.get(name)
        kept = tuple(dict.fromkeys(value for value in given if value and (allowed is None or value in allowed)))
        if kept:
            filters[name] = kept
    return Wanted(
        tab=tab if tab in TABS else "all",
        query=first.get("q", "").replace("\x00", "").strip()[:LONGEST],
        filters=filters,
        sort=sort if sort in SORTS else FIRST_SORT,
    )


def condition_of(name: str, values: tuple[str, ...], *, today: date) -> Q:
    """
    Return the condition of one filter; ``territory``, ``owner`` and ``doubt`` are the scope's own (``listing``).

    Parameters
    ----------
    today
        The organisation's day, from which days without a visit are counted back.
    """
    condition = Q()
    for value in values:
        condition |= _condition(name, value, today)
    return condition


def term_of(name: str, values: tuple[str, ...]) -> Term | None:
    """Return the term that finds what a filter lets through; ``None`` where the index does not know it."""
    kinds = {"tier": "e", "value": "v", "risk": "x", "key": "k", "gap": "g"}
    kinds |= {"industry": "i", "channel": "c", "need": "n", "product": "p"}
    if name == "region":
        # The index knows of a foreign region its own code alone, not the country's.
        if len(values) > _MOST_TAGS or any(_is_country(value) for value in values):
            return None
        return tuple(way for value in values for way in of_value("r", region_stem(value)))
    if name not in kinds or (name == "gap" and not set(values) <= set(GAPS)):
        return None
    return tuple(way for value in values for way in of_value(kinds[name], value))


def along_of(wanted: Wanted) -> Q:
    """Return the conditions that the index of the list's order keeps to by itself (``store.search.in_order``)."""
    single = {name: values[0] for name, values in wanted.filters.items() if len(values) == 1}
    condition = Q()
    if not wanted.scores:
        stem = region_stem(single.get("region", ""))
        if not stem.isdigit() or len(stem) < 2:
            return condition
        return Q(province=stem[:2]) if len(stem) < _CITY else Q(city=stem[:_CITY])
    if "tier" in single:
        condition &= Q(tier=single["tier"])
    elif "value" in single:
        condition &= Q(abc=single["value"])
    if single.get("risk") in _RISK_BOUNDS and wanted.sort.lstrip("-") == "risk":
        low, high = _RISK_BOUNDS[single["risk"]]
        condition &= Q(by_risk__gte=low, by_risk__lt=high)
    return condition


_RISK_BOUNDS = {"high": (0.6, 2.0), "middle": (0.3, 0.6), "low": (-1.0, 0.3)}
GAP_CONDITIONS: Mapping[str, Q] = {
    "phone": Q(phone=""),
    "address": Q(address=""),
    "place": Q(lat__isnull=True),
    "industry": Q(industry=""),
    "needs": Q(needs=[]),
    "score": Q(scores__score__isnull=True),
    "name": Q(name=""),
    "email": Q(email=""),
    "tax_id": Q(tax_id=""),
    "region": Q(region_code=""),
    "revenue": Q(annual_revenue__isnull=True),
    "size": Q(size_band=""),
    "channel": Q(channel=""),
    "owner": Q(owner__isnull=True),
    "since": Q(customer_since__isnull=True),
}
"""Gap → its condition; also what completeness is counted by."""


def _is_country(value: str) -> bool:
    return len(value) == 2 and value.isascii() and value.isalpha()


def _condition(name: str, value: str, today: date) -> Q:
    if name == "region" and _is_country(value):
        return Q(region_code=value) | Q(region_code__startswith=f"{value}-")
    if name == "region":
        return Q(region_code__startswith=region_stem(value))
    if name == "risk":
        if value == "unknown":
            return Q(scores__churn_risk__isnull=True)
        low, high = _RISK_BOUNDS[value]
        return Q(scores__churn_risk__gte=low, scores__churn_risk__lt=high)
    if name == "gap":
        return GAP_CONDITIONS[value]
    if name == "located":
        return located_condition((value,))
    if name == "unvisited":
        since = today - timedelta(days=int(value))
        return Q(scores__last_visit_on__isnull=True) | Q(scores__last_visit_on__lt=since)
    plain = {
        "tier": "scores__tier",
        "value": "scores__abc",
        "industry": "industry",
        "channel": "channel",
        "need": "needs__holds",
        "product": "products__holds",
    }
    return Q(key_account=True) if name == "key" else Q(**{plain[name]: value})
