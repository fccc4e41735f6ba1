"""Ownership over time: who had which customer, from when to when, and when we knew it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from jiuzhou.web.store.models.scoped import Scoped

OPEN = Q(valid_to__isnull=True, superseded_at__isnull=True)


class Ownership(Scoped):
    """
    One spell of one owner with one customer, half-open ``[valid_from, valid_to)``.

    Valid time says when it held; ``recorded_at`` when we learned of it, ``closed_at`` when we learned of its end, and
    ``superseded_at`` when a correction replaced it. "As of" reads valid time, "as known on" reads the others too.
    """

    customer = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="spells")
    owner = models.ForeignKey("store.Owner", on_delete=models.PROTECT, related_name="+")
    territory = models.ForeignKey("store.Territory", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, default="primary")
    product_line = models.CharField(max_length=60, default="", blank=True)
    source = models.CharField(max_length=10, default="rule")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    decision = models.ForeignKey("store.Decision", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    plan = models.ForeignKey("store.Plan", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer"], condition=OPEN & Q(role="primary"), name="one_open_primary_owner"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="spell_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(source__in=("rule", "manual", "lock", "plan", "import")), name="spell_source_is_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "valid_from"], name="spell_by_customer"),
            models.Index(fields=["owner", "valid_from"], name="spell_by_owner"),
        ]


class ScheduledMove(Scoped):
    """A change of owner that waits for its day."""

    customer = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey("store.Owner", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    territory = models.ForeignKey("store.Territory", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    reason = models.CharField(max_length=500, default="", blank=True)
    asked_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="moves_waiting", condition=Q(done_at__isnull=True, cancelled_at__isnull=True)
            )
        ]
