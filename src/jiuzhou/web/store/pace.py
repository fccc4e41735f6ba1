"""How many rows go into one write transaction, and the breath between two, so that nobody waits long for the lock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

GOAL_SECONDS = 0.08
"""What a transaction should take; the limit is 200 ms, and one in a hundred takes twice the usual time."""
BREATH_SECONDS = 0.03
"""
Between two transactions where a database has one writer: whoever waits looks every 25 ms in the first eighth of a
second (SQLite's busy handler, ``sqliteDefaultBusyCallback``), and without a breath would never find the lock free.
"""
_SHRINK, _GROW = 0.6, 1.15


class Pace:
    """
    The size of the next chunk, after how long the last one took.

    Parameters
    ----------
    size
        The first chunk, and the largest one.
    """

    def __init__(self, size: int) -> None:
        self.size = self._most = size
        self._least = max(1, size // 10)

    def took(self, seconds: float) -> None:
        """Make the next chunk smaller if this one took too long, and larger again once it did not."""
        factor = _SHRINK if seconds > GOAL_SECONDS else _GROW if seconds < GOAL_SECONDS / 2 else 1
        self.size = min(self._most, max(self._least, round(self.size * factor + (factor > 1))))

    @contextmanager
    def step(self) -> Iterator[None]:
        """Measure one chunk, then let others write."""
        began = time.perf_counter()
        yield
        self.took(time.perf_counter() - began)
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            time.sleep(BREATH_SECONDS)
