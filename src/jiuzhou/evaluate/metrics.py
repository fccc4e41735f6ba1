"""The register of every metric, by key; versions are stored with each result."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from jiuzhou.evaluate import customers, owners, products, regions
from jiuzhou.evaluate.metric import Metric

METRICS: Mapping[str, Metric] = MappingProxyType(
    {metric.key: metric for metric in (*customers.METRICS, *regions.METRICS, *owners.METRICS, *products.METRICS)}
)
"""Customers' metrics under their column (``tier``); the others' under ``<subject>.<column>`` (``regions.growth``)."""


def versions() -> Mapping[str, int]:
    """Return the version of each metric's definition, by key, sorted."""
    return {key: METRICS[key].version for key in sorted(METRICS)}
