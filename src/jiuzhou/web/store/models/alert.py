"""Indicators, targets, and the alerts that watching them raised."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from jiuzhou.web.store.models.scoped import Scoped


class Indicator(Scoped):
    """One figure of one territory, owner or the whole, in one period."""

    territory = models.ForeignKey("store.Territory", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey("store.Owner", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    period = models.CharField(max_length=10)
    metric = models.CharField(max_length=40)
    value = models.FloatField(null=True, blank=True)
    baseline = models.FloatField(null=True, blank=True)
    complete = models.BooleanField(default=True)
    metric_version = models.PositiveSmallIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(fields=["organisation", "metric", "period"], name="indicator_by_metric"),
            models.Index(fields=["territory", "metric", "period"], name="indicator_by_territory"),
        ]


class Target(Scoped):
    """What a territory is to reach in a period."""

    territory = models.ForeignKey("store.Territory", on_delete=models.CASCADE, related_name="+")
    period = models.CharField(max_length=10)
    metric = models.CharField(max_length=40)
    value = models.FloatField()
    currency = models.CharField(max_length=3, default="", blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["territory", "period", "metric"], name="one_target_for_each")
        ]


class Alert(Scoped):
    """Something that needs attention: since when, how big, why it fired, and the one proposed action."""

    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    severity = models.CharField(max_length=10)
    territory = models.ForeignKey("store.Territory", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey("store.Owner", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    since = models.DateField()
    value = models.FloatField(null=True, blank=True)
    threshold = models.FloatField(null=True, blank=True)
    size = models.FloatField(default=0)
    cause = models.JSONField(default=dict)
    action = models.JSONField(default=dict)
    customers = models.JSONField(default=list)
    customer_count = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, default="open")
    snoozed_until = models.DateField(null=True, blank=True)
    handled_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=1000, default="", blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "key"], name="alert_once_by_key")]
