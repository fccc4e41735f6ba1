"""What customers say and do: satisfaction, recommendation, complaints, use, and loyalty out of them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from jiuzhou.evaluate.metric import Metric, Subject, Unit
from jiuzhou.evaluate.policy import LOYALTY_PARTS, EvaluatePolicy
from jiuzhou.evaluate.rank import percentile, rounded, weighted_mean
from jiuzhou.kernel.message import say

_SHARE = "decimal(12, 6)"


def answer_facts(answers: ir.Table) -> ir.Table:
    """
    Return one row for each customer who answered a survey.

    Scales end at ``scale_max``, else at 10 for ``nps`` and 5 for the others; those of ``csat`` and ``loyalty`` begin
    with 1. Columns: ``csat_sum`` (of answers brought to 0-1), ``csat_answers``, ``csat_top`` (answers in the top two
    boxes), ``nps_points`` (the latest answer on 0-10; of two on one day the lower), ``loyalty_sum``,
    ``loyalty_answers``.
    """
    scale = answers.scale_max.fill_null(ibis.ifelse(answers.kind == "nps", 10.0, 5.0))
    last = answers.day.max().over(ibis.window(group_by=[answers.customer_id, answers.kind]))
    scaled = answers.mutate(scale=scale, is_last=answers.day == last)
    stretched = ibis.ifelse(scaled.scale > 1, (scaled.score - 1) / (scaled.scale - 1).nullif(0), scaled.score)
    share = stretched.clip(lower=0.0, upper=1.0).round(6).cast(_SHARE)
    top = scaled.score >= ibis.ifelse(scaled.scale > 2, scaled.scale - 1, scaled.scale)
    points = (scaled.score * 10 / scaled.scale).clip(upper=10.0)
    csat, nps, loyalty = (scaled.kind == kind for kind in ("csat", "nps", "loyalty"))
    return scaled.group_by("customer_id").agg(
        csat_sum=share.sum(where=csat),
        csat_answers=csat.sum(),
        csat_top=(csat & top).sum(),
        nps_points=points.min(where=nps & scaled.is_last),
        loyalty_sum=share.sum(where=loyalty),
        loyalty_answers=loyalty.sum(),
    )


def event_facts(events: ir.Table) -> ir.Table:
    """Return, for each customer with any, its ``complaints``, ``visits`` and ``uses`` (usage and browsing)."""
    return events.group_by("customer_id").agg(
        complaints=(events.kind == "complaint").sum(),
        visits=(events.kind == "visit").sum(),
        uses=events.kind.isin(["usage", "browse"]).sum(),
    )


def _csat(t: ir.Table, _: EvaluatePolicy) -> ir.Value:
    return (t.csat_sum.cast("float64") / t.csat_answers.nullif(0)).round(6)


def _nps_group(t: ir.Table, _: EvaluatePolicy) -> ir.Value:
    points = t.nps_points
    group = ibis.cases((points >= 9, "promoter"), (points >= 7, "passive"), else_="detractor")
    return ibis.ifelse(points.isnull(), ibis.null("string"), group)


def with_loyalty_parts(t: ir.Table) -> ir.Table:
    """Return ``t`` with the parts of loyalty, each 0 to 1 or null, as ``loyalty_<part>``."""
    bought = t.first_day.notnull()
    uses = ibis.ifelse(t.usage_known, t.uses.fill_null(0), ibis.null("int64"))
    said = t.loyalty_sum.cast("float64") / t.loyalty_answers.nullif(0)
    parts = {
        "repurchase": percentile(ibis.ifelse(bought, t.purchase_days_year, ibis.null("int64"))),
        "steadiness": ibis.ifelse(bought, t.active_months.cast("float64") / 12, ibis.null("float64")),
        "stated": ibis.coalesce(said, t.nps_points / 10),
        "usage": percentile(uses),
    }
    return t.mutate(**{f"loyalty_{name}": value for name, value in parts.items()})


def _loyalty(t: ir.Table, policy: EvaluatePolicy) -> ir.Value:
    parts = {name: t[f"loyalty_{name}"] for name in LOYALTY_PARTS}
    engaged = t.first_day.notnull() | t.loyalty_stated.notnull() | (t.uses > 0)
    mean, _ = weighted_mean(parts, policy.loyalty_weights)
    return ibis.ifelse(engaged, rounded(mean * 100, 2), ibis.null("float64"))


_C = Subject.CUSTOMERS
FACTS = (
    Metric(_C, "csat", 1, Unit.SHARE, say("evaluate.metric_csat"), _csat),
    Metric(_C, "nps_group", 1, Unit.CLASS, say("evaluate.metric_nps_group"), _nps_group),
)
CLASSES = (Metric(_C, "loyalty", 1, Unit.POINTS, say("evaluate.metric_loyalty"), _loyalty),)
