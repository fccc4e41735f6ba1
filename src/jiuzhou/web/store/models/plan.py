"""Plans: their life, their territories, who goes where, what people said of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from jiuzhou.web.store.models.scoped import Scoped

STATES = ("draft", "review", "returned", "approved", "active", "archived")
REMARKS = ("comment", "objection")


class Plan(Scoped):
    """
    A division of the customers, from draft to archive.

    ``base`` is the plan it was made against: publishing is refused when another has come into force since.
    ``approved_by`` is never ``submitted_by``.
    """

    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    note = models.TextField(default="", blank=True)
    base = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default="draft")
    solver_status = models.CharField(max_length=12, default="", blank=True)
    seed = models.IntegerField(default=0)
    effort = models.PositiveSmallIntegerField(default=0)
    objective = models.FloatField(null=True, blank=True)
    lower_bound = models.FloatField(null=True, blank=True)
    bound_message = models.JSONField(default=dict)
    activities = models.JSONField(default=list)
    metrics = models.JSONField(default=dict)
    violations = models.JSONField(default=list)
    effective_on = models.DateField(null=True, blank=True)
    created_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    policy = models.ForeignKey("store.PolicyVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rules = models.ForeignKey("store.RulesVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "code"], name="plan_code_once"),
            models.UniqueConstraint(fields=["organisation"], condition=Q(state="active"), name="one_active_plan"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="plan_state_is_known"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(submitted_by__isnull=True)
                | ~Q(approved_by=F("submitted_by")),
                name="plan_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlanTerritory(Scoped):
    """One territory of one plan, with its measures; ``standing`` is the node of the tree that it is, or will be."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="territories")
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    parent_code = models.CharField(max_length=64, default="", blank=True)
    level = models.CharField(max_length=20, default="", blank=True)
    standing = models.ForeignKey("store.Territory", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    owner = models.ForeignKey("store.Owner", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    measures = models.JSONField(default=dict)
    targets = models.JSONField(default=dict)
    deviation = models.JSONField(default=dict)
    in_band = models.BooleanField(default=True)
    contiguous = models.BooleanField(default=True)
    customers = models.PositiveIntegerField(default=0)
    colour = models.PositiveSmallIntegerField(default=0)
    locked = models.BooleanField(default=False)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "code"], name="plan_territory_once")]


class PlanUnit(Scoped):
    """
    Where one plan puts one customer.

    ``customer_version`` is the customer's version when the plan was made ready: a customer changed by hand since then
    keeps its owner. ``moved`` and not ``settled`` is what publishing has still to write behind the swap.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="units")
    customer = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="+")
    territory = models.ForeignKey(PlanTerritory, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey("store.Owner", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    previous_owner = models.ForeignKey("store.Owner", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    previous_territory = models.CharField(max_length=64, default="", blank=True)
    customer_version = models.PositiveIntegerField(null=True, blank=True)
    locked = models.BooleanField(default=False)
    moved = models.BooleanField(default=False)
    settled = models.BooleanField(default=False)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "customer"], name="plan_has_a_customer_once")]
        indexes: ClassVar = [
            models.Index(fields=["plan", "territory"], name="unit_by_territory"),
            models.Index(fields=["plan", "customer"], name="units_to_settle", condition=Q(moved=True, settled=False)),
        ]


class PlanChange(Scoped):
    """One named step of a plan's history: what moved from where to where, so that it can be shown and undone."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="changes")
    number = models.PositiveIntegerField()
    label = models.JSONField(default=dict)
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    changes = models.JSONField(default=list)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "number"], name="plan_change_once")]


class PlanRemark(Scoped):
    """What somebody said of a plan in review: a comment, or an objection with its price."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="remarks")
    kind = models.CharField(max_length=10, default="comment")
    territory = models.ForeignKey(PlanTerritory, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey("store.Customer", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    cost = models.JSONField(default=dict)
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    answer = models.TextField(default="", blank=True)
    answered_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(null=True, blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.CheckConstraint(condition=Q(kind__in=REMARKS), name="remark_kind_is_known")]
