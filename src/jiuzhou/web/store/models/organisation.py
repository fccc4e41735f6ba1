"""The organisation: what everything belongs to, and which plan is in force."""

from __future__ import annotations

from django.db import models


class Organisation(models.Model):
    """
    One company.

    ``plan_in_force`` is flipped when a plan is published; while its moves are written behind it, ``plan_settling``
    names the same plan and readers look at both (``store.present``). ``large`` says that sums over all customers take
    so long that they are kept (``accounts.tallies``).
    """

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64, default="Asia/Shanghai")
    currency = models.CharField(max_length=3, default="CNY")
    language = models.CharField(max_length=2, default="zh")
    as_of = models.DateField(null=True, blank=True)
    choices = models.JSONField(default=dict)
    plan_in_force = models.ForeignKey("store.Plan", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    plan_settling = models.ForeignKey("store.Plan", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    large = models.BooleanField(default=False)
    swapped_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = models.Manager()

    def __str__(self) -> str:
        return self.name
