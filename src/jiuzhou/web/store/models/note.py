"""What somebody noted of a customer: a visit, a call, a message, and what came of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from jiuzhou.web.store.models.scoped import Scoped

DONE = ("visit", "call", "email", "message")
HEARD = ("interview", "focus_group", "callback", "review")
KINDS = (*DONE, *HEARD)


class Note(Scoped):
    """
    One follow-up with a customer, or what was heard from it, written by hand; the interactions of other systems lie
    among the facts. ``people`` says in free words who took part.

    Like a fact it is never changed: who was wrong writes another.
    """

    customer = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(default="", blank=True)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=60, default="", blank=True)
    topic = models.CharField(max_length=60, default="", blank=True)
    people = models.CharField(max_length=300, default="", blank=True)
    key = models.CharField(max_length=64, null=True, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="note_kind_is_known"),
            models.UniqueConstraint(fields=["customer", "key"], name="note_once_by_key"),
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "-at", "-id"], name="note_latest_first")]
