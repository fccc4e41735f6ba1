"""One score out of many, stated in full, and the tier it gives."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from jiuzhou.evaluate.metric import Metric, Subject, Unit
from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.rank import percentile, rounded, weighted_mean
from jiuzhou.kernel.message import say


def with_score_parts(t: ir.Table, policy: EvaluatePolicy) -> ir.Table:
    """
    Return ``t`` with the percentile of each part of the score that carries weight, as ``part_<name>``.

    Recency's is there already, among those who ever bought, as ``rfm.with_shares`` gives it.
    """
    sources = {
        "revenue": t.revenue_12m,
        "profit": t.profit,
        "frequency": t.frequency,
        "clv": t.clv,
        "potential": t.potential,
        "loyalty": t.loyalty,
    }
    used = {name: value for name, value in sources.items() if policy.weights.get(name, 0) > 0}
    parts = {f"part_{name}": percentile(value) for name, value in used.items()}
    if policy.weights.get("recency", 0) > 0:
        parts["part_recency"] = t.recency_share
    return t.mutate(**parts)


def _parts(t: ir.Table) -> dict[str, ir.Value]:
    return {name.removeprefix("part_"): t[name] for name in t.columns if name.startswith("part_")}


def _score(t: ir.Table, policy: EvaluatePolicy) -> ir.Value:
    mean, _ = weighted_mean(_parts(t), policy.weights)
    return rounded(mean * 100, 4)


def _score_parts(t: ir.Table, policy: EvaluatePolicy) -> ir.Value:
    return weighted_mean(_parts(t), policy.weights)[1]


def _tier(t: ir.Table, policy: EvaluatePolicy) -> ir.Value:
    floors = policy.tier_floors
    reached = ibis.cases(*((t.score >= floors[tier], tier) for tier in ("A", "B", "C")), else_="D")
    favoured = t.key_account.fill_null(False)
    return ibis.ifelse(favoured, ibis.least(reached, ibis.literal(policy.key_account_tier)), reached)


_C = Subject.CUSTOMERS
SCORE = (
    Metric(_C, "score", 1, Unit.POINTS, say("evaluate.metric_score"), _score),
    Metric(_C, "score_parts", 1, Unit.COUNT, say("evaluate.metric_score_parts"), _score_parts),
)
TIER = (Metric(_C, "tier", 1, Unit.CLASS, say("evaluate.metric_tier"), _tier),)
