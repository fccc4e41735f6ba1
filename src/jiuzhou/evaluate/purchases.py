"""Order lines → purchase days → one row of facts for each customer."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from jiuzhou.evaluate.prepare import Known
from jiuzhou.kernel.column import MONEY

MONEY_TYPE = f"decimal({MONEY.precision}, {MONEY.scale})"


def lines_with_cost(known: Known) -> ir.Table:
    """
    Return the order lines with their cost: as stated, else unit cost × quantity, else null.

    A return brings its cost back, so a stated cost takes the sign of the line's amount.
    """
    lines, products = known["lines"], known["products"]
    joined = lines.left_join(products.select("product_id", "unit_cost"), "product_id")
    stated = ibis.ifelse(joined.amount < 0, -joined.cost.abs(), joined.cost)
    quantity = joined.quantity.cast(MONEY_TYPE)
    reckoned = (joined.unit_cost * quantity).cast(MONEY_TYPE)
    return joined.select(
        *("customer_id", "order_id", "product_id", "owner_id", "day", "amount", "quantity"),
        cost=ibis.coalesce(stated, reckoned),
    )


def purchase_days(lines: ir.Table) -> ir.Table:
    """
    Return one row for each customer and day with order lines.

    ``bought`` says whether the day holds a sale (a line of positive amount): however many orders a day has, it is one
    purchase, and a day of returns only is none. ``net`` has returns taken off.
    """
    return lines.group_by("customer_id", "day").agg(
        net=lines.amount.sum(),
        bought=(lines.amount > 0).any(),
        cost=lines.cost.sum(),
        costs_missing=lines.cost.isnull().sum(),
    )


def purchase_facts(days: ir.Table, *, as_of: date, year_start: date, year_before: date) -> ir.Table:
    """
    Return what the purchase days say of each customer who has any line.

    Columns: ``first_day, last_day`` (purchases only), ``purchase_days, net``, ``first_net`` (net sales of the first
    purchase day); for the year before ``as_of``: ``net_year, cost_year, costs_missing, purchase_days_year,
    active_months`` (twelfths of the year with a purchase, 0 to 12); ``net_year_before`` for the year before that.
    """
    dated = days.mutate(as_of=ibis.literal(as_of))
    in_year = dated.day >= ibis.literal(year_start)
    bought_in_year = in_year & dated.bought
    in_year_before = (dated.day >= ibis.literal(year_before)) & ~in_year
    twelfth = ((dated.as_of.delta(dated.day, unit="day") - 1) * 12) // 366
    return dated.group_by("customer_id").agg(
        first_day=dated.day.min(where=dated.bought),
        last_day=dated.day.max(where=dated.bought),
        purchase_days=dated.bought.sum(),
        net=dated.net.sum(),
        first_net=dated.net.argmin(dated.day, where=dated.bought),
        net_year=dated.net.sum(where=in_year),
        cost_year=dated.cost.sum(where=in_year),
        costs_missing=dated.costs_missing.sum(where=in_year),
        purchase_days_year=bought_in_year.sum(),
        active_months=twelfth.nunique(where=bought_in_year),
        net_year_before=dated.net.sum(where=in_year_before),
    )


def with_repeat_net(facts: ir.Table, days: ir.Table) -> ir.Table:
    """Return ``facts`` with ``repeat_net``: net sales after the first purchase day; null without a purchase."""
    # What came before it is looked for among the days of returns only, which are few: a window would sort all days.
    returns = days.filter(~days.bought)
    joined = returns.inner_join(facts.select("customer_id", "first_day"), "customer_id")
    before = joined.filter(joined.day < joined.first_day)
    early = before.group_by("customer_id").agg(early=before.net.sum())
    whole = facts.left_join(early, "customer_id").drop("customer_id_right")
    repeat_net = whole.net - whole.first_net - whole.early.fill_null(0)
    return whole.mutate(repeat_net=repeat_net).drop("first_net", "early")
