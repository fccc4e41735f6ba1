"""Runs: long work outside the request, with its progress; and the times at which work starts by itself."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from jiuzhou.web.store.models.scoped import Scoped

STATES = ("queued", "running", "succeeded", "failed", "cancelled", "paused")


class Run(Scoped):
    """
    One piece of long work.

    ``progress`` is what it has done, 0 to 1; ``resume`` is what it needs to go on after a kill, written in the same
    transaction as the work it describes. ``heartbeat_at`` stops when its ``worker`` does. ``attempt`` only rises: a
    process whose attempt is no longer the row's has lost the run and may write nothing more. ``for_system`` is work of
    the system itself; without it, and without ``by``, the person who asked is gone and nobody's rights are left.
    """

    kind = models.CharField(max_length=60)
    title = models.JSONField(default=dict)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="queued")
    progress = models.FloatField(default=0)
    done = models.BigIntegerField(default=0)
    done_before = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True, blank=True)
    stage = models.JSONField(default=dict)
    resume = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    reason = models.JSONField(default=dict)
    key = models.CharField(max_length=120, null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=3)
    worker = models.CharField(max_length=120, default="", blank=True)
    history = models.JSONField(default=list)
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    for_system = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_at = models.DateTimeField(null=True, blank=True)
    enough_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "key"], condition=Q(key__isnull=False), name="run_once_by_key"
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="run_state_is_known"),
            models.CheckConstraint(condition=Q(progress__gte=0, progress__lte=1), name="run_progress_is_a_share"),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "-created_at"], name="run_latest_first")]


class Schedule(Scoped):
    """Work that starts by itself: every so many minutes, or at a time of day in the organisation's zone."""

    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    every_minutes = models.PositiveIntegerField(null=True, blank=True)
    at_time = models.TimeField(null=True, blank=True)
    next_at = models.DateTimeField()
    active = models.BooleanField(default=True)
    last_run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(every_minutes__isnull=False, every_minutes__gt=0) | Q(at_time__isnull=False),
                name="schedule_says_when",
            ),
            models.UniqueConstraint(fields=["organisation", "kind"], name="schedule_once_by_kind"),
        ]
