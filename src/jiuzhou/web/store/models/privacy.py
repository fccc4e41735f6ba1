"""What people said of their data: consents over time, and the mark that keeps an erased person from coming back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from jiuzhou.web.store.models.scoped import Scoped

KINDS = ("customer", "contact", "name_phone", "email", "tax_id")


class ConsentRecord(Scoped):
    """
    One answer of a person to a purpose: given or withdrawn, when, to which words, and who wrote it down.

    Never changed: the latest is what holds. ``contact`` is the code of a person at the customer; empty for the
    customer. ``brought_by`` is the import whose file says so, and that takes it back when it is undone.
    """

    customer = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="consents")
    contact = models.CharField(max_length=64, default="", blank=True)
    purpose = models.CharField(max_length=20, default="marketing")
    given = models.BooleanField()
    at = models.DateTimeField()
    wording = models.CharField(max_length=500, default="", blank=True)
    source = models.CharField(max_length=300, default="page")
    brought_by = models.ForeignKey(
        "store.Import", null=True, blank=True, on_delete=models.PROTECT, related_name="consents"
    )
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(Scoped.Meta):
        abstract = False
        indexes: ClassVar = [models.Index(fields=["customer", "-at", "-id"], name="consent_latest_first")]


class Tombstone(Scoped):
    """
    A keyed digest of what an erased person was known by; nobody can read from it who that was.

    ``kind`` says of what: the customer's code, a contact's, name and telephone, e-mail, tax number.
    """

    kind = models.CharField(max_length=10)
    digest = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "digest"], name="tombstone_once"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="tombstone_kind_is_known"),
        ]
