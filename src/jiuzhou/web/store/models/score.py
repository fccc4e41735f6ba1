"""The scores that lists sort and filter by; the whole of them lies in the run's Parquet files."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from jiuzhou.web.store.models.scoped import Scoped, money


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

    class Meta(Scoped.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-score", "customer"], name="score_best_first"),
            models.Index(fields=["organisation", "tier", "-score", "customer"], name="score_by_tier"),
        ]


class RegionScore(Scoped):
    """The latest scores of a region, the columns of ``regions_scored``."""

    region_code = models.CharField(max_length=12)
    parent_code = models.CharField(max_length=12, default="", blank=True)
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
