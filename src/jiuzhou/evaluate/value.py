"""What a customer will be worth: purchase model and money model fitted, joined back to customers, and in metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.evaluate.metric import Metric, Subject, Unit
from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.purchases import MONEY_TYPE
from jiuzhou.evaluate.worth.choose import fit_or_stay
from jiuzhou.evaluate.worth.gamma_gamma import GammaGamma, fit_gamma_gamma
from jiuzhou.evaluate.worth.histories import KEYS, Histories, histories_of
from jiuzhou.evaluate.worth.lifetime import Outlook, discounted_purchases, spend_range
from jiuzhou.evaluate.worth.purchase_model import PurchaseModel
from jiuzhou.kernel.arrays import Floats, floats
from jiuzhou.kernel.message import Message, say

_MOST = 9e13  # money holds little more; a forecast may run away where an amount in the books may not


@dataclass(frozen=True, slots=True)
class ValueFit:
    """
    The fitted models.

    Attributes
    ----------
    by_history
        One row for each distinct history ``x, t_x, T`` (days): ``alive, expected_90d, expected_horizon, discounted,
        unit_low, unit_high``; empty where no purchase model could be fitted.
    money
        ``None`` where money per purchase could not be fitted.
    """

    by_history: pa.Table
    purchases: PurchaseModel | None
    money: GammaGamma | None
    notes: tuple[Message, ...]


def fit_value(facts: pa.Table, policy: EvaluatePolicy) -> ValueFit:
    """
    Return the models fitted to customers' histories.

    Parameters
    ----------
    facts
        One row for each customer, with ``x, t_x, T`` and ``repeat_net``.
    """
    histories = histories_of(facts)
    repeaters = int(histories.n[histories.x > 0].sum())
    if repeaters < policy.min_repeaters:
        few = say("evaluate.few_repeaters", repeaters=repeaters, needed=policy.min_repeaters)
        return ValueFit(_by_history(histories.take(np.zeros(0, int)), {}), None, None, (few,))
    model, edge = fit_or_stay(histories)
    notes = [edge] if edge else []
    once = int(histories.n[histories.x == 0].sum())
    if once:
        notes.append(say("evaluate.bought_once", customers=once))
    money, money_notes = _fit_money(facts, policy)
    outlook = Outlook(policy.clv_years, policy.discount_rate, policy.clv_interval, policy.clv_draws)
    columns = {
        "alive": model.p_alive(histories),
        "expected_90d": model.expected(histories, 90.0),
        "expected_horizon": model.expected(histories, float(policy.horizon_days)),
        "discounted": discounted_purchases(model, histories, outlook),
    }
    if money is not None:
        columns["unit_low"], columns["unit_high"] = spend_range(model, money, histories, outlook)
    return ValueFit(_by_history(histories, columns), model, money, (*notes, *money_notes))


def with_value(facts: ir.Table, fit: ValueFit) -> ir.Table:
    """
    Return ``facts`` with the models' columns: those of ``by_history``, ``spend_base`` and ``expected_value``.

    ``spend_base`` is ``v + x × mean value``; 0 where a customer has sent back as much as it bought again.
    """
    joined = facts.left_join(ibis.memtable(fit.by_history), KEYS)
    kept = joined.drop(*(f"{key}_right" for key in KEYS))
    if fit.money is None:
        return kept.mutate(spend_base=ibis.null("float64"), expected_value=ibis.null("float64"))
    p, q, v = fit.money.p, fit.money.q, fit.money.v
    again = kept.repeat_net.fill_null(0).cast("float64")
    base = ibis.cases((kept.x == 0, v), (again > 0, again + v), else_=0.0)
    return kept.mutate(spend_base=base, expected_value=base * p / (kept.x * p + (q - 1)))


def _fit_money(facts: pa.Table, policy: EvaluatePolicy) -> tuple[GammaGamma | None, list[Message]]:
    again = facts.filter(pc.and_(pc.greater(facts["x"], 0), pc.greater(facts["repeat_net"], 0)))
    ordered = again.select(["x", "repeat_net"]).sort_by([("x", "ascending"), ("repeat_net", "ascending")])
    if ordered.num_rows < policy.min_repeaters:
        return None, [say("evaluate.few_spenders", spenders=ordered.num_rows, needed=policy.min_repeaters)]
    x = floats(ordered["x"])
    money = fit_gamma_gamma(x, floats(ordered["repeat_net"]) / x)
    if money.q <= 1.01:
        return None, [say("evaluate.no_mean_spend")]
    return money, []


def _by_history(histories: Histories, columns: Mapping[str, Floats]) -> pa.Table:
    keys = dict(zip(KEYS, (histories.x, histories.t_x, histories.T), strict=True))
    names = ("alive", "expected_90d", "expected_horizon", "discounted", "unit_low", "unit_high")
    rows = len(histories.x)
    found = {name: pa.array(columns[name]) if name in columns else pa.nulls(rows, pa.float64()) for name in names}
    return pa.table({name: pa.array(values.astype(np.int64)) for name, values in keys.items()} | found)


def _money(value: ir.Value) -> ir.Value:
    return value.clip(upper=_MOST).round(2).cast(MONEY_TYPE)


def _clv(t: ir.Table, policy: EvaluatePolicy) -> ir.Value:
    return _money(t.expected_value * t.discounted * policy.margin)


def _clv_low(t: ir.Table, policy: EvaluatePolicy) -> ir.Value:
    return ibis.least(_money(t.spend_base * t.unit_low * policy.margin), _clv(t, policy))


def _clv_high(t: ir.Table, policy: EvaluatePolicy) -> ir.Value:
    return ibis.greatest(_money(t.spend_base * t.unit_high * policy.margin), _clv(t, policy))


_C = Subject.CUSTOMERS
METRICS = (
    Metric(_C, "p_alive", 1, Unit.SHARE, say("evaluate.metric_p_alive"), lambda t, _: t.alive.round(6)),
    Metric(_C, "churn_risk", 1, Unit.SHARE, say("evaluate.metric_churn_risk"), lambda t, _: (-t.alive + 1).round(6)),
    Metric(
        _C, "expected_90d", 1, Unit.COUNT, say("evaluate.metric_expected_90d"), lambda t, _: t.expected_90d.round(6)
    ),
    Metric(
        *(_C, "expected_horizon", 1, Unit.COUNT, say("evaluate.metric_expected_horizon")),
        lambda t, _: t.expected_horizon.round(6),
    ),
    Metric(_C, "clv", 1, Unit.MONEY, say("evaluate.metric_clv"), _clv),
    Metric(_C, "clv_low", 1, Unit.MONEY, say("evaluate.metric_clv_low"), _clv_low),
    Metric(_C, "clv_high", 1, Unit.MONEY, say("evaluate.metric_clv_high"), _clv_high),
)
