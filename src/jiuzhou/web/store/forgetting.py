"""Rows that have had their time are deleted a few at a time, so that nobody waits for the lock."""

from __future__ import annotations

from django.db.models import Model, QuerySet

_AT_ONCE = 500


def forget(rows: QuerySet[Model]) -> int:
    """Delete ``rows``, at most 500 in one transaction, and return how many were."""
    forgotten = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        forgotten += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return forgotten
