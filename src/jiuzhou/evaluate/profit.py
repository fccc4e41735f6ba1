"""What is left of a customer's sales after the cost of what was sold."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from jiuzhou.evaluate.metric import Metric, Subject, Unit
from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.purchases import MONEY_TYPE
from jiuzhou.evaluate.rank import abc
from jiuzhou.kernel.message import say


def _profit(t: ir.Table, _: EvaluatePolicy) -> ir.Value:
    known = t.costs_known & (t.costs_missing.fill_null(0) == 0)
    left = t.net_year.fill_null(0) - t.cost_year.fill_null(0)
    return ibis.ifelse(known, left, ibis.null(left.type())).cast(MONEY_TYPE)


def _abc_profit(t: ir.Table, policy: EvaluatePolicy) -> ir.Value:
    return abc(t.profit, t.customer_id, cuts=policy.abc_cuts)


_C = Subject.CUSTOMERS
FACTS = (Metric(_C, "profit", 1, Unit.MONEY, say("evaluate.metric_profit"), _profit),)
CLASSES = (Metric(_C, "abc_profit", 1, Unit.CLASS, say("evaluate.metric_abc_profit"), _abc_profit),)
