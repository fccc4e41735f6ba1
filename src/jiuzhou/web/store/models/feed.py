"""Sources of data that are looked at again and again: a folder or a query, and what came in through each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from jiuzhou.web.store.models.scoped import Scoped

FEED_KINDS = ("folder", "query")
UNDER_WAY = ("taken", "waiting")
ARRIVAL_STATES = (*UNDER_WAY, "done", "unchanged", "failed", "refused")


class Feed(Scoped):
    """
    One source of data.

    ``place`` is the name of a folder, or of a query's file, below the organisation's own folder: nobody on the web
    names a path or a database. ``seen`` is how the files that had not settled looked the last time, ``said`` what that
    look came to.
    """

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=6)
    place = models.CharField(max_length=60)
    table = models.CharField(max_length=30, default="", blank=True)
    most_rejected = models.FloatField(default=0.05)
    lenient = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    every_minutes = models.PositiveIntegerField(null=True, blank=True)
    at_time = models.TimeField(null=True, blank=True)
    next_at = models.DateTimeField()
    seen = models.JSONField(default=dict)
    looked_at = models.DateTimeField(null=True, blank=True)
    said = models.JSONField(default=dict)
    run = models.ForeignKey("store.Run", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=FEED_KINDS), name="feed_kind_is_known"),
            models.CheckConstraint(
                condition=Q(every_minutes__isnull=False, every_minutes__gt=0) | Q(at_time__isnull=False),
                name="feed_says_when",
            ),
            models.CheckConstraint(condition=Q(most_rejected__gte=0, most_rejected__lte=1), name="feed_share_is_one"),
            models.UniqueConstraint(
                fields=["organisation", "kind", "place"],
                condition=Q(removed_at__isnull=True),
                name="feed_once_by_place",
            ),
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=Q(removed_at__isnull=True), name="feed_once_by_name"
            ),
        ]


class FeedArrival(Scoped):
    """
    One file that came in through a source, or what its query found.

    ``name`` is what the file was called, ``mark`` what its name begins with in the folders ``taken``, ``done`` and
    ``failed``. One that was refused stays where it lies, and ``look`` says how it looked, so that it is told of once.
    At most one of a source is under way.
    """

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="arrivals")
    name = models.CharField(max_length=255)
    mark = models.CharField(max_length=16, default="", blank=True)
    look = models.CharField(max_length=60, default="", blank=True)
    bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    state = models.CharField(max_length=10, default="taken")
    tries = models.PositiveIntegerField(default=0)
    reason = models.JSONField(default=dict)
    upload = models.ForeignKey("store.Import", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=ARRIVAL_STATES), name="arrival_state_is_known"),
            models.UniqueConstraint(
                fields=["feed"], condition=Q(state__in=UNDER_WAY), name="arrival_one_under_way_by_feed"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["feed", "-at", "-id"], name="arrival_latest_first")]
