"""Rules and policy as text, every version kept."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from jiuzhou.web.store.models.scoped import Scoped


class Script(Scoped):
    """A version of a text that decides: who wrote it, who published it, and why."""

    number = models.PositiveIntegerField()
    text = models.TextField()
    note = models.CharField(max_length=500, default="", blank=True)
    state = models.CharField(max_length=10, default="draft")
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    published_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = True


class RulesVersion(Script):
    """A version of ``rules.yaml``."""

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "number"], name="rules_version_once")]


class PolicyVersion(Script):
    """A version of ``policy.toml``."""

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "number"], name="policy_version_once")]
