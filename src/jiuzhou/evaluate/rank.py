"""Ranks that give equal customers equal marks, and classes by cumulative share; exact on every engine."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir


def percentile(value: ir.Value) -> ir.Value:
    """
    Return the mid-rank percentile of each row's value among the rows that have one.

    It is (rows below + half of the rows equal, itself included) / rows, so it lies between 0 and 1 and does not depend
    on how ties happen to be sorted, which ``ntile`` does. Null stays null.
    """
    # Nulls sort last, so the ranks before them are those among the known; no partition has to be made for them.
    known, rows = value.count().over(ibis.window()), value.isnull().count().over(ibis.window())
    up_to = (value.cume_dist() * rows).round().cast("int64")
    share = ((value.rank() + up_to) / (2 * known).nullif(0)).round(12)
    return ibis.ifelse(value.isnull(), ibis.null("float64"), share)


def rounded(value: ir.Value, digits: int) -> ir.Value:
    """
    Return a sum of a few floats to so many digits, the same on every engine.

    Halves are common among means of shares, and one engine's last bit may lie below one: it is rounded off first.
    """
    return value.round(digits + 6).round(digits)


def quintile(share: ir.Value) -> ir.Value:
    """Return 1 (lowest fifth) to 5 (highest fifth) for a percentile between 0 and 1; null stays null."""
    return (share * 5).floor().cast("int64") + 1


def abc(value: ir.Value, tie: ir.Value, *, cuts: tuple[float, float]) -> ir.Value:
    """
    Return A, B or C by the share of the total that the larger values together have reached before this one.

    The value that crosses a cut still belongs to the class it crosses, so the largest is always A. Values of 0 or less
    are C and count nothing towards the total; null stays null.

    Parameters
    ----------
    value
        Exact decimals, so that the sum does not depend on its order.
    tie
        Breaks ties, lowest first.
    cuts
        Cumulative shares at which A and B end.
    """
    positive = ibis.ifelse(value > 0, value, 0)
    before = positive.sum().over(ibis.window(order_by=[ibis.desc(positive.fill_null(0)), tie], rows=(None, -1)))
    total = positive.sum().over(ibis.window())
    reached = before.fill_null(0).cast("float64") / total.nullif(0).cast("float64")
    letter = ibis.cases((value <= 0, "C"), (reached < cuts[0], "A"), (reached < cuts[1], "B"), else_="C")
    return ibis.ifelse(value.isnull(), ibis.null("string"), letter)


def weighted_mean(parts: Mapping[str, ir.Value], weights: Mapping[str, float]) -> tuple[ir.Value, ir.Value]:
    """
    Return the weighted mean of the parts a row has, and how many it has.

    Parts without weight are left out. A missing part leaves its weight to the others; with none at all the mean is
    null.
    """
    used = [(parts[name].cast("float64"), weights[name]) for name in sorted(parts) if weights.get(name, 0) > 0]
    if not used:
        return ibis.null("float64"), ibis.literal(0)
    top, bottom, count = ibis.literal(0.0), ibis.literal(0.0), ibis.literal(0)
    for part, weight in used:
        top += (part * weight).fill_null(0.0)
        bottom += ibis.ifelse(part.isnull(), 0.0, weight)
        count += ibis.ifelse(part.isnull(), 0, 1)
    return top / bottom.nullif(0.0), count.cast("int64")
