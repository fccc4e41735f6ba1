"""Customers that may be there twice, and those of which two records were made one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from jiuzhou.web.store.models.scoped import Scoped

VERDICTS = ("merge", "review")
STATES = ("open", "later", "apart", "merged")


class DuplicatePair(Scoped):
    """
    Two customers that a comparison took for one, and what a person said to it.

    ``left`` is the older row. ``evidence`` holds messages; ``names`` is a digest of both names, so that two that were
    declared apart are asked about again only once one is called otherwise.
    """

    left = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="+")
    probability = models.FloatField()
    weight = models.FloatField()
    verdict = models.CharField(max_length=6)
    evidence = models.JSONField(default=list)
    names = models.CharField(max_length=32)
    state = models.CharField(max_length=6, default="open")
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["left", "right"], name="pair_once"),
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="pair_left_is_the_older"),
            models.CheckConstraint(condition=Q(verdict__in=VERDICTS), name="pair_verdict_is_known"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="pair_state_is_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "state", "-weight", "id"], name="pair_most_certain_first"),
            models.Index(fields=["right"], name="pair_by_right"),
        ]


class Merge(Scoped):
    """
    One customer's record merged into another's; ``undone_at`` is when they were taken apart again.

    ``standing`` is the customer that stands for both today: the survivor, or what that was merged into later. ``moved``
    names the rows that went over, by model; ``row`` what the merged record's own row said of who has it; ``before`` and
    ``after`` the survivor's fields that the merge changed, emptied once it is undone.
    """

    survivor = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="+")
    merged = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="+")
    standing = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="+")
    moved = models.JSONField(default=dict)
    row = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at__isnull=True), name="merged_once"),
            models.CheckConstraint(condition=~Q(survivor=F("merged")), name="merge_of_two"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-at", "-id"], name="merge_latest_first"),
            models.Index(fields=["standing"], name="merge_in_force", condition=Q(undone_at__isnull=True)),
        ]
