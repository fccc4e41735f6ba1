"""What the ledger forgets: answers after a day, told events after a week (given up: a month), counts after hours."""

from __future__ import annotations

from django.utils import timezone

from jiuzhou.web.ledger import idempotency, limits, outbox


def prune() -> int:
    """Forget what has had its time; return how many rows."""
    now = timezone.now()
    return idempotency.prune(now) + limits.prune(now) + outbox.prune(now)
