"""Endpoints of customers, of what they say, and of their markets."""

from __future__ import annotations

from jiuzhou.web.collect.api import (
    customers,
    duplicates,
    exports,
    feeds,
    imports,
    market,
    privacy,
    quality,
    regions,
    registrations,
    samples,
    surveys,
)

routers = (
    customers.router,
    duplicates.router,
    exports.router,
    imports.router,
    feeds.router,
    surveys.router,
    market.router,
    privacy.router,
    quality.router,
    regions.router,
    samples.router,
    registrations.router,
)
