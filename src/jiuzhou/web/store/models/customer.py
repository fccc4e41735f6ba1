"""Customers: the columns of the Book's ``customers``, who has each now, and a version that every change raises."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Substr

from jiuzhou.web.store.models.scoped import Scoped, money


class Customer(Scoped):
    """
    A customer.

    ``owner``, ``territory`` and ``pool`` repeat the open row of ``Ownership`` and change only together with it;
    ``version`` rises with every change of the row, so that a stale page is noticed. A record merged into another is
    deleted, and ``merged_into`` names the other (``models.Merge``).
    """

    code = models.CharField(max_length=64)
    name = models.CharField(max_length=300, default="", blank=True)
    sort_key = models.CharField(max_length=300, default="", blank=True)
    phone = models.CharField(max_length=64, default="", blank=True)
    email = models.CharField(max_length=254, default="", blank=True)
    tax_id = models.CharField(max_length=32, default="", blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="subsidiaries")
    key_account = models.BooleanField(default=False)
    country = models.CharField(max_length=2, default="", blank=True)
    region_code = models.CharField(max_length=40, default="", blank=True)
    address = models.CharField(max_length=500, default="", blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    crs = models.CharField(max_length=5, default="", blank=True)
    location_quality = models.CharField(max_length=10, default="", blank=True)
    industry = models.CharField(max_length=60, default="", blank=True)
    size_band = models.CharField(max_length=30, default="", blank=True)
    annual_revenue = money()
    channel = models.CharField(max_length=30, default="", blank=True)
    products = models.JSONField(default=list)
    needs = models.JSONField(default=list)
    language = models.CharField(max_length=8, default="", blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    sex = models.CharField(max_length=10, default="", blank=True)
    income_band = models.CharField(max_length=30, default="", blank=True)
    occupation = models.CharField(max_length=60, default="", blank=True)
    interests = models.JSONField(default=list)
    values = models.JSONField(default=list)
    potential = money()
    workload = models.FloatField(null=True, blank=True)
    visits_per_year = models.FloatField(null=True, blank=True)
    visit_hours = models.FloatField(null=True, blank=True)
    consent_marketing = models.BooleanField(null=True, blank=True)
    consent_at = models.DateTimeField(null=True, blank=True)
    customer_since = models.DateTimeField(null=True, blank=True)
    extra = models.JSONField(default=dict)

    owner = models.ForeignKey("store.Owner", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    territory = models.ForeignKey("store.Territory", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    pool = models.CharField(max_length=40, default="", blank=True)
    locked = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    province = models.GeneratedField(
        expression=Substr("region_code", 1, 2), output_field=models.CharField(max_length=2), db_persist=True
    )
    city = models.GeneratedField(
        expression=Substr("region_code", 1, 4), output_field=models.CharField(max_length=4), db_persist=True
    )

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "code"], name="customer_code_once"),
            models.CheckConstraint(
                condition=Q(lat__isnull=True) | Q(lat__gte=-90, lat__lte=90), name="customer_lat_on_earth"
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True) | Q(lon__gte=-180, lon__lte=180), name="customer_lon_on_earth"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="customer_is_not_its_own_parent"),
            models.CheckConstraint(condition=Q(owner__isnull=True) | Q(pool=""), name="customer_owned_or_in_a_pool"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "sort_key", "id"], name="customer_by_name"),
            models.Index(fields=["owner", "sort_key", "id"], name="customer_by_owner"),
            models.Index(fields=["territory", "sort_key", "id"], name="customer_by_territory"),
            models.Index(fields=["organisation", "region_code"], name="customer_by_region"),
            models.Index(fields=["organisation", "province", "sort_key", "id"], name="customer_by_province"),
            models.Index(fields=["organisation", "city", "sort_key", "id"], name="customer_by_city"),
            models.Index(
                fields=["organisation", "pool", "sort_key", "id"],
                name="customer_in_pool",
                condition=Q(owner__isnull=True),
            ),
            models.Index(fields=["organisation", "tax_id"], name="customer_by_tax_id"),
            models.Index(fields=["organisation", "phone"], name="customer_by_phone"),
        ]

    def __str__(self) -> str:
        return self.name or self.code


class Facet(Scoped):
    """A value that customers of the organisation have or had in a field that lists are narrowed by."""

    kind = models.CharField(max_length=12)
    value = models.CharField(max_length=120)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "kind", "value"], name="facet_once")]
