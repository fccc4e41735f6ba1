"""Money that should have come in and has not."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.prepare import Known
from jiuzhou.evaluate.purchases import MONEY_TYPE


def overdue_orders(known: Known, lines: ir.Table, policy: EvaluatePolicy) -> ir.Table:
    """
    Return ``unpaid`` for each present owner: what its customers owe on orders past their due day.

    An order falls due on the latest due day its payments state, else ``payment_term_days`` after it. What was paid
    before ``as_of`` is taken off. Orders before the first one that was ever paid are taken as settled: payments were
    not recorded then. Without any payments nobody knows what is owed, and there is no row. The same definition, for
    advice and alerts, is ``kernel.receivables``.
    """
    orders = lines.group_by("order_id", "customer_id").agg(net=lines.amount.sum(), placed=lines.day.min())
    payments = known["payments"]
    paid = payments.group_by("order_id").agg(paid=payments.amount.sum(), due_day=payments.due_day.max())
    joined = orders.left_join(paid, "order_id").drop("order_id_right")
    term = ibis.interval(days=policy.payment_term)
    due = ibis.coalesce(joined.due_day, (joined.placed + term).cast("date"))
    owed = joined.mutate(due=due, owed=joined.net - joined.paid.fill_null(0))
    begun = owed.filter(owed.paid.notnull()).placed.min().as_scalar()
    past_due = owed.due < ibis.literal(known.as_of)
    late = owed.filter(past_due, owed.owed > 0, owed.placed >= begun, ibis.literal("payments" in known.has))
    present = known["customers"].select("customer_id", "owner_id")
    by_owner = late.inner_join(present, "customer_id")
    named = by_owner.filter(by_owner.owner_id.notnull())
    return named.group_by("owner_id").agg(unpaid=named.owed.sum().cast(MONEY_TYPE))
