"""Endpoints of customers."""

from __future__ import annotations

from jiuzhou.web.collect.api import customers, exports

routers = (customers.router, exports.router)
