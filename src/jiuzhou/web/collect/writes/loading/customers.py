"""The customers of one chunk: their columns, and who has them according to the Book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.collect.writes.loading.columns import extra_columns, lists, text_columns, values
from jiuzhou.web.store.models import Customer
from jiuzhou.web.store.sounds import sort_key

_TEXTS = (
    *("name", "phone", "email", "tax_id", "country", "region_code", "address", "crs", "location_quality"),
    *("industry", "size_band", "channel", "language", "sex", "income_band", "occupation"),
)
_LISTS = ("products", "needs", "interests", "values")
_AS_GIVEN = (
    *("lat", "lon", "annual_revenue", "birth_year", "potential", "workload", "visits_per_year", "visit_hours"),
    *("consent_marketing", "consent_at"),
)
_ELSEWHERE = ("customer_id", "parent_customer_id", "key_account", "owner_id", "territory_id", "locked", "created_at")
_KNOWN = (*_TEXTS, *_LISTS, *_AS_GIVEN, *_ELSEWHERE)

HELD = ("owner_id", "territory_id", "pool", "locked")
"""Columns that say who has a customer: written when it is new, and afterwards only with its ownership."""


def customer_columns(table: pa.Table, *, crs: str) -> dict[str, list[Any]]:
    """
    Return what the store keeps of each customer, by field, without who has it.

    Parameters
    ----------
    crs
        The coordinate system of places that name none.
    """
    assert set(_KNOWN) | {"tier"} == set(TABLES["customers"].arrow.names)
    codes = values(table, "customer_id")
    texts = text_columns(Customer, table, _TEXTS)
    placed = values(table, "lat")
    return {
        "code": codes,
        "sort_key": [sort_key(name or code) for name, code in zip(texts["name"], codes, strict=True)],
        **texts,
        "crs": [own or (crs if lat is not None else "") for own, lat in zip(texts["crs"], placed, strict=True)],
        **{name: lists(table, name) for name in _LISTS},
        **{name: values(table, name) for name in _AS_GIVEN},
        "key_account": values(table, "key_account", False),
        "customer_since": values(table, "created_at"),
        "extra": extra_columns(table, _KNOWN),
    }


def parents(table: pa.Table) -> dict[str, str]:
    """Return the parent company of each customer that has one, by codes."""
    pairs = zip(values(table, "customer_id"), values(table, "parent_customer_id"), strict=True)
    return {code: parent for code, parent in pairs if parent and parent != code}


def held_columns(
    present: Sequence[tuple[int | None, int | None]], locked: Sequence[bool], pool: str
) -> Mapping[str, list[Any]]:
    """
    Return who has each customer, as the columns of ``HELD``.

    Parameters
    ----------
    present
        Keys of owner and territory; without an owner the customer lies in the pool.
    """
    return {
        "owner_id": [owner for owner, _ in present],
        "territory_id": [territory if owner else None for owner, territory in present],
        "pool": ["" if owner else pool for owner, _ in present],
        "locked": [bool(owner) and held for (owner, _), held in zip(present, locked, strict=True)],
    }
