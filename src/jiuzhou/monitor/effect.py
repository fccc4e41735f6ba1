"""What the plan changed against the one before it: who changed hands, how the balance moved, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import Mask, indices, lookup
from jiuzhou.kernel.decision import DECISIONS
from jiuzhou.kernel.message import Json
from jiuzhou.kernel.plan import Plan
from jiuzhou.monitor.facts import Facts
from jiuzhou.monitor.imbalance import Balance, balances
from jiuzhou.monitor.indicators import Business

_WINDOW = 90  # days before and after the plan that are compared


def effect_of(facts: Facts, plan: Plan, business: Business, *, baseline: Plan | None = None) -> dict[str, Json]:
    """
    Return the effect of the plan as plain values; empty where there is nothing to compare with.

    Returns
    -------
    dict[str, Json]
        ``against``: the baseline's id, or ``previous`` where only the units' former territories are known.
        ``handover``: customers whose owner changed (who had none does not count), their share of those who had one,
        revenue of the last twelve months, key accounts, open deals. ``balance``: by activity, the largest deviation
        and the territories out of band, before and after. ``outcome``: sales of the moved and of the kept customers 90
        days before and after the plan, and the difference of their growth; null until the plan is that old. It is no
        proof: the moved customers are no random choice.
    """
    if baseline is None and plan.units["previous_territory_id"].null_count == plan.units.num_rows:
        return {}
    owned, moved = _moved(facts, plan, baseline)
    stated = _stated(plan) if baseline is None else {}
    return {
        "against": "previous" if baseline is None else baseline.id,
        "handover": stated or _handover(facts, owned, moved),
        "balance": _balance(facts, plan, baseline),
        "outcome": _outcome(facts, plan, business, moved),
    }


def _moved(facts: Facts, plan: Plan, baseline: Plan | None) -> tuple[Mask, Mask]:
    # Who had an owner, and whose owner now is another; whom the plan places nowhere has changed hands to nobody.
    units = plan.units
    now = lookup(facts.customers, units["customer_id"], units["owner_id"])
    if baseline is None:
        ids = pa.array([item.id for item in plan.territories], pa.string())
        owners = pa.array([item.owner_id for item in plan.territories], pa.string())
        former_home = lookup(facts.customers, units["customer_id"], units["previous_territory_id"])
        former = lookup(former_home, ids, owners)
    else:
        former = lookup(facts.customers, baseline.units["customer_id"], baseline.units["owner_id"])
    return _known(former), np.asarray(pc.fill_null(pc.not_equal(former, now), False).to_numpy(), dtype=bool)


def _known(column: pa.ChunkedArray) -> Mask:
    return np.asarray(pc.is_valid(column).to_numpy(), dtype=bool)


def _stated(plan: Plan) -> dict[str, Json]:
    # The plan counted its handovers when it was made, from owners without a territory too; empty where it did not.
    names = ("customers", "share", "revenue", "key_accounts", "open_deals")
    found = {name: plan.metrics.get(f"handover_{name}") for name in names}
    counts = {name: metric.value for name, metric in found.items() if metric is not None}
    return {name: round(value, 6) if name in ("share", "revenue") else int(value) for name, value in counts.items()}


def _handover(facts: Facts, owned: Mask, moved: Mask) -> dict[str, Json]:
    customers = facts.book.table("customers")
    key = np.asarray(pc.fill_null(customers["key_account"], fill_value=False).to_numpy(), dtype=bool)
    deals = facts.book.table("deals")
    opened = deals.filter(pc.and_(pc.is_null(deals["closed_at"]), pc.is_null(deals["outcome"])))
    places = indices(opened["customer_id"], facts.customers)
    return {
        "customers": int(moved.sum()),
        "share": round(float(moved.sum() / owned.sum()), 6) if owned.any() else 0.0,
        "revenue": round(float(np.nansum(facts.scored("revenue_12m")[moved])), 2),
        "key_accounts": int((key & moved).sum()),
        "open_deals": int(moved[places[places >= 0]].sum()),
    }


def _balance(facts: Facts, plan: Plan, baseline: Plan | None) -> dict[str, Json]:
    if baseline is None:
        ids = pa.array([item.id for item in facts.territories], pa.string())
        former = lookup(facts.customers, plan.units["customer_id"], plan.units["previous_territory_id"])
        before = balances(facts, plan, indices(former, ids))
    else:
        nothing = DECISIONS.empty_table()
        before = balances(Facts.of(facts.book, baseline, facts.scores, nothing, today=facts.today), baseline)
    after = balances(facts, plan)
    return {key: {"before": _spread(before, key), "after": _spread(after, key)} for key in sorted(after)}


def _spread(found: Mapping[str, Balance], key: str) -> dict[str, Json] | None:
    item = found.get(key)
    if item is None:
        return None
    size = np.abs(item.deviation[np.isfinite(item.deviation)])
    return {
        "largest": round(float(size.max()), 6) if len(size) else 0.0,
        "out_of_band": int((size > item.activity.tolerance).sum()),
        "tolerance": item.activity.tolerance,
    }


def _outcome(facts: Facts, plan: Plan, business: Business, moved: Mask) -> dict[str, Json] | None:
    began, window = plan.created_at, timedelta(days=_WINDOW)
    if began + window > facts.today or not moved.any() or moved.all():
        return None
    sums = {}
    for name, start, end in (("before", began - window, began), ("after", began, began + window)):
        inside = business.events.between(start.toordinal(), end.toordinal())
        places = business.events.customer[inside]
        sums[name] = np.bincount(places, business.amount[inside], len(facts.customers))
    found: dict[str, Json] = {}
    growth = []
    for name, group in (("moved", moved), ("kept", ~moved)):
        before, after = (float(sums[when][group].sum()) for when in ("before", "after"))
        found[name] = {"before": round(before, 2), "after": round(after, 2)}
        growth.append(after / before - 1 if before > 0 else None)
    first, second = growth
    found["difference"] = None if first is None or second is None else round(first - second, 6)
    return found
