"""The manifest of facts: which Parquet batches make up each table."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from jiuzhou.web.store.models.scoped import Scoped


class FactBatch(Scoped):
    """
    One immutable Parquet file of orders, interactions, surveys or other facts; ``retired_at`` takes it out.

    ``brought_by`` is the import that brought it, and that takes it out again when it is undone. ``replaces`` is the
    batch in whose place it stands, with some cells as that import told them; it holds again then.
    """

    table = models.CharField(max_length=30)
    path = models.CharField(max_length=300)
    rows = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    run = models.ForeignKey("store.Run", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    brought_by = models.ForeignKey(
        "store.Import", null=True, blank=True, on_delete=models.PROTECT, related_name="batches"
    )
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "table", "digest"],
                condition=models.Q(retired_at__isnull=True),
                name="same_file_once",
            )
        ]
