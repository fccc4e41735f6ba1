"""Identifiers, one type for each noun, so that a customer's id never lands where an owner's belongs."""

from __future__ import annotations

import hashlib
from typing import NewType

CustomerId = NewType("CustomerId", str)
OwnerId = NewType("OwnerId", str)
UnitId = NewType("UnitId", str)
TerritoryId = NewType("TerritoryId", str)
PlanId = NewType("PlanId", str)
RegionCode = NewType("RegionCode", str)
ProductId = NewType("ProductId", str)
RuleId = NewType("RuleId", str)


def content_id(prefix: str, *parts: str) -> str:
    """
    Return an id made from content alone, so that the same input gives the same id on every machine.

    Parameters
    ----------
    prefix
        What the id names, such as ``"plan"``.
    parts
        The content, in a stated order. A separator that no text holds keeps ``("ab", "c")`` and ``("a", "bc")`` apart.

    Returns
    -------
    str
        ``prefix-`` and the first 12 hexadecimal digits of the SHA-256.
    """
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    return f"{prefix}-{digest[:12]}"
