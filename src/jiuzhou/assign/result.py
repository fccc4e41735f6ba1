"""What assignment gives back: the decisions, the load that follows, and what the next run must remember."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.assign.rule_set import Turns
from jiuzhou.kernel.decision import Decision, Outcome
from jiuzhou.kernel.ids import CustomerId, OwnerId, RuleId, TerritoryId
from jiuzhou.kernel.message import Json, message_from
from jiuzhou.kernel.violation import Violation

LOAD = pa.schema(
    [
        ("owner_id", pa.string()),
        ("customers", pa.int64()),
        ("hours", pa.float64()),  # a year
        ("capacity_customers", pa.int64()),  # null where there is no limit
        ("capacity_hours", pa.float64()),
        ("share", pa.float64()),  # of the limit, by customers or hours, whichever is fuller; null without a limit
    ]
)
"""One row for each owner, by id."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """
    Who owns which customer, and why.

    Attributes
    ----------
    decisions
        Table ``DECISIONS``, one row for each customer, by id.
    load
        Table ``LOAD``.
    violations
        Limits that locks alone break, and locks to people who left.
    turns
        Where the round robins stand; give it to the next run as ``RuleSet.turns``.
    """

    decisions: pa.Table
    load: pa.Table
    violations: tuple[Violation, ...]
    turns: Turns

    def decision(self, customer_id: CustomerId) -> Decision:
        """Return the decision about one customer; ``KeyError`` if the book has no such customer."""
        return decision_of(self.decisions, customer_id)


def decision_of(decisions: pa.Table, customer_id: CustomerId) -> Decision:
    """
    Return the decision about one customer from a table ``DECISIONS``, as this run or a stored file gives it.

    Raises
    ------
    KeyError
        If the table has no such customer.
    """
    place = pc.index(decisions["customer_id"], customer_id).as_py()
    if place < 0:
        raise KeyError(customer_id)
    row = decisions.slice(place, 1).to_pylist()[0]
    steps: list[Mapping[str, Json]] = json.loads(row["trace"])
    return Decision(
        customer_id=CustomerId(row["customer_id"]),
        outcome=Outcome(row["outcome"]),
        owner_id=None if row["owner_id"] is None else OwnerId(row["owner_id"]),
        territory_id=None if row["territory_id"] is None else TerritoryId(row["territory_id"]),
        rule=RuleId(row["rule"]),
        reason=message_from(row["code"], row["params"]),
        trace=tuple(steps),
        decided_at=row["decided_at"],
        rules_version=row["rules_version"],
    )
