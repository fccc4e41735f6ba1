"""Decisions: who got a customer and why, never changed afterwards; appeals against them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from jiuzhou.web.store.models.scoped import Scoped


class Decision(Scoped):
    """One decision; ``code`` and ``params`` are the truth from which its sentence is rendered."""

    key = models.CharField(max_length=120)
    customer = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="decisions")
    outcome = models.CharField(max_length=12)
    owner = models.ForeignKey("store.Owner", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    territory = models.ForeignKey("store.Territory", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=80, default="", blank=True)
    code = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    trace = models.JSONField(default=list)
    rules_version = models.CharField(max_length=64, default="", blank=True)
    plan = models.ForeignKey("store.Plan", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "key"], name="decision_once_by_key")]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-decided_at"], name="decision_by_customer"),
            models.Index(fields=["organisation", "-decided_at", "-id"], name="decision_latest_first"),
            models.Index(fields=["organisation", "rule", "-decided_at", "-id"], name="decision_by_rule"),
            models.Index(fields=["organisation", "rules_version", "decided_at", "rule"], name="decision_by_version"),
        ]


class Appeal(Scoped):
    """Somebody asks for a decision to be looked at again; another person answers."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="appeals")
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()
    state = models.CharField(max_length=10, default="open")
    answer = models.TextField(default="", blank=True)
    answered_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision"], condition=models.Q(state="open"), name="one_open_appeal"),
            models.CheckConstraint(
                condition=models.Q(answered_by__isnull=True)
                | models.Q(by__isnull=True)
                | ~models.Q(answered_by=models.F("by")),
                name="nobody_answers_their_own_appeal",
            ),
        ]
