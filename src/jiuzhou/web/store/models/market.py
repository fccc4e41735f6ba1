"""What is known of markets and of competitors: where, when, from what source; a correction keeps what it corrects."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from jiuzhou.web.store.models.scoped import Scoped, money

MEASURED = ("size", "competition", "growth", "population", "gdp")
DESCRIBED = ("culture", "law")
MARKET_KINDS = (*MEASURED, *DESCRIBED)


class Stated(Scoped):
    """
    Something that somebody stated of a place and a day.

    It is never overwritten: a correction is a row of the next ``version``, and the one before it gets
    ``superseded_at``. ``place`` is an adcode, an ISO 3166-2 code or, of a whole country, an ISO 3166-1 code.
    """

    place = models.CharField(max_length=12)
    at = models.DateField()
    source = models.CharField(max_length=300)
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        abstract = True


class MarketFact(Stated):
    """One figure or note of a market: its size, its growth, its people, its customs, its law."""

    kind = models.CharField(max_length=12)
    value = models.FloatField(null=True, blank=True)
    text = models.CharField(max_length=1000, default="", blank=True)

    class Meta(Stated.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "place", "kind", "at"],
                condition=Q(superseded_at__isnull=True),
                name="market_fact_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=MARKET_KINDS), name="market_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=MEASURED, value__isnull=False) | Q(kind__in=DESCRIBED) & ~Q(text=""),
                name="market_fact_says_something",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-at", "id"], name="market_fact_latest_first"),
        ]


class CompetitorFact(Stated):
    """What a competitor offers somewhere, at what price, with what share; ``place`` is empty where it is everywhere."""

    name = models.CharField(max_length=120)
    product = models.CharField(max_length=120, default="", blank=True)
    price = money()
    share = models.FloatField(null=True, blank=True)
    strength = models.CharField(max_length=500, default="", blank=True)

    class Meta(Stated.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "name", "place", "product", "at"],
                condition=Q(superseded_at__isnull=True),
                name="competitor_fact_once",
            ),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gte=0, share__lte=1), name="competitor_share_is_one"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-at", "id"], name="competitor_latest_first"),
        ]
