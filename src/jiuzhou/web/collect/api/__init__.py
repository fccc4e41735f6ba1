"""Endpoints of customers, of what they say, and of their markets."""

from __future__ import annotations

from jiuzhou.web.collect.api import customers, exports, imports, market, privacy, surveys

routers = (customers.router, exports.router, imports.router, surveys.router, market.router, privacy.router)
