"""Metrics that read the same for any group of customers: a region's, an owner's."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from jiuzhou.evaluate.metric import Metric, Subject, Unit
from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.purchases import MONEY_TYPE
from jiuzhou.kernel.message import say


def total(value: ir.Value) -> ir.Value:
    """Return the sum of money over a group; null where no row knows it, or it is more than money can hold."""
    return value.sum().try_cast(MONEY_TYPE)


def whole_total(value: ir.Value) -> ir.Value:
    """Return the sum of money over a group; null as soon as one row does not know it."""
    return ibis.ifelse(value.isnull().any(), ibis.null(MONEY_TYPE), total(value))


def ratio(part: ir.Value, whole: ir.Value) -> ir.Value:
    """Return ``part / whole`` to six decimals; null where ``whole`` is not above 0."""
    whole = whole.cast("float64")
    return (part.cast("float64") / ibis.ifelse(whole > 0, whole, ibis.null("float64"))).round(6)


def _nps(t: ir.Table, _: EvaluatePolicy) -> ir.Value:
    balance = (t.nps_group == "promoter").sum() - (t.nps_group == "detractor").sum()
    return (ratio(balance, t.nps_group.count()) * 100).round(4)


def voice_metrics(subject: Subject) -> tuple[Metric, ...]:
    """Return satisfaction and recommendation of a group of customers, with the answers they rest on."""
    return (
        Metric(
            *(subject, "csat", 1, Unit.SHARE, say("evaluate.metric_group_csat")),
            lambda t, _: ratio(t.csat_top.sum(), t.csat_answers.sum()),
        ),
        Metric(
            *(subject, "csat_answers", 1, Unit.COUNT, say("evaluate.metric_group_csat_answers")),
            lambda t, _: t.csat_answers.sum().fill_null(0),
        ),
        Metric(subject, "nps", 1, Unit.POINTS, say("evaluate.metric_group_nps"), _nps),
        Metric(
            *(subject, "nps_answers", 1, Unit.COUNT, say("evaluate.metric_group_nps_answers")),
            lambda t, _: t.nps_group.count(),
        ),
        Metric(
            *(subject, "nps_response", 1, Unit.SHARE, say("evaluate.metric_group_nps_response")),
            lambda t, _: ratio(t.nps_group.count(), t.customer_id.count()),
        ),
        Metric(
            *(subject, "complaints", 1, Unit.COUNT, say("evaluate.metric_group_complaints")),
            lambda t, _: t.complaints.sum().fill_null(0),
        ),
    )
