"""Which products sell, and what they leave."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from jiuzhou.evaluate.metric import Metric, Subject, Unit, columns_of
from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.prepare import Known
from jiuzhou.evaluate.purchases import MONEY_TYPE
from jiuzhou.evaluate.rank import abc
from jiuzhou.evaluate.rollup import ratio, total
from jiuzhou.kernel.message import say


def _margin(t: ir.Table, _: EvaluatePolicy) -> ir.Value:
    left = total(t.amount - t.cost)
    return ibis.ifelse(t.cost.isnull().any(), ibis.null(MONEY_TYPE), left)


_P = Subject.PRODUCTS
SUMS = (
    Metric(_P, "revenue", 1, Unit.MONEY, say("evaluate.metric_products_revenue"), lambda t, _: total(t.amount)),
    Metric(
        *(_P, "quantity", 1, Unit.COUNT, say("evaluate.metric_products_quantity")),
        lambda t, _: t.quantity.cast("decimal(18, 4)").sum().cast("float64"),
    ),
    Metric(_P, "margin", 1, Unit.MONEY, say("evaluate.metric_products_margin"), _margin),
    Metric(
        *(_P, "margin_rate", 1, Unit.SHARE, say("evaluate.metric_products_margin_rate")),
        lambda t, policy: ratio(_margin(t, policy), t.amount.sum()),
    ),
    Metric(
        *(_P, "customers", 1, Unit.COUNT, say("evaluate.metric_products_customers")),
        lambda t, _: t.customer_id.nunique(where=t.amount > 0),
    ),
)
CLASSES = (
    Metric(
        *(_P, "abc", 1, Unit.CLASS, say("evaluate.metric_abc")),
        lambda t, policy: abc(t.revenue, t.product_id, cuts=policy.abc_cuts),
    ),
)
METRICS = (*SUMS, *CLASSES)


def products_scored(known: Known, lines: ir.Table, policy: EvaluatePolicy) -> ir.Table:
    """Return one row for each product of the Book or of an order line in the year before ``as_of``, by id."""
    year = lines.filter(lines.day >= ibis.literal(known.year_start), lines.product_id.notnull())
    sold = year.group_by("product_id").agg(**columns_of(SUMS, year, policy))
    products = known["products"].select("product_id", "name", "category")
    ids = products.select("product_id").union(sold.select("product_id"), distinct=True)
    named = ids.left_join(products, "product_id").drop("product_id_right")
    joined = named.left_join(sold, "product_id").drop("product_id_right")
    if "lines" in known.has:
        joined = joined.mutate(
            revenue=joined.revenue.fill_null(0).cast(MONEY_TYPE),
            quantity=ibis.ifelse(joined.customers.isnull(), 0.0, joined.quantity),
            customers=joined.customers.fill_null(0),
        )
    return joined.mutate(**columns_of(CLASSES, joined, policy)).order_by("product_id")
