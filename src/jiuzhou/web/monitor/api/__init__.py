"""Endpoints of monitoring: figures, and what is off."""

from __future__ import annotations

from jiuzhou.web.monitor.api import alerts, figures

routers = (figures.router, alerts.router)
