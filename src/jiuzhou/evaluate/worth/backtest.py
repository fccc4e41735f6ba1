"""How far the purchase model would have been off: fitted on the past without its last days, tried on those days."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.prepare import Known
from jiuzhou.evaluate.worth.choose import fit_or_stay
from jiuzhou.evaluate.worth.histories import histories_of, with_history
from jiuzhou.kernel.message import Message, say


def backtest_note(days: ir.Table, known: Known, policy: EvaluatePolicy, engine: ibis.BaseBackend) -> Message | None:
    """
    Return what the model predicted for the last ``backtest_days`` against what came, as a note.

    Returns
    -------
    Message | None
        ``None`` where the policy leaves the test out, or the earlier past has too few repeat customers.
    """
    if not policy.backtest_days:
        return None
    cut = known.as_of - timedelta(days=policy.backtest_days)
    then, actual = _past_and_outcome(days, cut, engine)
    histories = histories_of(then)
    if float(histories.n[histories.x > 0].sum()) < policy.min_repeaters:
        return None
    model, _ = fit_or_stay(histories)
    predicted = float(np.sum(model.expected(histories, float(policy.backtest_days)) * histories.n))
    told = {"days": policy.backtest_days, "predicted": round(predicted, 1)}
    if not actual:
        return say("evaluate.backtest_silent", **told)
    return say("evaluate.backtest", **told, actual=actual, bias=round(predicted / actual - 1, 4))


def _past_and_outcome(days: ir.Table, cut: date, engine: ibis.BaseBackend) -> tuple[pa.Table, int]:
    bought = days.filter(days.bought)
    before = bought.day < ibis.literal(cut)
    counted = bought.group_by("customer_id").agg(
        first_day=bought.day.min(where=before),
        last_day=bought.day.max(where=before),
        purchase_days=before.sum(),
        later=(~before).sum(),
    )
    known_then = with_history(counted.filter(counted.first_day.notnull()), cut)
    table = engine.to_pyarrow(known_then.select("x", "t_x", "T", "later"))
    return table, int(np.sum(table["later"].to_numpy()))
