"""Imports: files that people bring in, from the upload to the rows they made, and back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from jiuzhou.web.store.models.scoped import Scoped

STATES = ("uploaded", "looked", "checked", "imported", "undone", "cancelled", "failed")


class Import(Scoped):
    """
    One import.

    ``folder`` is the random name under which its files lie; ``files`` names them. ``found`` is what looking at them
    showed, one entry for each file or sheet, ``choices`` what the person made of it, ``corrections`` the cells put
    right. ``round`` rises whenever one of these changes: what was checked in an earlier round is of no use any more.
    ``progress`` is how far the writing got, in the transaction of what it describes.
    """

    folder = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, default="uploaded")
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    feed = models.ForeignKey("store.Feed", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    mends = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    files = models.JSONField(default=list)
    found = models.JSONField(default=list)
    choices = models.JSONField(default=dict)
    corrections = models.JSONField(default=list)
    quality = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    places = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    progress = models.JSONField(default=dict)
    reason = models.JSONField(default=dict)
    round = models.PositiveIntegerField(default=0)
    run = models.ForeignKey("store.Run", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    undo_until = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="import_state_is_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "-made_at"], name="import_latest_first")]


class SavedMapping(Scoped):
    """What a person last said about a table with these headings, for the next file of the same shape."""

    table = models.CharField(max_length=30)
    shape = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    units = models.JSONField(default=dict)
    crs = models.CharField(max_length=5, default="", blank=True)
    at = models.DateTimeField()

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "table", "shape"], name="mapping_once_by_shape")
        ]
