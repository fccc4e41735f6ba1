"""Companies that somebody registered to work on, and the keys under which names of companies are filed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from jiuzhou.web.store.models.scoped import Scoped

STATES = ("waiting", "granted", "refused", "withdrawn", "won")


class Registration(Scoped):
    """
    A company that an owner works on before it is a customer.

    A granted one protects the company for its owner until ``protected_until``, that day included; after it the row
    still says ``granted``, and readers say ``expired``. ``found`` is what the check of companies said when it was made.
    """

    name = models.CharField(max_length=300)
    tax_id = models.CharField(max_length=32, default="", blank=True)
    region_code = models.CharField(max_length=12, default="", blank=True)
    note = models.CharField(max_length=1000, default="", blank=True)
    owner = models.ForeignKey("store.Owner", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="waiting")
    protected_until = models.DateField(null=True, blank=True)
    found = models.JSONField(default=list)
    reason = models.CharField(max_length=1000, default="", blank=True)
    decided_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    customer = models.ForeignKey("store.Customer", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="registration_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(protected_until__isnull=False), name="registration_granted_until"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-made_at", "id"], name="registration_latest_first"),
            models.Index(fields=["owner", "state", "-made_at"], name="registration_by_owner"),
        ]


class _Filed(Scoped):
    # The index on the key begins with the organisation.
    organisation = models.ForeignKey("store.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.BigIntegerField()

    class Meta(Scoped.Meta):
        abstract = True


class CompanyKey(_Filed):
    """A number under which a customer's name is filed; names alike share at least one (``store.company_keys``)."""

    customer = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="+")

    class Meta(Scoped.Meta):
        abstract = False
        indexes: ClassVar = [models.Index(fields=["organisation", "key", "customer"], name="company_by_key")]


class RegistrationKey(_Filed):
    """The same of the name of a registered company."""

    registration = models.ForeignKey("store.Registration", on_delete=models.CASCADE, related_name="+")

    class Meta(Scoped.Meta):
        abstract = False
        indexes: ClassVar = [models.Index(fields=["organisation", "key", "registration"], name="registration_by_key")]
