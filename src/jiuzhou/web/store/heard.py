"""What people were told and wrote down here, as tables of a Book: answers, follow-ups, markets, competitors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
from django.db.models import Model, QuerySet

from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.store.models import CompetitorFact, MarketFact, Note, Organisation, RoleGrant, SurveyAnswer
from jiuzhou.web.store.models.market import DESCRIBED

_COLUMN_OF = {"size": "market_size", "culture": "culture_note", "law": "law_note"}
_KIND_OF = {"callback": "call"}
"""A call-back is a call."""


def heard(organisation: Organisation) -> Mapping[str, pa.Table]:
    """Return the tables of which the organisation has rows of its own beside the imported ones."""
    rows: dict[str, Iterable[Mapping[str, Any]]] = {
        "surveys": _answers(organisation),
        "interactions": _notes(organisation),
        "market": _markets(organisation),
        "competitors": _competitors(organisation),
    }
    tables = {name: pa.Table.from_pylist(list(found), schema=TABLES[name].arrow) for name, found in rows.items()}
    return {name: table for name, table in tables.items() if table.num_rows}


def _answers(organisation: Organisation) -> Iterator[dict[str, Any]]:
    rows = SurveyAnswer.unscoped.filter(organisation=organisation, customer__deleted_at__isnull=True).order_by("pk")
    names = ("customer__code", "at", "questionnaire__kind", "score", "comment", "scale_max", "questionnaire__topic")
    for customer, at, kind, score, comment, scale, topic, owner in _values(rows, *names, "owner__code"):
        yield {
            "customer_id": customer,
            "at": at,
            "kind": kind,
            "score": float(score),
            "scale_max": float(scale),
            "comment": comment or None,
            "topic": topic or None,
            "owner_id": owner,
        }


def _notes(organisation: Organisation) -> Iterator[dict[str, Any]]:
    # Who took part stays out: a Book needs what was said, not who was in the room.
    sellers = RoleGrant.unscoped.filter(
        organisation=organisation, role__in=("rep", "partner_user"), owner__isnull=False
    ).order_by("pk")
    owner_of = dict(sellers.values_list("user_id", "owner__code"))
    rows = Note.unscoped.filter(organisation=organisation, customer__deleted_at__isnull=True).order_by("pk")
    for customer, at, kind, by, outcome, minutes, topic, text in _values(
        rows, "customer__code", "at", "kind", "by", "outcome", "minutes", "topic", "text"
    ):
        yield {
            "customer_id": customer,
            "at": at,
            "kind": _KIND_OF.get(kind, kind),
            "owner_id": owner_of.get(by),
            "outcome": outcome or None,
            "topic": topic or None,
            "text": text or None,
            "minutes": None if minutes is None else float(minutes),
        }


def _markets(organisation: Organisation) -> list[dict[str, Any]]:
    # One row for each place and day, with whatever was stated of it; only the latest version of each.
    rows = MarketFact.unscoped.filter(organisation=organisation, superseded_at__isnull=True).order_by("pk")
    found: dict[tuple[str, date], dict[str, Any]] = {}
    sources: dict[tuple[str, date], list[str]] = defaultdict(list)
    for place, at, kind, value, text, source in _values(rows, "place", "at", "kind", "value", "text", "source"):
        row = found.setdefault((place, at), {"region_code": place, "at": at})
        stated = text if kind in DESCRIBED else _amount(value) if kind == "size" else value
        row[_COLUMN_OF.get(kind, kind)] = stated
        sources[place, at].append(source)
    for key, row in found.items():
        row["source"] = "; ".join(dict.fromkeys(sources[key]))
    return [found[key] for key in sorted(found)]


def _competitors(organisation: Organisation) -> Iterator[dict[str, Any]]:
    rows = CompetitorFact.unscoped.filter(organisation=organisation, superseded_at__isnull=True).order_by("pk")
    names = ("name", "place", "product", "price", "share", "strength", "at", "source")
    for values in _values(rows, *names):
        row = {name: None if value == "" else value for name, value in zip(names, values, strict=True)}
        yield {**{name: value for name, value in row.items() if name != "place"}, "region_code": row["place"]}


def _values(rows: QuerySet[Model], *names: str) -> Iterator[tuple[Any, ...]]:
    return iter(rows.values_list(*names).iterator(5000))


def _amount(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal("0.0001"))
