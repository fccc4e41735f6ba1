"""What each customer should get next, and which visits are planned."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from jiuzhou.web.store.models.scoped import Scoped, money


class Action(Scoped):
    """A next best action for one customer, open until somebody marks it done or dismisses it."""

    customer = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="actions")
    kind = models.CharField(max_length=40)
    priority = models.FloatField(default=0)
    due_on = models.DateField(null=True, blank=True)
    value_at_stake = money()
    expected_value = money()
    marketing = models.BooleanField(default=False)
    code = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="open")
    closed_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=1000, default="", blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(fields=["organisation", "state", "-priority", "id"], name="action_most_urgent_first"),
            models.Index(fields=["customer", "state"], name="action_by_customer"),
        ]


class Visit(Scoped):
    """A planned visit."""

    customer = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="visits")
    owner = models.ForeignKey("store.Owner", on_delete=models.CASCADE, related_name="+")
    planned_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    days_late = models.IntegerField(default=0)
    visits_per_year = models.FloatField(null=True, blank=True)
    code = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="planned")
    minutes = models.PositiveIntegerField(null=True, blank=True)
    note = models.CharField(max_length=1000, default="", blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(fields=["owner", "planned_on"], name="visit_by_day"),
            models.Index(fields=["organisation", "state", "planned_on", "id"], name="visit_next_first"),
            models.Index(fields=["customer", "state"], name="visit_by_customer"),
        ]
