"""Endpoints of assignment: decisions, customers given to somebody else, and the rules."""

from __future__ import annotations

from jiuzhou.web.assign.api import decisions, moves, rules

routers = (decisions.router, moves.router, rules.router)
