"""Who got a customer, by which rule, who lost and why: the one result that must always explain itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import pyarrow as pa

from jiuzhou.kernel.ids import CustomerId, OwnerId, RuleId, TerritoryId
from jiuzhou.kernel.message import Json, Message
from jiuzhou.kernel.moments import MOMENT

DECISIONS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("outcome", pa.string()),
        ("owner_id", pa.string()),
        ("territory_id", pa.string()),
        ("rule", pa.string()),
        ("code", pa.string()),  # of the reason's message
        ("params", pa.string()),  # JSON object: the message's parameters
        ("trace", pa.string()),  # JSON list: the steps
        ("decided_at", MOMENT),
        ("rules_version", pa.string()),
    ]
)
"""One row for each customer, by id; ``code`` and ``params`` are the truth from which texts are rendered."""


class Outcome(StrEnum):
    """How a decision ended."""

    ASSIGNED = "assigned"
    """The customer has this owner now."""
    KEPT = "kept"
    """The owner it had stays: locked, or kept by a rule."""
    POOLED = "pooled"
    """It lies in the public pool 公海, by a rule."""
    UNASSIGNED = "unassigned"
    """Nobody could take it; the message says why."""


@dataclass(frozen=True, slots=True)
class Decision:
    """
    The outcome for one customer, with its reason.

    Attributes
    ----------
    owner_id, territory_id
        ``None`` where the outcome gives none.
    rule
        The rule that decided.
    reason
        The sentence's code and parameters; texts are rendered from it.
    trace
        The steps in order: each rule tried, each strategy with the candidates before and after it.
    """

    customer_id: CustomerId
    outcome: Outcome
    owner_id: OwnerId | None
    territory_id: TerritoryId | None
    rule: RuleId
    reason: Message
    trace: tuple[Mapping[str, Json], ...]
    decided_at: datetime
    rules_version: str
