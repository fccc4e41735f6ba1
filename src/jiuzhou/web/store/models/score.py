"""The scores that lists sort and filter by; the whole of them lies in the run's Parquet files."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Cast, Coalesce

from jiuzhou.web.store.models.scoped import Scoped, money

UNKNOWN_LOW = -1e18
"""Where an unknown figure stands in an order that falls: after every figure."""
UNKNOWN_DAYS = 1_000_000


def _ordered(name: str) -> models.GeneratedField:
    # Lists are cut by cursor, which needs an order without nulls; the database itself keeps these columns in step.
    figure = Coalesce(Cast(F(name), models.FloatField()), Value(UNKNOWN_LOW))
    return models.GeneratedField(expression=figure, output_field=models.FloatField(), db_persist=True)


class CustomerScore(Scoped):
    """The latest scores of a customer, the columns of ``customers_scored``."""

    customer = models.OneToOneField("store.Customer", on_delete=models.CASCADE, primary_key=True, related_name="scores")
    tier = models.CharField(max_length=2, default="", blank=True)
    score = models.FloatField(null=True, blank=True)
    score_parts = models.PositiveSmallIntegerField(null=True, blank=True)
    rfm = models.CharField(max_length=3, default="", blank=True)
    abc = models.CharField(max_length=1, default="", blank=True)
    abc_profit = models.CharField(max_length=1, default="", blank=True)
    recency_days = models.IntegerField(null=True, blank=True)
    frequency = models.IntegerField(null=True, blank=True)
    monetary = money()
    revenue_12m = money()
    profit = money()
    clv = money()
    clv_low = money()
    clv_high = money()
    p_alive = models.FloatField(null=True, blank=True)
    expected_90d = models.FloatField(null=True, blank=True)
    churn_risk = models.FloatField(null=True, blank=True)
    csat = models.FloatField(null=True, blank=True)
    nps_group = models.CharField(max_length=10, default="", blank=True)
    loyalty = models.FloatField(null=True, blank=True)
    workload = models.FloatField(null=True, blank=True)
    potential = money()
    as_of = models.DateField()
    versions = models.JSONField(default=dict)
    last_visit_on = models.DateField(null=True, blank=True)

    by_score = _ordered("score")
    by_clv = _ordered("clv")
    by_revenue = _ordered("revenue_12m")
    by_risk = _ordered("churn_risk")
    by_recency = models.GeneratedField(
        expression=Coalesce(F("recency_days"), Value(UNKNOWN_DAYS)), output_field=models.IntegerField(), db_persist=True
    )

    class Meta(Scoped.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-by_score", "customer"], name="score_best_first"),
            models.Index(fields=["organisation", "-by_clv", "customer"], name="score_most_valuable"),
            models.Index(fields=["organisation", "-by_revenue", "customer"], name="score_largest"),
            models.Index(fields=["organisation", "-by_risk", "customer"], name="score_most_at_risk"),
            models.Index(fields=["organisation", "by_recency", "customer"], name="score_latest_order"),
            # Tier and class go with the figures that lists are ordered by: without these, a list of the lowest tier
            # would be looked for past all the others.
            models.Index(fields=["organisation", "tier", "-by_score", "customer"], name="score_by_tier"),
            models.Index(fields=["organisation", "tier", "-by_clv", "customer"], name="tier_most_valuable"),
            models.Index(fields=["organisation", "tier", "-by_revenue", "customer"], name="tier_largest"),
            models.Index(fields=["organisation", "tier", "-by_risk", "customer"], name="tier_most_at_risk"),
            models.Index(fields=["organisation", "tier", "by_recency", "customer"], name="tier_latest_order"),
            models.Index(fields=["organisation", "abc", "-by_score", "customer"], name="class_best_first"),
            models.Index(fields=["organisation", "abc", "-by_revenue", "customer"], name="class_largest"),
        ]


class PeerScale(Scoped):
    """
    How one figure is spread over one group of at least twenty peers: 101 values, from the smallest to the largest.

    ``tier`` is empty where the group is a whole industry. What it tells of colleagues' customers is declassified.
    """

    industry = models.CharField(max_length=60, default="", blank=True)
    tier = models.CharField(max_length=2, default="", blank=True)
    metric = models.CharField(max_length=30)
    customers = models.PositiveIntegerField()
    scale = models.JSONField(default=list)
    as_of = models.DateField()

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "industry", "tier", "metric"], name="peer_scale_once"),
            models.CheckConstraint(condition=models.Q(customers__gte=20), name="peer_scale_of_twenty"),
        ]


class RegionScore(Scoped):
    """The latest scores of a region, the columns of ``regions_scored``."""

    region_code = models.CharField(max_length=40)
    parent_code = models.CharField(max_length=40, default="", blank=True)
    name = models.CharField(max_length=200)
    level = models.CharField(max_length=20)
    customers = models.PositiveIntegerField(default=0)
    revenue = money()
    revenue_before = money()
    profit = money()
    potential = money()
    growth = models.FloatField(null=True, blank=True)
    csat = models.FloatField(null=True, blank=True)
    csat_answers = models.PositiveIntegerField(default=0)
    nps = models.FloatField(null=True, blank=True)
    nps_answers = models.PositiveIntegerField(default=0)
    complaints = models.PositiveIntegerField(default=0)
    penetration = models.FloatField(null=True, blank=True)
    share = models.FloatField(null=True, blank=True)
    as_of = models.DateField()

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "level", "region_code"], name="region_scored_once")
        ]


class OwnerScore(Scoped):
    """The latest scores of an owner, the columns of ``owners_scored``."""

    owner = models.OneToOneField("store.Owner", on_delete=models.CASCADE, primary_key=True, related_name="scores")
    customers = models.PositiveIntegerField(default=0)
    workload = models.FloatField(null=True, blank=True)
    revenue = money()
    attainment = models.FloatField(null=True, blank=True)
    visits_due = models.FloatField(null=True, blank=True)
    visits_made = models.PositiveIntegerField(default=0)
    coverage = models.FloatField(null=True, blank=True)
    csat = models.FloatField(null=True, blank=True)
    csat_answers = models.PositiveIntegerField(default=0)
    nps = models.FloatField(null=True, blank=True)
    nps_answers = models.PositiveIntegerField(default=0)
    complaints = models.PositiveIntegerField(default=0)
    overdue = money()
    as_of = models.DateField()
