"""The tree of territories as it stands: what responsibility and access are read from."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from jiuzhou.web.store.models.scoped import Scoped


class Territory(Scoped):
    """
    A node of the tree; customers lie in its leaves, managers answer for its branches.

    A closed territory keeps its row with an end date, so that history stays readable.
    """

    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    level = models.CharField(max_length=20, default="", blank=True)
    owner = models.ForeignKey("store.Owner", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey("store.Owner", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    colour = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "code"], name="territory_code_once"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="territory_is_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name
