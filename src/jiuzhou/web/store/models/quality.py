"""How good the data stood on a day, and samples of customers that people check."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from jiuzhou.web.store.models.scoped import Scoped


class QualityReading(Scoped):
    """The figures of every table as they were last measured on a day, in the form of ``quality.json``."""

    day = models.DateField()
    at = models.DateTimeField()
    figures = models.JSONField(default=dict)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "day"], name="quality_once_a_day"),
        ]


class Sample(Scoped):
    """
    Customers drawn by lot, to be compared with the truth.

    ``fields`` are those that are checked. ``result`` is, once the sample is closed, how accurate each of them was.
    """

    seed = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    territory = models.ForeignKey("store.Territory", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    region_code = models.CharField(max_length=12, default="", blank=True)
    fields = models.JSONField(default=list)
    state = models.CharField(max_length=8, default="open")
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    drawn_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=("open", "closed")), name="sample_state_is_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "-drawn_at", "id"], name="sample_latest_first")]


class SampleItem(Scoped):
    """
    One customer of a sample.

    ``drawn`` holds ``{"text": …}`` for each field as it stood when it was drawn, ``answers`` the ``verdict`` (right,
    wrong or unknown) and for a wrong one the right ``text``, ``outcome`` what became of each right value. ``owner`` is
    who is to check it; empty for whoever drew the sample.
    """

    sample = models.ForeignKey("store.Sample", on_delete=models.CASCADE, related_name="items")
    customer = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey("store.Owner", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    drawn = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    checked_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "customer"], name="sample_has_customer_once"),
        ]
