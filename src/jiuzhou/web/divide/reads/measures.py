"""What one customer weighs, as an expression of the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, FloatField, IntegerField, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

_KNOWN = {
    "workload": ("scores__workload", "workload"),
    "potential": ("scores__potential", "potential"),
    "revenue": ("scores__revenue_12m",),
}


def weight(key: str, prefix: str = "") -> Combinable:
    """
    Return what a customer counts in the measure ``key``; 0 where nothing is known.

    Parameters
    ----------
    prefix
        Way from the queried rows to the customer, such as ``customer__``.
    """
    if key == "customers":
        return Value(1.0, output_field=FloatField())
    names = _KNOWN.get(key)
    if names is None:
        return Coalesce(Cast(KeyTextTransform(key, f"{prefix}extra"), FloatField()), 0.0)
    return Coalesce(*(Cast(F(prefix + name), FloatField()) for name in names), 0.0)


def sums(keys: Iterable[str], prefix: str = "customer__") -> dict[str, Any]:
    """Return the aggregates ``sum_0``, ``sum_1``, … of the measures ``keys``, in their order."""
    return {f"sum_{place}": Coalesce(Sum(weight(key, prefix)), 0.0) for place, key in enumerate(keys)}


def read_sums(row: Mapping[str, Any], keys: Iterable[str]) -> dict[str, float]:
    """Return what ``sums`` found in one row, by measure."""
    return {key: round(float(row[f"sum_{place}"]), 6) for place, key in enumerate(keys)}


def revenue(prefix: str = "customer__") -> Any:
    """Return the aggregate of the last twelve months' sales, in money."""
    return Coalesce(Sum(weight("revenue", prefix)), 0.0)


def key_accounts(prefix: str = "customer__") -> Any:
    """Return the aggregate of the number of key accounts."""
    return Coalesce(Sum(Cast(f"{prefix}key_account", IntegerField())), 0)
