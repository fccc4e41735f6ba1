"""The service level that several stages count by: how often a customer of each tier is visited."""

from __future__ import annotations

from collections.abc import Mapping

VISITS_PER_YEAR: Mapping[str, float] = {"A": 24.0, "B": 12.0, "C": 4.0, "D": 1.0}
"""Visits a year by tier, where the policy states none."""
