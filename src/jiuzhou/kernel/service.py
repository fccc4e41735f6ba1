"""What several stages count by: how often a customer is visited, and when its orders fall due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from jiuzhou.kernel.arrays import Floats

VISITS_PER_YEAR: Mapping[str, float] = {"A": 24.0, "B": 12.0, "C": 4.0, "D": 1.0}
"""Visits a year by tier, where the policy states none."""

PAYMENT_TERM_DAYS = 30
"""Days from an order to its due day, where neither its payments nor the policy state one."""


def by_tier(tiers: Sequence[str | None], given: Mapping[str, float], *, otherwise: str | None = None) -> Floats:
    """
    Return the value of each customer's tier, shape ``(n,)``.

    Parameters
    ----------
    given
        Value by tier.
    otherwise
        The tier whose value counts where a customer's is not in ``given``; not stated: the last by name.
    """
    usual = given[otherwise or max(given)] if given else 0.0
    return np.array([given.get(tier or "", usual) for tier in tiers], dtype=np.float64)


def stated_or_by_tier(stated: Floats, usual: Floats) -> Floats:
    """Return what is stated of each customer itself, else (where that is NaN) what is usual; shape ``(n,)``."""
    return np.where(np.isfinite(stated), stated, usual)
