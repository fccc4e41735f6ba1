"""Work on scores that is too long for a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jiuzhou.kernel.message import say
from jiuzhou.web.evaluate.writes import settle_scores
from jiuzhou.web.jobs.context import RunContext


def settle(context: RunContext) -> Mapping[str, Any]:
    """Bring scales of peers, last visits and the database's statistics up to date."""
    scales = settle_scores(context.organisation_id)
    return {"message": say("customers.scores_settled", scales=scales).to_json()}
