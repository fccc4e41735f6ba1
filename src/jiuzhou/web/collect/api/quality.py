"""Endpoint of data quality: the figures of the standing data."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Router

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.collect.reads.quality.standing import quality_json
from jiuzhou.web.rest.schemas import Moment, Shape

router = Router()


class TableQuality(Shape):
    """
    Figures of a table, as in ``quality.json``; shares go from 0 to 1.

    ``uniqueness`` is null where rows have no name of their own; ``doubts`` counts rows by what is doubtful about them.
    """

    file: str
    read: int
    kept: int
    rejected: int
    blank: int
    rejected_by: dict[str, int]
    problems: dict[str, int]
    completeness: dict[str, float]
    validity: float
    uniqueness: float | None
    freshness_days: int | None
    later: int
    nulled: dict[str, int]
    own_columns: list[str]
    doubts: dict[str, int]
    consistency: float


class RegionQuality(Shape):
    """Figures of the customers of one province."""

    region_code: str
    customers: int
    completeness: float
    located: float
    freshness_days: int | None


class FieldAccuracy(Shape):
    """How often a field was right among those checked, with the 95 % interval."""

    checked: int
    right: int
    share: float
    low: float
    high: float


class SampleAccuracy(Shape):
    """What the latest closed sample said, by field."""

    at: Moment
    sample: int
    fields: dict[str, FieldAccuracy]


class Quality(Shape):
    """
    How good the standing data are.

    Customers are those one sees, counted now; the other tables are there for those who see everything, as they were
    last measured.
    """

    as_of: date
    tables: dict[str, TableQuality]
    notes: list[str]
    regions: list[RegionQuality]
    locations: dict[str, int]
    accuracy: SampleAccuracy | None
    measured_at: Moment | None


@router.get("/collect/quality", response=Quality)
@endpoint("customer.read")
def read_quality(request: Asked) -> dict[str, Any]:
    """Return how good the data are that one sees."""
    return dict(quality_json(request.actor))
