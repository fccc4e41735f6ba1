"""What a customer has bought: recency, frequency, money, and its class by revenue."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from jiuzhou.evaluate.metric import Metric, Subject, Unit
from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.purchases import MONEY_TYPE
from jiuzhou.evaluate.rank import abc, percentile, quintile
from jiuzhou.kernel.message import say


def where_orders_known(t: ir.Table, value: ir.Value) -> ir.Value:
    """Return ``value``, 0 for a customer without orders, and null where the Book has no orders at all."""
    return ibis.ifelse(t.orders_known, value.fill_null(0), ibis.null(value.type()))


def with_shares(t: ir.Table) -> ir.Table:
    """Return ``t`` with the percentile of recency, frequency and money among the customers who ever bought."""
    bought = t.recency_days.notnull()
    values = {"frequency": t.frequency, "monetary": t.monetary}
    among = {name: ibis.ifelse(bought, value, ibis.null(value.type())) for name, value in values.items()}
    among["recency"] = -t.recency_days
    return t.mutate(**{f"{name}_share": percentile(value) for name, value in among.items()})


def _recency(t: ir.Table, _: EvaluatePolicy) -> ir.Value:
    return t.as_of.delta(t.last_day, unit="day")


def _frequency(t: ir.Table, _: EvaluatePolicy) -> ir.Value:
    return where_orders_known(t, t.purchase_days).cast("int64")


def _monetary(t: ir.Table, _: EvaluatePolicy) -> ir.Value:
    return where_orders_known(t, t.net).cast(MONEY_TYPE)


def _revenue(t: ir.Table, _: EvaluatePolicy) -> ir.Value:
    return where_orders_known(t, t.net_year).cast(MONEY_TYPE)


def _rfm(t: ir.Table, _: EvaluatePolicy) -> ir.Value:
    marks = [quintile(share).cast("string") for share in (t.recency_share, t.frequency_share, t.monetary_share)]
    return marks[0].concat(*marks[1:])


def _abc(t: ir.Table, policy: EvaluatePolicy) -> ir.Value:
    return abc(t.revenue_12m, t.customer_id, cuts=policy.abc_cuts)


_C = Subject.CUSTOMERS
FACTS = (
    Metric(_C, "recency_days", 1, Unit.DAYS, say("evaluate.metric_recency_days"), _recency),
    Metric(_C, "frequency", 1, Unit.COUNT, say("evaluate.metric_frequency"), _frequency),
    Metric(_C, "monetary", 1, Unit.MONEY, say("evaluate.metric_monetary"), _monetary),
    Metric(_C, "revenue_12m", 1, Unit.MONEY, say("evaluate.metric_revenue_12m"), _revenue),
)
CLASSES = (
    Metric(_C, "rfm", 1, Unit.CLASS, say("evaluate.metric_rfm"), _rfm),
    Metric(_C, "abc", 1, Unit.CLASS, say("evaluate.metric_abc"), _abc),
)
