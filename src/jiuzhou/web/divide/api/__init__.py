"""Endpoints of plans: their life, corrections by hand, remarks, and files."""

from __future__ import annotations

from jiuzhou.web.divide.api import drafts, files, plans, remarks

routers = (files.router, plans.router, drafts.router, remarks.router)
"""``/plans/import`` stands before ``/plans/{plan}``, whose form it has."""
