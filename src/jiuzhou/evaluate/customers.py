"""One row for each customer: facts joined, then metrics in the order in which they need each other."""

from __future__ import annotations

import json
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from jiuzhou.evaluate import profit as profits
from jiuzhou.evaluate import prospect, rfm, tier, value, voice
from jiuzhou.evaluate.metric import Metric, columns_of
from jiuzhou.evaluate.policy import LOYALTY_PARTS, EvaluatePolicy
from jiuzhou.evaluate.prepare import Known
from jiuzhou.evaluate.value import ValueFit, with_value
from jiuzhou.kernel.scores import CUSTOMER_SCORES

METRICS: Sequence[Metric] = (
    *rfm.FACTS,
    *profits.FACTS,
    *value.METRICS,
    *voice.FACTS,
    *rfm.CLASSES,
    *profits.CLASSES,
    *voice.CLASSES,
    *prospect.POTENTIAL,
    *tier.SCORE,
    *tier.TIER,
    *prospect.WORKLOAD,
)

_EXTRA = (
    ("expected_horizon", pa.float64()),
    ("score_parts", pa.int64()),
    ("workload_source", pa.string()),
    ("potential_source", pa.string()),
)


# What only the first metrics, and only the next, are made of: carried on, it would make the later queries longer.
_SPENT = (
    *("last_day", "purchase_days", "net", "repeat_net", "net_year", "cost_year", "costs_missing", "net_year_before"),
    *("x", "t_x", "T", "alive", "discounted", "unit_low", "unit_high", "spend_base", "expected_value"),
    *("csat_sum", "orders_known", "costs_known"),
)
_SPENT_PARTS = (
    *("frequency_share", "monetary_share", "peer_group", "peer_revenue", "stated_potential"),
    *(f"loyalty_{part}" for part in LOYALTY_PARTS),
    *("loyalty_sum", "loyalty_answers", "nps_points", "usage_known", "uses", "active_months", "first_day"),
    *("industry", "size_band"),
)


def customer_facts(known: Known, facts: ir.Table, fit: ValueFit) -> ir.Table:
    """
    Return one row for each customer with everything the metrics are made of.

    Parameters
    ----------
    facts
        ``purchase_facts`` with each customer's history.
    """
    customers = known["customers"].rename(stated_potential="potential", stated_workload="workload")
    joined = customers
    for part in (
        with_value(facts, fit),
        voice.answer_facts(known["answers"]),
        voice.event_facts(known["events"]),
    ):
        joined = joined.left_join(part, "customer_id").drop("customer_id_right")
    dated = joined.mutate(
        as_of=ibis.literal(known.as_of),
        orders_known=ibis.literal("lines" in known.has),
        costs_known=ibis.literal(known.has_costs),
        usage_known=ibis.literal("usage" in known.has),
    )
    return dated.mutate(revenue_before=rfm.where_orders_known(dated, dated.net_year_before))


def scored(facts: ir.Table, policy: EvaluatePolicy, engine: ibis.BaseBackend) -> ir.Table:
    """Return ``facts`` with every metric of ``METRICS``, one row for each customer, reckoned by ``engine``."""
    # Held between the steps: one expression for all would be ten times as much SQL to write and to plan.
    basic = _with(facts, (*rfm.FACTS, *profits.FACTS, *value.METRICS, *voice.FACTS), policy)
    basic = held(basic.drop(*_SPENT), engine)
    peered = voice.with_loyalty_parts(rfm.with_shares(prospect.with_peers(basic, policy)))
    classes = (*rfm.CLASSES, *profits.CLASSES, *voice.CLASSES, *prospect.POTENTIAL)
    classed = held(_with(peered, classes, policy).drop(*_SPENT_PARTS), engine)
    summed = _with(tier.with_score_parts(classed, policy), tier.SCORE, policy)
    return held(_with(_with(summed, tier.TIER, policy), prospect.WORKLOAD, policy), engine)


def held(expression: ir.Table, engine: ibis.BaseBackend) -> ir.Table:
    """Return ``expression`` reckoned once by ``engine``, for later steps to start from."""
    return ibis.memtable(engine.to_pyarrow(expression))


def customer_scores(people: pa.Table) -> pa.Table:
    """Return the columns of ``CUSTOMER_SCORES`` and the sources of estimates, of all that was computed, by id."""
    versions = json.dumps({metric.key: metric.version for metric in sorted(METRICS, key=lambda metric: metric.key)})
    stamped = people.append_column("versions", pa.array([versions] * people.num_rows, pa.string()))
    schema = pa.schema([*CUSTOMER_SCORES, *_EXTRA])
    return stamped.select(schema.names).cast(schema)


def _with(t: ir.Table, metrics: Sequence[Metric], policy: EvaluatePolicy) -> ir.Table:
    return t.mutate(**columns_of(metrics, t, policy))
