"""Everything that the page of data quality shows, as far as the person may see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from jiuzhou.kernel.message import Json
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.quality.counting import count_customers, today_of
from jiuzhou.web.collect.reads.quality.shapes import (
    COLUMNS,
    Accuracy,
    Checked,
    Customers,
    Point,
    Standing,
    TableLine,
    Waiting,
    table_json,
)
from jiuzhou.web.store.models import Import, QualityReading, Sample

_DAYS, _IMPORTS = 90, 5


def standing(actor: Actor, region: str = "") -> Standing:
    """
    Return how good the data are that ``actor`` sees.

    Parameters
    ----------
    region
        A province whose cities are wanted instead of the provinces.
    """
    actor.must("customer.read")
    today = today_of(actor)
    readings = list(visible_to(actor, QualityReading).order_by("-day")[:_DAYS]) if actor.everywhere else []
    latest = readings[0] if readings else None
    return Standing(
        day=today,
        customers=count_customers(actor, region, today=today),
        tables=_tables(latest.figures) if latest else (),
        measured_at=latest.at if latest else None,
        trend=tuple(_point(row) for row in reversed(readings)),
        waiting=_waiting(actor) if actor.may("import.run") else (),
        accuracy=latest_accuracy(actor),
    )


def quality_json(actor: Actor) -> dict[str, Json]:
    """
    Return the figures in the form of the ``quality.json`` that ``jiuzhou collect`` writes.

    Customers are those in sight, counted now; the other tables are there for those who see everything, as measured.
    """
    found = standing(actor)
    tables: dict[str, Json] = {"customers": customers_json(found.customers)}
    reading = visible_to(actor, QualityReading).order_by("-day").first() if actor.everywhere else None
    if reading is not None:
        tables |= {name: one for name, one in reading.figures["tables"].items() if name != "customers"}
    return {
        "as_of": found.day.isoformat(),
        "tables": tables,
        "notes": [],
        "regions": regions_json(found.customers, found.day),
        "locations": dict(found.customers.all.located),
        "accuracy": _accuracy_json(found.accuracy),
        "measured_at": found.measured_at.isoformat() if found.measured_at else None,
    }


def customers_json(customers: Customers) -> dict[str, Json]:
    """Return the customers' figures in the form of ``quality.json``."""
    count, doubts = customers.all, {**customers.all.doubts, **customers.twice}
    rows = count.customers or 1
    return table_json(
        {
            "rows": count.customers,
            "completeness": {COLUMNS.get(name, name): 1 - gap / rows for name, gap in count.missing.items()},
            "validity": count.validity,
            "uniqueness": customers.uniqueness,
            "freshness_days": customers.freshness_days,
            "later": count.doubts["later"],
            "doubts": {name: number for name, number in doubts.items() if number},
            "consistency": count.consistency,
        }
    )


def regions_json(customers: Customers, today: date) -> list[Json]:
    """Return the figures by region in the form of ``quality.json``, the one with most customers first."""
    ranked = sorted(customers.regions, key=lambda one: (-one.count.customers, one.code))
    found: list[Json] = []
    for one in ranked:
        newest = one.count.newest
        days = None if newest is None else (today - newest).days
        found.append(
            {
                "region_code": one.code,
                "customers": one.count.customers,
                "completeness": round(one.completeness, 6),
                "located": round(one.count.placed, 6),
                "freshness_days": days,
            }
        )
    return found


def latest_accuracy(actor: Actor) -> Accuracy | None:
    """Return what the latest closed sample said that ``actor`` sees; ``None`` where none was closed with answers."""
    if not actor.may("sample.read"):
        return None
    rows = visible_to(actor, Sample).filter(state="closed", closed_at__isnull=False).exclude(result={})
    row = rows.order_by("-closed_at", "-pk").first()
    if row is None or row.closed_at is None:
        return None
    return Accuracy(row.pk, row.closed_at, checked_fields(row.result))


def checked_fields(result: Mapping[str, Any]) -> tuple[Checked, ...]:
    """Return a closed sample's result field by field, the least accurate first."""
    found = [
        Checked(name, one["checked"], one["right"], one["right"] / one["checked"], one["low"], one["high"])
        for name, one in result.items()
        if one["checked"]
    ]
    return tuple(sorted(found, key=lambda one: (one.share, one.field)))


def _accuracy_json(accuracy: Accuracy | None) -> Json:
    if accuracy is None:
        return None
    fields: dict[str, Json] = {
        one.field: {"checked": one.checked, "right": one.right, "share": one.share, "low": one.low, "high": one.high}
        for one in accuracy.fields
    }
    return {"at": accuracy.at.isoformat(), "sample": accuracy.sample, "fields": fields}


def _tables(figures: Mapping[str, Any]) -> tuple[TableLine, ...]:
    return tuple(_table(name, one) for name, one in figures.get("tables", {}).items() if name != "customers")


def _table(name: str, one: Mapping[str, Any]) -> TableLine:
    columns = one["completeness"]
    return TableLine(
        name=name,
        rows=one["kept"],
        completeness=sum(columns.values()) / len(columns) if columns else 1.0,
        columns=columns,
        validity=one["validity"],
        uniqueness=one["uniqueness"],
        freshness_days=one["freshness_days"],
        consistency=one["consistency"],
        later=one["later"],
        orphans=int(one["doubts"].get("orphans", 0)),
    )


def _point(row: QualityReading) -> Point:
    customers, overall = row.figures["tables"]["customers"], row.figures["overall"]
    return Point(
        day=row.day,
        completeness=overall["completeness"],
        validity=customers["validity"],
        uniqueness=customers["uniqueness"],
        consistency=customers["consistency"],
    )


def _waiting(actor: Actor) -> tuple[Waiting, ...]:
    imports = visible_to(actor, Import)
    mended = imports.filter(mends=OuterRef("pk"), state="imported")
    rows = imports.filter(Q(state="checked") | Q(state="imported"), cleared_at__isnull=True, counts__rejected__gt=0)
    found = rows.exclude(Exists(mended)).order_by("-made_at", "-pk")[:_IMPORTS]
    return tuple(
        Waiting(
            id=row.pk,
            files="、".join(file["name"] for file in row.files),
            made_at=row.made_at,
            rejected={
                name: int(one["rejected"]) for name, one in row.quality.get("tables", {}).items() if one["rejected"]
            },
            doubts=sum(sum(one.get("doubts", {}).values()) for one in row.quality.get("tables", {}).values()),
        )
        for row in found
    )
