"""Sums over so many customers that a page cannot wait for them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from jiuzhou.web.store.models.scoped import Scoped


class Tally(Scoped):
    """
    What one count said for everybody with the same customers in sight (``accounts.tallies``).

    ``sequence`` is how far the audit trail was when it was counted: as long as it stands there, nothing changed.
    """

    name = models.CharField(max_length=60)
    reach = models.CharField(max_length=64)
    body = models.JSONField(default=list)
    sequence = models.BigIntegerField(default=0)
    counted_at = models.DateTimeField()
    seconds = models.FloatField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("store.User", on_delete=models.CASCADE, related_name="+")

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name", "reach"], name="tally_once_for_each_reach")
        ]
