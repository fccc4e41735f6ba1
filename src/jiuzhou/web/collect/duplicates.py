"""What two records of a customer are compared and merged by: the fields of which one value stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEPT: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "sort_key"),
    "tax_id": ("tax_id",),
    "phone": ("phone",),
    "email": ("email",),
    "address": ("address",),
    "region_code": ("region_code",),
    "place": ("lat", "lon", "crs", "location_quality"),
    "industry": ("industry",),
    "size_band": ("size_band",),
    "channel": ("channel",),
    "annual_revenue": ("annual_revenue",),
    "needs": ("needs",),
    "products": ("products",),
    "parent": ("parent_id",),
    "customer_since": ("customer_since",),
}
"""Fields that a person chooses between, and the columns that go with each."""

CONTACT = frozenset({"tax_id", "phone", "email", "address", "place"})
"""Those that only who may see how a customer is reached sees."""

MOST = 10
"""Most records that are merged into one at once."""


def is_known(row: Mapping[str, Any], field: str) -> bool:
    """Return whether a record, columns by name, says anything in a field of ``KEPT``."""
    return row[KEPT[field][0]] not in (None, "", [])


def told_by(row: Mapping[str, Any], field: str) -> tuple[Any, ...]:
    """Return what a record says in a field of ``KEPT``, so that two can be held against each other."""
    found = (row[name] for name in KEPT[field] if name != "sort_key")
    return tuple(tuple(value) if isinstance(value, list) else value for value in found)


def usual(field: str, survivor: str, rows: Mapping[str, Mapping[str, Any]]) -> str:
    """
    Return whose value of a field stays where nobody chooses: the survivor's, else the first that is known.

    Of two days since when it is a customer the earlier stays.

    Parameters
    ----------
    survivor
        Its code.
    rows
        Records by code.
    """
    known = [code for code in (survivor, *sorted(set(rows) - {survivor})) if is_known(rows[code], field)]
    if field == "customer_since" and known:
        return min(known, key=lambda code: rows[code]["customer_since"])
    return known[0] if known else survivor
