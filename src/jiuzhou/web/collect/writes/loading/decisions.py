"""
Why each customer is where it is.

The cycle's decisions that agree with the present are the present's: their rule and steps say why. A decision that would
move a customer belongs to the cycle's plan and takes effect when that is published; until then the customer's decision
is that the Book has it so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jiuzhou.kernel.message import Message, say

_HELD, _POOLED = ("assigned", "kept"), "pooled"


@dataclass(frozen=True, slots=True)
class Stand:
    """
    How one customer stands at present.

    Attributes
    ----------
    owner
        The code; ``None`` in the pool.
    owner_name
        Said in the reason.
    day
        ``since`` as a day of the organisation's zone.
    """

    customer: str
    owner: str | None
    owner_name: str
    territory: str
    since: datetime
    day: date


def decision_row(stand: Stand, decided: Mapping[str, Any] | None, *, as_of: str) -> dict[str, Any]:
    """Return the decision that explains ``stand``, by codes: the cycle's if it agrees, else the Book's."""
    if decided is not None and _agrees(stand, decided):
        return {
            "key": f"{decided['rules_version']}:{as_of}:{stand.customer}"[:120],
            "outcome": decided["outcome"],
            "owner": decided["owner_id"],
            "territory": decided["territory_id"] or stand.territory,
            "rule": (decided["rule"] or "")[:80],
            "code": decided["code"],
            "params": json.loads(decided["params"] or "{}"),
            "trace": json.loads(decided["trace"] or "[]"),
            "rules_version": decided["rules_version"] or "",
            "decided_at": decided["decided_at"],
        }
    said = _as_in_book(stand)
    return {
        "key": f"book:{stand.customer}:{stand.owner or ''}:{stand.day:%Y%m%d}"[:120],
        "outcome": "kept" if stand.owner else _POOLED,
        "owner": stand.owner,
        "territory": stand.territory,
        "rule": "",
        "code": said.code,
        "params": said.plain_params(),
        "trace": [],
        "rules_version": "",
        "decided_at": stand.since,
    }


def _agrees(stand: Stand, decided: Mapping[str, Any]) -> bool:
    if stand.owner is None:
        return bool(decided["outcome"] == _POOLED)
    return decided["outcome"] in _HELD and bool(decided["owner_id"] == stand.owner)


def _as_in_book(stand: Stand) -> Message:
    if stand.owner is None:
        return say("loading.in_pool_as_in_book")
    return say("loading.owner_as_in_book", owner=stand.owner_name, since=stand.day)
