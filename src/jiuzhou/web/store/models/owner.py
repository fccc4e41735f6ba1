"""Owners: the reps, teams and partners who have customers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from jiuzhou.web.store.models.scoped import Scoped

KINDS = ("rep", "team", "partner")


class Owner(Scoped):
    """Who can have customers; the columns of the Book's ``owners``."""

    code = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, default="rep")
    name = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=200, default="", blank=True)
    team = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="members")
    manager = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, default="", blank=True)
    partner_type = models.CharField(max_length=12, default="", blank=True)
    skills = models.JSONField(default=list)
    capacity_hours = models.FloatField(null=True, blank=True)
    capacity_customers = models.PositiveIntegerField(null=True, blank=True)
    weight = models.FloatField(null=True, blank=True)
    zone = models.CharField(max_length=64, default="", blank=True)
    calendar = models.CharField(max_length=20, default="", blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    active_from = models.DateField(null=True, blank=True)
    active_to = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "code"], name="owner_code_once"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="owner_kind_is_known"),
            models.CheckConstraint(condition=~Q(team=F("id")), name="owner_is_not_its_own_team"),
        ]

    def __str__(self) -> str:
        return self.name


class Absence(Scoped):
    """Time in which an owner takes no customers."""

    owner = models.ForeignKey(Owner, on_delete=models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200, default="", blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_it_begins")
        ]
