"""What waits for a person: notices, and approvals that only another may give."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from jiuzhou.web.store.models.scoped import Scoped


class Notice(Scoped):
    """Something a person should know, with the page where it can be acted on."""

    user = models.ForeignKey("store.User", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    link = models.CharField(max_length=300, default="", blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    key = models.CharField(max_length=120, null=True, blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], condition=Q(key__isnull=False), name="notice_once_by_key")
        ]
        indexes: ClassVar = [models.Index(fields=["user", "-at"], name="notice_latest_first")]


class Approval(Scoped):
    """A request that a second person decides."""

    noun = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    code = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    link = models.CharField(max_length=300, default="", blank=True)
    verb = models.CharField(max_length=40)
    asked_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    note = models.TextField(default="", blank=True)
    decided_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, default="", blank=True)
    answer = models.TextField(default="", blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="nobody_approves_themselves",
            ),
            models.UniqueConstraint(
                fields=["organisation", "noun", "key"], condition=Q(decided_at__isnull=True), name="one_open_approval"
            ),
        ]
