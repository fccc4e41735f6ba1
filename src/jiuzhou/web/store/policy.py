"""The policy in force, as the mapping that its text writes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from jiuzhou.web.store.models import PolicyVersion


def policy_in_force(organisation: int) -> tuple[Mapping[str, Any], int | None]:
    """Return the latest published policy and its number; nothing where there is none, and every setting is default."""
    rows = PolicyVersion.unscoped.filter(organisation=organisation, state="published").order_by("-number")
    row = rows.only("text", "number").first()
    return (tomllib.loads(row.text), row.number) if row else ({}, None)
