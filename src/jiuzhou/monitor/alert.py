"""An alert: what, since when, how big, why it fired, whose it is, and the one thing to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jiuzhou.kernel.ids import CustomerId, OwnerId, TerritoryId, content_id
from jiuzhou.kernel.message import Json, Message


class Severity(StrEnum):
    """How much it presses."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Alert:
    """
    One thing that needs somebody.

    Attributes
    ----------
    id
        Made of the code, the territory and the subject alone, so that it stays the same while the trouble lasts.
    code
        What it is: ``imbalance``, ``overload``, ``underload``, ``sales_drift``, ``complaint_spike``, ``coverage_gap``,
        ``overdue_payments``, ``key_accounts_at_risk``, ``no_owner`` or ``no_place``.
    where, owner_id
        The territory and its owner; ``None`` where the whole company is meant, or nobody owns it.
    since
        The first day on which it is known to hold.
    value, threshold
        What was measured, and the limit that it crossed.
    size
        How far beyond the limit, at least 1; alerts of one severity are sorted by it.
    customers, customer_count
        The customers concerned, worst first, as many as the policy shows; and how many there are in all.
    """

    id: str
    code: str
    severity: Severity
    where: TerritoryId | None
    owner_id: OwnerId | None
    since: date
    value: float
    threshold: float
    size: float
    cause: Message
    action: Message
    customers: tuple[CustomerId, ...] = ()
    customer_count: int = 0

    def to_json(self) -> dict[str, Json]:
        """Return the alert as ``alerts.json`` keeps it."""
        return {
            "id": self.id,
            "code": self.code,
            "severity": self.severity.value,
            "where": self.where,
            "owner_id": self.owner_id,
            "since": self.since.isoformat(),
            "value": self.value,
            "threshold": self.threshold,
            "size": self.size,
            "cause": self.cause.to_json(),
            "action": self.action.to_json(),
            "customers": list(self.customers),
            "customer_count": self.customer_count,
        }


def alert_id(code: str, where: str | None, subject: str = "") -> str:
    """Return the id of an alert; ``subject`` tells apart two of one code in one territory."""
    return content_id("alert", code, where or "", subject)


def by_weight(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """Return each alert once, the most pressing first, then by size, then by id."""
    order = list(Severity)
    unique = {alert.id: alert for alert in alerts}
    return tuple(sorted(unique.values(), key=lambda alert: (order.index(alert.severity), -alert.size, alert.id)))
