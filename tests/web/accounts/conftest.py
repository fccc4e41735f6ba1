"""Every test of the accounts begins with nothing remembered from the one before."""

from __future__ import annotations

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What allauth keeps in the process: codes that were used."""
    cache.clear()
