"""What is not in the books: the money a customer could spend, and the work it takes. Stated first, else estimated."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from jiuzhou.evaluate.metric import Metric, Subject, Unit
from jiuzhou.evaluate.policy import TIERS, EvaluatePolicy
from jiuzhou.evaluate.purchases import MONEY_TYPE
from jiuzhou.kernel.message import say


def with_peers(t: ir.Table, policy: EvaluatePolicy) -> ir.Table:
    """
    Return ``t`` with ``peer_revenue`` and ``peer_group``.

    Peers are the customers with revenue in the year before ``as_of``; of the same industry and size where there are
    enough of them, else of the same industry, else all. ``peer_revenue`` is the policy's quantile of their revenue.
    """
    keyed = t.mutate(peer_industry=t.industry.fill_null(""), peer_size=t.size_band.fill_null(""))
    for group, keys in _GROUPS.items():
        keyed = _joined(keyed, group, keys, policy)
    ranked = [(keyed[f"{group}_n"] >= policy.min_peers, group) for group in _GROUPS]
    group = ibis.cases(*ranked, else_=ibis.null("string"))
    named = keyed.mutate(peer_group=group)
    revenue = ibis.cases(*((named.peer_group == name, named[f"{name}_q"]) for name in _GROUPS))
    return named.mutate(peer_revenue=revenue).drop(
        *(f"{name}_{what}" for name in _GROUPS for what in ("n", "q")), "peer_industry", "peer_size"
    )


_GROUPS = {"segment": ("peer_industry", "peer_size"), "industry": ("peer_industry",), "all": ()}


def _joined(t: ir.Table, group: str, keys: tuple[str, ...], policy: EvaluatePolicy) -> ir.Table:
    buyers = t.filter(t.revenue_12m > 0)
    # Between two amounts engines interpolate decimals each in its own way, and floats alike.
    revenue = buyers.revenue_12m.cast("float64").quantile(policy.peer_quantile)
    wanted = {f"{group}_n": buyers.count(), f"{group}_q": revenue.round(4).cast(MONEY_TYPE)}
    if not keys:
        return t.cross_join(buyers.agg(**wanted))
    peers = buyers.group_by(keys).agg(**wanted)
    return t.left_join(peers, keys).drop(*(f"{key}_right" for key in keys))


def _estimate(t: ir.Table) -> ir.Value:
    return ibis.greatest(t.peer_revenue, t.revenue_12m).cast(MONEY_TYPE)


def _potential(t: ir.Table, _: EvaluatePolicy) -> ir.Value:
    positive = ibis.ifelse(_estimate(t) > 0, _estimate(t), ibis.null(MONEY_TYPE))
    return ibis.coalesce(t.stated_potential, positive)


def _potential_source(t: ir.Table, _: EvaluatePolicy) -> ir.Value:
    own = t.revenue_12m > t.peer_revenue.fill_null(0)
    peers = ibis.literal("peers_").concat(t.peer_group)
    return ibis.cases(
        (t.stated_potential.notnull(), "stated"), (own, "own_revenue"), (t.peer_group.notnull(), peers), else_="none"
    )


def _visit_hours(t: ir.Table) -> ir.Value:
    return t.visits_per_year * t.visit_hours


def _workload(t: ir.Table, policy: EvaluatePolicy) -> ir.Value:
    usual = ibis.cases(*((t.tier == tier, policy.tier_hours[tier]) for tier in TIERS))
    return ibis.coalesce(t.stated_workload, _visit_hours(t), usual).round(4)


def _workload_source(t: ir.Table, _: EvaluatePolicy) -> ir.Value:
    return ibis.cases((t.stated_workload.notnull(), "stated"), (_visit_hours(t).notnull(), "visits"), else_="tier")


_C = Subject.CUSTOMERS
POTENTIAL = (
    Metric(_C, "potential", 1, Unit.MONEY, say("evaluate.metric_potential"), _potential),
    Metric(_C, "potential_source", 1, Unit.CLASS, say("evaluate.metric_potential_source"), _potential_source),
)
WORKLOAD = (
    Metric(_C, "workload", 1, Unit.HOURS, say("evaluate.metric_workload"), _workload),
    Metric(_C, "workload_source", 1, Unit.CLASS, say("evaluate.metric_workload_source"), _workload_source),
)
