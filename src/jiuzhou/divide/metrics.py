"""Figures of a division, each by one stated definition."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.divide.outcome import Outcome
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.plan import Metric


def metrics_of(outcome: Outcome, book: Book, *, objective: float) -> dict[str, Metric]:
    """
    Return the figures of a division by key.

    ``max_deviation_<activity>`` largest |value / target − 1|; ``cv_<activity>`` standard deviation of value / target;
    ``mean_distance_km`` workload-weighted great-circle km to the centre; ``out_of_band`` territories; ``detached``
    units; ``handover_customers``, ``handover_revenue`` (last 12 months), ``handover_key_accounts``,
    ``handover_open_deals`` of customers whose owner changes; ``handover_share`` of the customers who have an owner;
    ``fixed_centre_bound`` and ``fixed_centre_gap``: the proven bound around the final centres, and how far the
    objective lies above it; absent where the plan breaks its bands and costs less than any plan within them.
    """
    deviation = outcome.deviation
    roster, weight, moved = outcome.problem.roster, outcome.problem.weight, outcome.handed_over
    owned = sum(bool(owner) for owner in roster.owner)
    figures: dict[str, float] = {}
    for b, key in enumerate(outcome.problem.keys):
        figures[f"max_deviation_{key}"] = float(np.abs(deviation[:, b]).max())
        figures[f"cv_{key}"] = float(deviation[:, b].std())
    figures |= {
        "mean_distance_km": float(np.average(outcome.km, weights=weight)),
        "out_of_band": float((outcome.outside > 0).any(axis=1).sum()),
        "detached": float(outcome.detached.sum()),
        "handover_customers": float(moved.sum()),
        "handover_revenue": float(roster.revenue[moved].sum()),
        "handover_key_accounts": float((roster.key_account & moved).sum()),
        "handover_open_deals": _open_deals(book, [roster.ids[row] for row in np.flatnonzero(moved)]),
        "handover_share": float(moved.sum() / owned) if owned else 0.0,
    }
    if 0 < outcome.bound <= objective:
        figures |= {"fixed_centre_bound": outcome.bound, "fixed_centre_gap": objective / outcome.bound - 1}
    return {key: Metric(value) for key, value in sorted(figures.items())}


def _open_deals(book: Book, customers: list[str]) -> float:
    deals = book.table("deals")
    still = pc.and_(pc.is_null(deals["closed_at"]), pc.is_null(deals["outcome"]))
    return float(pc.sum(pc.and_(still, pc.is_in(deals["customer_id"], pa.array(customers, pa.string())))).as_py() or 0)
