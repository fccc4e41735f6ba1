"""What happens by itself: scheduled moves on their day."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from jiuzhou.web.accounts.actor import system_of
from jiuzhou.web.assign.writes.reassign import apply_move
from jiuzhou.web.store.models import ScheduledMove

MOST_AT_ONCE = 500


def apply_due_moves(*, now: datetime | None = None) -> int:
    """Write every scheduled move whose time has come, each once and in its own transaction; return how many."""
    now = now or timezone.now()
    due = ScheduledMove.unscoped.filter(due_at__lte=now, done_at__isnull=True, cancelled_at__isnull=True)
    rows = due.select_related("organisation").order_by("due_at", "pk")[:MOST_AT_ONCE]
    return sum(apply_move(system_of(row.organisation), row.pk, now=now) for row in rows)
