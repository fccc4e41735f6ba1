"""What evaluation found, as tables keyed by id; the later stages read these columns and no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from jiuzhou.kernel.column import MONEY
from jiuzhou.kernel.message import Json, Message

CUSTOMER_SCORES = pa.schema(
    [
        ("customer_id", pa.string()),
        ("recency_days", pa.int64()),  # days from the last purchase to as_of; null without one
        ("frequency", pa.int64()),  # purchase days (same-day orders are one)
        ("monetary", MONEY),  # net sales (returns taken off), whole history
        ("revenue_12m", MONEY),  # net sales, the year before as_of
        ("rfm", pa.string()),  # three digits 1-5, 5 best; null without a purchase
        ("tier", pa.string()),  # A, B, C, D
        ("score", pa.float64()),  # 0-100, the stated weighted score
        ("p_alive", pa.float64()),  # BG/NBD
        ("expected_90d", pa.float64()),  # purchase days expected in the next 90 days
        ("clv", MONEY),
        ("clv_low", MONEY),
        ("clv_high", MONEY),
        ("profit", MONEY),  # net sales - cost, the year before as_of; null where cost is unknown
        ("abc", pa.string()),  # by revenue: A, B, C
        ("abc_profit", pa.string()),  # by profit
        ("csat", pa.float64()),  # mean of own answers on 0-1
        ("nps_group", pa.string()),  # promoter, passive, detractor; null without an answer
        ("loyalty", pa.float64()),  # 0-100
        ("churn_risk", pa.float64()),  # 0-1
        ("workload", pa.float64()),  # hours a year: stated, or visits x hours, or the tier's default
        ("potential", MONEY),  # money a year: stated, or estimated from peers
        ("as_of", pa.date32()),
        ("versions", pa.string()),  # JSON: metric -> version
    ]
)


FORECAST = pa.schema(
    [
        pa.field("region_code", pa.string()),
        pa.field("product_id", pa.string()),
        pa.field("week", pa.date32(), nullable=False),
        pa.field("mean", pa.float64(), nullable=False),
        pa.field("low", pa.float64(), nullable=False),
        pa.field("high", pa.float64(), nullable=False),
    ]
)
"""Demand of one region (province) and product in one week to come, and its range; ``week`` is its first day."""


@dataclass(frozen=True, slots=True)
class Scores:
    """
    Scores of everything, as of one day.

    Attributes
    ----------
    customers
        Table ``CUSTOMER_SCORES`` (later columns may follow), one row for each customer, by id.
    regions, owners, products
        One row for each ``region_code``, ``owner_id``, ``product_id``, by id.
    versions
        Version of each metric's definition.
    forecast
        Table ``FORECAST``: demand to come.
    forecast_report
        How it was made, and how far forecasts made at earlier times were off.
    notes
        What the reader of the scores must know: a model that ran to its edge, a stated bias, a table that was absent.
    """

    as_of: date
    customers: pa.Table
    regions: pa.Table
    owners: pa.Table
    products: pa.Table
    versions: Mapping[str, int]
    notes: tuple[Message, ...] = ()
    forecast: pa.Table = field(default_factory=FORECAST.empty_table)
    forecast_report: Mapping[str, Json] = field(default_factory=dict)
