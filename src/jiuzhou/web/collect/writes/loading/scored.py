"""The latest scores of some customers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jiuzhou.web.collect.writes.loading.upsert import among, bring_up_to_date, columns_of
from jiuzhou.web.store.models import CustomerScore

_SCORES = (
    *("score", "score_parts", "recency_days", "frequency", "monetary", "revenue_12m", "profit", "clv", "clv_low"),
    *("clv_high", "p_alive", "expected_90d", "churn_risk", "csat", "loyalty", "workload", "potential"),
)
_GRADES = ("tier", "rfm", "abc", "abc_profit", "nps_group")


def write_customer_scores(
    organisation: int, customers: Sequence[int], scores: Sequence[Mapping[str, Any] | None]
) -> int:
    """
    Return how many rows were inserted or changed.

    Parameters
    ----------
    scores
        For each of ``customers`` its row of ``customers_scored``; ``None`` leaves what is there.
    """
    rows = [
        {
            "customer_id": customer,
            **{name: row[name] or "" for name in _GRADES},
            **{name: row[name] for name in _SCORES},
            "as_of": row["as_of"],
            "versions": _versions(row["versions"] or "{}"),
        }
        for customer, row in zip(customers, scores, strict=True)
        if row is not None
    ]
    if not rows:
        return 0
    standing = among(CustomerScore.unscoped.all(), "customer", customers)
    return bring_up_to_date(standing, ["customer_id"], columns_of(rows), organisation=organisation)


@cache
def _versions(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
